"""Every path that the page takes: only inside the project, and in folders that its owner allows.

Nothing here opens a file. Whether one is there is told only of places that may be reached.
"""

import os
import re
import stat
from collections.abc import Iterable, Sequence
from pathlib import Path
from unicodedata import category
from urllib.parse import unquote

from gpt_sovits.errors import InputError
from gpt_sovits.paths import ProjectPaths, check_name

_AROUND = " \t\r\n\"'“”\u200e\u202a\u202c\ufeff"
"""What file managers put around a path that is copied."""

_ELSEWHERE = re.compile(r"[\\/]{2}|[a-zA-Z][a-zA-Z0-9+.-]+:[\\/]{2}|(?!/)[a-zA-Z]:[\\/]")
"""Begins an address of another machine or a drive of Windows; merely looking there may connect."""

_OUTSIDE = (
    "lies outside of the project: upload it, copy it into input/, or allow its folder in Settings"
)

_TEARING = ("Cc", "Cs", "Zl", "Zp")
"""Kinds of letters that would tear a line of a list: controls, breaks, bytes that are no UTF-8."""

_PATH_BYTES, _NAME_BYTES = 4000, 255
"""Longer ones no system opens."""

_SHOWN = 60
"""Letters of a path that are repeated in a sentence."""


class Places:
    """What may be reached: the project's folders, and the ones that the settings allow.

    Args:
        paths: the project.
        folders: more folders, whole paths; may be set anew at any time.
    """

    def __init__(self, paths: ProjectPaths, folders: Sequence[Path] = ()) -> None:
        self.paths = paths
        self.folders = tuple(folders)

    def file(self, typed: str) -> Path:
        """A file that is there; a path that is not absolute begins in the project.

        Args:
            typed: as it was typed, or copied from somewhere.

        Raises:
            InputError: there is none, or it may not be reached.
        """
        path = self.source(typed)
        if path.is_dir():
            raise InputError(f"{_shown(typed)} is a folder; give a file")
        return path

    def folder(self, typed: str) -> Path:
        """A folder that is there.

        Raises:
            InputError: as `file`.
        """
        path = self.source(typed)
        if not path.is_dir():
            raise InputError(f"{_shown(typed)} is a file; give a folder")
        return path

    def source(self, typed: str) -> Path:
        """A file or a folder that is there.

        Raises:
            InputError: as `file`.
        """
        path = self._reached(typed)
        if _mode(path, typed) is None:
            raise InputError(f"{_shown(typed)}: no such file or folder; check the path")
        return path

    def check_annotations(self, path: Path) -> None:
        """Refuse an annotation list that names recordings elsewhere.

        Raises:
            InputError: it does, or it cannot be read.
        """
        from gpt_sovits.data.annotations import read_annotations

        for item in read_annotations(path, root=self.paths.root).items:
            if not self.holds(item.audio):
                raise InputError(
                    f"{path.name}:{item.line}: {_shown(item.name)} {_OUTSIDE}, and give the list"
                    " its new path"
                )

    def new(self, typed: str) -> Path:
        """A place to write to, where the user's data lie; it may be there already.

        Raises:
            InputError: it may not be reached, nothing is kept there, or no file can have its name.
        """
        path = self._reached(typed)
        if not _is_in(path, (*self._data, *self.folders)):
            names = ", ".join(f"{folder.name}/" for folder in self._data)
            raise InputError(f"{_shown(typed)}: the user's data is not kept there but in {names}")
        for each in reversed([path, *path.parents]):
            mode = _mode(each, typed)
            if mode is None:
                check_name(each.name)
            elif each != path and not stat.S_ISDIR(mode):
                raise InputError(f"{_shown(typed)}: {each.name!r} is a file; give another folder")
        return path

    def holds(self, path: Path) -> bool:
        """Tell whether a path may be reached, links followed."""
        try:
            return _is_in(path.resolve(), self._all)
        except (OSError, ValueError, RuntimeError):
            return False

    @property
    def _data(self) -> list[Path]:
        """Folders that the user's data lie in; each may be a link to another disk."""
        paths = self.paths
        return [
            paths.input,
            paths.output,
            paths.logs,
            paths.voices,
            paths.gpt_weights,
            paths.sovits_weights,
        ]

    @property
    def _all(self) -> list[Path]:
        return [self.paths.root, *self._data, *self.folders]

    def _reached(self, typed: str) -> Path:
        """The whole path that is meant."""
        text = _plain(typed)
        try:
            begun = Path(text).expanduser()
        except RuntimeError as error:  # there is no such user
            raise self._outside(typed) from error
        if _ELSEWHERE.match(text) and not any(map(begun.is_relative_to, self._all)):
            raise self._outside(typed)
        try:
            path = (self.paths.root / begun).resolve()
        except (OSError, ValueError, RuntimeError) as error:  # a loop of links
            raise InputError(f"{_shown(typed)} is no path of a file; check it") from error
        if not _is_in(path, self._all):
            raise self._outside(typed)
        return path

    def _outside(self, typed: str) -> InputError:
        return InputError(f"{_shown(typed)} {_OUTSIDE}")


def _is_in(path: Path, folders: Iterable[Path]) -> bool:
    return any(path.is_relative_to(folder.resolve()) for folder in folders)


def _plain(typed: str) -> str:
    """The path itself, without what was copied along."""
    text = typed.strip(_AROUND)
    if text.startswith("file:///"):  # as some file managers copy it
        text = unquote(text.removeprefix("file://"))
        if os.name == "nt":
            text = text.removeprefix("/")
    if not text:
        raise InputError("The path is empty: type one, or choose from the list.")
    wrong = next((letter for letter in text if category(letter) in _TEARING), None)
    if wrong is not None:
        raise InputError(f"{_shown(text)} holds {wrong!r}; rename the file and give its new path")
    if len(text.encode()) >= _PATH_BYTES or any(
        len(name.encode()) > _NAME_BYTES for name in Path(text).parts
    ):
        raise InputError(f"{_shown(text)} is no path of a file: it is too long; check it")
    return text


def _mode(path: Path, typed: str) -> int | None:
    """What a path is; None where nothing is there."""
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return None
    except PermissionError as error:
        raise InputError(f"{_shown(typed)} cannot be looked at ({error.strerror})") from error
    except (OSError, ValueError) as error:  # too long
        raise InputError(f"{_shown(typed)} is no path of a file; check it") from error
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        raise InputError(f"{_shown(typed)} is neither a file nor a folder; give a recording")
    return mode


def _shown(typed: str) -> str:
    """A path as a sentence repeats it, on one line."""
    text = typed.strip(_AROUND)
    return repr(text if len(text) <= _SHOWN else f"{text[: _SHOWN // 2]}…{text[-_SHOWN // 2 :]}")
