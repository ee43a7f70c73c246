"""Start, find, stop, repeat and remove jobs."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from gpt_sovits.errors import InputError
from gpt_sovits.jobs.folders import JOB
from gpt_sovits.jobs.job import Job, Look, read_look
from gpt_sovits.jobs.process import (
    ProcessMark,
    family_of,
    is_running,
    kill_family,
    signal_all,
    signal_group,
)
from gpt_sovits.jobs.queue import changing, insert, jobs_folder, read_rows, remove, update
from gpt_sovits.paths import PROJECT, ProjectPaths
from gpt_sovits.state import write_state

PROGRAM = (sys.executable, "-X", "utf8", "-m", "gpt_sovits")
"""What a job's arguments are given to."""

SUPERVISOR = (sys.executable, "-m", "gpt_sovits.jobs.supervise")
"""What runs beside each job."""

GRACE_S = 10.0
"""Time between asking a command to stop and ending it."""


def start_job(
    arguments: Sequence[str],
    *,
    title: str,
    paths: ProjectPaths = PROJECT,
    program: Sequence[str] = PROGRAM,
    kind: str = "",
    project: str = "",
    device: str = "cpu",
    heavy: bool = True,
) -> Job:
    """Run a command in a process of its own, when its device is free.

    Args:
        arguments: words for `python -m gpt_sovits`, never a line for a shell.
        title: what the job is called on screen; no two active jobs share one.
        paths: the project whose `output/jobs` keeps it.
        program: what the arguments are given to.
        kind: name of the stage, such as "train sovits".
        project: voice in the making that it belongs to.
        device: what it works on, such as cpu, cuda or cuda:1.
        heavy: wait until no other heavy job works on the device; a light job never waits.

    Raises:
        InputError: a job of this title is active, or the job cannot be written or started.
    """
    values = {
        "title": title,
        "command": [*program, *arguments],
        "created": time.time(),
        "kind": kind,
        "project": project,
        "device": device.removesuffix(":0"),  # cuda and cuda:0 are one
        "heavy": heavy,
    }
    job = _add(values, paths)
    try:
        _start_supervisor(job)
    except OSError as error:
        _remove(job)
        raise InputError(f"the job cannot be started ({error.strerror or error})") from error
    return job


def list_looks(paths: ProjectPaths = PROJECT) -> list[Look]:
    """All jobs as they stand now, the oldest first; one reading of the queue.

    Raises:
        InputError: the queue cannot be read.
    """
    return _looks(read_rows(paths, "TRUE", {}), paths)


def newest_looks(
    n: int,
    paths: ProjectPaths = PROJECT,
    *,
    kinds: Collection[str] = (),
    project: str | None = None,
) -> list[Look]:
    """The newest jobs as they stand now, the newest first.

    Args:
        n: how many at most.
        paths: the project whose queue it is.
        kinds: that count; all where it is empty.
        project: voice in the making whose jobs count; None for all.

    Raises:
        InputError: the queue cannot be read.
    """
    values: dict[str, Any] = {f"kind{index}": kind for index, kind in enumerate(kinds)}
    where = f"kind IN ({', '.join(f':{name}' for name in values)})" if kinds else "TRUE"
    where += " AND (:project IS NULL OR project = :project)"
    return _looks(read_rows(paths, where, values | {"project": project}, newest=n), paths)


def _looks(rows: Iterable[sqlite3.Row], paths: ProjectPaths) -> list[Look]:
    looks = (read_look(row, paths) for row in rows)
    return [look for look in looks if look is not None]


def list_jobs(paths: ProjectPaths = PROJECT) -> list[Job]:
    """All jobs, the oldest first.

    Raises:
        InputError: the queue cannot be read.
    """
    return [look.job for look in list_looks(paths)]


def find_look(name: str, paths: ProjectPaths = PROJECT) -> Look | None:
    """The job of this number as it stands now; None where there is none.

    Raises:
        InputError: the queue cannot be read.
    """
    if not (name.isascii() and name.isdecimal()) or len(name) > 18:
        return None
    rows = read_rows(paths, "number = :number", {"number": int(name)})
    return read_look(rows[0], paths) if rows else None


def find_job(name: str, paths: ProjectPaths = PROJECT) -> Job | None:
    """The job of this number; None where there is none.

    Raises:
        InputError: the queue cannot be read.
    """
    look = find_look(name, paths)
    return None if look is None else look.job


def cancel_job(job: Job) -> bool:
    """Ask a job to stop; what it finished is kept.

    All that its command has started gets SIGTERM, and SIGKILL after `GRACE_S`. Asking twice is no
    error.

    Returns:
        False where the job had ended before.

    Raises:
        InputError: the job has not begun and the queue cannot be written.
    """
    look = job.look()
    if not look.active:
        return False
    try:
        with changing(job.paths) as connection:
            update(connection, job.number, stop_asked=look.stop_asked or time.time())
    except InputError:
        if look.processes is None:
            raise
    processes = job.look().processes  # its supervisor may be up by now, and have missed the wish
    if processes is None:
        return True  # its supervisor reads the wish before it starts anything
    if is_running(processes.supervisor):
        os.kill(processes.supervisor.pid, signal.SIGTERM)
    elif processes.command is not None and is_running(processes.command):
        _end_unwatched(processes.command)
    return True


def repeat_job(job: Job, paths: ProjectPaths = PROJECT) -> Job:
    """Start a job's command again; what the earlier run finished is not done again.

    Raises:
        InputError: as `start_job`.
    """
    return start_job(
        job.command,
        title=job.title,
        paths=paths,
        program=(),
        kind=job.kind,
        project=job.project,
        device=job.device,
        heavy=job.heavy,
    )


def remove_job(job: Job) -> None:
    """Take a job that has ended out of the history, with its log; what it made stays.

    Raises:
        InputError: it is active, or the queue cannot be written.
    """
    if job.active:
        raise InputError(f"{job.title!r} is {job.state}; cancel it before you remove it")
    _remove(job)


def _add(values: dict[str, Any], paths: ProjectPaths) -> Job:
    """Add a job to the queue together with its folder."""
    title, folder = values["title"], jobs_folder(paths)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{folder}: cannot be made ({error.strerror or error})") from error
    with changing(paths) as connection:
        query = "SELECT * FROM jobs WHERE title = ? AND ended IS NULL"
        for row in connection.execute(query, (title,)).fetchall():
            twin = read_look(row, paths)
            if twin is not None and twin.active:
                raise InputError(f"{title!r} is {twin.state} already; wait for it or cancel it")
        number = insert(connection, {**values, "command": json.dumps(values["command"])})
        job = Job(**{**values, "command": tuple(values["command"])}, paths=paths, number=number)
        try:
            write_state(job.folder / JOB, values)
        except OSError as error:
            shutil.rmtree(job.folder, ignore_errors=True)
            reason = error.strerror or error
            raise InputError(f"{folder}: the job cannot be written ({reason})") from error
    return job


def _remove(job: Job) -> None:
    with changing(job.paths) as connection:
        remove(connection, job.number)
    shutil.rmtree(job.folder, ignore_errors=True)


def _start_supervisor(job: Job) -> None:
    """Start the process beside the job in a session of its own: closing a terminal ends no job."""
    process = subprocess.Popen(
        [*SUPERVISOR, str(job.paths.root.resolve()), job.name, str(PROJECT.root)],
        cwd=PROJECT.root,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    # A parent that does not wait for its child leaves a dead entry in the system's table.
    threading.Thread(target=process.wait, daemon=True).start()


def _end_unwatched(command: ProcessMark) -> None:
    """End a command whose supervisor is gone, and all that it has started."""
    family = [command, *family_of(command.pid)]
    signal_group(command.pid, signal.SIGTERM)
    signal_all(family, signal.SIGTERM)

    def kill() -> None:
        if is_running(command):
            kill_family(command.pid)
        signal_all(family, signal.SIGKILL)

    timer = threading.Timer(GRACE_S, kill)
    timer.daemon = True
    timer.start()
