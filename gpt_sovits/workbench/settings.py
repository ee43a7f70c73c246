"""What the "Settings" tab does: keep what the user chose, and say what this machine is."""

import logging
import platform
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gpt_sovits import __version__
from gpt_sovits.config.settings import parse_settings
from gpt_sovits.config.workbench import (
    WorkbenchSettings,
    load_settings,
    save_settings,
    settings_path,
)
from gpt_sovits.errors import ConfigError, InputError
from gpt_sovits.paths import ProjectPaths

log = logging.getLogger(__name__)


class SettingsKeeper:
    """The settings in use: those of the file when the page started, and what was changed in it.

    Args:
        paths: the project.
        private: only users of this machine reach the page; others may allow no folders.
    """

    def __init__(self, paths: ProjectPaths, *, private: bool = True) -> None:
        self.paths = paths
        self.private = private
        self.current = WorkbenchSettings()
        self.problem = ""
        """Why the file could not be read; empty where it could. The defaults hold then."""
        try:
            self.current = load_settings(paths)
        except ConfigError as error:
            self.problem = f"{error}; the defaults hold until it is mended"
            log.warning(self.problem)

    @property
    def language(self) -> str:
        """The language that was chosen for all readers; empty where the browser's counts."""
        return "" if self.current.language == "auto" else self.current.language

    @property
    def folders(self) -> tuple[Path, ...]:
        """Folders outside of the project that may be reached."""
        return tuple(map(Path, self.current.folders))

    def change(self, **values: Any) -> WorkbenchSettings:
        """Keep other values; they count from now on.

        Raises:
            InputError: a value cannot be used, folders are changed by whom they may not be, or the
                file cannot be written.
        """
        where = str(settings_path(self.paths))
        new = parse_settings(WorkbenchSettings, self.current.model_dump() | values, where)
        if new.folders != self.current.folders:
            self._check_folders(new)
        if new.endpoint != self.current.endpoint and not self.private:
            # The owner's token would go there with every download.
            raise InputError(
                "The mirror is chosen on the machine itself: start the page there without --host"
                " and --root-path, or write it into configs/workbench.yaml.",
                field="endpoint",
            )
        save_settings(new, self.paths)
        self.current = new
        return new

    def _check_folders(self, new: WorkbenchSettings) -> None:
        if not self.private:
            raise InputError(
                "Folders are allowed on the machine itself: start the page there without --host and"
                " --root-path, or write them into configs/workbench.yaml.",
                field="folders",
            )
        for name in new.folders:
            if not Path(name).is_dir():
                raise InputError(f"{name}: no such folder; check its path", field="folders")


def read_folders(typed: str) -> tuple[str, ...]:
    """Folders as they were typed, one a line, without what was copied along.

    Raises:
        InputError: one begins with ~ of an unknown user.
    """
    lines = (line.strip(" \t\r\"'“”") for line in typed.splitlines())
    try:
        found = [str(Path(line).expanduser()) for line in lines if line]
    except RuntimeError as error:  # ~ of a user whom this machine does not know
        raise InputError(f"{typed.strip()}: {error}", field="folders") from error
    return tuple(dict.fromkeys(found))


@dataclass(frozen=True)
class FolderFacts:
    """Where a folder lies."""

    name: str
    path: Path
    free_bytes: int
    total_bytes: int
    """Of the disk that it lies on."""


def folder_facts(keeper: SettingsKeeper) -> Iterator[FolderFacts]:
    """Where everything lies: the user's data, the models, and what else may be reached."""
    paths = keeper.paths
    own = (
        paths.input,
        paths.output,
        paths.logs,
        paths.voices,
        paths.gpt_weights,
        paths.sovits_weights,
        paths.pretrained_models,
        paths.configs,
    )
    for folder in own:
        yield _facts(folder.name, folder)
    for folder in keeper.folders:
        yield _facts("", folder)


def _facts(name: str, folder: Path) -> FolderFacts:
    whole = folder.resolve()
    there = next(each for each in (whole, *whole.parents) if each.exists())
    try:
        disk = shutil.disk_usage(there)
    except OSError:  # a share that is gone
        return FolderFacts(name, whole, 0, 0)
    return FolderFacts(name, whole, disk.free, disk.total)


def version_facts() -> str:
    """Version of the workbench and what it runs on."""
    system = f"{platform.system()} {platform.machine()}"
    return f"{__version__} · Python {platform.python_version()} · {system}"
