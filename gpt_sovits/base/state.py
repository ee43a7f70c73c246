"""What a pretraining keeps in its folder: settings, caches, checkpoints, weights, figures."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gpt_sovits.base.options import Part
from gpt_sovits.config import MelFamilyConfig, parse_settings
from gpt_sovits.errors import ConfigError, InputError
from gpt_sovits.features.content import ContentFile
from gpt_sovits.paths import replacing
from gpt_sovits.training.module import TrainingModule
from gpt_sovits.weights.file import Kind, sha256_of
from gpt_sovits.weights.write import provenance_of, write_safetensors

FILES: dict[Part, str] = {
    "content": "content.safetensors",
    "mel": "sovits.safetensors",
    "gpt": "gpt.safetensors",
    "vocoder": "vocoder.safetensors",
}
KINDS: dict[Part, Kind] = {"content": "other", "mel": "sovits", "gpt": "gpt", "vocoder": "vocoder"}

_SETTINGS = "settings.json"
_FIGURES = "figures.jsonl"


@dataclass(frozen=True)
class State:
    """The folder of one pretraining."""

    folder: Path
    family: MelFamilyConfig

    @property
    def cache(self) -> Path:
        """Spectrograms of the corpus."""
        return self.folder / "cache"

    def features(self, content: Path) -> Path:
        """What the content network in the file `content` makes of them."""
        return self.folder / "features" / sha256_of(content)[:16]

    def training(self, part: Part) -> Path:
        """Checkpoint and losses of one network."""
        return self.folder / part

    def weights(self, part: Part) -> Path:
        """The averaged weights of one network."""
        return self.folder / FILES[part]

    def add_figures(self, part: Part, minutes: float, step: int, figures: dict[str, float]) -> None:
        """Write down what was measured on the held-out clips."""
        row = {"part": part, "minutes": round(minutes, 2), "step": step, "figures": figures}
        with (self.folder / _FIGURES).open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")

    def last_figures(self) -> dict[str, dict[str, Any]]:
        """The last row of each part; a torn line is passed over."""
        path = self.folder / _FIGURES
        rows: dict[str, dict[str, Any]] = {}
        for line in path.read_text(encoding="utf-8").splitlines() if path.is_file() else []:
            try:
                row = json.loads(line)
            except ValueError:
                continue
            rows[row["part"]] = row
        return rows


def open_state(folder: Path, family: MelFamilyConfig) -> State:
    """Open the folder of a pretraining, or begin one there.

    Raises:
        ConfigError: the one there is of other settings; names the first that differs.
        InputError: its settings cannot be read.
    """
    path = folder / _SETTINGS
    if not path.is_file():
        with replacing(path) as part:
            part.write_text(family.model_dump_json(indent=1), encoding="utf-8")
        return State(folder, family)
    there = read_state(folder).family.model_dump()
    for key, value in family.model_dump().items():
        if there[key] != value:
            raise ConfigError(
                f"{folder}: was begun with {key} {there[key]}, the family has {value}; choose"
                " another --state"
            )
    return State(folder, family)


def read_state(folder: Path) -> State:
    """Open the folder of a pretraining that was begun.

    Raises:
        InputError: there is none.
        ConfigError: its settings are damaged.
    """
    path = folder / _SETTINGS
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(
            f"{folder}: holds no pretraining that can be read ({error}); name the folder given to"
            " `base train --state`"
        ) from error
    return State(folder, parse_settings(MelFamilyConfig, values, str(path)))


def network_config(part: Part, family: MelFamilyConfig) -> dict[str, Any]:
    """What a file's header says of its network's sizes."""
    if part != "content":
        return family.model_dump(mode="json")
    about = ContentFile(
        encoder=family.content, spectrogram=family.spectrogram, symbols=family.symbols
    )
    return about.model_dump(mode="json")


@dataclass(frozen=True)
class StateWriter:
    """Writes the averaged weights of one network into the state."""

    state: State
    part: Part
    module: TrainingModule
    about: dict[str, Any] = field(default_factory=dict)
    """What their provenance says of the training, JSON values."""

    def path(self, epoch: int, step: int) -> Path:
        """The one file, whatever epoch it is."""
        return self.state.weights(self.part)

    def write(self, epoch: int, step: int, losses: Mapping[str, float]) -> None:
        """Write it in float32: later parts and trainings go on from it."""
        write_safetensors(
            self.path(epoch, step),
            self.module.exported_weights(),
            kind=KINDS[self.part],
            family=self.state.family.name,
            config=network_config(self.part, self.state.family),
            provenance=provenance_of(
                training={**self.about, "steps": step, "losses": dict(losses)}
            ),
        )

    def remove(self, epoch: int, step: int) -> None:
        """Keep it: it is the only one."""
