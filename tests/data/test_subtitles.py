from pathlib import Path

import pytest

from gpt_sovits.data.subtitles import (
    ASS_TIME,
    TIMES,
    CueLines,
    find_cues,
    join_words,
    recording_beside,
    seconds_of,
    spoken_words,
)

TIME = "00:00:01,000 --> 00:00:02,000"


@pytest.mark.parametrize(
    ("lines", "cues"),
    [
        (["1", TIME, "a", "b", "", "2", TIME, "c"], [(0, 1, 4), (5, 6, 8)]),
        (["1", TIME, "a", "2", TIME, "c"], [(0, 1, 3), (3, 4, 6)]),
        ([TIME, TIME, "c"], [(0, 0, 1), (1, 1, 3)]),
        ([TIME, "12", "", TIME], [(0, 0, 2), (3, 3, 4)]),
        (["x", "intro", TIME, "c", "\t", "more"], [(1, 2, 4)]),
        (["nothing", "", "at all"], []),
        ([], []),
    ],
)
def test_cues_are_found_among_lines(lines: list[str], cues: list[tuple[int, int, int]]) -> None:
    assert list(find_cues(lines)) == [CueLines(*cue) for cue in cues]


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("00:00:01,5", 1.5), ("01:02:03.004", 3723.004), ("61:01.25", 3661.25), ("0:0:0.07", 0.07)],
)
def test_times_are_read(written: str, seconds: float) -> None:
    found = ASS_TIME.match(written)
    assert found is not None
    assert seconds_of(found.groups()) == seconds
    assert TIMES.match(f" {written}-->{written} align:start")


@pytest.mark.parametrize("written", ["1,5", "9" * 5000 + ":00:00.0", "00:00:01", "-0:00:01.00"])
def test_what_is_no_time_is_none(written: str) -> None:
    assert ASS_TIME.match(written) is None


def test_only_what_is_said_is_left_of_a_cue() -> None:
    assert spoken_words("{\\an8}<i>- Hello</i>\n(laughs) &amp; bye") == "Hello & bye"
    assert spoken_words("♪ la la ♪") == ""
    assert join_words(["你好", "世界 a"]) == "你好世界 a"


@pytest.mark.parametrize(
    ("subtitles", "recording"),
    [("a.srt", "a.wav"), ("a.en.srt", "a.mp3"), ("a.b.srt", "a.b.WAV"), (".srt", None)],
)
def test_the_recording_has_the_name_of_the_subtitles(
    tmp_path: Path, subtitles: str, recording: str | None
) -> None:
    (tmp_path / "other.wav").touch()
    if recording is not None:
        (tmp_path / recording).touch()
    found = recording_beside(tmp_path / subtitles)
    assert (found and found.name) == recording
