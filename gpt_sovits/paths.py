"""The one place that knows where things lie in the project folder."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


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


PROJECT = ProjectPaths(Path(__file__).resolve().parent.parent)
"""The project that this package lies in."""


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
