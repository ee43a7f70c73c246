"""One job as its row in the queue and its folder tell it; whoever reads needs only the project."""

import json
import signal
import sqlite3
import time
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from gpt_sovits.jobs.folders import LOG, OUTPUT, read_ending, tail_of
from gpt_sovits.jobs.process import ProcessMark, is_running
from gpt_sovits.jobs.progress import StageProgress
from gpt_sovits.jobs.queue import jobs_folder, read_rows
from gpt_sovits.paths import ProjectPaths

STARTING_S = 60.0
"""A supervisor that has not written its mark after this long never started."""


class JobState(StrEnum):
    """Where a job stands."""

    WAITING = "waiting"
    """Behind another job, or about to start."""
    RUNNING = "running"
    STOPPING = "stopping"
    """Asked to stop, and not gone yet."""
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"
    LOST = "lost"
    """Its processes are gone and nobody saw how they ended."""


class Reason(StrEnum):
    """What kept a job from a good end."""

    ERROR = "error"
    KILLED = "killed"
    EXIT_CODE = "exit_code"
    NOT_STARTED = "not_started"
    BEFORE_TURN = "before_turn"
    GONE = "gone"


SENTENCES = {
    Reason.ERROR: "{error}",
    Reason.KILLED: "the system killed it, most likely because the memory was full",
    Reason.EXIT_CODE: "it ended with exit code {code}; the end of its log says more",
    Reason.NOT_STARTED: "it never started; start it again",
    Reason.BEFORE_TURN: "it was gone before its turn came: the machine was restarted or its "
    "process was killed; start it again",
    Reason.GONE: "the job is gone without telling how it ended: the machine was restarted, the "
    "process was killed or the disk was full; resume it to go on where it stopped",
}

ACTIVE = frozenset({JobState.WAITING, JobState.RUNNING, JobState.STOPPING})


@dataclass(frozen=True)
class Processes:
    """Who works on a job."""

    supervisor: ProcessMark
    command: ProcessMark | None
    """Leader of its own process group; None until it is the job's turn."""


@dataclass(frozen=True)
class Job:
    """One job, running or not. What is asked of it is read anew every time.

    What reads the queue raises an `InputError` where the queue cannot be read.
    """

    paths: ProjectPaths
    number: int
    """A later job has a higher one."""
    title: str
    command: tuple[str, ...]
    created: float
    """Seconds since 1970."""
    kind: str = ""
    """Name of the stage, such as "train sovits"."""
    project: str = ""
    """Voice in the making that it belongs to."""
    device: str = "cpu"
    heavy: bool = True
    """Whether the device is its own while it runs."""

    @property
    def name(self) -> str:
        """Number of the job, as its folder is called."""
        return f"{self.number:06d}"

    @property
    def folder(self) -> Path:
        """Where its log and output lie."""
        return jobs_folder(self.paths) / self.name

    def look(self) -> "Look":
        """How it stands now; one that was removed meanwhile counts as lost."""
        rows = read_rows(self.paths, "number = :number", {"number": self.number})
        look = read_look(rows[0], self.paths) if rows else None
        return look or Look(self, JobState.LOST)

    @property
    def state(self) -> JobState:
        """Where the job stands now."""
        return self.look().state

    @property
    def active(self) -> bool:
        """Tell whether it still runs or will."""
        return self.look().active

    def processes(self) -> Processes | None:
        """Who works on it, once someone does."""
        return self.look().processes

    def stages(self) -> tuple[StageProgress, ...]:
        """The stages begun so far, in order; none where another version wrote them."""
        return self.look().stages

    def losses(self) -> Path | None:
        """Table of the losses of its newest training, which grows; None where it trains nothing."""
        return self.look().losses

    def problem(self) -> str | None:
        """Why it did not come to a good end, in one sentence; None where it did or still runs."""
        return self.look().problem()

    def waits_for(self) -> "Job | None":
        """The job that must end before this one begins; None where it waits for none."""
        return self.look().waits_for()

    def log(self, n_lines: int = 200) -> str:
        """The last lines that the command wrote for a person."""
        return "\n".join(tail_of(self.folder / LOG).splitlines()[-n_lines:])

    def result(self) -> dict[str, Any] | None:
        """What the command printed last, where that is JSON, as `--json` prints it."""
        lines = tail_of(self.folder / OUTPUT).splitlines()
        try:
            value = json.loads(lines[-1]) if lines else None
        except ValueError:
            return None
        return value if isinstance(value, dict) else None


@dataclass(frozen=True)
class Look:
    """A job as it stood at one moment."""

    job: Job
    state: JobState
    processes: Processes | None = None
    stages: tuple[StageProgress, ...] = ()
    begun: float | None = None
    """When its turn came."""
    stop_asked: float | None = None
    ended: float | None = None
    exit_code: int | None = None
    unwatched: bool = False
    """Whether it runs although its supervisor is gone."""

    @property
    def active(self) -> bool:
        """Tell whether it still runs or will."""
        return self.state in ACTIVE

    @property
    def losses(self) -> Path | None:
        """Table of the losses of its newest training."""
        told = [stage.losses for stage in self.stages if stage.losses]
        return self.job.paths.root / told[-1] if told else None

    def spent_s(self) -> float | None:
        """How long it has run; None where that is not known, or it has not begun."""
        begun = self.begun or (self.stages[0].started if self.stages else None)
        if begun is None or (self.ended is None and not self.active):
            return None
        return (self.ended or time.time()) - begun

    def waits_for(self) -> Job | None:
        """The job that must end before this one begins."""
        if self.state is not JobState.WAITING:
            return None
        before = blockers(self.job)
        return before[0].job if before else None

    def reason(self) -> "Reason | None":
        """What kept it from a good end; None where it came to one, was stopped, or still runs."""
        if self.state is JobState.LOST:
            if self.processes is None:
                return Reason.NOT_STARTED
            return Reason.BEFORE_TURN if self.processes.command is None else Reason.GONE
        if self.state is not JobState.FAILED:
            return None
        if self.error():
            return Reason.ERROR
        return Reason.KILLED if self.exit_code == -signal.SIGKILL else Reason.EXIT_CODE

    def error(self) -> str:
        """What the command itself said of its mistake; empty where it said nothing."""
        lines = [line for line in self.job.log().splitlines() if line.startswith("error: ")]
        return lines[-1].removeprefix("error: ") if lines else ""

    def problem(self) -> str | None:
        """The reason in one sentence."""
        reason = self.reason()
        if reason is None:
            return None
        return SENTENCES[reason].format(error=self.error(), code=self.exit_code)


def blockers(job: Job) -> list[Look]:
    """What must end before a job may begin, the oldest first: heavy jobs of the same device.

    Older ones go first; a younger one counts when it has begun, as it may where the older one's
    supervisor took so long to start that it was given up.
    """
    if not job.heavy:
        return []
    where = "ended IS NULL AND heavy AND device = :device AND number != :number"
    values = {"device": job.device, "number": job.number}
    rows = read_rows(job.paths, where, values)
    looks = [look for row in rows if (look := read_look(row, job.paths)) is not None]
    return [
        look
        for look in looks
        if look.active and (look.job.number < job.number or look.begun is not None)
    ]


def read_look(row: sqlite3.Row, paths: ProjectPaths) -> Look | None:
    """A row of the queue, and whether its processes run; None where the row is damaged."""
    try:
        job = Job(
            paths=paths,
            number=row["number"],
            title=row["title"],
            command=tuple(json.loads(row["command"])),
            created=row["created"],
            kind=row["kind"],
            project=row["project"],
            device=row["device"],
            heavy=bool(row["heavy"]),
        )
        processes = _processes(row)
    except (KeyError, TypeError, ValueError):
        return None
    ending = {name: row[name] for name in ("exit_code", "stopped", "ended")}
    watched = worked_on = False
    if ending["ended"] is None:
        watched = processes is not None and is_running(processes.supervisor)
        worked_on = processes is not None and is_running(processes.command)
        if not watched:  # it may have ended since the row was read, or could not write it there
            ending |= read_ending(job.folder)
    return Look(
        job=job,
        state=_state(row, job, processes, ending, alive=watched or worked_on),
        processes=processes,
        stages=_stages(row["stages"]),
        begun=row["begun"],
        stop_asked=row["stop_asked"],
        ended=ending["ended"],
        exit_code=ending["exit_code"],
        unwatched=worked_on and not watched,
    )


def _state(
    row: sqlite3.Row, job: Job, processes: Processes | None, ending: dict[str, Any], *, alive: bool
) -> JobState:
    if ending["ended"] is not None:
        if ending["stopped"]:
            return JobState.STOPPED
        return JobState.DONE if ending["exit_code"] == 0 else JobState.FAILED
    if processes is None and time.time() - job.created < STARTING_S:
        return JobState.WAITING
    if not alive:
        return JobState.LOST if row["stop_asked"] is None else JobState.STOPPED
    if row["stop_asked"] is not None:
        return JobState.STOPPING
    return JobState.WAITING if row["process"] is None else JobState.RUNNING


def _processes(row: sqlite3.Row) -> Processes | None:
    if row["supervisor"] is None:
        return None
    command = None if row["process"] is None else ProcessMark(**json.loads(row["process"]))
    return Processes(ProcessMark(**json.loads(row["supervisor"])), command)


def _stages(told: str | None) -> tuple[StageProgress, ...]:
    try:
        return tuple(StageProgress(**stage) for stage in json.loads(told or "[]"))
    except (TypeError, ValueError):
        return ()
