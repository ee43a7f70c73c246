"""The folder beside a list: its lock, first version and journal, and which sounds may be heard."""

import shutil
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from gpt_sovits.errors import InputError
from gpt_sovits.paths import replacing
from subfix.clip import Change, Clip
from subfix.files.document import parse_document
from subfix.history import History, entry_from_json
from subfix.journal import Journal
from subfix.listed_file import ListedFile, digest

TAKEN = "outside"
"""What an operation is called that takes another program's version."""

ADDRESS, JOURNAL = "address.txt", "journal.jsonl"


def _is_unused(journal: Path, content: bytes) -> bool:
    """Whether nothing was done yet, so that the list can begin anew as it is now."""
    lines = journal.read_bytes().split(b"\n") if journal.is_file() else []
    return len(lines) < 2 or (len(lines) == 2 and digest(content).encode() not in lines[0])


class Workplace:
    """What belongs to one open list; nobody else opens it meanwhile.

    Args:
        path: the list.
        audio_folder: where all clips lie, or the recording of subtitles.

    Raises:
        InputError: it cannot be read, its folder cannot be written, its journal is damaged, or it
            is open already.
    """

    def __init__(self, path: Path, audio_folder: Path | None) -> None:
        self.path = path.resolve()  # a link to the list stays one
        self.file = ListedFile(self.path)
        content = self.file.read()
        self.folder = self.path.with_name(f"{self.path.name}.subfix")
        self._audio_folder = audio_folder
        try:
            self._open(content)
        except OSError as error:
            raise self._unwritable(error) from error
        self.written = {digest(self.first)}
        """SHA-256 of what the list is by our hand: a kill may have kept us from the last."""
        self._named = {clip.audio for clip in self.document.clips}

    def _open(self, content: bytes) -> None:
        is_new = _is_unused(self.folder / JOURNAL, content)
        if is_new:  # read before anything is written: what is no list leaves nothing behind
            self.document = parse_document(self.path, content, self._audio_folder)
        self._lock = self._keep_out_others()
        try:
            self.journal = self._begin(content) if is_new else Journal(self.folder / JOURNAL, {})
            self.first = self._first()
            if not is_new:
                self.document = parse_document(self.path, self.first, self._audio_folder)
        except BaseException:
            self._lock.release()
            raise

    def _keep_out_others(self) -> FileLock:
        try:
            self.folder.mkdir(exist_ok=True)
            lock = FileLock(self.folder / ".lock", timeout=0)
            lock.acquire()
        except Timeout as error:
            address = self.folder / ADDRESS
            where = f" at {address.read_text(encoding='utf-8')}" if address.is_file() else ""
            raise InputError(
                f"{self.path}: is open already{where}; close it there first"
            ) from error
        return lock

    def _unwritable(self, error: OSError) -> InputError:
        return InputError(
            f"{self.folder}: cannot be made or written ({error.strerror}); the editor keeps"
            " its journal there: free the folder, or copy the list to another one"
        )

    def _begin(self, content: bytes) -> Journal:
        """Begin a journal; the list's first version is kept with it."""
        first = self.folder / "first" / self.path.name
        number = 2
        while first.exists() and first.read_bytes() != content:
            first = first.with_name(f"{number}-{self.path.name}")
            number += 1
        with replacing(first) as part:
            part.write_bytes(content)
        path = self.folder / JOURNAL
        path.unlink(missing_ok=True)
        return Journal(path, {"first": first.name, "sha256": digest(content)})

    def _first(self) -> bytes:
        """The list's first version, on which the journal builds.

        Raises:
            InputError: it is gone or was changed.
        """
        header = self.journal.lines[0]
        first = self.folder / "first" / Path(str(header.get("first"))).name
        content = first.read_bytes() if first.is_file() else b""
        if digest(content) != header.get("sha256"):
            self.journal.close()
            raise InputError(
                f"{first}: is gone or was changed, and the journal builds on it; put it back, or"
                f" move {self.folder} away to begin anew with the list as it is"
            )
        return content

    def replay(self, answers: dict[str, int]) -> tuple[History, list[Clip]]:
        """Do again what the journal tells, on the list's first version.

        Args:
            answers: gets the number of each operation that was asked for with a key.

        Returns:
            The history, and the clips as they were saved last.

        Raises:
            InputError: the journal is damaged.
        """
        history = History(self.document.clips)
        base = history.listed()
        lines = self.journal.lines
        last_saved = next((line for line in reversed(lines) if line.get("kind") == "saved"), None)
        for number, line in enumerate(lines[1:], 2):
            try:
                if line is last_saved:
                    self.written = {str(line["sha256"]), str(line["over"])}
                    base = history.listed()
                if line["kind"] == "saved":
                    continue
                entry = entry_from_json(line)
                history.apply(entry)
                if entry.label == TAKEN:
                    self.know(entry.changes)
            except (ValueError, TypeError, KeyError, IndexError) as error:
                raise InputError(
                    f"{self.journal.path}: line {number} is damaged; put a copy back, or move"
                    f" {self.folder} away to begin anew with the list as it is"
                ) from error
            if entry.key:
                answers[entry.key] = entry.n
        lines.clear()
        return history, base

    def know(self, changes: Iterable[Change]) -> None:
        """Take in which sounds came with another version of the list."""
        came = (change.after or {} for change in changes)
        self._named |= {values["audio"] for values in came if "audio" in values}

    def check_inside(self, path: Path, clip: Clip, find: Callable[[Clip], Path]) -> None:
        """Refuse a sound that the list did not name when it was opened, unless it lies beside one.

        Raises:
            InputError: it lies elsewhere.
        """
        if clip.audio in self._named and not path.is_symlink():
            return
        real = path.resolve()
        own = {self.path.parent, self.folder, *filter(None, [self._audio_folder])}
        if any(real.is_relative_to(folder.resolve()) for folder in own):
            return
        if real.parent not in self._folders(find):
            raise InputError(f"{clip.audio}: lies outside of the list's folders; move it there")

    def _folders(self, find: Callable[[Clip], Path]) -> set[Path]:
        """Where the clips of the first version lie."""
        if self._found is None:
            self._found = set()
            for clip in self.document.clips:
                with suppress(InputError):
                    self._found.add(find(clip).parent.resolve())
        return self._found

    _found: set[Path] | None = None

    def forget(self, names: Iterable[str]) -> None:
        """Remove sounds that no undo and no redo can reach any more."""
        for name in names:
            with suppress(OSError):  # somebody plays it
                (self.folder / "audio" / Path(name).name).unlink(missing_ok=True)

    def set_aside(self, content: bytes) -> str:
        """Keep another program's version of the list; gives its SHA-256.

        Raises:
            InputError: it cannot be written.
        """
        moment = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
        path = self.folder / "outside" / f"{moment}-{self.path.name}"
        number = 2
        while path.exists():
            path = path.with_name(f"{moment}-{number}-{self.path.name}")
            number += 1
        try:
            with replacing(path) as part:
                part.write_bytes(content)
        except OSError as error:
            raise self._unwritable(error) from error
        return digest(content)

    def tell_address(self, address: str) -> None:
        """Note where the list is open, for whoever tries to open it again."""
        with suppress(OSError):  # nothing depends on it
            (self.folder / ADDRESS).write_text(address, encoding="utf-8")

    def close(self, *, untouched: bool = False) -> None:
        """Let the folder go; one in which nothing was ever done is removed."""
        self.journal.close()
        with suppress(OSError):  # a disk may be gone by now
            (self.folder / ADDRESS).unlink(missing_ok=True)
            if untouched and not (self.folder / "outside").exists():
                (self.folder / JOURNAL).unlink(missing_ok=True)
                shutil.rmtree(self.folder / "first")
        self._lock.release()
        if untouched:
            with suppress(OSError):  # something else is kept in it
                (self.folder / ".lock").unlink(missing_ok=True)
                self.folder.rmdir()
