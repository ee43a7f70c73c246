"""Small commands for jobs, and waiting for what they do."""

import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gpt_sovits.jobs.job import Job, JobState
from gpt_sovits.jobs.process import is_running, signal_all
from gpt_sovits.jobs.runner import list_looks, start_job
from gpt_sovits.paths import ProjectPaths

SLEEP = "import time; time.sleep(60)"


def start(root: Path, script: str, *words: str, title: str = "a job", **about: Any) -> Job:
    """Start a job that runs a line of Python."""
    program = (sys.executable, "-c", script)
    return start_job(words, title=title, paths=ProjectPaths(root), program=program, **about)


def end_all(root: Path) -> None:
    """Leave no process of a project's jobs behind."""
    for look in list_looks(ProjectPaths(root)):
        marks = look.processes and (look.processes.supervisor, look.processes.command)
        signal_all([mark for mark in marks or () if is_running(mark) and mark], signal.SIGKILL)


def wait_for(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.02)


def wait_for_state(job: Job, *states: JobState) -> None:
    wait_for(lambda: job.state in states)


def wait_for_file(path: Path) -> None:
    wait_for(path.exists)
