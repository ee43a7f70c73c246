"""What of the published models is here, and the command that brings the rest."""

import os
import shlex
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path, PurePosixPath
from typing import Any, Literal

from gpt_sovits.errors import InputError, MissingModelError
from gpt_sovits.paths import PROJECT, ProjectPaths
from gpt_sovits.weights.memory import add_memory, read_memory, stamp
from gpt_sovits.weights.registry import PublishedFile, find_models, published_models

State = Literal["missing", "partial", "wrong size", "unverified", "verified"]
"""`partial`: a download was cut; `verified`: unchanged since its hash was checked."""


@dataclass(frozen=True, kw_only=True)
class ModelState:
    """One published file and what is here of it."""

    file: PublishedFile
    path: Path
    """Where it lies or would lie."""
    state: State


def model_path(relative: str, paths: ProjectPaths = PROJECT) -> Path:
    """Where a published file lies; never outside pretrained_models/.

    Raises:
        InputError: the path is absolute, climbs with `..`, or its folder is a link to elsewhere.
    """
    parts = PurePosixPath(relative).parts
    root = paths.pretrained_models
    target = root.joinpath(*parts)
    climbs = not parts or ".." in parts or "\\" in relative or ":" in relative
    if climbs or not target.parent.resolve().is_relative_to(root.resolve()):
        raise InputError(f"{relative!r} would lie outside {root}; nothing is read or written there")
    return target


def list_models(
    name: str | None = None, *, paths: ProjectPaths = PROJECT
) -> tuple[ModelState, ...]:
    """What is published, and what of it is here; hashes no file.

    Args:
        name: a group or a file's path; None is everything.
        paths: the project.

    Raises:
        InputError: the name is unknown, or pretrained_models/ cannot be used.
    """
    memory = read_memory(paths.pretrained_models)
    return tuple(
        _state(_with_memory(file, memory), memory, paths)
        for file in (published_models() if name is None else find_models(name))
    )


def _state(file: PublishedFile, memory: dict[str, Any], paths: ProjectPaths) -> ModelState:
    path = model_path(file.path, paths)
    state: State
    if not path.is_file():
        state = "partial" if part_path(path).is_file() else "missing"
    elif file.bytes is not None and path.stat().st_size != file.bytes:
        state = "wrong size"
    elif memory.get(file.path, {}).get("stamp") == stamp(path):
        state = "verified"
    else:
        state = "unverified"
    return ModelState(file=file, path=path, state=state)


def require_model(name: str, *, paths: ProjectPaths = PROJECT) -> Path:
    """Where a model lies on this machine.

    Args:
        name: a file's path, or a group.
        paths: the project.

    Returns:
        The file; for a group of several the folder that holds them all.

    Raises:
        MissingModelError: a file of it is not here; the message holds the command that brings it.
        InputError: no such model is published.
    """
    models = list_models(name, paths=paths)
    for model in models:
        if model.state in ("missing", "partial", "wrong size"):
            raise MissingModelError(
                f"{model.path} is not here whole ({model.state}); {_help(name)}"
            )
    if len(models) == 1:
        return models[0].path
    return Path(os.path.commonpath([model.path.parent for model in models]))


def _help(name: str) -> str:
    files = find_models(name)
    by_hand = next((file.by_hand for file in files if file.by_hand), None)
    command = f"python -m gpt_sovits models download {shlex.quote(name)}"
    if any(file.huggingface is None for file in files):
        command += " --source modelscope"
    return by_hand or f"bring it with: {command}"


def package_file(package: str, *parts: str) -> Path | None:
    """A file that an installed package brings; None where it is not there. Imports nothing."""
    spec = find_spec(package)
    for folder in (spec and spec.submodule_search_locations) or ():
        path = Path(folder).joinpath(*parts)
        if path.is_file():
            return path
    return None


def part_path(target: Path) -> Path:
    """Where the unfinished download of `target` lies."""
    return target.with_name(f"{target.name}.part")


def _with_memory(file: PublishedFile, memory: dict[str, Any]) -> PublishedFile:
    """Fill in the size and hash that the table does not know."""
    known = memory.get(file.path, {})
    size, sha256 = known.get("bytes"), known.get("sha256")
    return replace(
        file,
        bytes=file.bytes if file.bytes is not None or not isinstance(size, int) else size,
        sha256=file.sha256 or (sha256 if isinstance(sha256, str) else None),
    )


def remember(file: PublishedFile, *, source: str, paths: ProjectPaths) -> None:
    """Note that a file is here and that its hash was checked."""
    about = {
        "bytes": file.bytes,
        "sha256": file.sha256,
        "revision": file.revision,
        "source": source,
        "stamp": stamp(model_path(file.path, paths)),
    }
    add_memory(paths.pretrained_models, file.path, about)
