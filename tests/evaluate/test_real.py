"""Recordings of a person come as a folder, a list or a table; what cannot be used is named."""

from pathlib import Path

import pytest

from gpt_sovits.errors import InputError
from gpt_sovits.evaluate import real
from gpt_sovits.evaluate.clips import RECORDINGS
from gpt_sovits.evaluate.real import read_real
from tests.tiny_mini import write_recording


def test_a_folder_has_texts_beside_its_clips(person: Path) -> None:
    clips, skipped = read_real(person)
    assert [(clip.name, clip.group, clip.text) for clip in clips] == [
        ("0", "en", "Good morning."),
        ("1", "zh", "你好。"),
        ("2", "mixed", ""),
    ]
    assert {clip.column for clip in clips} == {RECORDINGS}
    assert all(len(clip.sounds_like) == 3 for clip in clips)
    assert not skipped


def test_an_index_beside_the_folder_tells_the_texts(person: Path) -> None:
    index = person.parent / "index.tsv"
    index.write_text("person/2.wav\tja\tはい。\nperson/0.wav\ten\tOh no.\n", encoding="utf-8")
    clips, _ = read_real(person)
    assert [(clip.mode, clip.text) for clip in clips] == [
        ("en", "Oh no."),
        ("zh", "你好。"),
        ("ja", "はい。"),
    ]


def test_a_list_and_a_table_name_what_is_missing(person: Path) -> None:
    listed = person / "a.list"
    listed.write_text("0.wav|x|en|Hi there.\ngone.wav|x|en|Hello.\n", encoding="utf-8")
    table = person / "t.tsv"
    rows = "file\tlanguage\ttext\n0.wav\ten\tHi there.\ngone.wav\ten\tHello.\n1.wav\n2.wav\t-\t\n"
    table.write_text(rows, encoding="utf-8")
    clips, skipped = read_real(listed)
    assert [clip.text for clip in clips] == ["Hi there."]
    assert "gone.wav: no such file" in skipped[0][1]
    clips, skipped = read_real(table)
    assert [clip.text for clip in clips] == ["Hi there."]
    assert [where for where, _ in skipped] == [f"{table}:{number}" for number in (3, 4, 5)]
    assert "no such file" in skipped[0][1]
    assert "has 1 columns" in skipped[1][1]


def test_what_is_no_clip_is_left_out_and_the_rest_stays(person: Path) -> None:
    write_recording(person / "long.wav", 31.0)
    write_recording(person / "short.wav", 0.1)
    (person / "broken.wav").write_bytes(b"RIFF nothing")
    (person / "2.txt").write_bytes(b"\xff\xff")
    clips, skipped = read_real(person)
    assert [clip.name for clip in clips] == ["0", "1", "2"]
    reasons = {Path(where).name: reason for where, reason in skipped}
    assert "31.0 s long" in reasons["long.wav"]
    assert "0.1 s long" in reasons["short.wav"]
    assert "broken.wav" in reasons["broken.wav"]
    assert "without its text" in reasons["2.wav"]


def test_many_clips_are_thinned_out_evenly(person: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(real, "MOST", 2)
    clips, skipped = read_real(person)
    assert [clip.name for clip in clips] == ["0", "1"]
    assert skipped == [(str(person), "2 of its 3 clips are measured")]


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("nowhere", None, "no such file or folder"),
        ("empty", "folder", "holds no recording"),
        ("a.list", b"", "is empty; write one clip a line"),
        ("b.list", b"gone.wav|x|en|Hi.\n", "holds no clip that can be used"),
        ("c.tsv", b"", "holds no line"),
        ("d.tsv", b"\xff\xfe\x00", "is not UTF-8"),
        ("e.wav", b"no sound", "holds no clip that can be used"),
    ],
)
def test_nothing_to_use_is_told(
    tmp_path: Path, name: str, content: bytes | str | None, says: str
) -> None:
    path = tmp_path / name
    if content == "folder":
        path.mkdir()
    elif isinstance(content, bytes):
        path.write_bytes(content)
    with pytest.raises(InputError, match=says):
        read_real(path)
