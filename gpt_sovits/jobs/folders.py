"""What lies in a job's folder; with it the queue can be made anew when its file is lost.

output/jobs/000007/
    job.json      title, command, when it was asked for; never changes
    log.txt       what the command said on stderr, progress left out
    output.txt    what it said on stdout
    ending.json   exit code; there when it ended

Folders of the first version, which had no queue, also hold process.json (marks of the supervisor
and the command), progress.json (the stages) and stop (there when someone asked it to stop).
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from gpt_sovits.state import read_state

JOB, LOG, OUTPUT, ENDING = "job.json", "log.txt", "output.txt", "ending.json"

TAIL_BYTES = 64 * 1024
"""How much of the end of a log is read."""

_OLD_KINDS = ("clone", "check", "transcribe")
"""Commands that were jobs before a job knew its kind."""


def old_jobs(folder: Path) -> Iterator[dict[str, Any]]:
    """Rows of the queue as the folders of the jobs tell them; a damaged one is left out."""
    for each in sorted(folder.glob("[0-9]*")):
        if not each.name.isdecimal():
            continue
        about, ending = read_state(each / JOB), read_ending(each)
        marks, progress = read_state(each / "process.json"), read_state(each / "progress.json")
        try:
            command = [str(word) for word in about["command"]]
            stop = each / "stop"
            values = {
                "number": int(each.name),
                "title": str(about["title"]),
                "command": json.dumps(command),
                "created": float(about["created"]),
                "kind": str(about.get("kind", _kind_of(command))),
                "project": str(about.get("project", "")),
                "device": str(about.get("device", "cpu")),
                "heavy": bool(about.get("heavy", True)),
                "supervisor": _json(marks.get("supervisor")),
                "process": _json(marks.get("command")),
                "stages": _json(progress.get("stages")),
                "stop_asked": stop.stat().st_mtime if stop.exists() else None,
                **ending,
            }
        except (KeyError, TypeError, ValueError, OSError):
            continue
        yield values


def read_ending(folder: Path) -> dict[str, Any]:
    """How a job ended, as columns of its row; empty where it has not, or nobody could write it."""
    ending = read_state(folder / ENDING)
    try:
        code = ending["exit_code"]
        return {
            "exit_code": None if code is None else int(code),
            "stopped": bool(ending["stopped"]),
            "ended": float(ending["ended"]),
        }
    except (KeyError, TypeError, ValueError):
        return {}


def tail_of(path: Path) -> str:
    """The end of a file that may be long and still grows; whole lines."""
    try:
        with path.open("rb") as file:
            start = max(file.seek(0, os.SEEK_END) - TAIL_BYTES, 0)
            file.seek(start)
            data = file.read(TAIL_BYTES)
    except OSError:
        return ""
    text = data.decode(encoding="utf-8", errors="replace")
    return text.partition("\n")[2] if start else text


def _kind_of(command: list[str]) -> str:
    return next((kind for kind in _OLD_KINDS if kind in command), "")


def _json(value: Any) -> str | None:
    return None if value is None else json.dumps(value)
