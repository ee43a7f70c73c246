"""A list that is open: what is in it, who listens, and how an operation becomes durable."""

import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Self, TypedDict, Unpack

from gpt_sovits.errors import InputError
from gpt_sovits.paths import PROJECT, ProjectPaths
from subfix.clip import Clip
from subfix.files.document import Document, find_audio
from subfix.history import Entry, Event, History, Kind
from subfix.journal import collecting_nothing
from subfix.notices import Listener, Notice, Outside
from subfix.operations import Made
from subfix.saving import Saving
from subfix.sounds import Sound
from subfix.workplace import TAKEN, Workplace

logger = logging.getLogger(__name__)


class Asked(TypedDict, total=False):
    """Who asks for an operation; see `history.Entry`."""

    group: str
    key: str
    by: str


class OpenList:
    """A list that is open; safe to use from several threads. `open` makes one."""

    def __init__(self, place: Workplace, audio_folder: Path | None, paths: ProjectPaths) -> None:
        self._place = place
        self._audio_folder = audio_folder
        self._paths = paths
        self._inside: Callable[[Path], bool] | None = None
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
        inside: Callable[[Path], bool] | None = None,
    ) -> Self:
        """Open a list, and make good what a kill has interrupted.

        Args:
            path: the list, or subtitles.
            audio_folder: where all clips lie, or the recording of subtitles.
            paths: the project; names that are not found beside the list begin there.
            inside: tells whether a sound may be read, whatever the list names; None lets all be.

        Raises:
            InputError: it cannot be read, its folder cannot be written, its journal is damaged,
                or it is open already.
        """
        with collecting_nothing():
            place = Workplace(path, audio_folder)
            try:
                store = cls(place, audio_folder, paths)
                store._inside = inside
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
        if self._inside and not self._inside(path):
            raise InputError(
                f"{clip.audio}: lies outside of the project; copy it into input/, or allow its"
                " folder in the workbench's Settings"
            )
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
