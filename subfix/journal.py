"""The file that no edit is lost from: a line of JSON for each operation, synced before it counts.

It is only ever written at its end. A line that a kill has torn was never acknowledged; it is cut
off when the journal is opened again.
"""

import gc
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from gpt_sovits.errors import InputError

VERSION = 1

Line = dict[str, Any]


class Journal:
    """An open journal.

    Args:
        path: the file; it is made where there is none, and its folder must be there.
        about: what the first line of a new journal says.

    Raises:
        InputError: it cannot be read or written, or is damaged.
    """

    def __init__(self, path: Path, about: Mapping[str, Any]) -> None:
        self.path = path
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o666)
        except OSError as error:
            raise self._refusal("cannot be written", error) from error
        try:
            content = path.read_bytes()
            self._end = content.rfind(b"\n") + 1
            os.ftruncate(self._file, self._end)
            self.lines = list(_parse(path, content[: self._end]))
            if not self.lines:
                self.lines.append({"subfix": VERSION, **about})
                self._append(self.lines[0])
            _check_version(path, self.lines[0])
        except OSError as error:
            self.close()
            raise self._refusal("cannot be written", error) from error
        except InputError:
            self.close()
            raise

    def append(self, line: Mapping[str, Any]) -> None:
        """Add a line; it is on the disk when this returns.

        Raises:
            InputError: it cannot be written, and nothing of it stays.
        """
        try:
            self._append(line)
        except OSError as error:
            raise self._refusal("the edit cannot be kept", error) from error

    def close(self) -> None:
        """Let the file go; who comes late is refused, and writes into no other file."""
        os.close(self._file)
        self._file = -1

    def _append(self, line: Mapping[str, Any]) -> None:
        content = json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
        left = memoryview(content)
        try:
            while left:
                left = left[os.write(self._file, left) :]
            os.fsync(self._file)
        except OSError:
            os.ftruncate(self._file, self._end)  # half a line must not swallow the next one
            raise
        self._end += len(content)

    def _refusal(self, what: str, error: OSError) -> InputError:
        why = error.strerror or error
        return InputError(f"{self.path}: {what} ({why}); check folder and disk")


@contextmanager
def collecting_nothing() -> Iterator[None]:
    """Half of the time of a long journal would go into looking for garbage; it makes none."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _parse(path: Path, content: bytes) -> Iterator[Line]:
    for number, piece in enumerate(content.splitlines(), 1):
        try:
            value = json.loads(piece)
        except (ValueError, RecursionError):
            value = None
        if not isinstance(value, dict):
            raise InputError(
                f"{path}: line {number} is damaged; put a copy back, or move the folder away to"
                " begin anew with the list as it is"
            )
        yield value


def _check_version(path: Path, header: Line) -> None:
    version = header.get("subfix")
    if version != VERSION:
        raise InputError(
            f"{path}: was written by another version ({version}); open the list with that one, or"
            " move the folder away to begin anew with the list as it is"
        )
