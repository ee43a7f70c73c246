"""Progress on screen: a bar in a terminal, a line now and then in a log."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from gpt_sovits.report import Progress

LOG_EVERY_S = 10.0
"""Pause between two lines where no terminal is."""


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
    tasks = {}

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
