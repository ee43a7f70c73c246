"""Whose turn it is, and what is left when someone is killed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gpt_sovits.jobs import runner
from gpt_sovits.jobs.job import JobState
from gpt_sovits.jobs.process import ProcessMark, is_running, mark_of
from gpt_sovits.jobs.queue import changing, update
from gpt_sovits.jobs.runner import cancel_job, list_jobs, repeat_job
from gpt_sovits.paths import PROJECT, ProjectPaths
from tests.jobs.scripts import SLEEP, end_all, start, wait_for, wait_for_file, wait_for_state

GRANDCHILDREN = (
    "import os, subprocess, sys, time\n"
    f"sleep = [sys.executable, '-c', {SLEEP!r}]\n"
    "own_group = subprocess.Popen(sleep, process_group=0)\n"
    "own_session = subprocess.Popen(sleep, start_new_session=True)\n"
    "middle = ('import subprocess, sys; '\n"
    "    'print(subprocess.Popen(sys.argv[1:], start_new_session=True,'\n"
    "    ' stdout=subprocess.DEVNULL).pid)')\n"
    "orphan = subprocess.run([sys.executable, '-c', middle, *sleep], stdout=subprocess.PIPE)\n"
    "pids = f'{own_group.pid} {own_session.pid} {int(orphan.stdout)}'\n"
    "open(sys.argv[1] + '.part', 'w').write(pids); os.rename(sys.argv[1] + '.part', sys.argv[1])\n"
)


@pytest.fixture(autouse=True)
def _nothing_is_left(tmp_path: Path) -> Iterator[None]:
    yield
    end_all(tmp_path)


def marks_in(path: Path) -> list[ProcessMark]:
    wait_for_file(path)
    marks = [mark_of(int(pid)) for pid in path.read_text(encoding="utf-8").split()]
    found = [mark for mark in marks if mark is not None]
    assert len(found) == len(marks) == 3
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps orphans below a process")
def test_cancelling_ends_what_left_the_group_and_lost_its_parent(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    job = start(tmp_path, GRANDCHILDREN + "time.sleep(60)", str(pids))
    marks = marks_in(pids)
    cancel_job(job)
    wait_for_state(job, JobState.STOPPED)
    assert not any(map(is_running, marks))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps orphans below a process")
def test_nothing_outlives_a_command_that_ends_by_itself(tmp_path: Path) -> None:
    pids, go = tmp_path / "pids", tmp_path / "go"
    script = GRANDCHILDREN + f"while not os.path.exists({str(go)!r}): time.sleep(0.05)"
    job = start(tmp_path, script, str(pids))
    marks = marks_in(pids)
    go.touch()
    wait_for_state(job, JobState.DONE)
    assert not any(map(is_running, marks))


def test_a_command_may_tidy_up_when_it_is_asked_to_stop(tmp_path: Path) -> None:
    ready, saved = tmp_path / "ready", tmp_path / "saved"
    script = (
        "import signal, sys, time\n"
        "def save(*_): time.sleep(0.3); open(sys.argv[2], 'w'); sys.exit(130)\n"
        "signal.signal(signal.SIGTERM, save); open(sys.argv[1], 'w'); time.sleep(60)"
    )
    job = start(tmp_path, script, str(ready), str(saved))
    wait_for_file(ready)
    cancel_job(job)
    wait_for_state(job, JobState.STOPPED)
    assert saved.exists()


def test_one_heavy_job_a_device_and_light_ones_never_wait(tmp_path: Path) -> None:
    first = start(tmp_path, SLEEP, title="first")
    wait_for_state(first, JobState.RUNNING)
    same = start(tmp_path, SLEEP, title="same device")
    third = start(tmp_path, SLEEP, title="third")
    other = start(tmp_path, SLEEP, title="another device", device="cuda")
    zero = start(tmp_path, SLEEP, title="the same by another name", device="cuda:0")
    light = start(tmp_path, SLEEP, title="light", heavy=False)
    for job in (other, light):
        wait_for_state(job, JobState.RUNNING)
        assert job.waits_for() is None
    assert [job.state for job in (same, third, zero)] == [JobState.WAITING] * 3
    assert [job.waits_for() for job in (first, same, third, zero)] == [None, first, first, other]
    cancel_job(first)
    wait_for_state(same, JobState.RUNNING)
    assert third.waits_for() == same
    for job in (third, same, other, zero, light):
        cancel_job(job)
    for job in (third, same, other, zero, light):
        wait_for_state(job, JobState.STOPPED)


def test_a_supervisor_that_dies_before_its_turn_holds_nobody_up(tmp_path: Path) -> None:
    first = start(tmp_path, SLEEP, title="first")
    second = start(tmp_path, SLEEP, title="second")
    third = start(tmp_path, "pass", title="third")
    wait_for(lambda: second.processes() is not None)
    processes = second.processes()
    assert processes is not None
    os.kill(processes.supervisor.pid, signal.SIGKILL)
    wait_for_state(second, JobState.LOST)
    assert "before its turn came" in (second.problem() or "")
    cancel_job(first)
    wait_for_state(third, JobState.DONE)


def test_a_supervisor_that_never_started_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(runner, "SUPERVISOR", (sys.executable, "-c", "pass"))
        dead = start(tmp_path, SLEEP, title="dead")
    next_one = start(tmp_path, "pass", title="next")
    assert dead.active
    assert next_one.waits_for() == dead
    with changing(dead.paths) as connection:
        update(connection, dead.number, created=time.time() - 100)
    wait_for_state(next_one, JobState.DONE)
    assert dead.state is JobState.LOST
    assert "never started" in (dead.problem() or "")


def test_a_late_supervisor_waits_for_a_younger_job_that_has_begun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(runner, "SUPERVISOR", (sys.executable, "-c", "pass"))
        late = start(tmp_path, "pass", title="late")
    with changing(late.paths) as connection:
        update(connection, late.number, created=time.time() - 100)
    younger = start(tmp_path, SLEEP, title="younger")
    wait_for_state(younger, JobState.RUNNING)
    runner._start_supervisor(late)
    wait_for(lambda: late.state is JobState.WAITING)
    time.sleep(0.7)
    assert late.waits_for() == younger
    assert late.look().begun is None
    cancel_job(younger)
    wait_for_state(late, JobState.DONE)


SERVER = (
    "import sys, time; from pathlib import Path; from tests.jobs.scripts import start\n"
    "start(Path(sys.argv[1]), sys.argv[2], title='Fine-tune Anna', kind='train sovits')\n"
    "print('serving', flush=True); time.sleep(60)"
)
TRAINING = (
    "import json, sys, time; from pathlib import Path\n"
    "for n in range(1, 1000):\n"
    "    line = dict(stage='train', done=n, total=1000, what='', left_s=1.0, losses='logs/l.csv')\n"
    "    print(json.dumps(line), file=sys.stderr)\n"
    "    print(f'step {n}', file=sys.stderr, flush=True)\n"
    "    time.sleep(0.05)\n"
)


def test_a_training_goes_on_when_the_server_is_killed_and_is_found_again(tmp_path: Path) -> None:
    command = [sys.executable, "-c", SERVER, str(tmp_path), TRAINING]
    server = subprocess.Popen(command, cwd=PROJECT.root, stdout=subprocess.PIPE)
    assert server.stdout is not None
    assert server.stdout.readline() == b"serving\n"
    paths = ProjectPaths(tmp_path)
    wait_for(lambda: "step 3" in list_jobs(paths)[0].log())
    server.kill()
    server.wait()
    (job,) = list_jobs(paths)  # as the server does that is started again
    assert (job.state, job.kind) == (JobState.RUNNING, "train sovits")
    seen = len(job.log(1000).splitlines())
    wait_for(lambda: len(job.log(1000).splitlines()) > seen + 10)
    wait_for(lambda: any(stage.done > seen for stage in job.stages()))
    assert job.losses() == tmp_path / "logs" / "l.csv"
    log = job.log(1000).splitlines()
    assert log == [f"step {n}" for n in range(1, len(log) + 1)], "no line is lost, none comes twice"
    cancel_job(job)
    wait_for_state(job, JobState.STOPPED)
    again = repeat_job(job, paths)
    assert (again.title, again.kind) == (job.title, job.kind)
    cancel_job(again)
    wait_for_state(again, JobState.STOPPED)


def test_the_end_of_one_in_an_unwatched_family_comes_for_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "GRACE_S", 0.3)
    pids = tmp_path / "pids"
    deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    job = start(tmp_path, deaf + GRANDCHILDREN + "time.sleep(60)", str(pids))
    marks = marks_in(pids)[:2]  # who lost its parent cannot be found any more
    processes = job.processes()
    assert processes is not None
    os.kill(processes.supervisor.pid, signal.SIGKILL)
    wait_for(lambda: job.look().unwatched)
    cancel_job(job)
    wait_for_state(job, JobState.STOPPED)
    wait_for(lambda: not any(map(is_running, marks)))
