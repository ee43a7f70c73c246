"""Take over published models that lie in a folder of this machine: nothing has to be downloaded."""

import os
import shutil
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from gpt_sovits.errors import DownloadError, InputError
from gpt_sovits.paths import PROJECT, ProjectPaths, replacing
from gpt_sovits.report import Progress, StageReport, no_progress
from gpt_sovits.weights.file import sha256_of
from gpt_sovits.weights.local import ModelState, list_models, remember

MAX_FILES = 200_000
"""Files that are looked at: a whole disk is no folder of models."""


def adopt_models(
    folder: Path, *, paths: ProjectPaths = PROJECT, progress: Progress = no_progress
) -> StageReport:
    """Copy the published models in a folder, such as the reference's own, to where they belong.

    A file is known by its name and its hash; where the table does not know the hash, by the folder
    that it lies in too. What is here already is not replaced.

    Args:
        folder: it and everything below it are looked through; links are not followed.
        paths: the project.
        progress: gets files done, files in all, and the file in hand.

    Returns:
        New files as `written`; under `skipped` what has the name of a model and is another file.

    Raises:
        InputError: the folder is none, or holds no published model that is missing.
        DownloadError: a file cannot be copied.
    """
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder; give the one that holds the models")
    wanted: dict[str, list[ModelState]] = defaultdict(list)
    for model in list_models(paths=paths):
        if model.state in ("missing", "partial"):
            wanted[model.path.name].append(model)
    found = [
        (path, model)
        for path in _files(folder)
        for model in wanted[path.name]
        if _may_be(path, model)
    ]
    report = StageReport()
    for number, (path, model) in enumerate(found):
        progress(number, len(found), model.file.path)
        _take(path, model, report, paths)
    progress(len(found), len(found), "")
    if not found:
        raise InputError(
            f"{folder}: holds no published model that is missing here; `models list` shows the"
            " names that are looked for"
        )
    return report


def _files(folder: Path) -> Iterator[Path]:
    n_files = 0
    for place, _, names in os.walk(folder):
        for name in sorted(names):
            n_files += 1
            if n_files > MAX_FILES:
                raise InputError(
                    f"{folder}: holds more than {MAX_FILES} files; give a folder with models alone"
                )
            path = Path(place, name)
            if path.is_file() and not path.is_symlink():
                yield path


def _may_be(path: Path, model: ModelState) -> bool:
    """Tell from the outside whether a file may be a model: config.json is the name of many."""
    if model.file.bytes is not None and path.stat().st_size != model.file.bytes:
        return False
    return model.file.sha256 is not None or path.parent.name == model.path.parent.name


def _take(path: Path, model: ModelState, report: StageReport, paths: ProjectPaths) -> None:
    if model.path in report.written:  # the folder has it twice
        return
    try:
        digest = sha256_of(path)
        if model.file.sha256 not in (None, digest):
            report.skipped.append((path, f"is another file than the published {model.file.path}"))
            return
        with replacing(model.path) as part:
            shutil.copyfile(path, part)
            if sha256_of(part) != digest:
                raise DownloadError(f"{path}: changed while it was copied; try again")
    except OSError as error:
        raise DownloadError(f"{model.path}: cannot be written ({error.strerror})") from error
    whole = replace(model.file, bytes=path.stat().st_size, sha256=digest)
    remember(whole, source="a folder of this machine", paths=paths)
    report.written.append(model.path)
