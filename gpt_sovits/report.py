"""What a stage tells its caller: progress while it runs, a report when it is done."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

Progress = Callable[[int, int, str], None]
"""Called as `progress(done, total, what)`: items done, items in all, the item in hand."""


def no_progress(done: int, total: int, what: str) -> None:
    """Show nothing."""


@dataclass(frozen=True)
class StageReport:
    """What a stage wrote and what it skipped."""

    written: list[Path] = field(default_factory=list)
    """Files that are there now because of this run."""

    skipped: list[tuple[Path, str]] = field(default_factory=list)
    """Inputs left out, each with its reason in one sentence."""

    kept: list[Path] = field(default_factory=list)
    """Files of an earlier run that are as this one would make them."""
