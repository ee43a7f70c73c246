"""The losses of a training while it writes them: read on from where the last reading ended."""

import csv
import threading
from array import array
from functools import lru_cache
from pathlib import Path

_FIXED = ["epoch", "step", "seconds"]
"""First columns of the table that `training.losses_log` writes."""


class LossTable:
    """A table of losses that grows, and begins anew when its training does.

    A line that is half written is read next time; one that holds no numbers is passed over.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._forget()

    def _forget(self) -> None:
        self._place = 0
        self._last = b""  # line before the place, by which a table that was written anew is known
        self._names: list[str] | None = None
        self._columns: list[array[float]] = []

    def read(self) -> "tuple[array[float], dict[str, array[float]]]":
        """The steps, and every loss by its name; empty where there is no table."""
        with self._lock:
            try:
                self._read_on()
            except OSError:
                self._forget()
            if not self._columns:
                return array("d"), {}
            steps, *losses = (column[:] for column in self._columns)
            return steps, dict(zip(self._names or (), losses, strict=True))

    def _read_on(self) -> None:
        with self.path.open("rb") as file:
            file.seek(max(self._place - len(self._last), 0))
            if file.read(len(self._last)) != self._last:
                self._forget()
                file.seek(0)
            for line in file:
                if not line.endswith(b"\n"):
                    return
                self._place += len(line)
                self._last = line
                self._take(line.decode("utf-8", errors="replace").strip())

    def _take(self, line: str) -> None:
        if self._names is None:
            names = next(csv.reader([line]), [])
            self._names = names[len(_FIXED) :] if names[: len(_FIXED)] == _FIXED else []
            self._columns = [array("d") for _ in range(1 + len(self._names))]
            return
        cells = line.split(",")
        if len(cells) != len(_FIXED) + len(self._names):
            return
        try:
            values = [float(cells[1]), *map(float, cells[len(_FIXED) :])]
        except ValueError:
            return
        for column, value in zip(self._columns, values, strict=True):
            column.append(value)


@lru_cache(maxsize=16)
def loss_table(path: Path) -> LossTable:
    """The table at a path, the same object every time, so that it reads on."""
    return LossTable(path)
