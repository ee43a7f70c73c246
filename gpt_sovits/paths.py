"""The one place that knows where things lie in the project folder."""

import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gpt_sovits.errors import ConfigError

_FORBIDDEN = re.compile(r'[<>:"/\\|?*]')
"""Characters that some system does not allow in a file's name."""

_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")
"""Names that Windows keeps for devices."""

MAX_NAME_BYTES = 120


@dataclass(frozen=True)
class ProjectPaths:
    """Folders of one project; none is made before something is written into it."""

    root: Path

    @property
    def configs(self) -> Path:
        """Families, training defaults and the user's dictionary, as YAML."""
        return self.root / "configs"

    @property
    def dictionary(self) -> Path:
        """The user's own readings of words."""
        return self.configs / "dictionary.yaml"

    @property
    def pretrained_models(self) -> Path:
        """Published weights and the embedded base."""
        return self.root / "pretrained_models"

    @property
    def gpt_weights(self) -> Path:
        """The user's fine-tuned text-to-semantic networks."""
        return self.root / "GPT_weights"

    @property
    def sovits_weights(self) -> Path:
        """The user's fine-tuned synthesizers."""
        return self.root / "SoVITS_weights"

    @property
    def voices(self) -> Path:
        """The user's voices, one YAML file each."""
        return self.root / "voices"

    @property
    def logs(self) -> Path:
        """One folder for each experiment: features, checkpoints, losses."""
        return self.root / "logs"

    @property
    def input(self) -> Path:
        """The user's recordings."""
        return self.root / "input"

    @property
    def output(self) -> Path:
        """What the workbench made for the user."""
        return self.root / "output"

    @property
    def uploads(self) -> Path:
        """What browsers sent; it is emptied without asking."""
        return self.output / "uploads"

    def name_of(self, path: Path) -> str:
        """How notes call a file: inside the project from its root, so that it can move."""
        whole, root = path.resolve(), self.root.resolve()
        return whole.relative_to(root).as_posix() if whole.is_relative_to(root) else str(whole)


PROJECT = ProjectPaths(Path(__file__).resolve().parent.parent)
"""The project that this package lies in."""


def check_name(name: str) -> str:
    """Refuse a name of a voice or an experiment that no file can have on some system.

    Gives the name back.

    Raises:
        ConfigError: it is empty, too long, or holds a slash or another character of paths.
    """
    wrong = next((letter for letter in name if not letter.isprintable()), None)
    if wrong is None and (forbidden := _FORBIDDEN.search(name)):
        wrong = forbidden[0]
    if wrong is not None:
        raise ConfigError(
            f"name {name!r} holds {wrong!r}, which file names cannot have", field="name"
        )
    if not name or name[0] in ".- " or name[-1] in ". ":
        raise ConfigError(
            f"name {name!r} must not be empty, begin with a dot, dash or space, or end with a dot"
            " or space",
            field="name",
        )
    if _RESERVED.fullmatch(name) or len(name.encode()) > MAX_NAME_BYTES:
        raise ConfigError(
            f"name {name[:40]!r} is too long or reserved; choose another", field="name"
        )
    return name


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """Write a file whole or not at all.

    Yields a temporary path beside `target`; when the block ends without an error it is synced
    to disk and takes the place of `target` in one step, otherwise it is removed and `target`
    stays as it was.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    # Writers choose their format by the ending, so it stays; the stem may have no room to grow.
    part = target.with_name(f".{secrets.token_hex(8)}.part{target.suffix}")
    os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
    try:
        yield part
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        part.replace(target)
        _sync_folder(target.parent)
    finally:
        part.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    """Make a rename last through a power cut, where the system can."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
