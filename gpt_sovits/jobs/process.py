"""Processes that outlive the one that started them: found again, and ended with their children.

POSIX only, as process groups are.
"""

import os
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class ProcessMark:
    """One process; its number alone may belong to another one by now."""

    pid: int
    started: str
    """When it started, in the system's own words; compared, never read."""


def mark_of(pid: int) -> ProcessMark | None:
    """The mark of a process; None where none runs, or only a dead one that waits for its parent."""
    stat = Path(f"/proc/{pid}/stat")
    try:
        # The name of the program may hold spaces and brackets; the fields follow the last bracket.
        fields = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return _mark_by_ps(pid) if not Path("/proc/self").exists() else None
    state, ticks_since_boot = fields[0], fields[19]
    return None if state in "ZX" else ProcessMark(pid, f"{boot} {ticks_since_boot}")


def _mark_by_ps(pid: int) -> ProcessMark | None:
    """The same on systems without /proc, such as macOS."""
    command = ["ps", "-o", "stat=,lstart=", "-p", str(pid)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    state, _, started = done.stdout.strip().partition(" ")
    return ProcessMark(pid, started.strip()) if started and state[0] != "Z" else None


def is_running(mark: ProcessMark | None) -> bool:
    """Tell whether this very process still runs."""
    return mark is not None and mark_of(mark.pid) == mark


def signal_group(group: int, number: signal.Signals) -> None:
    """Send a signal to a process group; one that is gone already is no error."""
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        pass
    except PermissionError:  # macOS says so of a group that holds only dead processes
        pass
