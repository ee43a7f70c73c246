from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gpt_sovits.errors import InputError
from subfix.clip import Clip, changed
from subfix.files import Document, find_audio, parse_line, read_document, render

SRT = (
    "1\r\n00:00:01,000 --> 00:00:02,500 X1:10 X2:20\r\n{\\an8}<i>Hello</i>\r\nthere.\r\n\r\n"
    "2\r\n00:00:03,000 --> 00:00:04,000\r\nTwo.\r\n\r\n\r\n"
    "3\r\n00:00:05,000 --> 00:00:06,000\r\nThree."
)
VTT = (
    "WEBVTT - of a talk\nKind: captions\n\nSTYLE\n::cue { color: red }\n\n"
    "intro\n00:01.000 --> 00:02.500 align:start\n<v.loud Ann>Hello &amp;\nbye</v>\n\n"
    "NOTE nothing\nof it is said\n\n00:03.000 --> 00:04.000\nTwo.\n"
)
ASS = (
    "[Script Info]\n; a comment\n[V4+ Styles]\nFormat: Name, Fontname\nStyle: Default,Arial\n"
    "[Events]\nFormat: Layer, Start, End, Style, Actor, MarginL, MarginR, MarginV, Effect, Text\n"
    "Dialogue: 0,0:00:01.00,0:00:02.50,Default,Ann,0,0,0,,{\\i1}Hello, you\\Nthere\\nsoft\n"
    "Comment: 0,0:00:02.00,0:00:02.50,Default,,0,0,0,,no speech\n"
    "Dialogue: 0,0:00:02.00,0:00:02.50,Default,,0,0,0,,{\\p1}m 0 0 l 9 9\n"
    "Dialogue: 1,0:00:03.00,0:00:04.00,Other,,0,0,0,,Two\n"
    "[Fonts]\nfontname: x\nM!@#\n"
)


def read(folder: Path, name: str, content: str) -> Document:
    (folder / "talk.wav").touch()
    path = folder / f"talk.{name}"
    path.write_bytes(content.encode())
    return read_document(path)


def edited(document: Document, id: int = 1, **values: Any) -> str:
    clips = [
        changed(clip, {"raw": None, **values}) if clip.id == id else clip for clip in document.clips
    ]
    return render(document, clips).decode()


@pytest.mark.parametrize(
    ("name", "content", "speaker", "text"),
    [
        ("srt", SRT, "", "{\\an8}<i>Hello</i>\nthere."),
        ("en.srt", SRT, "", "{\\an8}<i>Hello</i>\nthere."),
        ("vtt", VTT, "Ann", "Hello &amp;\nbye"),
        ("ass", ASS, "Ann", "{\\i1}Hello, you\nthere\\nsoft"),
        ("ssa", ASS, "Ann", "{\\i1}Hello, you\nthere\\nsoft"),
    ],
)
def test_cues_are_spans_of_the_recording(
    tmp_path: Path, name: str, content: str, speaker: str, text: str
) -> None:
    document = read(tmp_path, name, content)
    first, second = document.clips[:2]
    assert (first.start_s, first.end_s, first.speaker, first.text) == (1.0, 2.5, speaker, text)
    assert (second.start_s, second.end_s, second.text.strip(".")) == (3.0, 4.0, "Two")
    assert not any(clip.problem for clip in document.clips)
    assert document.format.spans
    assert document.recording == tmp_path / "talk.wav"
    assert find_audio(document, first) == tmp_path / "talk.wav"
    assert render(document, document.clips) == document.path.read_bytes()


@pytest.mark.parametrize(
    ("name", "content", "values", "before", "after"),
    [
        ("srt", SRT, {"text": "New\n\nlines "}, "{\\an8}<i>Hello</i>\r\nthere.", "New\r\nlines "),
        ("srt", SRT, {"end_s": 2.75}, "--> 00:00:02,500 X1", "--> 00:00:02,750 X1"),
        ("srt", SRT, {"start_s": 0.0004}, "00:00:01,000 -->", "00:00:00,000 -->"),
        ("srt", SRT, {"end_s": 3723.0456}, "00:00:02,500 X", "01:02:03,046 X"),
        ("srt", SRT, {"speaker": "Ann", "language": "en"}, "", ""),  # SRT has no place for them
        ("srt", SRT, {"text": ""}, "{\\an8}<i>Hello</i>\r\nthere.\r\n", ""),
        ("vtt", VTT, {"text": "New"}, "Hello &amp;\nbye", "New"),
        ("vtt", VTT, {"speaker": "Eve"}, "<v.loud Ann>", "<v.loud Eve>"),
        ("vtt", VTT, {"speaker": ""}, "<v.loud Ann>Hello &amp;\nbye</v>", "Hello &amp;\nbye"),
        ("vtt", VTT, {"end_s": 2.0}, "00:01.000 --> 00:02.500", "00:00:01.000 --> 00:00:02.000"),
        ("ass", ASS, {"text": "New,\nlines"}, "{\\i1}Hello, you\\Nthere\\nsoft", "New,\\Nlines"),
        ("ass", ASS, {"start_s": 0.126}, "0:00:01.00", "0:00:00.13"),
        ("ass", ASS, {"end_s": 2.504}, "", ""),  # a hundredth of a second is all it has
        ("ass", ASS, {"speaker": "Eve"}, "Default,Ann,", "Default,Eve,"),
    ],
)
def test_only_what_changed_is_written_anew(
    tmp_path: Path, name: str, content: str, values: dict[str, Any], before: str, after: str
) -> None:
    assert edited(read(tmp_path, name, content), **values) == content.replace(before, after, 1)


@pytest.mark.parametrize(
    ("name", "content", "values", "says"),
    [
        ("srt", SRT, {"text": "a\n00:00:01,000 --> 00:00:02,000"}, "holds the times of a cue"),
        ("srt", SRT, {"start_s": None}, "has no times; set where"),
        ("vtt", VTT, {"speaker": "a>b"}, "leave it out"),
        ("ass", ASS, {"speaker": "a,b"}, "leave it out"),
        ("ass", ASS, {"end_s": None}, "has no times; set where"),
    ],
)
def test_what_would_break_a_cue_is_refused(
    tmp_path: Path, name: str, content: str, values: dict[str, Any], says: str
) -> None:
    with pytest.raises(InputError, match=says):
        edited(read(tmp_path, name, content), **values)


def test_numbers_are_counted_anew_where_cues_come_or_go(tmp_path: Path) -> None:
    document = read(tmp_path, "srt", SRT)
    one, two, three = document.clips
    assert render(document, [one, replace(two, deleted=True), three]).decode() == (
        SRT[: SRT.index("2\r\n")] + "\r\n2\r\n" + SRT[SRT.index("00:00:05,000") :]
    )
    first = changed(three, {"raw": None, "text": "Three", "end_s": 5.5})
    second = replace(first, id=4, start_s=5.5, end_s=6.0, text="half", lead="")
    assert render(document, [one, two, first, second]).decode() == (
        SRT[: SRT.index("3\r\n")] + "3\r\n00:00:05,000 --> 00:00:05,500\r\nThree\r\n\r\n"
        "4\r\n00:00:05,500 --> 00:00:06,000\r\nhalf"
    )
    new = Clip(4, text="new", start_s=7.0, end_s=8.0)
    assert render(document, [one, two, three, new]).decode() == (
        SRT + "\r\n\r\n4\r\n00:00:07,000 --> 00:00:08,000\r\nnew\r\n\r\n"
    )


def test_numbers_that_were_never_counted_stay(tmp_path: Path) -> None:
    content = SRT.replace("2\r\n00", "7\r\n00")
    document = read(tmp_path, "srt", content)
    one, two, three = document.clips
    assert (
        render(document, [replace(one, deleted=True), two, three]).decode()
        == (content[content.index("7\r\n") :])
    )
    zero = read(tmp_path, "srt", SRT.replace("1\r\n0", "0\r\n0").replace("2\r\n0", "1\r\n0"))
    assert render(zero, zero.clips).startswith(b"0\r\n")


def test_a_new_line_of_dialogue_has_every_column(tmp_path: Path) -> None:
    document = read(tmp_path, "ass", ASS)
    new = Clip(3, speaker="Eve", text="a\nb", start_s=7.0, end_s=8.0)
    assert render(document, [*document.clips, new]).decode() == ASS.replace(
        "[Fonts]", "Dialogue: 0,0:00:07.00,0:00:08.00,Default,Eve,0,0,0,,a\\Nb\n[Fonts]"
    )


def test_cues_without_empty_lines_and_numbers_are_read(tmp_path: Path) -> None:
    content = (
        "1\n00:00:01,000 --> 00:00:02,000\none\n2\n00:00:03,000 --> 00:00:04,000\ntwo\n"
        "00:00:05,000 --> 00:00:06,000\nthree\n\nof nobody\nknows when\n\n"
        "4\n0:0:7.5 --> 0:0:8.25\n\n\n5\n00:00:09,000 --> 00:00:10,000\nfive"
    )
    document = read(tmp_path, "srt", content)
    texts = ["one", "two", "three", "of nobody\nknows when", "", "five"]
    assert [clip.text for clip in document.clips] == texts
    assert [bool(clip.problem) for clip in document.clips] == [False] * 3 + [True] + [False] * 2
    assert (document.clips[4].start_s, document.clips[4].end_s) == (7.5, 8.25)
    assert render(document, document.clips).decode() == content
    assert edited(document, 2, text="2") == content.replace("two", "2")


def test_a_broken_cue_is_mended_by_its_lines(tmp_path: Path) -> None:
    document = read(tmp_path, "srt", SRT.replace("00:00:03,000 -->", "00:00:03,000 ->"))
    mended = parse_line(document, "2\n00:00:03,000 --> 00:00:04,000\nTwo.\n", 2)
    assert (mended.raw, mended.problem) == (document_clip(SRT, tmp_path).raw, "")
    for block in (
        "2\n00:00:03,000 --> 00:00:04,000\nTwo.\n\nmore",
        "2\n00:00:03,000 --> 00:00:04,000\na\n3\n00:00:05,000 --> 00:00:06,000\nb",
        "",
    ):
        assert parse_line(document, block, 2).problem


def document_clip(content: str, folder: Path) -> Clip:
    return read(folder, "srt", content).clips[1]
