"""What earlier downloads found out, kept beside the models they brought."""

import json
from pathlib import Path
from typing import Any

from gpt_sovits.paths import replacing

MEMORY = ".registry.json"
"""File in pretrained_models/: path -> `bytes`, `sha256`, `revision`, `source`, `stamp`."""


def read_memory(folder: Path) -> dict[str, dict[str, Any]]:
    """What is remembered of each file.

    A memory that cannot be read counts as empty: everything in it can be found out again.
    """
    try:
        memory = json.loads((folder / MEMORY).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(memory, dict):
        return {}
    return {key: value for key, value in memory.items() if isinstance(value, dict)}


def add_memory(folder: Path, name: str, entry: dict[str, Any]) -> None:
    """Remember one file. An entry lost to another process costs one more look at the file."""
    memory = read_memory(folder) | {name: entry}
    with replacing(folder / MEMORY) as part:
        part.write_text(json.dumps(memory, indent=1, sort_keys=True), encoding="utf-8")


def stamp(path: Path) -> list[int]:
    """Size and time of change, which tell whether a file is still the one that was checked."""
    about = path.stat()
    return [about.st_size, about.st_mtime_ns]
