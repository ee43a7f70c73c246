from dataclasses import replace
from pathlib import Path

import pytest

from gpt_sovits.errors import InputError
from subfix.clip import Clip, changed
from subfix.files import Document, parse_line, read_document, render


def read(folder: Path, content: str | bytes) -> Document:
    path = folder / "x.list"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_document(path)


def edited(document: Document, id: int, **values: str) -> str:
    clips = [
        changed(clip, {"raw": None, "problem": "", **values}) if clip.id == id else clip
        for clip in document.clips
    ]
    return render(document, clips).decode()


@pytest.mark.parametrize(
    ("line", "audio", "speaker", "language", "text"),
    [
        ("a.wav|ann|EN|Hello there.", "a.wav", "ann", "EN", "Hello there."),
        ("a.wav|ann|ZH|你好|世界", "a.wav", "ann", "ZH", "你好|世界"),
        ("a.wav|JP|はい", "a.wav", "", "JP", "はい"),
        ("a.wav|JP|はい|いいえ", "a.wav", "", "JP", "はい|いいえ"),
        ('"C:\\x y\\a.wav" | ann | Ko | 안녕 ', "C:\\x y\\a.wav", "ann", "Ko", "안녕"),
        ("\u202aC:\\a.wav\u202c|ann|yue|你好", "C:\\a.wav", "ann", "yue", "你好"),
        ("a.wav||auto|x", "a.wav", "", "auto", "x"),
        ("a.wav|ann|en|", "a.wav", "ann", "en", ""),
        ("a.wav|ann|en|line \u2028 separator", "a.wav", "ann", "en", "line \u2028 separator"),
    ],
)
def test_every_spelling_of_a_line_is_read_and_kept(
    tmp_path: Path, line: str, audio: str, speaker: str, language: str, text: str
) -> None:
    document = read(tmp_path, f"{line}\nb.wav|ann|en|x\n")
    clip = document.clips[0]
    assert (clip.audio, clip.speaker, clip.language, clip.text) == (audio, speaker, language, text)
    assert not clip.problem
    assert render(document, document.clips) == document.path.read_bytes()
    assert edited(document, 1) == f"{line}\nb.wav|ann|en|x\n"  # raw lost, nothing changed


@pytest.mark.parametrize(
    ("line", "values", "becomes"),
    [
        ('"a b.wav" | ann | ZH | old ', {"text": "new"}, '"a b.wav" | ann | ZH |new'),
        ('"a b.wav"|ann|ZH|old', {"language": "en"}, '"a b.wav"|ann|en|old'),
        ("a.wav|ann|ZH|old", {"language": "Chinese"}, "a.wav|ann|zh|old"),
        ("a.wav|JP|old", {"text": "new"}, "a.wav|JP|new"),
        ("a.wav|JP|old", {"speaker": "ann"}, "a.wav|ann|JP|old"),
        ("a.wav|JP|old", {"text": "en|new"}, "a.wav||JP|en|new"),
        ("a.wav|ann|en|old", {"text": " two\r\n lines\n"}, "a.wav|ann|en|two lines"),
        ("a.wav|ann|en|old", {"text": ""}, "a.wav|ann|en|"),
        ("nothing", {"audio": "a.wav", "language": "en", "text": "x"}, "a.wav||en|x"),
    ],
)
def test_only_what_changed_is_written_anew(
    tmp_path: Path, line: str, values: dict[str, str], becomes: str
) -> None:
    document = read(tmp_path, f"x.wav|a|en|1\r\n{line}\ny.wav|a|en|2")
    assert edited(document, 2, **values) == f"x.wav|a|en|1\r\n{becomes}\ny.wav|a|en|2"


@pytest.mark.parametrize(
    "values", [{"speaker": "a|b"}, {"audio": "a|b.wav"}, {"speaker": "a\nb"}, {"text": "\ud800"}]
)
def test_what_would_break_a_line_is_refused(tmp_path: Path, values: dict[str, str]) -> None:
    with pytest.raises(InputError, match="leave it out"):
        edited(read(tmp_path, "a.wav|ann|en|x"), 1, **values)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("a.wav|s", "has 2 fields"),
        ("a.wav hello", "has 1 fields"),
        ("a.wav|s|klingon|Qapla", "unknown language 'klingon'; known are zh"),
        ("a.wav|s||x", "names no language; choose one"),
        ('""|s|en|x', "names no audio file; write"),
        ("|" * 100_000, "names no audio file"),
        ("x" * 1_000_000, "has 1 fields"),
    ],
)
def test_a_broken_line_is_kept_and_told_and_can_be_mended(
    tmp_path: Path, line: str, says: str
) -> None:
    document = read(tmp_path, f"\r\n{line}\r\nb.wav|s|en|x\n")
    broken = document.clips[0]
    assert says in broken.problem
    assert broken.raw == f"{line}\r\n"
    assert broken.lead == "\r\n"
    assert render(document, document.clips) == document.path.read_bytes()
    assert parse_line(document, "still broken", 1).problem
    mended = parse_line(document, "a.wav|s|en|good\n", 1)
    assert (mended.problem, mended.text, mended.raw) == ("", "good", "a.wav|s|en|good\r\n")


def test_lines_come_and_go_and_blank_lines_stay(tmp_path: Path) -> None:
    document = read(tmp_path, "a|s|en|1\r\n\r\nb|s|en|2\nc|s|en|3")
    one, two, three = document.clips
    gone = replace(two, deleted=True)
    assert render(document, [one, gone, three]) == b"a|s|en|1\r\n\r\nc|s|en|3"
    new = Clip(4, audio="d", speaker="s", language="en", text="4")
    assert render(document, [one, gone, three, new]) == (
        b"a|s|en|1\r\n\r\nc|s|en|3\r\nd|s|en|4\r\n"
    )
    half = replace(three, id=5, raw=None, text="half", audio="e")
    assert render(document, [three, half]) == b"c|s|en|3\r\ne|s|en|half"
