"""How far a job is, told in the lines that `--progress-json` prints."""

import json
import time
from dataclasses import asdict, dataclass, replace


@dataclass(frozen=True)
class StageProgress:
    """One stage of a job."""

    name: str
    started: float
    """Seconds since 1970."""
    ended: float | None = None
    """None while it runs."""
    done: int = 0
    total: int = 0
    """0 where it is not known."""
    what: str = ""
    """The item in hand."""
    left_s: float | None = None
    losses: str | None = None
    """Table of the losses of a training, from the project's root."""

    @property
    def share(self) -> float:
        """How much of the stage is done, 0 to 1."""
        return min(self.done / self.total, 1.0) if self.total > 0 else 0.0


@dataclass(frozen=True)
class ProgressLine:
    """One line of `--progress-json`."""

    stage: str
    done: int
    total: int
    what: str
    left_s: float | None
    losses: str | None = None
    """Table of the losses of a training, a row a step, from the project's root."""

    def to_json(self) -> str:
        """The line itself, in ASCII, whatever the item is called."""
        return json.dumps(asdict(self))


def read_progress_line(line: str) -> ProgressLine | None:
    """Read one line of stderr; None where it is no progress but something to be read."""
    if not line.startswith("{"):
        return None
    try:
        fields = json.loads(line)
        left_s, losses = fields.get("left_s"), fields.get("losses")
        return ProgressLine(
            stage=str(fields["stage"]),
            done=int(fields["done"]),
            total=int(fields["total"]),
            what=str(fields["what"]),
            left_s=None if left_s is None else float(left_s),
            losses=None if losses is None else str(losses),
        )
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def advance(stages: tuple[StageProgress, ...], line: ProgressLine) -> tuple[StageProgress, ...]:
    """The stages after one more line; a new name ends the stage before it."""
    now = time.time()
    if not stages or stages[-1].name != line.stage:
        stages = (*end_stages(stages, now), StageProgress(line.stage, started=now))
    latest = replace(
        stages[-1],
        done=line.done,
        total=line.total,
        what=line.what,
        left_s=line.left_s,
        losses=line.losses or stages[-1].losses,
    )
    return (*stages[:-1], latest)


def end_stages(stages: tuple[StageProgress, ...], now: float) -> tuple[StageProgress, ...]:
    """The stages when nothing runs any more."""
    if not stages or stages[-1].ended is not None:
        return stages
    return (*stages[:-1], replace(stages[-1], ended=now, left_s=None))


def spoken_time(seconds: float) -> str:
    """A duration as a person says it: `12 s`, `3 min 05 s`, `2 h 10 min`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"
