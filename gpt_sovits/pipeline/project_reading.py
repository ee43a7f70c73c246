"""Facts of the files that stages leave, read quickly: a page asks for them all the time."""

import json
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from gpt_sovits.data.annotations import read_annotations
from gpt_sovits.errors import InputError
from gpt_sovits.paths import ProjectPaths
from gpt_sovits.state import Entries


def made_in(
    folder: Path, pick: Callable[[list[str]], list[str]] = lambda files: files
) -> list[Path]:
    """Files that a stage's own record says it made in a folder.

    Args:
        folder: of the stage.
        pick: which of the files that came of one recording; of `separate` the voice is the first.
    """
    from gpt_sovits.prepare.stage import RECORD

    entries = Entries(folder / RECORD).found.values()
    names = [name for entry in entries for name in pick(list(entry.get("files", {})))]
    return [folder / name for name in names]


def changed(path: Path) -> float:
    """When a file was changed; 0 where it is gone meanwhile."""
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def minutes_of(paths: Sequence[Path]) -> float:
    """Length of recordings together, to a tenth."""
    return round(sum(seconds_of(path) for path in paths) / 60, 1)


def seconds_of(path: Path) -> float:
    """Length of a recording as its header tells it; 0 where it cannot be read."""
    try:
        about = path.stat()
    except OSError:
        return 0.0
    return _probed_seconds(path, about.st_mtime_ns, about.st_size)


@lru_cache(20_000)
def _probed_seconds(path: Path, changed_ns: int, size: int) -> float:
    from gpt_sovits.audio.read import probe_audio

    try:
        return probe_audio(path).duration_s or 0.0
    except InputError:
        return 0.0


def count_lines(path: Path, paths: ProjectPaths) -> int | str:
    """How many lines of a list can be used, or why it cannot be read."""
    try:
        about = path.stat()
    except OSError:
        return f"{path}: no such file; choose another list"
    return _known_list(path, paths.root, about.st_mtime_ns, about.st_size)


@lru_cache(64)
def _known_list(path: Path, root: Path, changed_ns: int, size: int) -> int | str:
    try:
        return len(read_annotations(path, root=root, blank=True).items)
    except InputError as error:
        return str(error)


def read_clips(path: Path) -> list[dict[str, Any]]:
    """Lines of clips.jsonl; none where one is not ours."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        clips = [json.loads(line) for line in lines if line.strip()]
        return clips if all({"seconds", "family"} <= clip.keys() for clip in clips) else []
    except (OSError, ValueError, AttributeError):
        return []


def last_epoch(losses: Path) -> int:
    """Epoch of the last row of a table of losses; 0 where there is none."""
    try:
        with losses.open("rb") as file:
            file.seek(max(0, losses.stat().st_size - 4096))
            lines = file.read().decode(errors="replace").splitlines()
        return int(lines[-1].split(",")[0])
    except (OSError, ValueError, IndexError):
        return 0
