"""What was done to a list, in order, and back again: no file is touched here."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Literal

from subfix.clip import Change, Clip, changed

Kind = Literal["do", "undo", "redo"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One operation, as the journal keeps it; of an undo or a redo `changes` is empty."""

    n: int
    """Its number, from 1."""
    kind: Kind
    label: str = ""
    """What it is called: edit, split, merge, trim, delete, ..."""
    group: str = ""
    """Neighbours of one group are undone in one step; an operation without one stands alone."""
    key: str = ""
    """Whoever asks twice with the same key gets the first answer."""
    by: str = ""
    """Which page asked."""
    changes: tuple[Change, ...] = ()
    made: tuple[str, ...] = ()
    """Names of sound files that were made for it."""

    def to_json(self) -> dict[str, Any]:
        """The entry as the journal keeps it; what is empty is left out."""
        said = {name: value for name in _SAID if (value := getattr(self, name))}
        values: dict[str, Any] = {"n": self.n, "kind": self.kind, **said}
        if self.changes:
            values["changes"] = [change.to_json() for change in self.changes]
        if self.made:
            values["made"] = self.made
        return values


_SAID = ("label", "group", "key", "by")


@dataclass(frozen=True, slots=True)
class Event:
    """What an operation, an undo or a redo did."""

    n: int
    kind: Kind
    label: str
    by: str
    group: str
    changes: list[Change]
    clips: list[Clip]
    """Clips that changed or came, as they are now."""
    removed: list[int]
    placed: list[tuple[int, int]]
    """Clips that came, each with the one before it (0: the head), in the order of coming."""

    @classmethod
    def nothing(cls, n: int) -> "Event":
        """What is told where nothing was done."""
        return cls(n, "do", "", "", "", [], [], [], [])


@dataclass
class Step:
    """Operations that are undone together."""

    entries: list[Entry] = field(default_factory=list)

    @property
    def label(self) -> str:
        """What the step is called: by the weightiest of its operations, typing comes last."""
        labels = [entry.label for entry in self.entries]
        return next((label for label in labels if label != "edit"), labels[0])


class _Order:
    """Numbers in a row, joined into a ring by 0; in a long one, too, each comes and goes at once.

    Args:
        numbers: the first row.
    """

    def __init__(self, numbers: Iterable[int]) -> None:
        ring = [0, *numbers, 0]
        self._next = dict(pairwise(ring))
        self._previous = dict(pairwise(reversed(ring)))
        self._listed: list[int] | None = None

    def insert(self, number: int, behind: int) -> None:
        """Put a number behind another one."""
        following = self._next[behind]
        self._next[behind] = self._previous[following] = number
        self._next[number], self._previous[number] = following, behind
        self._listed = None

    def remove(self, number: int) -> None:
        """Take a number out."""
        before, following = self._previous.pop(number), self._next.pop(number)
        self._next[before], self._previous[following] = following, before
        self._listed = None

    def listed(self) -> list[int]:
        """The row."""
        if self._listed is None:
            listed, number = [], 0
            while number := self._next[number]:
                listed.append(number)
            self._listed = listed
        return self._listed


class History:
    """Clips in their order, and the steps that led there.

    Args:
        clips: as the first version of the list has them.
    """

    def __init__(self, clips: Sequence[Clip]) -> None:
        self.clips = {clip.id: clip for clip in clips}
        self._order = _Order(self.clips)
        self.n = 0
        self.done: list[Step] = []
        self.undone: list[Step] = []
        self.next_id = max(self.clips, default=0) + 1

    @property
    def order(self) -> list[int]:
        """Numbers of the clips in their order."""
        return self._order.listed()

    def listed(self) -> list[Clip]:
        """Clips in their order, deleted ones too."""
        return [self.clips[each] for each in self.order]

    def apply(self, entry: Entry) -> Event:
        """Take an operation in, undo the latest step, or do again the step undone last."""
        self.n = entry.n
        if entry.kind == "do":
            self._note(entry)
            return self._carry_out(entry, entry.changes, entry.label)
        if entry.kind == "undo":
            step = self.done.pop()
            self.undone.append(step)
            changes = [
                change.reversed()
                for each in reversed(step.entries)
                for change in reversed(each.changes)
            ]
        else:
            step = self.undone.pop()
            self.done.append(step)
            changes = [change for each in step.entries for change in each.changes]
        return self._carry_out(entry, changes, step.label)

    def _note(self, entry: Entry) -> None:
        self.undone.clear()
        latest = self.done[-1].entries[-1] if self.done else None
        if latest and entry.group and (entry.group, entry.by) == (latest.group, latest.by):
            self.done[-1].entries.append(entry)
        else:
            self.done.append(Step([entry]))

    def _carry_out(self, entry: Entry, changes: Sequence[Change], label: str) -> Event:
        was_there = {change.id: change.id in self.clips for change in changes}
        for change in changes:
            self._change(change)
        now = [each for each in was_there if each in self.clips]
        came = [each for each in now if not was_there[each]]
        behind = {change.id: change.behind for change in changes}
        return Event(
            entry.n,
            entry.kind,
            label,
            entry.by,
            entry.group,
            list(changes),
            [self.clips[each] for each in now],
            [each for each, there in was_there.items() if there and each not in self.clips],
            [(each, behind[each]) for each in came],
        )

    def _change(self, change: Change) -> None:
        if change.after is None:
            del self.clips[change.id]
            self._order.remove(change.id)
        elif change.before is None:
            self.clips[change.id] = Clip(change.id, **change.after)
            self._order.insert(change.id, change.behind)
            self.next_id = max(self.next_id, change.id + 1)
        else:
            self.clips[change.id] = changed(self.clips[change.id], change.after)


def entry_from_json(values: Mapping[str, Any]) -> Entry:
    """Read an entry of the journal.

    Raises:
        ValueError, TypeError, KeyError: it is none.
    """
    changes = tuple(Change(**change) for change in values.get("changes", ()))
    kind = values["kind"]
    if kind not in ("do", "undo", "redo"):
        raise ValueError(f"no kind of entry: {kind!r}")
    made = tuple(map(str, values.get("made", ())))
    said = {name: str(values.get(name, "")) for name in _SAID}
    return Entry(int(values["n"]), kind, changes=changes, made=made, **said)
