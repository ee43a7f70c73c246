"""The files that a training leaves for speaking, and whose they are."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from gpt_sovits.config import FamilyConfig, VitsFamilyConfig
from gpt_sovits.data.experiment import Experiment
from gpt_sovits.errors import InputError, WeightsError
from gpt_sovits.paths import ProjectPaths, check_name
from gpt_sovits.training.module import TrainingModule
from gpt_sovits.training.options import TrainingOptions
from gpt_sovits.weights.export import export_ckpt, export_pth
from gpt_sovits.weights.file import Kind, WeightFile
from gpt_sovits.weights.read import read_weights
from gpt_sovits.weights.saved import files_of, weights_folder
from gpt_sovits.weights.write import provenance_of, write_safetensors

OnSave = Callable[[Path, int], None]
"""Called as `on_save(weights, epoch)` when weights were written, to speak a sample for example."""


@dataclass(frozen=True, kw_only=True)
class VoiceWeights:
    """Writes one half of a voice, ours and, for published families, the published way."""

    folder: Path
    """GPT_weights/ or SoVITS_weights/."""
    name: str
    """Name of the voice."""
    kind: Kind
    """Which half, "gpt" or "sovits"."""
    family: FamilyConfig
    module: TrainingModule
    """The network in training."""
    options: TrainingOptions
    experiment: str
    """Name of the experiment's folder."""
    start: Path
    """The weights that the training began with."""
    on_save: OnSave | None = None

    def path(self, epoch: int, step: int) -> Path:
        """Where the weights of an epoch lie."""
        end = f"-e{epoch}" if self.kind == "gpt" else f"_e{epoch}_s{step}"
        return self.folder / f"{self.name}{end}.safetensors"

    def write(self, epoch: int, step: int, losses: Mapping[str, float]) -> None:
        """Write the weights as they are now and tell `on_save`."""
        path = self.path(epoch, step)
        tensors = self.module.exported_weights()
        info = f"GPT-e{epoch}" if self.kind == "gpt" else f"{epoch}epoch_{step}iteration"
        # Ours first: it tells whose the other is, should this be the end.
        write_safetensors(
            path,
            tensors,
            kind=self.kind,
            family=self.family.name,
            config=self.family.model_dump(mode="json"),
            provenance=provenance_of([self.start], training=self._about(epoch, step, losses)),
            info=info,
        )
        if isinstance(self.family, VitsFamilyConfig):
            export = export_ckpt if self.kind == "gpt" else export_pth
            export(self._published(path), tensors, self.family, info=info)
        if self.on_save is not None:
            try:
                self.on_save(path, epoch)
            except Exception as error:  # whatever fails must not end hours of training
                logging.getLogger(__name__).warning("no sample of %s: %s", path.name, error)

    def remove(self, epoch: int, step: int) -> None:
        """Remove the files of an epoch."""
        path = self.path(epoch, step)
        for one in (path, self._published(path)):
            one.unlink(missing_ok=True)

    def check_free(self) -> None:
        """Refuse a name that another voice has.

        Raises:
            ConfigError: the name cannot be a file's.
            InputError: names the file that would be replaced.
        """
        check_name(self.name)
        for path in files_of(self.name, self.kind, self.folder):
            if self._owner(path) != self.experiment:
                raise InputError(
                    f"{path} belongs to another voice, not to the experiment {self.experiment};"
                    " choose another --name, or give --replace"
                )

    def _owner(self, path: Path) -> str | None:
        """The experiment that a file comes from; None where it is foreign or cannot be read."""
        ours = path.with_suffix(".safetensors")
        if not ours.is_file():
            return None
        try:
            return _experiment_of(read_weights(ours))
        except WeightsError:
            return None

    def _published(self, path: Path) -> Path:
        return path.with_suffix(".ckpt" if self.kind == "gpt" else ".pth")

    def _about(self, epoch: int, step: int, losses: Mapping[str, float]) -> dict[str, Any]:
        return {
            "experiment": self.experiment,
            "epoch": epoch,
            "step": step,
            "losses": dict(losses),
            "options": asdict(self.options),
        }


def newest_weights(
    name: str, kind: Kind, experiment: Experiment, paths: ProjectPaths
) -> Path | None:
    """The weights of a voice that an experiment's trainings wrote last; None where there are none.

    Args:
        name: of the voice.
        kind: which half, "gpt" or "sovits".
        experiment: with the family that they must have.
        paths: the project.
    """
    files = files_of(name, kind, weights_folder(kind, paths))
    ours = [path for path in files if path.suffix == ".safetensors"]
    for path in sorted(ours, key=lambda path: path.stat().st_mtime_ns, reverse=True):
        file = read_weights(path)
        if (_experiment_of(file), file.family) == (experiment.folder.name, experiment.family.name):
            return path
    return None


def _experiment_of(file: WeightFile) -> str | None:
    """Name of the experiment whose training wrote weights; None where no training of ours did."""
    training: dict[str, Any] = file.provenance.get("training", {})
    return training.get("experiment")
