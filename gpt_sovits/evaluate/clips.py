"""What is measured: recordings of voices, of free engines and of people, each with its text."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

Kind = Literal["voice", "engine", "recordings"]
"""Where the clips of a column come from."""

RECORDINGS = "recordings"
"""Name of the column of real clips."""

MIXED = "mixed"
"""Group of the texts that hold several languages."""

Group = Literal["en", "zh", "ja", "ko", "yue", "mixed"]
GROUPS: tuple[Group, ...] = get_args(Group)
"""Languages by which figures are told apart, in the order in which they are shown."""


@dataclass(frozen=True)
class Column:
    """Whoever speaks, a column of the table."""

    name: str
    kind: Kind
    about: str = ""
    """What it is, for the page: the family of a voice, the voice of an engine."""


@dataclass(frozen=True)
class Clip:
    """One recording that is measured."""

    column: str
    """Who speaks."""
    name: str
    """Clips of one name say the same."""
    path: Path
    group: str
    """One of `GROUPS`."""
    mode: str
    """Language mode of the text."""
    text: str = ""
    """What is said; empty where nobody knows."""
    seed: int | None = None
    spent_s: float | None = None
    """How long speaking it took, seconds."""
    sounds_like: tuple[Path, ...] = ()
    """Recordings of the person whom it should sound like."""


Skipped = tuple[str, str]
"""What was left out, and why."""
