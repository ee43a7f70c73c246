"""One clip of the list that is edited, and what one operation changes in it."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class Clip:
    """One clip and what is said in it, as the file tells it and a person corrected it."""

    id: int
    """From 1; the clip keeps it whatever happens to it, also across restarts."""
    audio: str = ""
    """The recording as the file names it."""
    speaker: str = ""
    language: str = ""
    """As the file spells it."""
    text: str = ""
    start_s: float | None = None
    """Where it begins in a long recording; None where the whole file is the clip."""
    end_s: float | None = None
    done: bool = False
    """A person said that it is right."""
    flag: str = ""
    """Why a person wants to come back to it; empty for no reason."""
    deleted: bool = False
    """It is not written into the list any more, and can be brought back."""
    problem: str = ""
    """Why its line cannot be used; such a line stays in the file as it is."""
    raw: str | None = None
    """Its line (or lines) as they stand in the file; None where they must be written anew."""
    lead: str = ""
    """Lines before it that are no clip, such as empty ones; they stay where they are."""
    extra: Mapping[str, Any] | None = None
    """What its file needs to write its line anew: the line that it came from."""

    @property
    def sound(self) -> tuple[str, float | None, float | None]:
        """What is heard in it; where this is another, it sounds otherwise."""
        return self.audio, self.start_s, self.end_s


CONTENT = frozenset({"audio", "speaker", "language", "text", "start_s", "end_s"})
"""Fields that stand in the line: when one changes, the line is written anew."""

FIELDS = frozenset(field.name for field in fields(Clip)) - {"id"}

Values = Mapping[str, Any]
"""Some fields of a clip, by name."""


@dataclass(frozen=True, slots=True)
class Change:
    """What one operation does to one clip; the other way round it is undone."""

    id: int
    before: Values | None
    """The fields that change, as they were; None where the clip was not there."""
    after: Values | None
    """The same fields as they become; None where the clip vanishes."""
    behind: int = 0
    """Of a clip that comes or goes: the one before it; 0 at the head of the list."""

    def reversed(self) -> "Change":
        """The change that undoes this one."""
        return Change(self.id, self.after, self.before, self.behind)

    def to_json(self) -> dict[str, Any]:
        """The change as the journal keeps it."""
        return {"id": self.id, "before": self.before, "after": self.after, "behind": self.behind}


def change_of(clip: Clip, values: Values) -> Change | None:
    """The change that gives a clip these values; None where it has them.

    A clip whose line changes loses `raw`, so that its line is written anew, and its problem.
    """
    after = {name: value for name, value in values.items() if getattr(clip, name) != value}
    if not after:
        return None
    if after.keys() & CONTENT and "raw" not in after:
        after |= {"raw": None, "problem": ""}
    after = {name: value for name, value in after.items() if getattr(clip, name) != value}
    return Change(clip.id, {name: getattr(clip, name) for name in after}, after)


def arrival(clip: Clip, behind: int) -> Change:
    """The change that brings a new clip, behind another one."""
    values = {name: getattr(clip, name) for name in FIELDS}
    return Change(clip.id, None, values, behind)


def changed(clip: Clip, values: Values) -> Clip:
    """The clip with other values."""
    return replace(clip, **values)
