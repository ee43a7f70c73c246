"""A stage over many recordings: each is done once, and a run that was stopped goes on.

What is made of a recording appears in the target folder when it is whole. A record beside it says
what each file was made of, so that another run leaves it alone, and so that nothing is replaced
that a person made or changed.
"""

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from gpt_sovits.errors import InputError
from gpt_sovits.prepare.processes import side_by_side
from gpt_sovits.report import Progress, StageReport, no_progress
from gpt_sovits.state import Entries, hash_of
from gpt_sovits.weights.file import sha256_of

RECORD = ".made.jsonl"
"""File in a target folder that says what its files were made of."""

_LOCK = ".made.lock"
_PARTS = ".part-"
"""How folders begin that hold what is not whole yet."""

_NO_SOUND = frozenset(
    {".txt", ".list", ".json", ".md", ".tsv", ".csv", ".srt", ".ass", ".yaml", ".html"}
)

_MADE_OTHERWISE = (
    "{} holds what was made of a recording of this name in another way; choose another folder, or"
    " replace it (--replace)"
)

Tell = Callable[[float], None]
"""Called with the share of one recording that is done, 0 to 1."""

Work = Callable[[Path, Path, Tell], StageReport]
"""Makes files of a recording in an empty folder. What it writes has names of its own; parts of the
recording that it leaves out stand in the report. Raises `InputError` for a recording that is no
use. With several processes it must be a function of a module, or a `partial` of one."""


@dataclass(frozen=True, kw_only=True)
class StageRun:
    """How a stage goes over its recordings."""

    about: Mapping[str, Any]
    """All that the result depends on besides the recording, as JSON values: the stage's name and
    version, its options, hashes of its models. Another run with the same is not done again."""
    replace: bool = False
    """Replace what the same stage made before in another way; a file that was changed since is
    never replaced."""
    processes: int = 1
    """Recordings in work at a time, each in a process of its own when above 1."""


def run_stage(
    source: Path, target: Path, work: Work, run: StageRun, *, progress: Progress = no_progress
) -> StageReport:
    """Let a stage work on one recording, or on every recording right inside a folder.

    Args:
        source: the recording or folder.
        target: folder for what is made.
        work: makes the files of one recording.
        run: how.
        progress: told in hundredths of a recording.

    Returns:
        What was written, what was there already, and what was skipped.

    Raises:
        InputError: there is nothing at `source`, or another run works in `target`.
    """
    files = recordings_in(source)
    report = StageReport()
    with _alone_in(target):
        record = _Record(target)
        todo: list[tuple[Path, str]] = []
        for file in files:
            try:
                key = hash_of([dict(run.about), file.name, sha256_of(file)])
            except InputError as error:
                report.skipped.append((file, str(error)))
                continue
            kept = record.kept(file.name, key)
            if kept is not None:
                report.kept.extend(kept.written)
                report.skipped.extend(kept.skipped)
            elif record.differs(file.name, key) and not run.replace:
                report.skipped.append((file, _MADE_OTHERWISE.format(target)))
            else:
                todo.append((file, key))
        for file, key, made in _make(todo, target, work, run, _hundredths(files, todo, progress)):
            if isinstance(made, InputError):
                report.skipped.append((file, str(made)))
                continue
            try:
                placed = record.place(file, key, made)
            except InputError as error:
                report.skipped.append((file, str(error)))
                continue
            report.written.extend(placed.written)
            report.skipped.extend(placed.skipped)
    progress(100 * len(files), 100 * len(files), "")
    return report


def recordings_in(source: Path) -> list[Path]:
    """The recording itself, or all files right inside a folder but texts, in order of their names.

    Raises:
        InputError: there is nothing at `source`.
    """
    if not source.exists():
        raise InputError(f"{source}: no such file or folder; name a recording")
    if not source.is_dir():
        return [source]
    files = sorted(
        path
        for path in source.iterdir()
        if path.is_file() and path.suffix.lower() not in _NO_SOUND and path.name[0] != "."
    )
    if not files:
        raise InputError(f"{source}: holds no recording; put one into it")
    return files


# --- making -------------------------------------------------------------------------------------

_Made = StageReport | InputError


def _make(
    todo: Sequence[tuple[Path, str]],
    target: Path,
    work: Work,
    run: StageRun,
    told: Callable[[int, float, str], None],
) -> Iterator[tuple[Path, str, _Made]]:
    """Make the files of each recording in a folder of its own, which is gone at the next one."""
    if run.processes > 1 and len(todo) > 1:
        yield from _make_side_by_side(todo, target, work, run.processes, told)
        return
    for number, (file, key) in enumerate(todo):

        def tell(share: float, number: int = number, name: str = file.name) -> None:
            told(number, share, name)

        tell(0.0)
        with tempfile.TemporaryDirectory(prefix=_PARTS, dir=target) as folder:
            yield file, key, _attempt(work, file, Path(folder), tell)


def _attempt(work: Work, file: Path, folder: Path, tell: Tell) -> _Made:
    try:
        return work(file, folder, tell)
    except InputError as error:
        return error


def _silent(share: float) -> None:
    """Tell nothing: a process of its own has nobody to tell."""


def _make_side_by_side(
    todo: Sequence[tuple[Path, str]],
    target: Path,
    work: Work,
    processes: int,
    told: Callable[[int, float, str], None],
) -> Iterator[tuple[Path, str, _Made]]:
    """The same in several processes."""
    with tempfile.TemporaryDirectory(prefix=_PARTS, dir=target) as scratch:
        jobs = [(file, key, Path(scratch) / str(number)) for number, (file, key) in enumerate(todo)]
        results = side_by_side(partial(_attempt_alone, work), jobs, processes)
        for done, ((file, key, folder), made) in enumerate(results):
            told(done, 1.0, file.name)
            crash = InputError(f"{file}: a library crashed on it; convert it first")
            yield file, key, crash if made is None else made
            shutil.rmtree(folder, ignore_errors=True)


def _attempt_alone(work: Work, job: tuple[Path, str, Path]) -> _Made:
    """In a process of its own; a folder that is there was left by one that crashed."""
    file, _, folder = job
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return _attempt(work, file, folder, _silent)


def _hundredths(
    files: Sequence[Path], todo: Sequence[object], progress: Progress
) -> Callable[[int, float, str], None]:
    """Progress over all recordings, those of earlier runs counted as done."""
    before = len(files) - len(todo)

    def told(number: int, share: float, name: str) -> None:
        progress(round(100 * (before + number + share)), 100 * len(files), name)

    return told


# --- the record ---------------------------------------------------------------------------------


class _Record:
    """What the files of a target folder were made of, by the name of the recording."""

    def __init__(self, target: Path) -> None:
        self.target = target
        self.entries = Entries(target / RECORD)

    def kept(self, name: str, key: str) -> StageReport | None:
        """What an earlier run made of the same recording, as long as all of it is there."""
        entry = self._entry(name)
        if entry["made_of"] != key:
            return None
        files = [self.target / each for each in entry["files"]]
        if not all(file.is_file() for file in files):
            return None
        return StageReport(files, [(Path(path), reason) for path, reason in entry["skipped"]])

    def differs(self, name: str, key: str) -> bool:
        """Whether files are there that were made of a recording of this name in another way."""
        entry = self._entry(name)
        return entry["made_of"] != key and any(
            (self.target / each).exists() for each in entry["files"]
        )

    def place(self, file: Path, key: str, made: StageReport) -> StageReport:
        """Move what was made of a recording into the target folder.

        Raises:
            InputError: what is there would be replaced.
        """
        older = self._entry(file.name)
        files = {path.name: sha256_of(path) for path in made.written}
        self._check(older["files"], files)
        # First the files, then the record: a file without its line is made again, not lost.
        for path in made.written:
            path.replace(self.target / path.name)
        for name in set(older["files"]) - set(files):
            (self.target / name).unlink(missing_ok=True)
        skipped = [[str(path), reason] for path, reason in made.skipped]
        self.entries.note(file.name, {"made_of": key, "files": files, "skipped": skipped})
        return StageReport([self.target / name for name in files], made.skipped)

    def _entry(self, name: str) -> dict[str, Any]:
        """What is noted of a recording; nothing where a line is not ours."""
        nothing: dict[str, Any] = {"made_of": "", "files": {}, "skipped": []}
        entry = self.entries.found.get(name, nothing)
        return entry if entry.keys() == nothing.keys() else nothing

    def _check(self, older: Mapping[str, str], newer: Mapping[str, str]) -> None:
        """Refuse to replace or remove a file that is neither as it was made nor as it would be."""
        for name in {*older, *newer}:
            path = self.target / name
            if path.is_file() and sha256_of(path) not in (older.get(name), newer.get(name)):
                raise InputError(
                    f"{path}: was not made by this stage, or was changed since; move it away, or"
                    " choose another folder"
                )


@contextmanager
def _alone_in(target: Path) -> Iterator[None]:
    """Keep other runs out of a folder, and clear away what a killed one left."""
    from filelock import FileLock, Timeout

    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{target}: cannot be made a folder ({error.strerror})") from error
    try:
        with FileLock(target / _LOCK, timeout=0):
            for left in target.glob(f"{_PARTS}*"):
                shutil.rmtree(left, ignore_errors=True)
            yield
    except Timeout as error:
        raise InputError(f"{target}: another run works in it; wait for it, or stop it") from error
