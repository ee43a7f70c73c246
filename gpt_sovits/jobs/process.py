"""Processes that outlive the one that started them: found again, and ended with their children.

POSIX only, as process groups are.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_PR_SET_CHILD_SUBREAPER = 36
"""Of Linux' prctl.h."""

_KILL_TRIES = 50
"""A process that forks while it is looked for is found at the next look."""


@dataclass(frozen=True)
class ProcessMark:
    """One process; its number alone may belong to another one by now."""

    pid: int
    started: str
    """When it started, in the system's own words; compared, never read."""


def mark_of(pid: int) -> ProcessMark | None:
    """The mark of a process; None where none runs, or only a dead one that waits for its parent."""
    try:
        fields = _stat(Path(f"/proc/{pid}/stat"))
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return _mark_by_ps(pid) if not Path("/proc/self").exists() else None
    state, ticks_since_boot = fields[0], fields[19]
    return None if state in "ZX" else ProcessMark(pid, f"{boot} {ticks_since_boot}")


def _stat(path: Path) -> list[str]:
    """Fields of /proc/PID/stat from the state on."""
    # The name of the program may hold spaces and brackets; the fields follow the last bracket.
    return path.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()


def _mark_by_ps(pid: int) -> ProcessMark | None:
    """The same on systems without /proc, such as macOS."""
    command = ["ps", "-o", "stat=,lstart=", "-p", str(pid)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    state, _, started = done.stdout.strip().partition(" ")
    return ProcessMark(pid, started.strip()) if started and state[0] != "Z" else None


def is_running(mark: ProcessMark | None) -> bool:
    """Tell whether this very process still runs."""
    return mark is not None and mark_of(mark.pid) == mark


def adopt_orphans() -> None:
    """Have every process below this one stay below it when its own parent ends.

    So even one that made a session of its own and lost its parent is found again. Linux only;
    elsewhere nothing happens.
    """
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def family_of(pid: int) -> list[ProcessMark]:
    """The running children of a process, and theirs, whatever group or session they are in."""
    children: dict[int, list[int]] = {}
    for child, parent in _parents():
        children.setdefault(parent, []).append(child)
    found, left = [], [pid]
    while left:
        below = children.pop(left.pop(), [])
        found += below
        left += below
    return [mark for mark in map(mark_of, found) if mark is not None]


def _parents() -> Iterable[tuple[int, int]]:
    """Every process of the machine with its parent."""
    if not Path("/proc/self").exists():
        done = subprocess.run(
            ["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=False
        )
        for line in done.stdout.splitlines():
            pid, parent = line.split()
            yield int(pid), int(parent)
        return
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            with suppress(OSError, IndexError):  # it ended meanwhile
                yield int(folder.name), int(_stat(folder / "stat")[1])


def signal_group(group: int, number: signal.Signals) -> None:
    """Send a signal to a process group; one that is gone already is no error."""
    # macOS says "not permitted" of a group that holds only dead processes.
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def signal_all(marks: Iterable[ProcessMark], number: signal.Signals) -> None:
    """Send a signal to processes; those that are gone already are no error."""
    for mark in marks:
        if is_running(mark):
            with suppress(ProcessLookupError, PermissionError):
                os.kill(mark.pid, number)


def kill_family(pid: int) -> None:
    """End all that runs below a process, at once."""
    for _ in range(_KILL_TRIES):
        family = family_of(pid)
        if not family:
            return
        signal_all(family, signal.SIGKILL)
        time.sleep(0.02)
