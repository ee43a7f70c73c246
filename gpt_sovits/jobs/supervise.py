"""The process beside each job: waits for its turn, runs the command, writes how it ended.

`python -m gpt_sovits.jobs.supervise FOLDER ROOT`, started by `runner.start_job`. It depends on
nobody: the page may be closed, killed or updated meanwhile. SIGTERM stops the job.
"""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import asdict
from pathlib import Path
from types import FrameType
from typing import IO, Any

from gpt_sovits.jobs.job import (
    ENDING,
    LOG,
    OUTPUT,
    PROCESS,
    STOP,
    Job,
    load_job,
    write_json,
    write_stages,
)
from gpt_sovits.jobs.process import mark_of, signal_group
from gpt_sovits.jobs.progress import StageProgress, advance, end_stages, read_progress_line

LOOK_EVERY_S = 0.3
"""Pause between two looks at the queue, at the command, and between two writes of progress."""

GRACE_S = 10.0
"""Time between asking the command to stop and ending it."""

ENDING_TRIES_S = 60.0
"""How long the ending is tried to be written while the disk is full."""


class Stop:
    """Whether someone asked the job to stop."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / STOP
        self.signalled = False

    def take(self, number: int, frame: FrameType | None) -> None:
        """Handle a signal; only sets a flag, as locks are not safe in a handler."""
        self.signalled = True

    def __bool__(self) -> bool:
        return self.signalled or self.file.exists()


def supervise(folder: Path, root: Path) -> None:
    """Run one job to its end.

    Args:
        folder: the job's folder.
        root: the folder that the command runs in.
    """
    stop = Stop(folder)
    signal.signal(signal.SIGTERM, stop.take)
    job = load_job(folder)
    if job is None:
        return
    _write_process(folder, None)
    ending: dict[str, Any] = {"exit_code": None, "stopped": True}
    if _wait_for_turn(job, stop):
        ending = _run(job, root, stop)
    _write_ending(folder, ending | {"ended": time.time()})


def _wait_for_turn(job: Job, stop: Stop) -> bool:
    """Wait until no older job is active; False when the job was stopped meanwhile.

    Numbers of jobs only grow, so no second job can hold itself for the oldest.
    """
    while not stop:
        folders = [other for other in job.folder.parent.glob("[0-9]*") if other.name < job.name]
        older = [load_job(other) for other in folders if not (other / ENDING).exists()]
        if not any(other is not None and other.active for other in older):
            return True
        time.sleep(LOOK_EVERY_S)
    return False


def _run(job: Job, root: Path, stop: Stop) -> dict[str, Any]:
    log = _Log(job.folder)
    try:
        with (job.folder / OUTPUT).open("wb") as output:
            command = subprocess.Popen(
                job.command,
                cwd=root,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.PIPE,
                process_group=0,
                encoding="utf-8",
                errors="replace",
            )
    except OSError as error:
        log.write(f"error: {job.command[0]} cannot be started ({error.strerror or error})\n")
        return {"exit_code": 1, "stopped": False}
    assert command.stderr is not None
    reader = threading.Thread(target=log.follow, args=(command.stderr,), daemon=True)
    reader.start()
    with contextlib.suppress(OSError):  # a full disk is no reason to end the work
        _write_process(job.folder, command.pid)
    while command.poll() is None and not stop:
        log.save_progress()
        time.sleep(LOOK_EVERY_S)
    if command.poll() is None:
        _end(command)
    signal_group(command.pid, signal.SIGKILL)  # nothing it started outlives it
    code = command.wait()
    reader.join(GRACE_S)
    log.close()
    return {"exit_code": code, "stopped": code != 0 and bool(stop)}


def _end(command: subprocess.Popen[str]) -> None:
    """Ask the command and all it started to stop; whoever is left after `GRACE_S` is ended."""
    signal_group(command.pid, signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        command.wait(GRACE_S)


class _Log:
    """Parts what the command says into progress and words.

    A full disk costs words and progress, never the work itself.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.stages: tuple[StageProgress, ...] = ()  # replaced whole, so that two threads may look
        self._saved: tuple[StageProgress, ...] = ()

    def follow(self, stream: IO[str]) -> None:
        """Read until the command and all it started are gone."""
        for line in stream:
            progress = read_progress_line(line)
            if progress is None:
                self.write(line)
            else:
                self.stages = advance(self.stages, progress)

    def write(self, line: str) -> None:
        with contextlib.suppress(OSError), (self.folder / LOG).open("ab", buffering=0) as file:
            file.write(line.encode())

    def save_progress(self) -> None:
        stages = self.stages
        if stages is not self._saved:
            with contextlib.suppress(OSError):
                write_stages(self.folder, stages)
                self._saved = stages

    def close(self) -> None:
        self.stages = end_stages(self.stages, time.time())
        self.save_progress()


def _write_ending(folder: Path, ending: dict[str, Any]) -> None:
    """Write how the job ended; on a full disk wait for space, as without this it counts as lost."""
    deadline = time.monotonic() + ENDING_TRIES_S
    while True:
        try:
            write_json(folder / ENDING, ending)
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(LOOK_EVERY_S)
        else:
            return


def _write_process(folder: Path, command_pid: int | None) -> None:
    own = mark_of(os.getpid())
    command = None if command_pid is None else mark_of(command_pid)
    assert own is not None, "this process runs"
    marks = {"supervisor": asdict(own), "command": None if command is None else asdict(command)}
    write_json(folder / PROCESS, marks)


if __name__ == "__main__":
    supervise(Path(sys.argv[1]), Path(sys.argv[2]))
