"""What a store tells whoever listens, and the errors that it has of its own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gpt_sovits.errors import InputError
from subfix.clip import Clip
from subfix.history import Event


class ConflictError(InputError):
    """Somebody else changed the same field of the same clip first; nothing was done.

    Args:
        clips: as they are now.
    """

    def __init__(self, clips: Sequence[Clip]) -> None:
        super().__init__(
            "the clip was changed elsewhere meanwhile; choose between its text and yours"
        )
        self.clips = list(clips)


@dataclass(frozen=True)
class Saved:
    """How the list on the disk stands to the edits."""

    n: int
    """Number of the last edit that is in it."""
    problem: str = ""
    """Why it could not be written; the edits are in the journal all the same."""


@dataclass(frozen=True)
class Outside:
    """What another program did to the list; nothing is written until a person chose."""

    n_changed: int
    n_added: int
    n_removed: int
    problem: str = ""
    """Why its version cannot be read as a list."""


Notice = Event | Saved | Outside | None
"""None: the other program's version was taken or set aside."""

Listener = Callable[[Notice], None]
