"""What users and disks do to the file of the queue: one sentence each, and nothing is lost."""

import json
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from itertools import pairwise
from pathlib import Path

import pytest

from gpt_sovits.errors import InputError
from gpt_sovits.jobs import queue
from gpt_sovits.jobs.job import JobState
from gpt_sovits.jobs.queue import QUEUE, jobs_folder
from gpt_sovits.jobs.runner import cancel_job, find_job, list_jobs, list_looks, remove_job
from gpt_sovits.paths import PROJECT, ProjectPaths
from tests.jobs.scripts import SLEEP, end_all, start, wait_for, wait_for_file, wait_for_state


@pytest.fixture
def paths(tmp_path: Path) -> Iterator[ProjectPaths]:
    yield ProjectPaths(tmp_path)
    with suppress(InputError):  # a file that was spoilt
        end_all(tmp_path)


def damage(path: Path) -> None:
    path.write_bytes(b"SQLite format 3\0" + b"\xff" * 8000)


def no_database(path: Path) -> None:
    path.write_text("my notes\n" * 300, encoding="utf-8")


def newer(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 99")


def of_another_program(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE recipes (name)")


def a_folder(path: Path) -> None:
    path.mkdir()


BAD_FILES: list[tuple[Callable[[Path], None], str]] = [
    (damage, "is damaged; move it away"),
    (no_database, "is damaged; move it away"),
    (newer, "newer version of the workbench .format 99, this one knows 1.; update"),
    (of_another_program, "is no queue of jobs; move it away"),
    (Path.touch, "is no queue of jobs; move it away"),
    (a_folder, "cannot be opened; check the rights"),
]


@pytest.mark.parametrize(("spoil", "sentence"), BAD_FILES)
def test_a_bad_file_gets_a_sentence(
    paths: ProjectPaths, spoil: Callable[[Path], None], sentence: str
) -> None:
    path = jobs_folder(paths) / QUEUE
    path.parent.mkdir(parents=True)
    spoil(path)
    for look in (lambda: list_jobs(paths), lambda: find_job("1", paths)):
        with pytest.raises(InputError, match=sentence):
            look()
    with pytest.raises(InputError, match=sentence):
        start(paths.root, SLEEP)
    assert [each.name for each in path.parent.iterdir() if each.is_dir() and each != path] == []


@pytest.mark.parametrize("name", ["", "x", "-1", "1.5", "²", "9" * 40, "1; DROP TABLE jobs", "\0"])
def test_a_number_that_is_none_finds_nothing(paths: ProjectPaths, name: str) -> None:
    wait_for_state(start(paths.root, "pass"), JobState.DONE)
    assert find_job(name, paths) is None


def test_titles_of_any_kind_are_kept_as_they_are(paths: ProjectPaths) -> None:
    title = '\'); DROP TABLE jobs; -- "ü" 声 <b>'
    job = start(paths.root, "pass", title=title, kind="train sovits", project="声", device="cuda:0")
    wait_for_state(job, JobState.DONE)
    assert list_jobs(paths) == [job]
    assert (job.title, job.kind, job.project, job.device) == (title, "train sovits", "声", "cuda")


def test_a_locked_file_is_told_and_can_be_read(
    paths: ProjectPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = start(paths.root, "pass")
    wait_for_state(job, JobState.DONE)
    monkeypatch.setattr(queue, "BUSY_S", 0.1)
    with closing(sqlite3.connect(jobs_folder(paths) / QUEUE, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(InputError, match="held by another program; wait"):
            start(paths.root, SLEEP)
        assert list_jobs(paths) == [job]


def test_a_full_disk_is_told(paths: ProjectPaths, monkeypatch: pytest.MonkeyPatch) -> None:
    wait_for_state(start(paths.root, "pass"), JobState.DONE)
    connect = queue._connect

    def small(path: Path) -> sqlite3.Connection:
        connection = connect(path)
        connection.execute("PRAGMA max_page_count = 1")  # no smaller than what is used
        return connection

    monkeypatch.setattr(queue, "_connect", small)
    with pytest.raises(InputError, match="the disk is full; make room"):
        start(paths.root, SLEEP, "x" * 100_000)
    assert len(list_jobs(paths)) == 1


def test_a_file_that_cannot_be_written_is_told(
    paths: ProjectPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = start(paths.root, "pass")
    wait_for_state(job, JobState.DONE)
    connect = queue._connect

    def read_only(path: Path) -> sqlite3.Connection:
        connection = connect(path)
        connection.execute("PRAGMA query_only = 1")
        return connection

    monkeypatch.setattr(queue, "_connect", read_only)
    with pytest.raises(InputError, match="check the rights"):
        remove_job(job)
    assert list_jobs(paths) == [job]
    assert job.folder.exists()


def test_a_damaged_row_is_left_out(paths: ProjectPaths) -> None:
    jobs = [start(paths.root, "pass", title=title) for title in "abc"]
    wait_for_state(jobs[-1], JobState.DONE)
    with queue.changing(paths) as connection:
        queue.update(connection, jobs[0].number, command="[not JSON")
        queue.update(connection, jobs[1].number, stages='{"x": 1}')
    assert list_jobs(paths) == jobs[1:]
    assert jobs[1].stages() == ()


@pytest.mark.parametrize("spoil", [damage, newer, Path.unlink])
def test_running_work_goes_on_whatever_becomes_of_the_file(
    paths: ProjectPaths, spoil: Callable[[Path], None]
) -> None:
    script = (
        "import sys, time; from pathlib import Path\n"
        "while not Path(sys.argv[1]).exists(): time.sleep(0.05)\n"
        "print('through', file=sys.stderr)"
    )
    go = paths.root / "go"
    earlier = start(paths.root, "import sys; sys.exit('error: no speech')", title="earlier")
    wait_for_state(earlier, JobState.FAILED)
    job = start(paths.root, script, str(go), kind="clone")
    wait_for_state(job, JobState.RUNNING)
    path = jobs_folder(paths) / QUEUE
    spoil(path)
    go.touch()
    wait_for_file(job.folder / "ending.json")
    path.unlink(missing_ok=True)  # the user moves it away, as the sentence says
    wait_for_state(job, JobState.DONE)
    assert job.log() == "through"
    assert find_job(job.name, paths) == job
    assert earlier.problem() == "no speech"
    assert start(paths.root, "pass").number > job.number


def test_jobs_of_the_first_version_are_taken_over(paths: ProjectPaths) -> None:
    clone = ["python", "-m", "gpt_sovits", "clone", "a.wav", "--name=Anna"]
    old = {
        "000001": {"exit_code": 0, "stopped": False, "ended": 120.0},
        "000002": {"exit_code": None, "stopped": True, "ended": 130.0},
        "000007": None,
    }
    for name, ending in old.items():
        folder = jobs_folder(paths) / name
        folder.mkdir(parents=True)
        about = {"title": f"Fine-tune {name}", "command": clone, "created": 100.0}
        (folder / "job.json").write_text(json.dumps(about), encoding="utf-8")
        (folder / "log.txt").write_text("a remark\n", encoding="utf-8")
        stage = {"name": "features", "started": 101.0, "ended": 119.0, "done": 3, "total": 3}
        progress = json.dumps({"stages": [{**stage, "what": "", "left_s": None}]})
        (folder / "progress.json").write_text(progress, encoding="utf-8")
        if ending:
            (folder / "ending.json").write_text(json.dumps(ending), encoding="utf-8")
    (jobs_folder(paths) / "000003").mkdir()
    (jobs_folder(paths) / "000004 (copy)").mkdir()
    looks = list_looks(paths)
    assert [look.job.name for look in looks] == list(old)
    assert [look.state for look in looks] == [JobState.DONE, JobState.STOPPED, JobState.LOST]
    assert looks[0].job.command == tuple(clone)
    assert looks[0].job.kind == "clone"
    assert looks[0].job.log() == "a remark"
    assert [stage.name for stage in looks[0].stages] == ["features"]
    assert start(paths.root, "pass").name == "000008"
    remove_job(looks[0].job)
    assert find_job("000001", paths) is None, "what was removed is not taken over again"
    assert not looks[0].job.folder.exists()


def test_the_history_can_be_shortened_and_numbers_are_not_given_twice(paths: ProjectPaths) -> None:
    job = start(paths.root, SLEEP)
    with pytest.raises(InputError, match="cancel it before"):
        remove_job(job)
    wait_for_state(job, JobState.RUNNING)
    cancel_job(job)
    wait_for_state(job, JobState.STOPPED)
    remove_job(job)
    assert list_jobs(paths) == []
    assert not job.folder.exists()
    assert job.state is JobState.LOST
    assert start(paths.root, "pass").number == job.number + 1


START = (
    "import sys; from pathlib import Path; from gpt_sovits.errors import InputError\n"
    "from tests.jobs.scripts import start\n"
    "sys.stdin.read()\n"  # all at the same moment
    "try: start(Path(sys.argv[1]), 'pass', title=sys.argv[2])\n"
    "except InputError as error: sys.exit(f'refused: {error}')"
)


def test_processes_that_start_jobs_at_the_same_moment_do_not_meet(paths: ProjectPaths) -> None:
    titles = [f"job {n}" for n in range(6)] + ["twin"] * 4
    starters = [
        subprocess.Popen(
            [sys.executable, "-c", START, str(paths.root), title],
            cwd=PROJECT.root,
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for title in titles
    ]
    time.sleep(1)
    for starter in starters:
        assert starter.stdin is not None
        starter.stdin.close()
    said = [starter.stderr.read().decode() for starter in starters if starter.stderr]
    codes = [starter.wait() for starter in starters]
    assert codes[:6] == [0] * 6, said
    wait_for(lambda: not any(look.active for look in list_looks(paths)), 60)
    looks = list_looks(paths)
    numbers = [look.job.number for look in looks]
    assert numbers == list(range(1, len(looks) + 1))
    assert all(look.state is JobState.DONE for look in looks)
    refused = [text for text in said if text]
    assert all("'twin' is" in text and "already" in text for text in refused)
    assert len(looks) == len(titles) - len(refused)
    times = [(look.begun or 0.0, look.ended or 0.0) for look in looks]
    for (_, ended), (begun, _) in pairwise(times):
        assert ended <= begun, "one heavy job at a time, the oldest first"
