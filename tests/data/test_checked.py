import json
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from gpt_sovits.data.checked import (
    CheckedFinding,
    CheckedLine,
    CheckedWord,
    checked_path,
    read_checked,
    to_json,
)
from gpt_sovits.paths import PROJECT

LINE = CheckedLine(
    audio="clips/00.wav",
    speaker="anna",
    language="en",
    text="Good morning, 世界。",
    light="yellow",
    findings=(CheckedFinding("noisy", "yellow", "speech is 12 dB above the noise", "Record."),),
    fit=0.81,
    snr_db=12.0,
    clipped=0.0,
    rate=11.5,
    confidence=None,
    seconds=2.5,
    words=(CheckedWord("Good", 0.1, 0.4, 0.9), CheckedWord("morning,", 0.4, 0.9, 0.7)),
)


def write(listed: Path, *lines: object) -> Path:
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    checked_path(listed).write_text("\n".join(texts), encoding="utf-8", errors="surrogateescape")
    return listed


def broken(**values: object) -> dict[str, object]:
    return {**to_json(LINE), "audio": "broken.wav", **values}


@pytest.mark.parametrize(
    "line",
    [
        "",
        "{",
        json.dumps(broken())[:-9],
        "[]",
        "3",
        "null",
        "[" * 100_000,
        '{"audio": "broken.wav"}',
        broken(audio=3),
        broken(text=None),
        broken(fit="well"),
        broken(seconds=None),
        broken(findings=[1]),
        broken(findings=None),
        broken(findings=[{"kind": "noisy"}]),
        broken(words=["Good"]),
        broken(words=[["Good", None, 1, 1]]),
        broken(words=[["Good", 0, 1]]),
        broken(words=[{"text": "Good", "start_s": 0, "end_s": 1, "score": 1}]),
        broken(fit=float("nan")),
        broken(light=[]),
        "\udcff\udcfe",
    ],
    ids=lambda line: str(line)[:40].encode("ascii", "replace").decode(),
)
def test_a_torn_or_foreign_line_is_passed_over(tmp_path: Path, line: object) -> None:
    listed = write(tmp_path / "anna.list", line, to_json(LINE))
    assert read_checked(listed) == {"clips/00.wav": LINE}


def test_a_list_that_was_not_checked_has_nothing(tmp_path: Path) -> None:
    assert read_checked(tmp_path / "anna.list") == {}
    checked_path(tmp_path / "anna.list").mkdir()
    assert read_checked(tmp_path / "anna.list") == {}


def test_values_that_a_newer_check_adds_do_not_matter(tmp_path: Path) -> None:
    listed = write(tmp_path / "anna.list", {**to_json(LINE), "mood": "good"})
    assert read_checked(listed) == {"clips/00.wav": LINE}


def test_lists_of_one_stem_have_a_file_each(tmp_path: Path) -> None:
    assert checked_path(tmp_path / "anna.list") != checked_path(tmp_path / "anna.csv")


def test_reading_imports_nothing_heavy() -> None:
    code = (
        "import sys, gpt_sovits.data.checked;"
        "sys.exit(', '.join({'torch', 'numpy'} & set(sys.modules)) or 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=PROJECT.root, check=False
    )
    assert done.returncode == 0, done.stderr


def test_a_large_list_is_read_fast(tmp_path: Path) -> None:
    words = tuple(CheckedWord(f"word{n}", n / 4, (n + 1) / 4, 0.5) for n in range(12))
    line = to_json(replace(LINE, words=words))
    lines = [{**line, "audio": f"{n}.wav"} for n in range(20_000)]
    listed = write(tmp_path / "anna.list", *lines)
    start = time.process_time()
    assert len(read_checked(listed)) == 20_000
    assert time.process_time() - start < 3  # below one on a machine that does nothing else
