from pathlib import Path

import pytest

from gpt_sovits.data.annotations import Annotation, read_annotations, write_annotations
from gpt_sovits.errors import InputError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project with two clips beside the list and one elsewhere."""
    for name in ("a.wav", "b.wav", "output/slices/c.wav"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    return tmp_path


def write_list(folder: Path, content: str | bytes, name: str = "lists/x.list") -> Path:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(
    ("line", "speaker", "language", "text"),
    [
        ("{}|ann|EN|Hello there.", "ann", "en", "Hello there."),
        ("{}|ann|zh|你好|世界", "ann", "zh", "你好|世界"),
        ("{}|ann|JP|はい", "ann", "ja", "はい"),
        ("{}|ann|Ko|안녕", "ann", "ko", "안녕"),
        ("{}|ann|YUE|你好", "ann", "yue", "你好"),
        ("{}|ann|auto| spaces \t", "ann", "auto", "spaces"),
        ("{}|zh|你好", "", "zh", "你好"),
        ("{}|zh|你好|世界", "", "zh", "你好|世界"),
        ("{}|zh|en|hello", "zh", "en", "hello"),
        ('"{}"|ann|en|quotes', "ann", "en", "quotes"),
        (" '{}' | ann | en | spaces", "ann", "en", "spaces"),
        ("\u202a{}\u202c|ann|en|marks", "ann", "en", "marks"),
        ("“{}”|ann|en|curly", "ann", "en", "curly"),
        ("\ufeff{}|ann|en|byte-order mark", "ann", "en", "byte-order mark"),
        ("{}|ann|en|separator \u2028 inside", "ann", "en", "separator \u2028 inside"),
    ],
)
def test_a_line_is_understood_as_people_write_it(
    folder: Path, line: str, speaker: str, language: str, text: str
) -> None:
    path = write_list(folder, line.format(folder / "a.wav"))
    found = read_annotations(path)
    assert found.items == [Annotation(folder / "a.wav", speaker, language, text, 1)]
    assert not found.skipped


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_kind_of_line_end_is_one(folder: Path, end: str) -> None:
    lines = [f"{folder / name}|s|en|hello" for name in ("a.wav", "b.wav")]
    found = read_annotations(write_list(folder, end.join([*lines, "", ""])))
    assert [item.line for item in found.items] == [1, 2]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("../a.wav", "lists/../a.wav"),
        ("output/slices/c.wav", "output/slices/c.wav"),
        (r"output\slices\c.wav", "output/slices/c.wav"),
        ("./a.wav", "a.wav"),
        ("a.wav/", "a.wav"),
    ],
)
def test_relative_paths_begin_at_the_list_or_the_project(
    folder: Path, written: str, meant: str
) -> None:
    found = read_annotations(write_list(folder, f"{written}|s|en|hello"), root=folder)
    assert [item.audio.resolve() for item in found.items] == [(folder / meant).resolve()]


def test_a_windows_path_finds_the_clip_that_came_with_the_list(folder: Path) -> None:
    path = write_list(folder, "D:\\voices\\me\\a.wav|s|en|hello", name="x.list")
    assert [item.audio for item in read_annotations(path).items] == [folder / "a.wav"]


@pytest.mark.parametrize("written", ["/gone/c.wav", r"D:\gone\c.wav", "c.wav"])
def test_a_folder_of_clips_wins_over_every_path(folder: Path, written: str) -> None:
    clips = folder / "output" / "slices"
    found = read_annotations(write_list(folder, f"{written}|s|en|hello"), clips)
    assert [item.audio for item in found.items] == [clips / "c.wav"]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{a}|s|en", "has 3 fields"),
        ("{a} hello", "has 1 fields"),
        ("{a}|s|en| ", "has no text"),
        ("{a}|s|klingon|Qapla", "unknown language 'klingon'"),
        ("{a}|s||hello", "unknown language ''"),
        ("missing.wav|s|en|hello", "missing.wav: no such file"),
        (r"D:\x\missing.wav|s|en|hello", "missing.wav: no such file"),
        ("{folder}|s|en|hello", "is a folder"),
        ('""|s|en|hello', "names no audio file"),
        ("a\0b.wav|s|en|hello", "no such file"),
        ("x" * 5000 + "|s|en|hello", "no such file"),
        ("{b}|t|en|again", "the same clip as line 1"),
    ],
)
def test_a_bad_line_is_named_and_the_rest_goes_on(folder: Path, line: str, says: str) -> None:
    bad = line.format(a=folder / "a.wav", b=folder / "b.wav", folder=folder)
    path = write_list(folder, f"{folder / 'b.wav'}|s|en|good\n{bad}\n{folder / 'a.wav'}|s|en|good")
    found = read_annotations(path)
    assert [item.line for item in found.items] == [1, 3]
    ((where, reason),) = found.skipped
    assert where == Path(f"{path}:2")
    assert says in reason


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"\n \r\n", "is empty"),
        ("a.wav|s|zh|你好\n".encode("gbk"), "line 1 is not UTF-8 but looks like GBK"),
        ("a.wav|s|en|x\n".encode("utf-16"), "looks like UTF-16"),
        (b"a|s|en|ok\nb|s|en|\xff\xff\xff", "line 2 is not UTF-8; save"),
    ],
)
def test_a_list_that_cannot_be_read_is_one_sentence(
    folder: Path, content: bytes, says: str
) -> None:
    path = write_list(folder, content)
    with pytest.raises(InputError, match=says) as caught:
        read_annotations(path)
    assert str(caught.value).startswith(str(path))


@pytest.mark.parametrize(
    ("name", "says"), [("lists", "is a folder"), ("none.list", "no such file"), ("a\0", "no such")]
)
def test_what_is_no_list_is_one_sentence(folder: Path, name: str, says: str) -> None:
    (folder / "lists").mkdir()
    with pytest.raises(InputError, match=says):
        read_annotations(folder / name)


def test_a_missing_folder_of_clips_is_one_sentence(folder: Path) -> None:
    with pytest.raises(InputError, match="is no folder"):
        read_annotations(write_list(folder, "a.wav|s|en|x"), folder / "none")


def test_what_is_written_is_read_again(folder: Path) -> None:
    items = [
        Annotation(folder / "a.wav", "ann", "zh", "你好|世界", 1),
        Annotation(folder / "b.wav", "", "auto", "two words", 2),
    ]
    path = folder / "new.list"
    write_annotations(path, items)
    assert read_annotations(path).items == items


def test_line_breaks_in_a_text_become_spaces(folder: Path) -> None:
    item = Annotation(folder / "a.wav", "ann", "en", "one\r\ntwo\n", 1)
    write_annotations(folder / "new.list", [item])
    assert [item.text for item in read_annotations(folder / "new.list").items] == ["one two"]


@pytest.mark.parametrize("speaker", ["a|b", "a\nb", "\udc80"])
def test_what_cannot_stand_in_a_list_leaves_it_as_it_was(folder: Path, speaker: str) -> None:
    path = write_list(folder, "old")
    with pytest.raises(InputError, match="cannot stand in an annotation list"):
        write_annotations(path, [Annotation(folder / "a.wav", speaker, "en", "x", 1)])
    assert path.read_text() == "old"
