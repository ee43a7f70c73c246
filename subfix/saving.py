"""Writing the list a moment after the last edit, and never over what another program wrote."""

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime

from gpt_sovits.errors import InputError
from subfix.clip import Change, Clip
from subfix.files.document import parse_document, render
from subfix.history import History
from subfix.listed_file import digest
from subfix.notices import Notice, Outside, Saved
from subfix.outside import changes_of, compare, unreadable
from subfix.workplace import Workplace

logger = logging.getLogger(__name__)

SAVE_AFTER_S = 0.3
"""How long after an edit the list is written; edits that follow each other are written at once."""

LOOK_EVERY_S = 1.0
"""How often it is looked whether another program changed the list."""


class Saving:
    """Keeps the list on the disk as the edits are.

    Args:
        place: the list and its journal.
        history: the edits.
        base: clips as they were saved last.
        lock: guards the history and the journal.
        tell: told what became of the list.
    """

    def __init__(
        self,
        place: Workplace,
        history: History,
        base: list[Clip],
        lock: "threading.RLock",
        tell: Callable[[Notice], None],
    ) -> None:
        self._place, self._history, self._base = place, history, base
        self._lock, self._tell = lock, tell
        self._writing = threading.Lock()
        self._woken = threading.Condition(threading.Lock())
        self._wanted = self._closing = False
        self._saved_n = 0 if history.n == 0 else -1  # nothing is written before the first edit
        self._ours = set(place.written[-2:])
        """SHA-256 of what may be in the list by our hand: a kill may have kept us from the last."""
        self.problem = ""
        self.outside: Outside | None = None
        self._thread = threading.Thread(target=self._run, name="subfix saving", daemon=True)

    @property
    def is_saved(self) -> bool:
        """Whether the list on the disk has every edit."""
        return self._saved_n == self._history.n and self.outside is None

    def start(self) -> None:
        """Write what an earlier process could not, and go on in the background."""
        self.save()
        self._thread.start()

    def wake(self) -> None:
        """There is something to write."""
        with self._woken:
            self._wanted = True
            self._woken.notify()

    def close(self) -> None:
        """Write what is not written yet, and end."""
        with self._woken:
            self._closing = True
            self._woken.notify()
        self._thread.join()
        self.save()

    def _run(self) -> None:
        while not self._closing:
            with self._woken:
                if not self._wanted:
                    self._woken.wait(LOOK_EVERY_S)
                wanted, self._wanted = self._wanted, False
            if wanted:
                with self._woken:
                    self._woken.wait_for(lambda: self._closing, SAVE_AFTER_S)
            try:
                if wanted or self.problem:
                    self.save()
                else:
                    self.look()
            except Exception:  # a listener's fault must not end the saving
                logger.exception("%s: saving", self._place.path)

    def save(self) -> None:
        """Write the list, unless it is as it should be or somebody else changed it."""
        with self._writing:
            if self.look() is not None:
                return
            with self._lock:
                n, clips = self._history.n, self._history.listed()
            if n == self._saved_n:
                return
            content = render(self._place.document, clips)
            try:
                if digest(content) != self._place.file.digest():
                    self._write(content, n)
                self.problem = ""
            except InputError as error:
                self.problem = str(error)
                self._tell(Saved(self._saved_n, self.problem))
                return
            self._saved_n, self._base = n, clips
        self._tell(Saved(n))

    def _write(self, content: bytes, n: int) -> None:
        """Note what the list will be before it is: after a kill in between it is known as ours."""
        known = digest(content)
        with self._lock:
            self._place.journal.append({"kind": "saved", "n": n, "sha256": known})
        self._ours.add(known)
        self._place.file.write(content)
        self._ours = {known}

    # --- other programs -------------------------------------------------------------------------

    def look(self) -> Outside | None:
        """Look whether the list on the disk is one that we wrote."""
        with self._lock:
            now = self._place.file.digest()
            if now in self._ours or (self.outside and now == self._noticed):
                return self.outside
            self._noticed = now
            if not now:
                self.outside = unreadable(InputError(f"{self._place.path}: is gone"))
            else:
                self.outside = self._compared()
            outside = self.outside
        self._tell(outside)
        return outside

    _noticed = ""

    def _compared(self) -> Outside:
        try:
            return compare(self._kept(), self._theirs())
        except InputError as error:
            return unreadable(error)

    def _kept(self) -> list[Clip]:
        return [clip for clip in self._base if not clip.deleted]

    def _theirs(self) -> list[Clip]:
        place = self._place
        return parse_document(place.path, place.file.read(), place.document.recording).clips

    def taken(self, next_id: int) -> tuple[list[Change], list[Clip]]:
        """What takes the other version into ours, and its clips.

        Raises:
            InputError: there is none, or it is no list.
        """
        if self.outside is None:
            raise InputError("no other program has changed the list")
        theirs = self._theirs()
        return changes_of(self._kept(), theirs, self._history.clips, next_id), theirs

    def settle(self) -> None:
        """Keep a copy of the other version, and write ours over it."""
        now = self._place.file.digest()
        if now:
            moment = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
            self._place.set_aside(self._place.file.read(), moment)
        self._ours = {now}
        self.outside, self._saved_n = None, -1
        self._tell(None)
        self.wake()
