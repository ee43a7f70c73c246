"""Subtitles become texts with times, and those become clips of legal length."""

import pytest

from gpt_sovits.prepare.slicing.options import SliceOptions
from gpt_sovits.prepare.subtitles import Cue, fit_cues, join_cues, parse_subtitles

SRT = """1
00:00:01,000 --> 00:00:02,500
<i>Good</i> morning,
{\\an8}everyone.

2
00:00:03,000 --> 00:00:04,000 X1:40 X2:600
- Hello &amp; welcome!
3
00:00:05,000 --> 00:00:06,000
[music playing]

4
00:00:09,000 --> 00:00:08,000
Backwards

5
00:00:10,0 --> 00:00:11,5
今天 天气
很好。
"""

VTT = """WEBVTT - a title

NOTE nothing 00:00 --> is here

STYLE
::cue { color: red }

intro
00:01.000 --> 00:02.500 align:start
<v Anna Lee>Good <00:00:01.500><c.loud>morning</c>.

01:00:00.000 --> 01:00:02.000
♪ la la ♪
"""

ASS = """[Script Info]
Title: x

[V4+ Styles]
Format: Name, Fontname
Style: Default,Arial

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Comment: 0,0:00:00.00,0:00:01.00,Default,,0,0,0,,not said
Dialogue: 0,0:00:01.00,0:00:02.50,Default,Anna,0,0,0,,{\\b1}Good{\\b0} morning,\\Nall, of you
Dialogue: 0,0:00:03.00,0:00:04.00,Default,,0,0,0,,{\\p1}m 0 0 l 10 10{\\p0}
Dialogue: 0,broken,0:00:04.00,Default,,0,0,0,,x
"""


@pytest.mark.parametrize(
    ("text", "ending", "cues", "n_left_out"),
    [
        (
            SRT,
            ".srt",
            [
                Cue(1.0, 2.5, "Good morning, everyone."),
                Cue(3.0, 4.0, "Hello & welcome!"),
                Cue(10.0, 11.5, "今天天气很好。"),
            ],
            2,
        ),
        (VTT, ".vtt", [Cue(1.0, 2.5, "Good morning.", "Anna Lee")], 1),
        (ASS, ".ass", [Cue(1.0, 2.5, "Good morning, all, of you", "Anna")], 1),
        ("", ".srt", [], 0),
        ("\n\nno times at all\n", ".vtt", [], 0),
    ],
)
def test_subtitles_are_read_without_their_markup(
    text: str, ending: str, cues: list[Cue], n_left_out: int
) -> None:
    found, left_out = parse_subtitles(text, ending)
    assert found == cues
    assert len(left_out) == n_left_out


def test_cues_are_kept_inside_the_recording_and_apart() -> None:
    cues = [
        Cue(0.0, 2.1, "touches the next"),
        Cue(2.0, 4.0, "starts before that ended"),
        Cue(4.5, 8.0, "two talk"),
        Cue(6.0, 7.0, "at once"),
        Cue(7.5, 7.9, "still inside the first"),
        Cue(9.0, 10.5, "reaches a little over"),
        Cue(9.9, 14.0, "mostly behind the end"),
        Cue(20.0, 21.0, "behind the end"),
    ]
    kept, left_out = fit_cues(cues, 10.0)
    assert [(cue.start_s, cue.end_s) for cue in kept] == [
        (0.0, 2.05),
        (2.05, 4.0),
        (9.0, 10.0),
    ]
    assert sum("overlaps" in reason for reason in left_out) == 3
    assert sum("beyond the end of the recording (10.0 s)" in reason for reason in left_out) == 2


def test_a_cue_that_is_there_twice_is_taken_once() -> None:
    kept, left_out = fit_cues([Cue(1, 3, "yes"), Cue(1, 3, "yes")], 10.0)
    assert len(kept) == 1
    assert "twice" in left_out[0]


def test_short_cues_are_joined_and_lonely_ones_left_out() -> None:
    cues = [
        Cue(0.0, 1.5, "Good morning,"),
        Cue(1.6, 3.5, "how are you?"),
        Cue(3.6, 9.0, "This is a long sentence of its own."),
        Cue(20.0, 20.5, "Yes."),
        Cue(30.0, 45.0, "far too long"),
    ]
    clips, unfit = join_cues(cues, SliceOptions(min_s=2.0, max_s=8.0))
    assert [clip.text for clip in clips] == [
        "Good morning, how are you?",
        "This is a long sentence of its own.",
    ]
    assert [cue.text for cue in unfit] == ["Yes.", "far too long"]


def test_two_speakers_are_never_joined() -> None:
    cues = [Cue(0, 1.5, "Hm?", "a"), Cue(1.6, 3.2, "Hm.", "b"), Cue(3.3, 6, "Well then", "b")]
    clips, unfit = join_cues(cues, SliceOptions())
    assert [(clip.text, clip.speaker) for clip in clips] == [("Hm. Well then", "b")]
    assert [cue.text for cue in unfit] == ["Hm?"]
