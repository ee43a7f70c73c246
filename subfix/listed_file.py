"""The list on the disk: who wrote it last, and writing it whole or not at all."""

import hashlib
import stat
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock, Timeout

from gpt_sovits.errors import InputError
from gpt_sovits.paths import replacing

PATIENCE_S = 5.0
"""How long a run of `transcribe` or `import` may hold the list while we want to write it."""


def digest(content: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


class ListedFile:
    """A list that other programs may change at any time.

    Args:
        path: the list, without symbolic links: writing would replace them.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._seen: tuple[int, ...] = ()
        self._digest = ""

    def read(self) -> bytes:
        """What is in it now.

        Raises:
            InputError: it cannot be read.
        """
        try:
            self._seen = _mark(self.path)
            content = self.path.read_bytes()
        except OSError as error:
            raise InputError(
                f"{self.path}: cannot be read ({error.strerror}); check the path"
            ) from error
        self._digest = digest(content)
        return content

    def digest(self) -> str:
        """SHA-256 of what is in it now; empty where it is gone. It is read only when it changed."""
        try:
            if _mark(self.path) != self._seen:
                self.read()
        except (OSError, InputError):
            self._seen, self._digest = (), ""
        return self._digest

    def write(self, content: bytes, agree: Callable[[], None]) -> None:
        """Put other content in its place, in one step.

        Args:
            content: the list.
            agree: called when nothing is left but that step; where it raises, nothing is done.

        Raises:
            InputError: it cannot be written, or another run holds it.
        """
        try:
            lock = FileLock(self.path.with_name(f".{self.path.name}.lock"), timeout=PATIENCE_S)
            with lock, replacing(self.path) as part:
                part.write_bytes(content)
                if self.path.exists():
                    part.chmod(stat.S_IMODE(self.path.stat().st_mode))
                agree()
                mark = _mark(part)  # another program may write the list as soon as it is there
            self._seen, self._digest = mark, digest(content)
        except Timeout as error:
            raise InputError(f"{self.path}: another run writes it; wait for it") from error
        except OSError as error:
            raise InputError(
                f"{self.path}: cannot be written ({error.strerror}); check the folder and the disk;"
                " the edits are kept in the journal until then"
            ) from error


def _mark(path: Path) -> tuple[int, ...]:
    """What another program's writing changes."""
    told = path.stat()
    return told.st_mtime_ns, told.st_size, told.st_ino
