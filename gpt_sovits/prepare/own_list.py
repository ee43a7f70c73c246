"""Annotation lists that the workbench writes and people correct: what a person wrote stays.

A hidden file beside a list says how we left it. A list that is otherwise is the user's: then only
lines are added that it never had, and texts that are still missing.
"""

from codecs import BOM_UTF8
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PureWindowsPath

from gpt_sovits.data.annotations import (
    Annotation,
    format_annotation,
    read_annotations,
    read_lines,
    write_annotations,
)
from gpt_sovits.errors import InputError
from gpt_sovits.paths import ProjectPaths, replacing
from gpt_sovits.state import read_state, write_state
from gpt_sovits.weights.file import sha256_of


@dataclass(frozen=True)
class ListReport:
    """What became of an annotation list."""

    path: Path
    is_users: bool = False
    """It was there and a person had changed or written it: its lines stayed as they were."""
    n_lines: int = 0
    """Clips in it now."""
    n_added: int = 0
    """Lines that are new in a list of the user's."""
    n_filled: int = 0
    """Lines of a list of the user's whose empty text is written now."""
    n_removed: int = 0
    """Clips whose lines a person took out; they stay out."""


class OwnList:
    """An annotation list that is made here, beside what was noted of it.

    Args:
        path: the list; it need not be there yet.
        paths: the project, in whose root relative paths in it begin.
    """

    def __init__(self, path: Path, paths: ProjectPaths) -> None:
        self.path = path
        self._paths = paths
        self._state_file = path.with_name(f".{path.name}.json")
        state = read_state(self._state_file)
        self._known: set[str] = set(state.get("sha256", []))
        self._listed: set[str] = set(state.get("listed", []))
        self.is_users = path.is_file() and sha256_of(path) not in self._known
        self.lines: dict[Path, Annotation] = {}
        """Lines of the list that is there, by the clip that they name."""
        self._spoiled: set[str] = set()
        """File names in lines of it that cannot be used; they are the user's all the same."""
        if path.is_file():
            found = read_annotations(path, root=paths.root, blank=True)
            self.lines = {item.audio.resolve(): item for item in found.items}
            lines = read_lines(path)
            numbers = (int(where.name.rpartition(":")[2]) for where, _ in found.skipped)
            self._spoiled = {PureWindowsPath(_written(lines[n - 1])).name for n in numbers}

    def wants(self, clip: Path) -> bool:
        """Whether a text for a clip would be written."""
        if not self.is_users:
            return True
        item = self.lines.get(clip.resolve())
        return not item.text if item is not None else not self._is_theirs(clip)

    def write(self, items: Sequence[Annotation]) -> ListReport:
        """Write or complete the list.

        Args:
            items: a line for each clip, in order; `audio` as it shall stand in the list.

        Raises:
            InputError: a name cannot stand in a list, or the list cannot be written.
        """
        if self.is_users:
            return self._complete(items)
        with replacing(self.path) as part:
            write_annotations(part, items)
            self._note(part, items)
        return ListReport(self.path, n_lines=len(items))

    def _complete(self, items: Sequence[Annotation]) -> ListReport:
        content = self.path.read_bytes()
        lines = read_lines(self.path)
        while lines and not lines[-1].strip():
            lines.pop()
        added = filled = removed = 0
        for item in items:
            clip = self._clip(item)
            theirs = self.lines.get(clip)
            if theirs is not None:
                if not theirs.text and item.text:
                    line = replace(item, audio=_written(lines[theirs.line - 1]))
                    speaker = theirs.speaker or item.speaker
                    lines[theirs.line - 1] = format_annotation(replace(line, speaker=speaker))
                    filled += 1
            elif self._is_theirs(clip):
                removed += 1
            else:
                lines.append(format_annotation(item))
                added += 1
        report = ListReport(self.path, True, len(self.lines) + added, added, filled, removed)
        if added or filled:
            coding = "utf-8-sig" if content.startswith(BOM_UTF8) else "utf-8"
            end = "\r\n" if b"\r\n" in content else "\n"
            with replacing(self.path) as part:
                part.write_text("".join(f"{line}\n" for line in lines), coding, newline=end)
                self._note(None, items)
        return report

    def _clip(self, item: Annotation) -> Path:
        return (self._paths.root / item.audio).resolve()

    def _is_theirs(self, clip: Path) -> bool:
        """Whether a clip without a line that can be used was taken out, or spoiled, by a person."""
        return self._paths.name_of(clip) in self._listed or clip.name in self._spoiled

    def _note(self, part: Path | None, items: Sequence[Annotation]) -> None:
        """Note what the list will be before it appears: a run that is killed here loses nothing."""
        self._listed |= {self._paths.name_of(self._clip(item)) for item in items}
        if part is not None:
            self._known.add(sha256_of(part))
        write_state(
            self._state_file, {"sha256": sorted(self._known), "listed": sorted(self._listed)}
        )


def _written(line: str) -> Path:
    """The clip of a line as a person wrote it."""
    return Path(line.partition("|")[0])


@contextmanager
def alone_with(path: Path) -> Iterator[None]:
    """Keep other runs away from a list.

    Raises:
        InputError: it is no `.list`, its folder cannot be made, or another run writes it.
    """
    from filelock import FileLock, Timeout

    if path.suffix.lower() != ".list":
        raise InputError(f"{path}: is no name of an annotation list; end it in .list")
    if path.is_dir():
        raise InputError(f"{path}: is a folder; name a list in it")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(path.with_name(f".{path.name}.lock"), timeout=0):
            yield
    except Timeout as error:
        raise InputError(f"{path}: another run writes it; wait for it, or stop it") from error
    except (FileExistsError, NotADirectoryError, PermissionError) as error:
        raise InputError(f"{path.parent}: cannot be written into ({error.strerror})") from error
