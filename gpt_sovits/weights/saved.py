"""The weights files of a voice: what trainings saved of it, and what else bears its name."""

import re
from dataclasses import dataclass
from pathlib import Path

from gpt_sovits.paths import PROJECT, ProjectPaths
from gpt_sovits.weights.file import Kind

_ENDS = {"gpt": r"-e(?P<epoch>\d+)", "sovits": r"_e(?P<epoch>\d+)_s(?P<step>\d+)"}
"""What trainings of ours and of the reference put behind the voice's name."""

_ENDINGS = {"gpt": (".safetensors", ".ckpt"), "sovits": (".safetensors", ".pth")}
"""Ours first: of two files that differ in this alone the second is the same, rounded."""


@dataclass(frozen=True)
class SavedWeights:
    """One file."""

    path: Path
    epoch: int | None
    """None where no training gave the name, as after an import."""
    step: int = 0

    @property
    def label(self) -> str:
        """What tells it from the voice's others."""
        if self.epoch is None:
            return self.path.stem
        return f"e{self.epoch}" + (f"_s{self.step}" if self.step else "")


def weights_folder(kind: Kind, paths: ProjectPaths = PROJECT) -> Path:
    """GPT_weights/ or SoVITS_weights/."""
    return paths.gpt_weights if kind == "gpt" else paths.sovits_weights


def files_of(name: str, kind: Kind, folder: Path) -> list[Path]:
    """Files whose names say that a training saved them for a voice, sorted."""
    own = re.compile(re.escape(name) + _ENDS[kind])
    return [path for path in sorted(folder.glob("*")) if own.fullmatch(path.stem)]


def saved_weights(name: str, kind: Kind, paths: ProjectPaths = PROJECT) -> list[SavedWeights]:
    """All weights of a voice's one half, the newest last.

    Args:
        name: of the voice.
        kind: which half, "gpt" or "sovits".
        paths: the project.
    """
    folder, endings = weights_folder(kind, paths), _ENDINGS[kind]
    own = re.compile(re.escape(name) + f"({_ENDS[kind]})?")
    found: dict[str, SavedWeights] = {}
    # Ours come first, and keep their place.
    for path in sorted(folder.glob("*"), key=lambda path: path.suffix != endings[0]):
        match = own.fullmatch(path.stem)
        if match and path.suffix in endings and path.is_file():
            told = match.groupdict()
            epoch = int(told["epoch"]) if told["epoch"] else None
            found.setdefault(path.stem, SavedWeights(path, epoch, int(told.get("step") or 0)))
    return sorted(found.values(), key=_age)


def _age(saved: SavedWeights) -> tuple[int, int, int]:
    """Epochs count before dates: copying files makes them all of one date."""
    return (
        -1 if saved.epoch is None else saved.epoch,
        saved.step,
        saved.path.stat().st_mtime_ns,
    )
