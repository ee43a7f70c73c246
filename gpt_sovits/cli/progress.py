"""Progress on screen: a bar in a terminal, a line now and then in a log, JSON for a program."""

import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from gpt_sovits.jobs.progress import ProgressLine, spoken_time
from gpt_sovits.paths import PROJECT
from gpt_sovits.report import Progress

if TYPE_CHECKING:
    from rich.progress import Progress as Bars
    from rich.progress import TaskID

LOG_EVERY_S = 10.0
"""Pause between two lines where no terminal is."""

JSON_EVERY_S = 0.2
"""Pause between two lines of JSON: a page needs no more than five a second."""


@contextmanager
def show_bytes(stream: TextIO) -> Iterator[Progress]:
    """Show bytes on their way, with rate and time left."""
    if not stream.isatty():
        yield _log_lines(stream)
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )
    from rich.progress import Progress as Bars

    bars = Bars(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
        console=Console(file=stream),
    )
    tasks: dict[str, TaskID] = {}

    def show(done: int, total: int, what: str) -> None:
        if what not in tasks:
            tasks[what] = bars.add_task(what)
        bars.update(tasks[what], completed=done, total=total or None)

    with bars:
        yield show


def _log_lines(stream: TextIO) -> Progress:
    last = 0.0

    def show(done: int, total: int, what: str) -> None:
        nonlocal last
        now = time.monotonic()
        if done == total or now - last >= LOG_EVERY_S:
            last = now
            print(f"{what}: {done:,} of {total:,} bytes", file=stream)

    return show


class ItemProgress(ABC):
    """Shows items of one stage after the other; is itself a `report.Progress`."""

    def __init__(self, every_s: float) -> None:
        self.every_s = every_s
        self.stage = ""
        self.losses: Path | None = None
        self._first: tuple[float, int] | None = None  # when, and how many were done by then
        self._latest: tuple[int, int, str] | None = None  # not shown yet
        self._shown = -every_s

    def enter(self, stage: str) -> None:
        """Begin a stage; what was not shown of the one before is shown now."""
        self.flush()
        self.stage, self.losses = stage, None
        self._first, self._shown = None, -self.every_s

    def follow_losses(self, table: Path) -> None:
        """Name the table of a training's losses beside every state from now on."""
        self.losses = table

    def __call__(self, done: int, total: int, what: str) -> None:
        """Take note of an item, and show it when the last one was shown long enough ago."""
        now = time.monotonic()
        if self._first is None:
            self._first = (now, done)
        self._latest = (done, total, what)
        if done == total or now - self._shown >= self.every_s:
            self.flush()

    def flush(self) -> None:
        """Show the latest item unless it was shown already."""
        if self._latest is not None:
            latest, self._latest, self._shown = self._latest, None, time.monotonic()
            self.show(*latest)

    def rate(self, done: int) -> float | None:
        """Items a second in this run; what an earlier run had done does not count."""
        if self._first is None or done <= self._first[1]:
            return None
        return (done - self._first[1]) / max(time.monotonic() - self._first[0], 1e-9)

    def left_s(self, done: int, total: int) -> float | None:
        """Seconds until the stage is done, once that can be told."""
        rate = self.rate(done)
        return None if rate is None or total <= 0 else max(total - done, 0) / rate

    @abstractmethod
    def show(self, done: int, total: int, what: str) -> None:
        """Bring one state onto the screen; `total` is 0 where it is not known."""


@contextmanager
def show_progress(
    stream: TextIO, *, as_json: bool = False, stage: str = ""
) -> Iterator[ItemProgress]:
    """Show items with rate and time left; the last state is always shown.

    Args:
        stream: where to, usually stderr.
        as_json: one line of JSON for each state, as `--progress-json` asks for: stage, done, total,
            what, left_s (seconds or null), losses (path of a training's table or null).
        stage: name of the first stage; `enter` begins the next one.
    """
    if not as_json and stream.isatty():
        with _bars(stream) as bars:
            yield from _run(_BarProgress(bars), stage)
    else:
        yield from _run(_JsonProgress(stream) if as_json else _LineProgress(stream), stage)


def _run(progress: ItemProgress, stage: str) -> Iterator[ItemProgress]:
    progress.enter(stage)
    try:
        yield progress
    finally:
        progress.flush()


class _JsonProgress(ItemProgress):
    def __init__(self, stream: TextIO) -> None:
        super().__init__(JSON_EVERY_S)
        self.stream = stream

    def enter(self, stage: str) -> None:
        super().enter(stage)
        if stage:  # whoever reads along learns of a stage before its first item is done
            self.show(0, 0, "")

    def show(self, done: int, total: int, what: str) -> None:
        left_s = self.left_s(done, total)
        left_s = None if left_s is None else round(left_s, 1)
        losses = None if self.losses is None else PROJECT.name_of(self.losses)
        line = ProgressLine(self.stage, done, total, what, left_s, losses)
        print(line.to_json(), file=self.stream, flush=True)


class _LineProgress(ItemProgress):
    def __init__(self, stream: TextIO) -> None:
        super().__init__(LOG_EVERY_S)
        self.stream = stream

    def show(self, done: int, total: int, what: str) -> None:
        pace = _pace(self.rate(done), self.left_s(done, total))
        line = f"{_title(self.stage, what)}: {_count(done, total)}{pace and f' ({pace})'}"
        print(line, file=self.stream, flush=True)


class _BarProgress(ItemProgress):
    def __init__(self, bars: "Bars") -> None:
        super().__init__(0.0)  # rich itself draws ten times a second
        self.bars = bars
        self.task: TaskID | None = None

    def enter(self, stage: str) -> None:
        super().enter(stage)
        self.task = None

    def show(self, done: int, total: int, what: str) -> None:
        if self.task is None:
            self.task = self.bars.add_task(self.stage, total=None, count="", pace="", what="")
        self.bars.update(
            self.task,
            completed=done,
            total=total or None,
            count=_count(done, total),
            pace=_pace(self.rate(done), self.left_s(done, total)),
            what=what,
        )


def _bars(stream: TextIO) -> "Bars":
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as Bars

    texts = ("{task.description}", "{task.fields[count]}", "{task.fields[pace]}")
    stage, count, pace = (TextColumn(text, markup=False) for text in texts)
    what = TextColumn("{task.fields[what]}", markup=False)
    return Bars(stage, BarColumn(), count, pace, what, console=Console(file=stream))


def _title(stage: str, what: str) -> str:
    return ", ".join(part for part in (stage, what) if part) or "working"


def _count(done: int, total: int) -> str:
    return f"{done:,} of {total:,}" if total > 0 else f"{done:,}"


def _pace(rate: float | None, left_s: float | None) -> str:
    """Rate and time left for a person, the slow ones as seconds for each item."""
    if rate is None:
        return ""
    pace = f"{rate:.1f} a second" if rate >= 1 else f"{1 / rate:.1f} s each"
    return pace if not left_s else f"{pace}, {spoken_time(left_s)} left"
