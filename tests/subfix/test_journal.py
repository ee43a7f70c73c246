import json
import os
from pathlib import Path

import pytest

from gpt_sovits.errors import InputError
from subfix.journal import Journal, Line


def lines_of(path: Path) -> list[Line]:
    journal = Journal(path, {})
    journal.close()
    return journal.lines[1:]


def test_what_was_appended_is_there_again(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j", {"first": "a.list"})
    journal.append({"n": 1, "text": "你好\nみ"})
    journal.append({"n": 2})
    journal.close()
    again = Journal(tmp_path / "j", {"first": "another"})
    again.close()
    header = {"subfix": 1, "first": "a.list"}
    assert again.lines == [header, {"n": 1, "text": "你好\nみ"}, {"n": 2}]


@pytest.mark.parametrize("torn", [b"{", b'{"n": 2}', b"\0\0\0", b"\xe4\xbd"])
def test_a_torn_end_is_cut_off_and_the_next_line_stands_alone(tmp_path: Path, torn: bytes) -> None:
    path = tmp_path / "j"
    journal = Journal(path, {})
    journal.append({"n": 1})
    journal.close()
    with path.open("ab") as file:
        file.write(torn)
    assert lines_of(path) == [{"n": 1}]
    journal = Journal(path, {})
    journal.append({"n": 2})
    journal.close()
    assert lines_of(path) == [{"n": 1}, {"n": 2}]


@pytest.mark.parametrize("bad", [b"no json", b"[1]", b"\xff\xfe", b"[" * 100_000])
def test_a_damaged_line_is_named(tmp_path: Path, bad: bytes) -> None:
    path = tmp_path / "j"
    path.write_bytes(b'{"subfix": 1}\n' + bad + b'\n{"n": 2}\n')
    with pytest.raises(InputError, match="line 2 is damaged; put a copy back"):
        Journal(path, {})


def test_another_version_is_refused(tmp_path: Path) -> None:
    (tmp_path / "j").write_text(json.dumps({"subfix": 99}) + "\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"another version \(99\)"):
        Journal(tmp_path / "j", {})


def test_a_folder_in_its_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "j").mkdir()
    with pytest.raises(InputError, match="cannot be written"):
        Journal(tmp_path / "j", {})


def test_a_full_disk_leaves_no_half_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = Journal(tmp_path / "j", {})
    journal.append({"n": 1})
    write = os.write

    def full(file: int, content: bytes) -> int:
        if len(content) > 5:
            return write(file, content[:5])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(InputError, match=r"the edit cannot be kept \(No space left"):
        journal.append({"n": 2, "text": "long"})
    monkeypatch.undo()
    journal.append({"n": 2})
    journal.close()
    assert lines_of(tmp_path / "j") == [{"n": 1}, {"n": 2}]


def test_a_line_is_synced_before_it_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[bytes] = []
    journal = Journal(tmp_path / "j", {})
    monkeypatch.setattr(os, "fsync", lambda file: synced.append((tmp_path / "j").read_bytes()))
    journal.append({"n": 1})
    journal.close()
    assert synced == [b'{"subfix":1}\n{"n":1}\n']


def test_nothing_is_written_into_a_file_that_took_its_number(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.jsonl", {})
    journal.close()
    other = tmp_path / "other"
    with other.open("wb", buffering=0):  # the system gives it the number that was just closed
        with pytest.raises(InputError, match="cannot be kept"):
            journal.append({"n": 1})
        assert not other.read_bytes()
