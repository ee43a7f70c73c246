"""What the halves of a voice differ in: network, clips, batches."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from gpt_sovits.config import FamilyConfig, MelFamilyConfig, Settings
from gpt_sovits.data.batches import collate_gpt, collate_mel, collate_pointer, collate_vits
from gpt_sovits.data.clips import Clip, ClipInfo
from gpt_sovits.data.experiment import Experiment
from gpt_sovits.errors import WeightsError
from gpt_sovits.models.gpt.pointer import PointerText2Semantic
from gpt_sovits.models.mel.synthesizer import MelSynthesizer
from gpt_sovits.paths import ProjectPaths
from gpt_sovits.training.clips import Skipped, gpt_clips, sovits_clips
from gpt_sovits.training.gpt import GPTModule
from gpt_sovits.training.mel import MelModule
from gpt_sovits.training.module import TrainingModule
from gpt_sovits.training.options import GPTOptions, SoVITSOptions
from gpt_sovits.training.pointer import PointerModule
from gpt_sovits.training.replay import FILE as REPLAY_FILE
from gpt_sovits.training.replay import Slices, read_replay
from gpt_sovits.training.sovits import SoVITSModule
from gpt_sovits.weights.file import Kind
from gpt_sovits.weights.load import load_into
from gpt_sovits.weights.networks import (
    base_weights,
    build_discriminators,
    load_gpt,
    load_synthesizer,
)
from gpt_sovits.weights.read import read_weights


@dataclass(frozen=True)
class Half:
    """One network of a voice, ready to be trained."""

    kind: Kind
    """Which, "gpt" or "sovits"."""
    start: Path
    """The weights that it begins with."""
    module: TrainingModule
    collate: Callable[[Sequence[Clip]], Any]
    """Puts clips into a batch."""
    clips: list[ClipInfo]
    skipped: Skipped
    """Clips that it cannot learn from, with the reasons."""


def gpt_half(experiment: Experiment, options: GPTOptions, start: Path, paths: ProjectPaths) -> Half:
    """The text-to-semantic network of the experiment's family.

    Raises:
        InputError: no clip suits.
        WeightsError: `start` is of another family.
    """
    clips, skipped = gpt_clips(experiment)
    family = experiment.family
    loaded = load_gpt(start, paths=paths)
    _check_sizes(start, family, loaded.family.gpt, family.gpt)
    if isinstance(loaded.model, PointerText2Semantic):
        module = PointerModule(loaded.model, options)
        return Half("gpt", start, module, collate_pointer, clips, skipped)
    assert not isinstance(family, MelFamilyConfig)
    collate = partial(collate_gpt, family=family)
    return Half("gpt", start, GPTModule(loaded.model, options), collate, clips, skipped)


def sovits_half(
    experiment: Experiment, options: SoVITSOptions, start: Path, paths: ProjectPaths
) -> Half:
    """The synthesizer of the experiment's family.

    Raises:
        InputError: no clip suits.
        WeightsError: `start` is of another family.
        MissingModelError: the family's discriminators are not on this machine.
    """
    clips, skipped = sovits_clips(experiment)
    family = experiment.family
    loaded = load_synthesizer(start, paths=paths)
    _check_sizes(start, family, loaded.family.synthesizer, family.synthesizer)
    if isinstance(family, MelFamilyConfig):
        assert isinstance(loaded.model, MelSynthesizer)
        module = MelModule(loaded.model, options, replay=_replay(experiment, paths))
        return Half("sovits", start, module, partial(collate_mel, family=family), clips, skipped)
    assert not isinstance(loaded.model, MelSynthesizer)
    discriminators = build_discriminators(family)
    published = base_weights(family, "discriminator", paths=paths)
    load_into(discriminators, read_weights(published).tensors)
    judged = SoVITSModule(loaded.model, discriminators, family, options)
    return Half("sovits", start, judged, partial(collate_vits, family=family), clips, skipped)


def _replay(experiment: Experiment, paths: ProjectPaths) -> Slices | None:
    """What the embedded base says in languages that the experiment's clips are not in."""
    path = paths.pretrained_models / experiment.family.name / REPLAY_FILE
    if not path.is_file():
        return None
    spoken = {clip.language.removeprefix("all_") for clip in experiment.clips}
    return read_replay(path, spoken)


def _check_sizes(start: Path, family: FamilyConfig, found: Settings, wanted: Settings) -> None:
    if _sizes(found.model_dump()) != _sizes(wanted.model_dump()):
        raise WeightsError(f"{start}: its sizes are not those of {family.name}; give another file")


def _sizes(settings: dict[str, Any]) -> dict[str, Any]:
    """Settings without the shares that are dropped while training: they change no weight."""
    return {
        name: _sizes(value) if isinstance(value, dict) else value
        for name, value in settings.items()
        if not name.endswith("dropout")
    }
