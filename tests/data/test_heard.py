import json
import subprocess
import sys
from pathlib import Path

import pytest

from gpt_sovits.data.heard import HeardClip, HeardRecord
from gpt_sovits.errors import InputError
from gpt_sovits.paths import PROJECT


def heard(key: str, text: str = "今日は") -> HeardClip:
    return HeardClip(key, f"clips/{key}.wav", "some engine", "ja", text, 1.5, words=[["今", 0, 1]])


@pytest.mark.parametrize(
    "line", ["", "{", "[]", "3", '{"key": "x"}', '{"key": []}', '{"audio": "y"}', "\x00", "{}"]
)
def test_a_torn_or_foreign_line_is_passed_over(tmp_path: Path, line: str) -> None:
    record = HeardRecord(tmp_path / "x.jsonl")
    record.add(heard("a"))
    with record.path.open("a") as file:
        file.write(line)
    HeardRecord(record.path).add(heard("b"))
    assert list(HeardRecord(record.path).clips.values()) == [heard("a"), heard("b")]


def test_a_clip_that_is_heard_again_replaces_the_earlier(tmp_path: Path) -> None:
    record = HeardRecord(tmp_path / "x.jsonl")
    for text in ("one", "two"):
        record.add(heard("a", text))
    assert record.clips == HeardRecord(record.path).clips == {"a": heard("a", "two")}


def test_tidy_puts_clips_first_and_writes_them_to_be_read(tmp_path: Path) -> None:
    record = HeardRecord(tmp_path / "x.jsonl")
    for key in "abc":
        record.add(heard(key))
    record.tidy([heard("c", "新しい"), heard("a")])
    lines = record.path.read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["key"] for line in lines] == ["c", "a", "b"]
    assert "新しい" in lines[0]


def test_a_record_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    record = HeardRecord(tmp_path / "x.jsonl")
    record.path.mkdir()
    with pytest.raises(InputError, match=r"x\.jsonl: cannot be written"):
        record.add(heard("a"))


def test_reading_imports_nothing_heavy() -> None:
    code = (
        "import sys, gpt_sovits.data.heard;"
        "sys.exit(', '.join({'torch', 'numpy', 'gpt_sovits.prepare'} & set(sys.modules)) or 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=PROJECT.root, check=False
    )
    assert done.returncode == 0, done.stderr
