"""How far a person has come with a list, told without opening it."""

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from gpt_sovits.errors import InputError
from subfix.files.document import parse_document
from subfix.history import History, entry_from_json
from subfix.journal import collecting_nothing
from subfix.workplace import JOURNAL


@dataclass(frozen=True)
class Tally:
    """What was done in the editor."""

    done: int = 0
    """Clips that a person called right."""
    clips: int = 0
    """Clips that stand in the list."""
    changed: float = 0.0
    """When the last edit was made, seconds since 1970."""


def tally(listed: Path) -> Tally:
    """Count what is done of a list; nothing where it was never edited or its journal is damaged."""
    journal = listed.with_name(f"{listed.name}.subfix") / JOURNAL
    try:
        about = journal.stat()
    except OSError:
        return Tally()
    return _count(listed, journal, about.st_mtime_ns, about.st_size)


@lru_cache(64)
def _count(listed: Path, journal: Path, changed_ns: int, size: int) -> Tally:
    try:
        with collecting_nothing():
            header, *lines = map(json.loads, journal.read_bytes().splitlines())
            first = journal.parent / "first" / Path(str(header["first"])).name
            history = History(parse_document(listed, first.read_bytes()).clips)
            for line in lines:
                if line["kind"] != "saved":
                    history.apply(entry_from_json(line))
    except (OSError, InputError, ValueError, TypeError, KeyError, IndexError):
        return Tally()  # also a line that is being written; the next look finds it whole
    clips = [clip for clip in history.listed() if not (clip.deleted or clip.problem)]
    return Tally(sum(clip.done for clip in clips), len(clips), changed_ns / 1e9)
