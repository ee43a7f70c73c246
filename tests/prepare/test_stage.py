"""A stage does each recording once, and replaces nothing that a person made."""

import os
from functools import partial
from pathlib import Path

import pytest

from gpt_sovits.errors import AudioError, InputError
from gpt_sovits.prepare.stage import RECORD, StageRun, Tell, recordings_in, run_stage
from gpt_sovits.report import StageReport

RUN = StageRun(about={"stage": "copy", "version": 1})


def copy(file: Path, folder: Path, tell: Tell, *, name: str = "copy", counter: Path) -> StageReport:
    """Copy a file; one that says "broken" is no use, and one that says "dead" kills its process."""
    content = file.read_text()
    with counter.open("a") as calls:
        calls.write(f"{file.name}\n")
    tell(0.5)
    if content == "broken":
        raise AudioError(f"{file}: is broken")
    if content == "dead":
        os._exit(9)
    made = folder / f"{file.stem}_{name}.wav"
    made.write_text(content)
    return StageReport([made], [(file, "its end was left out")])


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    for name in ("a.wav", "b.wav", "c.wav"):
        (folder / name).write_text(name)
    return folder


@pytest.fixture
def counter(tmp_path: Path) -> Path:
    return tmp_path / "calls"


def names(report: StageReport) -> list[str]:
    return sorted(path.name for path in report.written)


def test_each_recording_is_done_once(source: Path, tmp_path: Path, counter: Path) -> None:
    target, work = tmp_path / "out", partial(copy, counter=counter)
    first = run_stage(source, target, work, RUN)
    assert names(first) == ["a_copy.wav", "b_copy.wav", "c_copy.wav"]
    assert len(first.skipped) == 3
    (target / "b_copy.wav").unlink()
    second = run_stage(source, target, work, RUN)
    assert names(second) == ["b_copy.wav"]
    assert [path.name for path in second.kept] == ["a_copy.wav", "c_copy.wav"]
    assert len(second.skipped) == 3, "what an earlier run left out is said again"
    assert counter.read_text().split() == ["a.wav", "b.wav", "c.wav", "b.wav"]
    assert not list(target.glob(".part*"))


def test_what_is_no_use_is_named_and_the_rest_is_done(
    source: Path, tmp_path: Path, counter: Path
) -> None:
    (source / "b.wav").write_text("broken")
    report = run_stage(source, tmp_path / "out", partial(copy, counter=counter), RUN)
    assert names(report) == ["a_copy.wav", "c_copy.wav"]
    assert (source / "b.wav", f"{source / 'b.wav'}: is broken") in report.skipped


def test_other_options_replace_only_when_told(source: Path, tmp_path: Path, counter: Path) -> None:
    target, work = tmp_path / "out", partial(copy, counter=counter)
    run_stage(source, target, work, RUN)
    other = partial(copy, name="other", counter=counter)
    refused = run_stage(source, target, other, StageRun(about={"stage": "other"}))
    assert not refused.written
    assert all("another way" in reason for _, reason in refused.skipped)
    assert len(counter.read_text().split()) == 3, "nothing was made in vain"
    done = run_stage(source, target, other, StageRun(about={"stage": "other"}, replace=True))
    assert names(done) == ["a_other.wav", "b_other.wav", "c_other.wav"]
    assert not list(target.glob("*_copy.wav")), "two ways would be mixed"


def test_what_a_person_made_or_changed_stays(source: Path, tmp_path: Path, counter: Path) -> None:
    target, work = tmp_path / "out", partial(copy, counter=counter)
    target.mkdir()
    (target / "a_copy.wav").write_text("mine")
    run_stage(source, target, work, RUN)
    (target / "b_copy.wav").write_text("changed")
    again = StageRun(about={"stage": "copy", "version": 2}, replace=True)
    report = run_stage(source, target, work, again)
    assert names(report) == ["c_copy.wav"]
    assert (target / "a_copy.wav").read_text() == "mine"
    assert (target / "b_copy.wav").read_text() == "changed"


def test_a_run_that_died_before_its_record_goes_on(
    source: Path, tmp_path: Path, counter: Path
) -> None:
    target, work = tmp_path / "out", partial(copy, counter=counter)
    run_stage(source, target, work, RUN)
    lines = (target / RECORD).read_text().splitlines()
    (target / RECORD).write_text("\n".join(lines[:-1]) + '\n{"key": "torn')
    (target / ".part-left").mkdir()
    assert names(run_stage(source, target, work, RUN)) == ["c_copy.wav"]
    assert not (target / ".part-left").exists()
    assert not run_stage(source, target, work, RUN).written


def test_a_process_that_dies_takes_no_other_recording_with_it(
    source: Path, tmp_path: Path, counter: Path
) -> None:
    (source / "b.wav").write_text("dead")
    run = StageRun(about={"stage": "copy"}, processes=2)
    report = run_stage(source, tmp_path / "out", partial(copy, counter=counter), run)
    assert names(report) == ["a_copy.wav", "c_copy.wav"]
    assert [reason for path, reason in report.skipped if path.name == "b.wav"] == [
        f"{source / 'b.wav'}: a library crashed on it; convert it first"
    ]


def test_two_runs_do_not_share_a_folder(source: Path, tmp_path: Path, counter: Path) -> None:
    def again(file: Path, folder: Path, tell: Tell) -> StageReport:
        with pytest.raises(InputError, match="another run"):
            run_stage(source, tmp_path / "out", partial(copy, counter=counter), RUN)
        return StageReport()

    run_stage(source / "a.wav", tmp_path / "out", again, RUN)


def test_progress_counts_what_was_done_before(source: Path, tmp_path: Path, counter: Path) -> None:
    target, work = tmp_path / "out", partial(copy, counter=counter)
    run_stage(source / "a.wav", target, work, RUN)
    told: list[tuple[int, int]] = []
    run_stage(source, target, work, RUN, progress=lambda done, total, _: told.append((done, total)))
    assert told == [(100, 300), (150, 300), (200, 300), (250, 300), (300, 300)]


def test_recordings_in_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        recordings_in(tmp_path / "gone")
    with pytest.raises(InputError, match="holds no recording"):
        recordings_in(tmp_path)
