"""One job as its folder tells it; reading it needs no process but the reader's.

output/jobs/000007/
    job.json        title, command, when it was asked for; never changes
    process.json    marks of the supervisor and, once it runs, of the command
    progress.json   the stages so far
    log.txt         what the command said on stderr, progress left out
    output.txt      what it said on stdout
    stop            there when someone asked it to stop
    ending.json     exit code; there when it ended
"""

import json
import os
import signal
import time
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from gpt_sovits.jobs.process import ProcessMark, is_running
from gpt_sovits.jobs.progress import StageProgress
from gpt_sovits.paths import replacing

JOB, PROCESS, PROGRESS, ENDING = "job.json", "process.json", "progress.json", "ending.json"
LOG, OUTPUT, STOP = "log.txt", "output.txt", "stop"

STARTING_S = 60.0
"""A supervisor that has not written its mark after this long never started."""

TAIL_BYTES = 64 * 1024
"""How much of the end of a log is read."""


class JobState(StrEnum):
    """Where a job stands."""

    WAITING = "waiting"
    """Behind an older job, or about to start."""
    RUNNING = "running"
    STOPPING = "stopping"
    """Asked to stop, and not gone yet."""
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"
    LOST = "lost"
    """Its processes are gone and nobody saw how they ended."""


ACTIVE = frozenset({JobState.WAITING, JobState.RUNNING, JobState.STOPPING})


@dataclass(frozen=True)
class Processes:
    """Who works on a job."""

    supervisor: ProcessMark
    command: ProcessMark | None
    """Leader of its own process group; None until it is the job's turn."""


@dataclass(frozen=True)
class Job:
    """One job, running or not."""

    folder: Path
    title: str
    command: tuple[str, ...]
    created: float
    """Seconds since 1970."""

    @property
    def name(self) -> str:
        """Number of the job; a later job has a higher one."""
        return self.folder.name

    @property
    def state(self) -> JobState:
        """Where the job stands now."""
        processes = self.processes()
        alive = processes is not None and (
            is_running(processes.supervisor) or is_running(processes.command)
        )
        ending = read_json(self.folder / ENDING)  # after the look at the processes: it may be new
        if ending is not None:
            return _ended_state(ending)
        if processes is None:
            return JobState.WAITING if time.time() - self.created < STARTING_S else JobState.LOST
        asked_to_stop = (self.folder / STOP).exists()
        if not alive:
            return JobState.STOPPED if asked_to_stop else JobState.LOST
        if asked_to_stop:
            return JobState.STOPPING
        return JobState.WAITING if processes.command is None else JobState.RUNNING

    @property
    def active(self) -> bool:
        """Tell whether it still runs or will."""
        return self.state in ACTIVE

    def processes(self) -> Processes | None:
        """Who works on it, once someone does."""
        marks = read_json(self.folder / PROCESS)
        if marks is None:
            return None
        supervisor, command = marks["supervisor"], marks["command"]
        return Processes(
            ProcessMark(**supervisor), None if command is None else ProcessMark(**command)
        )

    def stages(self) -> tuple[StageProgress, ...]:
        """The stages begun so far, in order; none where another version wrote them."""
        progress = read_json(self.folder / PROGRESS) or {}
        try:
            return tuple(StageProgress(**stage) for stage in progress.get("stages", []))
        except TypeError:
            return ()

    def log(self, n_lines: int = 200) -> str:
        """The last lines that the command wrote for a person."""
        return "\n".join(_tail(self.folder / LOG).splitlines()[-n_lines:])

    def result(self) -> dict[str, Any] | None:
        """What the command printed last, where that is JSON, as `--json` prints it."""
        lines = _tail(self.folder / OUTPUT).splitlines()
        try:
            value = json.loads(lines[-1]) if lines else None
        except ValueError:
            return None
        return value if isinstance(value, dict) else None

    def problem(self) -> str | None:
        """Why it did not come to a good end, in one sentence; None where it did or still runs."""
        state = self.state
        if state is JobState.LOST:
            return (
                "the job is gone without telling how it ended: the machine was restarted, the "
                "process was killed or the disk was full; resume it to go on where it stopped"
            )
        if state is not JobState.FAILED:
            return None
        errors = [line for line in self.log().splitlines() if line.startswith("error: ")]
        if errors:
            return errors[-1].removeprefix("error: ")
        code = (read_json(self.folder / ENDING) or {}).get("exit_code")
        if code == -signal.SIGKILL:
            return "the system killed it, most likely because the memory was full"
        return f"it ended with exit code {code}; the end of its log says more"


def _ended_state(ending: dict[str, Any]) -> JobState:
    if ending.get("stopped"):
        return JobState.STOPPED
    return JobState.DONE if ending.get("exit_code") == 0 else JobState.FAILED


def load_job(folder: Path) -> Job | None:
    """Read a job; None where the folder holds none or is damaged."""
    about = read_json(folder / JOB) or {}
    try:
        return Job(folder, str(about["title"]), tuple(about["command"]), float(about["created"]))
    except (KeyError, TypeError, ValueError):
        return None


def read_json(path: Path) -> dict[str, Any] | None:
    """Read an object; None where there is none, or a power cut left half of it."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return value if isinstance(value, dict) else None


def write_json(path: Path, value: dict[str, Any]) -> None:
    """Write an object whole or not at all."""
    with replacing(path) as part:
        part.write_text(json.dumps(value, ensure_ascii=True), encoding="utf-8")


def write_stages(folder: Path, stages: tuple[StageProgress, ...]) -> None:
    """Write how far a job is."""
    write_json(folder / PROGRESS, {"stages": [asdict(stage) for stage in stages]})


def _tail(path: Path) -> str:
    """The end of a file that may be long and still grows."""
    try:
        with path.open("rb") as file:
            start = max(file.seek(0, os.SEEK_END) - TAIL_BYTES, 0)
            file.seek(start)
            data = file.read(TAIL_BYTES)
    except OSError:
        return ""
    text = data.decode(encoding="utf-8", errors="replace")
    return text.partition("\n")[2] if start else text
