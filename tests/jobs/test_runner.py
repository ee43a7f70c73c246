import errno
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gpt_sovits.errors import InputError
from gpt_sovits.jobs import runner
from gpt_sovits.jobs.folders import ENDING
from gpt_sovits.jobs.job import JobState
from gpt_sovits.jobs.process import is_running, mark_of
from gpt_sovits.jobs.queue import changing, jobs_folder, update
from gpt_sovits.jobs.runner import cancel_job, find_job, list_jobs, repeat_job, start_job
from gpt_sovits.paths import PROJECT, ProjectPaths
from tests.jobs.scripts import SLEEP, end_all, start, wait_for, wait_for_file, wait_for_state

PROGRESS = (
    "import json, sys, time\n"
    "def tell(stage, done, total):\n"
    "    line = dict(stage=stage, done=done, total=total, what=f'item {done}', left_s=None)\n"
    "    print(json.dumps(line), file=sys.stderr, flush=True)\n"
)


@pytest.fixture(autouse=True)
def _nothing_is_left(tmp_path: Path) -> Iterator[None]:
    yield
    end_all(tmp_path)


def test_a_job_ends_with_its_output_stages_and_log(tmp_path: Path) -> None:
    script = PROGRESS + (
        "tell('slice', 0, 0); tell('slice', 2, 2); tell('train', 1, 4)\n"
        "print('a remark', file=sys.stderr)\n"
        "print('wrote it'); print(json.dumps({'voice': sys.argv[1]}))"
    )
    job = start(tmp_path, script, "Anna's; rm -rf $HOME `x`")
    wait_for_state(job, JobState.DONE)
    assert job.result() == {"voice": "Anna's; rm -rf $HOME `x`"}
    assert [(stage.name, stage.done, stage.total) for stage in job.stages()] == [
        ("slice", 2, 2),
        ("train", 1, 4),
    ]
    assert all(stage.ended is not None for stage in job.stages())
    assert job.log() == "a remark"
    assert job.problem() is None


def test_progress_is_there_while_the_job_runs(tmp_path: Path) -> None:
    job = start(tmp_path, PROGRESS + "tell('train', 1, 4); time.sleep(60)")
    wait_for(lambda: len(job.stages()) == 1)
    assert job.state is JobState.RUNNING
    assert job.stages()[0].share == 0.25
    assert job.stages()[0].ended is None
    cancel_job(job)
    wait_for_state(job, JobState.STOPPED)


def test_an_exit_code_is_never_ignored(tmp_path: Path) -> None:
    script = "import sys; print('error: in.wav: no sound', file=sys.stderr); sys.exit(2)"
    job = start(tmp_path, script)
    wait_for_state(job, JobState.FAILED)
    assert job.problem() == "in.wav: no sound"


def test_a_killed_command_is_told_as_such(tmp_path: Path) -> None:
    job = start(tmp_path, "import os; os.kill(os.getpid(), 9)")
    wait_for_state(job, JobState.FAILED)
    assert "memory" in (job.problem() or "")


def test_a_program_that_is_not_there_fails_with_a_sentence(tmp_path: Path) -> None:
    paths = ProjectPaths(tmp_path)
    job = start_job([], title="x", paths=paths, program=["/no/such/program"])
    wait_for_state(job, JobState.FAILED)
    assert "/no/such/program cannot be started" in (job.problem() or "")


def test_jobs_wait_for_older_ones_in_their_order(tmp_path: Path) -> None:
    script = "import sys, time; time.sleep(0.5); open(sys.argv[1], 'a').write(sys.argv[2])"
    line = str(tmp_path / "order.txt")
    jobs = [start(tmp_path, script, line, str(n), title=f"job {n}") for n in range(3)]
    wait_for_state(jobs[0], JobState.RUNNING)
    assert [job.state for job in jobs[1:]] == [JobState.WAITING, JobState.WAITING]
    wait_for_state(jobs[2], JobState.DONE)
    assert Path(line).read_text(encoding="utf-8") == "012"


def test_a_waiting_job_can_be_cancelled_and_never_runs(tmp_path: Path) -> None:
    first = start(tmp_path, SLEEP, title="first")
    second = start(tmp_path, "open('ran', 'w')", title="second")
    wait_for(lambda: second.processes() is not None)
    assert cancel_job(second)
    wait_for_state(second, JobState.STOPPED)
    assert first.active
    assert second.stages() == ()
    cancel_job(first)
    wait_for_state(first, JobState.STOPPED)


def test_a_job_cancelled_before_its_supervisor_is_up_never_runs(tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    job = start(tmp_path, "import sys; open(sys.argv[1], 'w')", str(ran))
    cancel_job(job)
    wait_for_state(job, JobState.STOPPED)
    assert not ran.exists()


def test_cancelling_twice_is_no_error_and_an_ended_job_stays_as_it_is(tmp_path: Path) -> None:
    job = start(tmp_path, SLEEP)
    wait_for_state(job, JobState.RUNNING)
    assert cancel_job(job)
    cancel_job(job)
    wait_for_state(job, JobState.STOPPED)
    assert not cancel_job(job)
    assert job.state is JobState.STOPPED


def test_cancelling_ends_the_children_too(tmp_path: Path) -> None:
    child = tmp_path / "child"
    script = (
        "import subprocess, sys, time\n"
        f"child = subprocess.Popen([sys.executable, '-c', {SLEEP!r}])\n"
        "open(sys.argv[1], 'w').write(str(child.pid)); time.sleep(60)"
    )
    job = start(tmp_path, script, str(child))
    wait_for(lambda: child.exists() and child.read_text(encoding="utf-8") != "")
    mark = mark_of(int(child.read_text(encoding="utf-8")))
    assert is_running(mark)
    cancel_job(job)
    wait_for_state(job, JobState.STOPPED)
    assert not is_running(mark)


def test_a_command_that_does_not_listen_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    impatient = (
        "import sys; from pathlib import Path; from gpt_sovits.jobs import supervise as s;"
        "s.supervise(s.ProjectPaths(Path(sys.argv[1])), sys.argv[2], Path('.'), grace_s=0.3)"
    )
    monkeypatch.setattr(runner, "SUPERVISOR", (sys.executable, "-c", impatient))
    deaf = "import signal, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    ready = tmp_path / "ready"
    job = start(tmp_path, deaf + "open(sys.argv[1], 'w'); time.sleep(60)", str(ready))
    wait_for_file(ready)
    cancel_job(job)
    wait_for_state(job, JobState.STOPPED)


def test_a_job_outlives_the_page_that_started_it(tmp_path: Path) -> None:
    page = (
        "import os, sys; from pathlib import Path; from tests.jobs.scripts import start;"
        "start(Path(sys.argv[1]), 'import time; time.sleep(1); print(7)'); os.kill(os.getpid(), 9)"
    )
    command = [sys.executable, "-c", page, str(tmp_path)]
    done = subprocess.run(command, cwd=PROJECT.root, check=False)
    assert done.returncode == -signal.SIGKILL
    (job,) = list_jobs(ProjectPaths(tmp_path))
    assert job.active
    wait_for_state(job, JobState.DONE)


def test_a_job_whose_supervisor_died_is_lost_and_never_done(tmp_path: Path) -> None:
    job = start(tmp_path, SLEEP)
    wait_for_state(job, JobState.RUNNING)
    processes = job.processes()
    assert processes is not None
    assert processes.command is not None
    os.kill(processes.supervisor.pid, signal.SIGKILL)
    wait_for(lambda: not is_running(processes.supervisor))
    assert job.state is JobState.RUNNING, "its command still works"
    os.killpg(processes.command.pid, signal.SIGKILL)
    wait_for_state(job, JobState.LOST)
    assert "resume" in (job.problem() or "")


def test_a_command_without_its_supervisor_can_still_be_cancelled(tmp_path: Path) -> None:
    job = start(tmp_path, SLEEP)
    wait_for_state(job, JobState.RUNNING)
    processes = job.processes()
    assert processes is not None
    os.kill(processes.supervisor.pid, signal.SIGKILL)
    wait_for(lambda: not is_running(processes.supervisor))
    cancel_job(job)
    wait_for_state(job, JobState.STOPPED)
    assert not is_running(processes.command)


def test_another_process_with_the_same_number_is_not_the_job(tmp_path: Path) -> None:
    job = start(tmp_path, "pass")
    wait_for_state(job, JobState.DONE)
    own = json.dumps({"pid": os.getpid(), "started": "long ago"})
    with changing(job.paths) as connection:
        update(connection, job.number, supervisor=own, process=own, ended=None)
    (job.folder / ENDING).unlink()
    assert job.state is JobState.LOST
    assert not cancel_job(job)


def test_the_same_title_is_not_started_twice(tmp_path: Path) -> None:
    job = start(tmp_path, SLEEP, title="Fine-tune Anna")
    with pytest.raises(InputError, match="already"):
        start(tmp_path, SLEEP, title="Fine-tune Anna")
    assert [one.name for one in list_jobs(ProjectPaths(tmp_path))] == [job.name]


def test_a_job_can_be_started_again(tmp_path: Path) -> None:
    paths = ProjectPaths(tmp_path)
    job = start(tmp_path, "import sys; sys.exit(int(sys.argv[1]))", "3")
    wait_for_state(job, JobState.FAILED)
    again = repeat_job(job, paths)
    wait_for_state(again, JobState.FAILED)
    assert (again.command, again.title) == (job.command, job.title)
    assert find_job(again.name, paths) == again
    assert find_job("000099", paths) is None


def test_a_full_disk_is_told_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, value: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(runner, "write_state", full)
    with pytest.raises(InputError, match="No space left"):
        start(tmp_path, SLEEP)
    assert list_jobs(ProjectPaths(tmp_path)) == []
    assert list(jobs_folder(ProjectPaths(tmp_path)).glob("0*")) == []


def test_no_dead_process_stays_in_the_table(tmp_path: Path) -> None:
    job = start(tmp_path, "pass")
    wait_for_state(job, JobState.DONE)
    processes = job.processes()
    assert processes is not None
    pid = processes.supervisor.pid
    wait_for(lambda: not _in_table(pid))


def _in_table(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
