"""Start, find, stop and repeat jobs."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from gpt_sovits.errors import InputError
from gpt_sovits.jobs.job import JOB, STOP, Job, load_job, write_json
from gpt_sovits.jobs.process import is_running, signal_group
from gpt_sovits.paths import PROJECT, ProjectPaths

PROGRAM = (sys.executable, "-X", "utf8", "-m", "gpt_sovits")
"""What a job's arguments are given to."""

SUPERVISOR = (sys.executable, "-m", "gpt_sovits.jobs.supervise")
"""What runs beside each job."""


def jobs_folder(paths: ProjectPaths) -> Path:
    """Where the jobs lie, one folder each."""
    return paths.output / "jobs"


def start_job(
    arguments: Sequence[str],
    *,
    title: str,
    paths: ProjectPaths = PROJECT,
    program: Sequence[str] = PROGRAM,
) -> Job:
    """Run a command in a process of its own, when all older jobs are through.

    Args:
        arguments: words for `python -m gpt_sovits`, never a line for a shell.
        title: what the job is called on screen; no two active jobs share one.
        paths: the project whose `output/jobs` keeps it.
        program: what the arguments are given to.

    Raises:
        InputError: a job of this title is active, or the job cannot be written.
    """
    folder = jobs_folder(paths)
    try:
        job = _write_job(folder, title, [*program, *arguments])
    except OSError as error:
        reason = error.strerror or error
        raise InputError(f"{folder}: the job cannot be written ({reason})") from error
    twin = next((one for one in list_jobs(paths) if one.title == title and one.active), job)
    if twin.name != job.name:
        shutil.rmtree(job.folder, ignore_errors=True)
        raise InputError(f"{title!r} is {twin.state} already; wait for it or cancel it")
    try:
        _start_supervisor(job)
    except OSError as error:
        shutil.rmtree(job.folder, ignore_errors=True)
        raise InputError(f"the job cannot be started ({error.strerror or error})") from error
    return job


def list_jobs(paths: ProjectPaths = PROJECT) -> list[Job]:
    """All jobs, the oldest first."""
    folders = sorted(each for each in jobs_folder(paths).glob("*") if each.name.isdecimal())
    return [job for job in map(load_job, folders) if job is not None]


def find_job(name: str, paths: ProjectPaths = PROJECT) -> Job | None:
    """The job of this number; None where there is none."""
    return next((job for job in list_jobs(paths) if job.name == name), None)


def cancel_job(job: Job) -> bool:
    """Ask a job to stop; what it finished is kept.

    The supervisor sends SIGTERM to the command's process group, and SIGKILL after
    `supervise.GRACE_S`. Asking twice is no error.

    Returns:
        False where the job had ended before.
    """
    if not job.active:
        return False
    with contextlib.suppress(OSError):  # on a full disk the signal below is enough
        (job.folder / STOP).touch()
    processes = job.processes()
    if processes is None:
        return True  # its supervisor looks for the mark before it starts anything
    if is_running(processes.supervisor):
        os.kill(processes.supervisor.pid, signal.SIGTERM)
    elif processes.command is not None and is_running(processes.command):
        signal_group(processes.command.pid, signal.SIGKILL)  # nobody is left to wait for it
    return True


def repeat_job(job: Job, paths: ProjectPaths = PROJECT) -> Job:
    """Start a job's command again; what the earlier run finished is not done again.

    Raises:
        InputError: as `start_job`.
    """
    return start_job(job.command, title=job.title, paths=paths, program=())


def _write_job(folder: Path, title: str, command: list[str]) -> Job:
    """Make the job's folder under the next free number, whole from the first moment."""
    folder.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(prefix=".part", dir=folder))
    try:
        write_json(part / JOB, {"title": title, "command": command, "created": time.time()})
        while True:
            numbers = [int(one.name) for one in folder.glob("[0-9]*") if one.name.isdecimal()]
            target = folder / f"{max(numbers, default=0) + 1:06d}"
            try:
                part.rename(target)
            except OSError:  # someone else was faster
                if not target.exists():
                    raise
            else:
                break
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    job = load_job(target)
    if job is None:
        raise OSError(f"{target} cannot be read back")
    return job


def _start_supervisor(job: Job) -> None:
    """Start the process beside the job in a session of its own: closing a terminal ends no job."""
    process = subprocess.Popen(
        [*SUPERVISOR, str(job.folder.resolve()), str(PROJECT.root)],
        cwd=PROJECT.root,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    # A parent that does not wait for its child leaves a dead entry in the system's table.
    threading.Thread(target=process.wait, daemon=True).start()
