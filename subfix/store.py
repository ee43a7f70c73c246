"""An open list: every edit is durable when it is answered, and can be taken back for ever.

NAME.list.subfix/ beside the list:
    journal.jsonl   every operation, in order; what is in it is never lost
    first/          the list as it was when it was opened for the first time
    audio/          clips that were split, trimmed or merged; the user's own are only read
    outside/        versions of the list that another program wrote

The list itself is written anew, whole, a moment after the last edit. What was not yet written when
a process was killed is in the journal, and is written when the list is opened again.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Unpack

from gpt_sovits.errors import InputError
from subfix import operations
from subfix.clip import Change, Clip, Values, change_of, changed
from subfix.files.document import parse_line
from subfix.history import Event
from subfix.notices import ConflictError
from subfix.open_list import Asked, OpenList
from subfix.operations import Made, Part, Place
from subfix.sounds import MergeMode


class Store(OpenList):
    """A list that is being edited: all that can be asked of it."""

    def edit(
        self,
        values: Mapping[int, Values],
        expected: Mapping[int, Values],
        *,
        label: str = "edit",
        **asked: Unpack[Asked],
    ) -> Event:
        """Give fields of clips other values, all in one operation.

        Args:
            values: fields by clip.
            expected: the same fields as whoever asks saw them last.
            label: what the operation is called.
            **asked: `group`, `key` and `by` of the entry.

        Raises:
            ConflictError: a field is not as expected; nothing was done.
            InputError: an unknown clip, or a value that cannot stand in the list.
        """
        with self._lock:
            if answer := self._answered(asked):
                return answer
            self._refuse_differing(expected)
            changes = (self._edited(self._clip(each), new) for each, new in values.items())
            return self._do(Made(tuple(filter(None, changes))), label, asked)

    def _edited(self, clip: Clip, values: Values) -> Change | None:
        change = operations.edit(clip, values)
        if change is None or change.after is None or "raw" not in change.after:
            return change
        # What cannot stand in the line is refused now and not when the list is written.
        new = changed(clip, change.after)
        line = self.document.format.line_of(new, self.document.newline)
        if clip.problem and (told := parse_line(self.document, line, clip.id).problem):
            raise InputError(f"the line {told}; mend the whole line")
        return change

    def delete(self, ids: Sequence[int], **asked: Unpack[Asked]) -> Event:
        """Take clips out of the list; they can be restored."""
        return self._mark_deleted(ids, True, "delete", asked)

    def restore(self, ids: Sequence[int], **asked: Unpack[Asked]) -> Event:
        """Bring deleted clips back."""
        return self._mark_deleted(ids, False, "restore", asked)

    def repair(self, number: int, line: str, **asked: Unpack[Asked]) -> Event:
        """Put another line in place of one that cannot be used.

        Raises:
            InputError: the clip is unknown, or its line is not broken.
        """
        with self._lock:
            if answer := self._answered(asked):
                return answer
            clip = self._clip(number)
            if not clip.problem:
                raise InputError("this line can be used as it is; edit its fields")
            change = operations.repaired(clip, parse_line(self.document, line, number))
            return self._do(Made((change,) if change else ()), "repair", asked)

    def split(
        self,
        number: int,
        at: int,
        texts: tuple[str, str],
        *,
        expected: Values | None = None,
        **asked: Unpack[Asked],
    ) -> Event:
        """Cut a clip in two before sample `at`, at its own rate; see `operations.split`.

        Raises:
            ConflictError: a field is not as expected; nothing was done.
        """

        def made(clip: Clip) -> Made:
            sound, new = self.find_sound(clip), self._history.next_id
            return operations.split(clip, sound, at, texts, self._target, new)

        return self._cut(number, made, "split", asked, expected)

    def trim(self, number: int, start: int, end: int, **asked: Unpack[Asked]) -> Event:
        """Keep a clip's samples from `start` to before `end`; see `operations.trim`."""

        def made(clip: Clip) -> Made:
            return operations.trim(clip, self.find_sound(clip), start, end, self._target)

        return self._cut(number, made, "trim", asked)

    def merge(
        self,
        ids: Sequence[int],
        mode: MergeMode = "keep",
        gap_s: float = 0.0,
        text: str | None = None,
        *,
        expected: Mapping[int, Values] | None = None,
        **asked: Unpack[Asked],
    ) -> Event:
        """Make one clip of neighbours; see `operations.merge`.

        Raises:
            ConflictError: a field is not as expected; nothing was done.
            InputError: other clips lie between them, or one of them cannot be used.
        """
        with self._lock:
            if answer := self._answered(asked):
                return answer
            self._refuse_differing(expected or {})
            listed = [each for each in self._history.order if not self.clips[each].deleted]
            wanted = [each for each in listed if each in set(ids)]
            start = listed.index(wanted[0]) if wanted else 0
            if not wanted or set(wanted) != set(ids) or listed[start:][: len(wanted)] != wanted:
                raise InputError("only clips that lie side by side in the list can be merged")
            order = [0, *self._history.order]
            parts = []
            for each in wanted:
                clip = self._usable(each)
                parts.append(Part(clip, self.find_sound(clip), order[order.index(each) - 1]))
            return self._do(
                operations.merge(parts, mode, gap_s, text, self._target), "merge", asked
            )

    def undo(self, **asked: Unpack[Asked]) -> Event | None:
        """Take the latest step back; None where there is none."""
        return self._turn("undo", asked)

    def redo(self, **asked: Unpack[Asked]) -> Event | None:
        """Do the step again that was taken back last; None where there is none."""
        return self._turn("redo", asked)

    @property
    def _target(self) -> Place:
        return Place(self.folder / "audio", self.path, self.document.format.spans)

    def _clip(self, number: int) -> Clip:
        clip = self.clips.get(number)
        if clip is None:
            raise InputError(f"there is no clip {number} any more; look at the list again")
        return clip

    def _usable(self, number: int) -> Clip:
        clip = self._clip(number)
        if clip.problem or clip.deleted:
            why = "is deleted; restore it" if clip.deleted else "has a broken line; mend that"
            raise InputError(f"clip {number} {why} first")
        return clip

    def _cut(
        self,
        number: int,
        make: Callable[[Clip], Made],
        label: str,
        asked: Asked,
        expected: Values | None = None,
    ) -> Event:
        with self._lock:
            if answer := self._answered(asked):
                return answer
            self._refuse_differing({number: expected or {}})
            return self._do(make(self._usable(number)), label, asked)

    def _refuse_differing(self, expected: Mapping[int, Values]) -> None:
        differing = [
            clip
            for number, fields in expected.items()
            for clip in [self._clip(number)]
            if any(getattr(clip, name, None) != value for name, value in fields.items())
        ]
        if differing:
            raise ConflictError(differing)

    def _mark_deleted(self, ids: Sequence[int], deleted: bool, label: str, asked: Asked) -> Event:
        with self._lock:
            if answer := self._answered(asked):
                return answer
            clips = [self._clip(each) for each in dict.fromkeys(ids)]
            changes = (change_of(clip, {"deleted": deleted}) for clip in clips)
            return self._do(Made(tuple(filter(None, changes))), label, asked)
