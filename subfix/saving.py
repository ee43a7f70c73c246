"""Writing the list a moment after the last edit, and never over what another program wrote."""

import logging
import threading
from collections.abc import Callable

from gpt_sovits.errors import InputError
from subfix.clip import Change, Clip
from subfix.files.document import as_written, parse_document, render
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


class _ForeignError(Exception):
    """Another program has written the list."""


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
        self._ours = set(place.written)
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
            except Exception:  # no fault must end the saving
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
            try:
                content = render(self._place.document, clips)
                if digest(content) != self._place.file.digest():
                    self._write(content, n)
                self.problem = ""
            except _ForeignError:
                return
            except InputError as error:
                self.problem = str(error)
                self._tell(Saved(self._saved_n, self.problem))
                return
            self._saved_n, self._base = n, clips
        self._tell(Saved(n))

    def _write(self, content: bytes, n: int) -> None:
        known = digest(content)

        def agree() -> None:
            """Note what the list will be: after a kill before it is, either is known as ours."""
            if self.look() is not None:  # another run wrote it while we waited for that one
                raise _ForeignError
            about = {"n": n, "sha256": known, "over": self._place.file.digest()}
            with self._lock:
                self._place.journal.append({"kind": "saved", **about})
            self._ours.add(known)

        self._place.file.write(content, agree)
        self._ours = {known}

    # --- other programs -------------------------------------------------------------------------

    def look(self) -> Outside | None:
        """Look whether the list on the disk is one that we wrote."""
        with self._lock:
            now = self._place.file.digest()
            is_known = now == self._noticed if self.outside else now in self._ours
            if is_known:
                return self.outside
            self._noticed = now
            if now in self._ours:  # whoever changed it took that back
                self.outside = None
            elif not now:
                self.outside = unreadable(InputError(f"{self._place.path}: is gone"))
            else:
                self.outside = self._compared()
            outside = self.outside
        self._tell(outside)
        return outside

    _noticed = ""

    def _compared(self) -> Outside:
        try:
            return compare(self._kept(), self._parsed(self._place.file.read()))
        except InputError as error:
            return unreadable(error)

    def _kept(self) -> list[Clip]:
        document = self._place.document
        return [as_written(document, clip) for clip in self._base if not clip.deleted]

    def _parsed(self, content: bytes) -> list[Clip]:
        place = self._place
        return parse_document(place.path, content, place.document.recording).clips

    def taken(self) -> tuple[list[Change], str]:
        """What takes the other version into ours, and the SHA-256 of that version; a copy is kept.

        Raises:
            InputError: there is none, it is no list, or the copy cannot be written.
        """
        if self.outside is None:
            raise InputError("no other program has changed the list")
        content = self._place.file.read()
        ours, next_id = self._history.clips, self._history.next_id
        ours_since = {clip.id for clip in self._base if ours.get(clip.id) != clip}
        changes = changes_of(self._kept(), self._parsed(content), ours, ours_since, next_id)
        return changes, self._place.set_aside(content)

    def refused(self) -> str:
        """SHA-256 of the other version, of which a copy is kept; empty where the list is gone.

        Raises:
            InputError: the copy cannot be written.
        """
        gone = not self._place.file.digest()
        return "" if gone else self._place.set_aside(self._place.file.read())

    def settle(self, known: str) -> None:
        """Write ours over the other version."""
        self._ours = {known}
        self.outside, self._saved_n = None, -1
        self._tell(None)
        self.wake()
