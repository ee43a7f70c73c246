"""The process beside each job: waits for its turn, runs the command, writes how it ended.

`python -m gpt_sovits.jobs.supervise PROJECT NUMBER FOLDER`, started by `runner.start_job`. It
depends on nobody: the page may be closed, killed or updated meanwhile. SIGTERM stops the job.
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from types import FrameType
from typing import IO, Any

from gpt_sovits.errors import InputError
from gpt_sovits.jobs.folders import ENDING, LOG, OUTPUT
from gpt_sovits.jobs.job import Job, Look, blockers
from gpt_sovits.jobs.process import (
    ProcessMark,
    adopt_orphans,
    family_of,
    kill_family,
    mark_of,
    signal_all,
    signal_group,
)
from gpt_sovits.jobs.progress import StageProgress, advance, end_stages, read_progress_line
from gpt_sovits.jobs.queue import changing, update
from gpt_sovits.jobs.runner import GRACE_S, find_look
from gpt_sovits.paths import ProjectPaths
from gpt_sovits.state import write_state

LOOK_EVERY_S = 0.3
"""Pause between two looks at the queue and at the command."""

SAVE_EVERY_S = 1.0
"""Pause between two writes of progress: a page looks no more often."""

ENDING_TRIES_S = 60.0
"""How long the ending is tried to be written while the disk is full."""


class Stop:
    """Whether someone asked the job to stop."""

    def __init__(self) -> None:
        self.asked = False

    def take(self, number: int, frame: FrameType | None) -> None:
        """Handle a signal; only sets a flag, as locks are not safe in a handler."""
        self.asked = True


def supervise(paths: ProjectPaths, name: str, folder: Path, *, grace_s: float = GRACE_S) -> None:
    """Run one job to its end.

    Args:
        paths: the project whose queue has the job.
        name: number of the job.
        folder: where the command runs.
        grace_s: time between asking the command to stop and ending it.
    """
    stop = Stop()
    signal.signal(signal.SIGTERM, stop.take)
    adopt_orphans()
    look = _find(paths, name, stop)
    if look is None:
        return
    row = _Row(look.job)
    ending: dict[str, Any] = {"exit_code": None, "stopped": True}
    if _wait_for_turn(row, stop):
        ending = _run(row, folder, stop, grace_s)
    row.end({**ending, "ended": time.time()})


def _find(paths: ProjectPaths, name: str, stop: Stop) -> Look | None:
    """The job; a queue that cannot be read is waited for."""
    while not stop.asked:
        with suppress(InputError):
            return find_look(name, paths)
        time.sleep(LOOK_EVERY_S)
    return None


def _wait_for_turn(row: "_Row", stop: Stop) -> bool:
    """Wait until the job may begin; False when it was stopped meanwhile, or removed."""
    while not stop.asked:
        with suppress(InputError):
            row.save(force=True)  # others must see that it waits, before they look
            look = row.job.look()
            if look.stop_asked is not None or not look.active:
                return False
            if not blockers(row.job) and row.take_turn():
                return True
        time.sleep(LOOK_EVERY_S)
    return False


def _run(row: "_Row", folder: Path, stop: Stop, grace_s: float) -> dict[str, Any]:
    log = _Log(row.job.folder / LOG)
    words = row.job.command
    try:
        with (row.job.folder / OUTPUT).open("wb") as output:
            command = subprocess.Popen(
                words,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.PIPE,
                process_group=0,
                encoding="utf-8",
                errors="replace",
            )
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        log.write(f"error: {words[0] if words else 'nothing'} cannot be started ({reason})\n")
        return {"exit_code": 1, "stopped": False}
    assert command.stderr is not None
    reader = threading.Thread(target=log.follow, args=(command.stderr,), daemon=True)
    reader.start()
    row.command = mark_of(command.pid)
    while command.poll() is None and not stop.asked:
        row.stages = log.stages
        with suppress(InputError):  # a full disk or a damaged queue is no reason to end the work
            row.save()
            stop.asked = stop.asked or row.job.look().stop_asked is not None
        time.sleep(LOOK_EVERY_S)
    if command.poll() is None:
        _end(command, grace_s)
    signal_group(command.pid, signal.SIGKILL)  # nothing it started outlives it
    kill_family(os.getpid())
    code = command.wait()
    reader.join(grace_s)
    row.stages = end_stages(log.stages, time.time())
    return {"exit_code": code, "stopped": code != 0 and stop.asked}


def _end(command: subprocess.Popen[str], grace_s: float) -> None:
    """Ask the command and all it started to stop, and give them time for it."""
    deadline = time.monotonic() + grace_s
    family = family_of(os.getpid())
    signal_group(command.pid, signal.SIGTERM)
    signal_all((mark for mark in family if not _in_group(mark, command.pid)), signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        command.wait(grace_s)
    while family_of(os.getpid()) and time.monotonic() < deadline:
        time.sleep(0.05)


def _in_group(mark: ProcessMark, group: int) -> bool:
    try:
        return os.getpgid(mark.pid) == group
    except ProcessLookupError:
        return False


class _Row:
    """What the supervisor knows, brought into the job's row whenever that is possible."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.command: ProcessMark | None = None
        self.stages: tuple[StageProgress, ...] = ()  # replaced whole, so that it can be compared
        self._begun: float | None = None
        self._own = mark_of(os.getpid())
        self._saved: dict[str, Any] = {}
        self._saved_at = 0.0
        self._n_saved = 0

    def save(self, *, force: bool = False) -> None:
        """Write what is new; all of it, as the row may be one that was made anew.

        Raises:
            InputError: the queue cannot be written.
        """
        values = self._values()
        is_new = self._saved.get("process") != values["process"] or len(self.stages) > self._n_saved
        is_late = time.monotonic() - self._saved_at >= SAVE_EVERY_S
        if not (force or is_new or (is_late and values != self._saved)):
            return
        with changing(self.job.paths) as connection:
            update(connection, self.job.number, **values)
        self._saved, self._saved_at = values, time.monotonic()
        self._n_saved = len(self.stages)

    def take_turn(self) -> bool:
        """Begin unless another job has begun meanwhile, or this one was stopped.

        Raises:
            InputError: the queue cannot be written.
        """
        with changing(self.job.paths) as connection:  # nobody else begins meanwhile
            look = self.job.look()
            if look.stop_asked is not None or not look.active or blockers(self.job):
                return False
            begun = time.time()
            update(connection, self.job.number, begun=begun)
        self._begun = begun
        return True

    def end(self, ending: dict[str, Any]) -> None:
        """Write how the job ended, in its folder and in the queue; on a full disk wait for space.

        Without either it would count as lost.
        """
        deadline = time.monotonic() + ENDING_TRIES_S
        is_told = False
        while True:
            with suppress(OSError):
                if not is_told:
                    write_state(self.job.folder / ENDING, ending)
                    is_told = True
            with suppress(InputError), changing(self.job.paths) as connection:
                update(connection, self.job.number, **self._values(), **ending)
                return
            if time.monotonic() > deadline:
                return
            time.sleep(LOOK_EVERY_S)

    def _values(self) -> dict[str, Any]:
        return {
            "supervisor": _to_json(self._own),
            "process": _to_json(self.command),
            "begun": self._begun,
            "stages": json.dumps([asdict(stage) for stage in self.stages]),
        }


def _to_json(mark: ProcessMark | None) -> str | None:
    return None if mark is None else json.dumps(asdict(mark))


class _Log:
    """Parts what the command says into progress and words.

    A full disk costs words, never the work itself.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.stages: tuple[StageProgress, ...] = ()  # replaced whole, so that two threads may look

    def follow(self, stream: IO[str]) -> None:
        """Read until the command and all it started are gone."""
        for line in stream:
            progress = read_progress_line(line)
            if progress is None:
                self.write(line)
            else:
                self.stages = advance(self.stages, progress)

    def write(self, line: str) -> None:
        """Add words to the log."""
        with suppress(OSError), self.path.open("ab", buffering=0) as file:
            file.write(line.encode())


if __name__ == "__main__":
    supervise(ProjectPaths(Path(sys.argv[1])), sys.argv[2], Path(sys.argv[3]))
