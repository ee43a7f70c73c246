from pathlib import Path

import numpy as np
import pytest

from gpt_sovits.audio.write import write_audio
from gpt_sovits.data.annotations import read_annotations
from gpt_sovits.errors import InputError
from gpt_sovits.prepare.check.fixing import FixReport, move_worst
from gpt_sovits.prepare.check.options import CheckOptions
from gpt_sovits.prepare.check.run import check_list
from tests.speech_set import RATE, write_list, write_set


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    """Three good clips, a silent one, and a line whose clip is gone."""
    clips = write_set(tmp_path / "data" / "clips", 3)
    silent = tmp_path / "data" / "clips" / "silent.wav"
    write_audio(silent, np.zeros(RATE, np.float32), RATE)
    listed = write_list(tmp_path / "data" / "x.list", [*clips, (silent, "何も聞こえない。")])
    with listed.open("a", encoding="utf-8") as file:
        file.write('\n"clips\\gone.wav"|anna|ja|消えた。\r\n')
    return listed


def fix(listed: Path) -> FixReport:
    folder = listed.parent.parent / "report"
    return move_worst(check_list(listed, folder, CheckOptions(processes=1)))


def test_red_lines_go_to_a_second_list_and_the_first_stays(listed: Path) -> None:
    before = listed.read_bytes()
    report = fix(listed)
    assert listed.read_bytes() == before
    assert report.checked == listed.with_name("x-checked.list")
    assert report.left_out == listed.with_name("x-left-out.list")
    kept, moved = report.checked.read_text("utf-8"), report.left_out.read_text("utf-8")
    assert kept == "".join(before.decode().splitlines(keepends=True)[:3])
    assert moved.splitlines() == [
        "clips/silent.wav|anna|ja|何も聞こえない。",
        '"clips\\gone.wav"|anna|ja|消えた。',
    ]
    assert [line for line, _ in report.moved] == [4, 6]
    assert "silent" in report.moved[0][1]
    assert "no such file" in report.moved[1][1]
    assert len(read_annotations(report.checked).items) == 3  # paths mean the same


def test_a_second_run_changes_nothing(listed: Path) -> None:
    first = fix(listed)
    assert first.left_out is not None
    stamps = [path.stat().st_mtime_ns for path in (first.checked, first.left_out)]
    assert fix(listed) == first
    assert [path.stat().st_mtime_ns for path in (first.checked, first.left_out)] == stamps
    again = fix(first.checked)
    assert (again.moved, again.left_out) == ([], None)
    assert again.checked.read_bytes() == first.checked.read_bytes()


def test_a_list_that_was_mended_gives_new_lists(listed: Path) -> None:
    first = fix(listed)
    lines = listed.read_text("utf-8").splitlines(keepends=True)
    listed.write_text("".join(lines[:2]), encoding="utf-8")
    second = fix(listed)
    assert second.left_out is None
    assert not listed.with_name("x-left-out.list").exists()
    assert len(first.checked.read_text("utf-8").splitlines()) == 2


@pytest.mark.parametrize("which", ["x-checked.list", "x-left-out.list"])
def test_a_persons_work_is_never_replaced(listed: Path, which: str) -> None:
    theirs = listed.with_name(which)
    theirs.write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match=f"{which}: was not written by a check"):
        fix(listed)
    assert theirs.read_text() == "mine"
    assert sum(path.suffix == ".list" for path in listed.parent.iterdir()) == 2


def test_a_list_of_which_nothing_is_left_is_refused(listed: Path) -> None:
    lines = listed.read_text("utf-8").splitlines(keepends=True)
    listed.write_text("".join(lines[3:]), encoding="utf-8")
    with pytest.raises(InputError, match="every line would be left out"):
        fix(listed)
    assert [path.name for path in listed.parent.glob("*.list")] == ["x.list"]
