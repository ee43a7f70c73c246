"""The losses of a training as a table, one row a step, that a spreadsheet opens."""

import csv
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gpt_sovits.errors import InputError
from gpt_sovits.paths import replacing
from gpt_sovits.training.module import Place

_FIXED = ("epoch", "step", "seconds")


@dataclass(frozen=True)
class LossRow:
    """One step."""

    epoch: int
    step: int
    seconds: float
    """How long it took, loading included and saving not."""
    losses: dict[str, float]


class LossesLog:
    """Append one row a step.

    Args:
        path: of the CSV; its folder is made where it is missing.
        done: steps whose rows stay; later ones are those of a broken run and go.
    """

    def __init__(self, path: Path, done: int) -> None:
        rows = [row for row in read_losses(path) if row.step <= done]
        with replacing(path) as part, part.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            if rows:
                writer.writerow([*_FIXED, *rows[0].losses])
            writer.writerows(_cells(row) for row in rows)
        self._is_empty = not rows
        self._file = path.open("a", newline="", encoding="utf-8")
        self.seconds = sum(row.seconds for row in rows)
        """Time of all steps so far."""

    def append(self, place: Place, seconds: float, losses: Mapping[str, float]) -> None:
        """Add a step; a program that reads along sees it at once."""
        writer = csv.writer(self._file)
        if self._is_empty:
            writer.writerow([*_FIXED, *losses])
            self._is_empty = False
        writer.writerow(_cells(LossRow(place.epoch, place.step, seconds, dict(losses))))
        self._file.flush()
        self.seconds += seconds

    def sync(self) -> None:
        """Make the rows last through a power cut."""
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()


def read_losses(path: Path) -> list[LossRow]:
    """Read the table; no file is an empty one, and a torn last line is left out.

    Raises:
        InputError: it is no table of losses.
    """
    if not path.is_file():
        return []
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    whole = [line for line in lines if line.endswith("\n")]
    reader = csv.reader(whole)
    names = next(reader, list(_FIXED))
    if tuple(names[:3]) != _FIXED:
        raise InputError(f"{path}: is no table of losses; move it away")
    try:
        return [_row(names[3:], cells) for cells in reader]
    except ValueError as error:
        raise InputError(f"{path}: is damaged ({error}); move it away") from error


def mean_losses(rows: Sequence[LossRow], epoch: int) -> dict[str, float]:
    """Mean of every loss over the steps of one epoch."""
    chosen = [row.losses for row in rows if row.epoch == epoch]
    names = chosen[0] if chosen else {}
    return {name: sum(losses[name] for losses in chosen) / len(chosen) for name in names}


def _row(names: Sequence[str], cells: Sequence[str]) -> LossRow:
    epoch, step, seconds, *losses = cells
    values = dict(zip(names, map(float, losses), strict=True))
    return LossRow(int(epoch), int(step), float(seconds), values)


def _cells(row: LossRow) -> list[object]:
    return [row.epoch, row.step, f"{row.seconds:.4f}", *map(repr, row.losses.values())]
