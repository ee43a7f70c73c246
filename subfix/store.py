"""An open list: every edit is durable when it is answered, and can be taken back for ever.

NAME.list.subfix/ beside the list:
    journal.jsonl   every operation, in order; what is in it is never lost
    first/          the list as it was when it was opened for the first time
    audio/          clips that were split, trimmed or merged; the user's own are only read
    outside/        versions of the list that another program wrote

The list itself is written anew, whole, a moment after the last edit. What was not yet written when
a process was killed is in the journal, and is written when the list is opened again.
"""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypedDict, Unpack

from gpt_sovits.errors import InputError
from gpt_sovits.paths import PROJECT, ProjectPaths
from subfix import operations
from subfix.clip import Change, Clip, Values, change_of, changed
from subfix.files.document import Document, find_audio, parse_line
from subfix.history import Entry, Event, History, Kind
from subfix.journal import collecting_nothing
from subfix.notices import ConflictError, Listener, Notice, Outside
from subfix.operations import Made, Part, Place
from subfix.saving import Saving
from subfix.sounds import MergeMode, Sound
from subfix.workplace import TAKEN, Workplace

logger = logging.getLogger(__name__)


class Asked(TypedDict, total=False):
    """Who asks for an operation; see `history.Entry`."""

    group: str
    key: str
    by: str


class Store:
    """A list that is being edited; safe to use from several threads.

    `Store.open` makes one.
    """

    def __init__(self, place: Workplace, audio_folder: Path | None, paths: ProjectPaths) -> None:
        self._place = place
        self._audio_folder = audio_folder
        self._paths = paths
        self._inside: Path | None = None
        self._lock = threading.RLock()
        self._listeners: list[Listener] = []
        self._answers: dict[str, int] = {}
        history, base = place.replay(self._answers)
        self._history: History = history
        self._saving = Saving(place, history, base, self._lock, self._tell)

    @classmethod
    def open(
        cls,
        path: Path,
        audio_folder: Path | None = None,
        paths: ProjectPaths = PROJECT,
        *,
        inside: Path | None = None,
    ) -> "Store":
        """Open a list, and make good what a kill has interrupted.

        Args:
            path: the list, or subtitles.
            audio_folder: where all clips lie, or the recording of subtitles.
            paths: the project; names that are not found beside the list begin there.
            inside: sounds elsewhere are refused, whatever the list names; None refuses none.

        Raises:
            InputError: it cannot be read, its folder cannot be written, its journal is damaged,
                or it is open already.
        """
        with collecting_nothing():
            place = Workplace(path, audio_folder)
            try:
                store = cls(place, audio_folder, paths)
                store._inside = inside and inside.resolve()
                store._saving.start()
            except BaseException:
                place.close()
                raise
        return store

    def close(self) -> None:
        """Save, and let the list go."""
        self._saving.close()
        if not self.is_saved:
            logger.warning(
                "%s: does not have the last edits (%s); they are in the journal, open it once more",
                self.path,
                self.problem or "another program has changed it",
            )
        with self._lock:
            self._place.close(untouched=self.n == 0)

    # --- what is in it --------------------------------------------------------------------------

    @property
    def path(self) -> Path:
        """The list."""
        return self._place.path

    @property
    def folder(self) -> Path:
        """The folder beside it."""
        return self._place.folder

    @property
    def document(self) -> Document:
        """The list as it was first."""
        return self._place.document

    @property
    def clips(self) -> dict[int, Clip]:
        """All clips, deleted ones too, by their numbers."""
        return self._history.clips

    @property
    def order(self) -> list[int]:
        """Their numbers in the order of the list."""
        return self._history.order

    @property
    def n(self) -> int:
        """Number of the last operation."""
        return self._history.n

    def snapshot(self) -> tuple[int, list[Clip]]:
        """Number of the last operation, and the clips in their order after it."""
        with self._lock:
            return self.n, self._history.listed()

    def history(self) -> dict[str, str | None]:
        """Labels of what `undo` and `redo` would do; None where there is nothing."""
        with self._lock:
            done, undone = self._history.done, self._history.undone
            return {
                "undo": done[-1].label if done else None,
                "redo": undone[-1].label if undone else None,
            }

    def find_sound(self, clip: Clip) -> Sound:
        """Where the samples of a clip are.

        Raises:
            InputError: there is no such file, or it lies outside of the folders that the list had
                when it was opened.
        """
        path = find_audio(self.document, clip, self._audio_folder, self._paths)
        self._place.check_inside(path, clip, self._find)
        if self._inside and not path.resolve().is_relative_to(self._inside):
            raise InputError(f"{clip.audio}: lies outside of {self._inside}; move it there")
        return Sound(path, clip.start_s, clip.end_s)

    def _find(self, clip: Clip) -> Path:
        return find_audio(self.document, clip, self._audio_folder, self._paths)

    @property
    def audio_folder(self) -> Path | None:
        """Where all clips lie, or the recording of subtitles, where a person said so."""
        return self._audio_folder

    def tell_address(self, address: str) -> None:
        """Note where the list is open, for whoever tries to open it once more."""
        self._place.tell_address(address)

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Have a function called with every notice, in the thread that causes it.

        Returns:
            Ends it.
        """
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    # --- operations -----------------------------------------------------------------------------

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

    # --- the list on the disk -------------------------------------------------------------------

    @property
    def is_saved(self) -> bool:
        """Whether the list on the disk has every edit."""
        return self._saving.is_saved

    @property
    def problem(self) -> str:
        """Why the list cannot be written; empty where it can."""
        return self._saving.problem

    @property
    def outside(self) -> Outside | None:
        """What another program did to the list; until a person chose it is not written."""
        return self._saving.outside

    def look_outside(self) -> Outside | None:
        """Look whether another program changed the list."""
        return self._saving.look()

    def save(self) -> None:
        """Write the list now, where it is behind and nobody else has changed it."""
        self._saving.save()

    def take_outside(self, **asked: Unpack[Asked]) -> Event:
        """Take what another program changed into ours, as an operation that can be undone."""
        with self._lock:
            changes, version = self._saving.taken()
            self._place.know(changes)
            event = self._do(Made(tuple(changes)), TAKEN, asked)
            self._saving.settle(version)
            return event

    def keep_mine(self) -> None:
        """Write our version; the other program's is kept in `outside/`."""
        with self._lock:
            self._saving.settle(self._saving.refused())

    # --- inside ---------------------------------------------------------------------------------

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

    def _answered(self, asked: Asked) -> Event | None:
        """The answer to what was asked before: nothing is done twice when an answer got lost."""
        n = self._answers.get(asked.get("key", ""))
        return Event.nothing(n) if n is not None else None

    def _do(self, made: Made, label: str, asked: Asked) -> Event:
        if not made.changes:
            return Event.nothing(self.n)
        names = tuple(path.name for path in made.files)
        entry = Entry(self.n + 1, "do", label, **asked, changes=made.changes, made=names)
        dropped = [each.made for step in self._history.undone for each in step.entries]
        try:
            event = self._note(entry)
        except InputError:
            self._place.forget(names)
            raise
        self._place.forget(name for each in dropped for name in each)
        return event

    def _turn(self, kind: Kind, asked: Asked) -> Event | None:
        with self._lock:
            if answer := self._answered(asked):
                return answer
            if not (self._history.done if kind == "undo" else self._history.undone):
                return None
            return self._note(Entry(self.n + 1, kind, **asked))

    def _note(self, entry: Entry) -> Event:
        """Make an entry durable, then carry it out and tell everybody."""
        self._place.journal.append(entry.to_json())
        event = self._history.apply(entry)
        if entry.key:
            self._answers[entry.key] = entry.n
        self._saving.wake()
        self._tell(event)
        return event

    def _tell(self, notice: Notice) -> None:
        for listener in list(self._listeners):
            try:
                listener(notice)
            except Exception:  # what is durable stays done, whatever they make of it
                logger.exception("%s: telling what happened", self.path)
