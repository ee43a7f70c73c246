"""What a stage tells its caller: progress while it runs, a report when it is done."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, runtime_checkable

Progress = Callable[[int, int, str], None]
"""Called as `progress(done, total, what)`: items done, items in all, the item in hand."""


def no_progress(done: int, total: int, what: str) -> None:
    """Show nothing."""


@runtime_checkable
class ShowsLosses(Protocol):
    """A `Progress` that also wants to know where the losses of a training are written."""

    def follow_losses(self, table: Path) -> None:
        """Take note of the table; it belongs to the stage that runs."""
        ...


def tell_losses(progress: Progress, table: Path) -> None:
    """Say where a training writes its losses, to whoever shows them."""
    if isinstance(progress, ShowsLosses):
        progress.follow_losses(table)


@dataclass(frozen=True)
class StageReport:
    """What a stage wrote and what it skipped."""

    written: list[Path] = field(default_factory=list)
    """Files that are there now because of this run."""

    skipped: list[tuple[Path, str]] = field(default_factory=list)
    """Inputs left out, each with its reason in one sentence."""

    kept: list[Path] = field(default_factory=list)
    """Files of an earlier run that are as this one would make them."""
