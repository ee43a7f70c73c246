import codecs
import contextlib
import os
import re
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from gpt_sovits.errors import InputError
from gpt_sovits.paths import ProjectPaths
from subfix.clip import Clip
from subfix.files import find_audio, parse_line, read_document, render

LINE = "a.wav|ann|zh|今天天气很好，我们一起去公园散步吧。\n"
CUE = "1\n00:00:01,000 --> 00:00:02,000\nhello\n\n"


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("x.list", b"", "is empty; write one clip a line"),
        ("x.list", b"\n \r\n\t\n", "is empty"),
        ("x.list", b"\xef\xbb\xbf", "is empty"),
        ("x.list", LINE.encode() + b"a.wav|s|en|a\0b\n", "line 2 holds a NUL, which is no letter"),
        ("x.list", b"RIFF" + bytes(range(256)) * 9, "line 2 is no text"),
        ("x.list", bytes(range(1, 256)) * 9, "line 2 is no text that can be read"),
        ("x.list", "a|s|en|x".encode("utf-16") + b"\n", "is no text that can be read"),
        ("x.wav", LINE, "is none of the files that can be edited; name a .list"),
        ("x", LINE, "is none of the files that can be edited"),
        ("x.json", "[\n {}\n]", "is one JSON array; write one object on each line"),
        ("x.csv", "hello\nworld\n", "is no table of clips; its first line must name columns"),
        ("x.csv", "file_name,text\n\n", "holds no clip"),
        ("x.srt", CUE, "no recording of its name lies beside it; put it there, or name it"),
        ("x.ass", "[Events]\n", "no recording of its name lies beside it"),
        ("talk.ass", "[Events]\n; nothing\n", "holds no clip"),
        ("talk.vtt", "WEBVTT\n\nNOTE\nnothing\n", "holds no clip"),
    ],
)
def test_what_is_no_file_of_labels_is_one_sentence(
    tmp_path: Path, name: str, content: str | bytes, says: str
) -> None:
    (tmp_path / "talk.wav").touch()
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(InputError, match=says) as caught:
        read_document(path)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)


def test_what_is_no_file_is_one_sentence(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.list")
    with (tmp_path / "large.list").open("wb") as file:
        file.truncate(70 << 20)
    for path, says in [
        (tmp_path, "is a folder"),
        (tmp_path / "gone.list", "cannot be read .* check the path"),
        (tmp_path / "large.list", "is too large for a text"),
        (tmp_path / "pipe.list", "is no file"),
        (Path("/dev/zero"), "is no file"),
        (Path("/dev/null"), "is no file"),
        (tmp_path / ("x" * 4000 + ".list"), "cannot be read"),
        (Path("x/" * 2000), "cannot be read"),
        (Path("a\0b.list"), "cannot be read"),
    ]:
        with pytest.raises(InputError, match=says):
            read_document(path)


def test_a_recording_that_is_named_must_be_there(tmp_path: Path) -> None:
    path = tmp_path / "x.srt"
    path.write_text(CUE)
    with pytest.raises(InputError, match=r"gone.wav: no such file; name the recording of x.srt"):
        read_document(path, tmp_path / "gone.wav")
    (tmp_path / "other.wav").touch()
    document = read_document(path, tmp_path / "other.wav")
    assert document.recording == tmp_path / "other.wav"
    assert find_audio(document, document.clips[0]) == tmp_path / "other.wav"
    (tmp_path / "x.MP3").touch()
    assert read_document(path).recording == tmp_path / "x.MP3"


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("x.jsonl", "[" * 100_000, "is no JSON object; write"),
        ("x.jsonl", '{"a":' * 100_000 + "1", "is no JSON object"),
        ("x.jsonl", "[1, 2]", "is one JSON array|is no JSON object"),
        ("x.jsonl", '"text"', "is no JSON object"),
        ("x.jsonl", "9" * 100_000, "is no JSON object"),
        ("x.jsonl", '{"file_name": "a.wav", "text": "x"', "is no JSON object"),
        ("x.jsonl", '{"text": "x"}', "names no audio file"),
        ("x.jsonl", '{"file_name": {"path": "a.wav"}, "text": "x"}', "names no audio file"),
        ("x.jsonl", '{"file_name": "a", "text": "x", "lang": "klingon"}', "unknown language"),
        ("x.csv", "LJ1", "has one field, where 'clip|text' is needed"),
        ("t.csv", 'a.wav,"open', "has a quote without an end at '\"open'"),
        ("t.csv", 'a.wav,"open" x,', "has a quote without an end"),
        ("t.csv", "a.wav", "has other columns than the 3 that are named"),
        ("t.csv", "a.wav,en,b, c", "has other columns than the 3 that are named; put a text"),
        ("t.csv", ",en,x", "names no audio file"),
        ("talk.srt", "1\n00:00:02,000 --> 00:00:01,000\nx", "ends before it begins; set its"),
        ("talk.srt", "1\n00:00:01,000 -> 00:00:02,000\nx", "is no cue; write one line such as"),
        ("talk.srt", "x" * 1_000_000, "is no cue"),
        ("talk.vtt", "1\n00:00.000\nx", "is no cue"),
        ("talk.ass", "Dialogue: nothing", "is no line of dialogue; write Dialogue: layer,start"),
        ("talk.ass", "Dialogue: 0,x,y,,,0,0,0,,text", "has no times; write them as 0:00:01.50"),
        ("talk.ass", "Dialogue: 0,0:00:02.00,0:00:01.00,,,0,0,0,,a", "ends before it begins"),
    ],
)
def test_a_broken_line_is_kept_and_told_and_can_be_mended(
    tmp_path: Path, name: str, content: str, says: str
) -> None:
    good = {
        ".jsonl": '{"file_name": "b.wav", "text": "good"}\n',
        ".csv": "LJ2|good\n",
        ".srt": "2\n00:00:03,000 --> 00:00:04,000\ngood\n\n",
        ".vtt": "2\n00:00:03.000 --> 00:00:04.000\ngood\n\n",
        ".ass": "Dialogue: 0,0:00:01.00,0:00:02.00,,,0,0,0,,good\n",
    }
    (tmp_path / "talk.wav").touch()
    path = tmp_path / name
    right = good[path.suffix] if name != "t.csv" else "b.wav,en,good\n"
    head = "file_name,language,text\n" if name == "t.csv" else ""
    written = f"{head}{right}{content}\n\n{right}"
    path.write_bytes(written.encode())
    document = read_document(path)
    first, broken, last = document.clips
    assert re.search(says, broken.problem)
    assert "\n" not in broken.problem
    assert (first.text, last.text, first.problem, last.problem) == ("good", "good", "", "")
    assert render(document, document.clips) == written.encode()
    mended = parse_line(document, right, broken.id)
    assert (mended.problem, mended.text, mended.id) == ("", "good", broken.id)
    clips = [first, replace(mended, lead=broken.lead), last]
    path.write_bytes(render(document, clips))
    assert [clip.text for clip in read_document(path).clips] == ["good"] * 3


@pytest.mark.parametrize(
    ("text", "coding", "mark"),
    [
        (LINE, "utf-8", False),
        (LINE, "utf-8-sig", True),
        (LINE, "utf-16", True),
        (LINE, "utf-16-le", False),
        (LINE, "gb18030", False),
        ("a.wav|s|ja|今日はとてもいい天気ですね。\n", "cp932", False),
        ("a.wav|s|ko|안녕하세요. 오늘은 날씨가 아주 좋습니다.\n", "euc_kr", False),
        ("a.wav|s|en|He went to the café.\n", "cp1252", False),
    ],
)
def test_every_coding_is_read_and_turned_to_utf8(
    tmp_path: Path, text: str, coding: str, mark: bool
) -> None:
    path = tmp_path / "x.list"
    text = text.replace("\n", "\r\n") * 3
    path.write_bytes(text.encode(coding))
    document = read_document(path)
    assert (document.coding, document.mark, document.newline) == (coding, mark, "\r\n")
    assert document.clips[0].text == text.split("|")[3].split("\r\n")[0]
    assert render(document, document.clips) == codecs.BOM_UTF8 * mark + text.encode()


@pytest.mark.parametrize("n_cut", [1, 2])
@pytest.mark.parametrize("mark", [b"", codecs.BOM_UTF8])
def test_a_file_that_was_cut_off_keeps_its_bytes(tmp_path: Path, n_cut: int, mark: bytes) -> None:
    path = tmp_path / "x.list"
    content = mark + (LINE * 2 + "b.wav|ann|zh|你好").encode()[:-n_cut]
    path.write_bytes(content)
    document = read_document(path)
    assert render(document, document.clips) == content
    assert [bool(clip.problem) for clip in document.clips] == [False, False, True]
    broken = document.clips[2]
    assert broken.problem == "holds bytes that are no letters; write its text again"
    assert (broken.raw or "").encode()  # it can be shown
    mended = parse_line(document, "b.wav|ann|zh|你好", 3)
    assert not mended.problem
    assert (
        render(document, [*document.clips[:2], mended])
        == mark + (LINE * 2 + "b.wav|ann|zh|你好").encode()
    )


def test_half_a_letter_in_json_can_be_shown_and_written(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    content = b'{"file_name": "a.wav", "text": "a \\ud83d b", "n": 1.50}\n'
    path.write_bytes(content)
    document = read_document(path)
    (clip,) = document.clips
    assert clip.text == "a ? b"
    assert render(document, [replace(clip, raw=None)]) == content


@pytest.mark.parametrize("line", ["a\0b", "\ud800"])
def test_a_mended_line_must_be_text(tmp_path: Path, line: str) -> None:
    path = tmp_path / "x.list"
    path.write_text(LINE)
    with pytest.raises(InputError, match="no letter; leave it out"):
        parse_line(read_document(path), line, 1)


@pytest.mark.parametrize(
    ("name", "audio", "lies"),
    [
        ("x.list", "sub/a.wav", "sub/a.wav"),
        ("x.list", "D:\\gone\\a.wav", "a.wav"),
        ("x.csv", "a", "wavs/a.flac"),
        ("x.csv", "a.flac", "wavs/a.flac"),
        ("x.csv", "in_project.wav", "in_project.wav"),
        ("x.list", "x.list.subfix/audio/new.wav", "x.list.subfix/audio/new.wav"),
    ],
)
def test_the_file_of_a_clip_is_found(tmp_path: Path, name: str, audio: str, lies: str) -> None:
    lists = tmp_path / "lists"
    root = tmp_path if lies.startswith("in_project") else lists
    (root / lies).parent.mkdir(parents=True, exist_ok=True)
    (root / lies).touch()
    lists.mkdir(exist_ok=True)
    path = lists / name
    path.write_text(LINE if name == "x.list" else "a|hello\n")
    document = read_document(path)
    paths = ProjectPaths(tmp_path)
    assert find_audio(document, Clip(1, audio=audio), paths=paths) == root / lies
    if ".subfix" in audio:  # our own clips are beside the list, wherever the others are
        assert find_audio(document, Clip(1, audio=audio), tmp_path, paths) == root / lies


@pytest.mark.parametrize("audio", ["", ".", "/", "..", "a\0b", "x" * 5000, "gone.wav", "\\\\"])
@pytest.mark.parametrize("name", ["x.list", "x.csv"])
def test_a_clip_that_is_nowhere_is_one_sentence(tmp_path: Path, name: str, audio: str) -> None:
    path = tmp_path / name
    path.write_text(LINE if name == "x.list" else "a|hello\n")
    with pytest.raises(InputError):
        find_audio(read_document(path), Clip(1, audio=audio))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.list", "a.wav|s|en|" + " " * 1_000_000 + "x"),
        ("x.list", "\n" * 1_000_000 + "a.wav|s|en|x"),
        ("x.jsonl", '{"file_name": "a", "text": "' + "\\n" * 300_000 + "b" + " " * 300_000 + 'x"}'),
        ("x.csv", 'file_name,text\na.wav,"' + "\n" * 300_000 + "b" + " " * 300_000 + 'x"'),
        ("x.csv", 'file_name,text\na.wav,"' + '""' * 300_000),
        ("x.csv", 'file_name,text,"' + "n" * 300_000 + '"\na,b,c'),
        ("talk.vtt", "WEBVTT\n\n00:01.000 --> 00:02.000\n<v" + " " * 300_000 + "x"),
        ("talk.srt", "1\n00:00:01,000 --> 00:00:02,000" + " " * 300_000 + "\nx\n"),
        ("talk.srt", "1\n" * 300_000 + "00:00:01,000 --> 00:00:02,000\nx\n"),
        ("talk.ass", "Dialogue: 0" + "," * 300_000 + "{" * 300_000),
    ],
)
def test_no_line_is_long_enough_to_take_for_ever(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / "talk.wav").touch()
    path = tmp_path / name
    path.write_bytes(content.encode())
    start = time.process_time()
    document = read_document(path)
    with contextlib.suppress(InputError):  # a line without times is not written anew
        render(
            document, [replace(clip, raw=None, text=f"{clip.text} x") for clip in document.clips]
        )
    assert render(document, document.clips) == content.encode()
    assert time.process_time() - start < 10  # busy machine; what is quadratic takes minutes


def test_a_folder_may_hold_the_recording(tmp_path: Path) -> None:
    path = tmp_path / "x.srt"
    path.write_text(CUE)
    folder = tmp_path / "recordings"
    folder.mkdir()
    with pytest.raises(InputError, match="no recording of its name"):
        read_document(path, folder)
    (folder / "x.flac").touch()
    assert read_document(path, folder).recording == folder / "x.flac"


N_LINES = 20_000


@pytest.mark.parametrize(
    ("name", "head", "line"),
    [
        ("x.list", "", "slices/clip_{}.wav|speaker|zh|今天天气很好，我们一起去公园散步吧。"),
        ("x.jsonl", "", '{{"file_name": "clip_{}.wav", "text": "hello there", "speaker": "a"}}'),
        ("x.csv", "file_name,text,speaker\n", 'clip_{}.wav,"hello, there",a'),
        ("open.csv", "file_name,text,speaker\n", 'clip_{}.wav,"hello'),
        ("quotes.csv", "file_name,text,speaker\n", '""",""""'),
        ("x.txt", "", "LJ{}|hello there 1|hello there one"),
        ("talk.srt", "", "{}\n00:00:01,000 --> 00:00:02,000\nhello\nthere\n"),
        ("talk.ass", "", "Dialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,hello there {}"),
    ],
)
def test_long_files_are_read_in_a_moment(
    tmp_path: Path, name: str, head: str, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "talk.wav").touch()
    path = tmp_path / name
    path.write_text(head + "".join(f"{line.format(n)}\n" for n in range(N_LINES)), encoding="utf-8")

    def best(read: object) -> float:
        assert callable(read)
        times = []
        for _ in range(3):
            start = time.process_time()
            read()
            times.append(time.process_time() - start)
        return min(times)

    plain = best(lambda: [each.split("|") for each in path.read_text("utf-8").split("\n")])
    ours = best(lambda: read_document(path))
    with capsys.disabled():
        sys.stdout.write(
            f"\n{name}: {N_LINES:,} lines in {ours:.2f} s, {ours / plain:.0f} plain splits"
        )
    assert ours < 500 * plain
