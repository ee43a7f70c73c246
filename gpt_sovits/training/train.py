"""Fine-tune the two networks of a voice."""

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

from gpt_sovits.data.clips import ClipInfo
from gpt_sovits.data.experiment import Experiment
from gpt_sovits.paths import PROJECT, ProjectPaths
from gpt_sovits.report import Progress, no_progress
from gpt_sovits.training.clips import ClipBatches
from gpt_sovits.training.fit import TrainingReport, fit
from gpt_sovits.training.halves import Half, gpt_half, sovits_half
from gpt_sovits.training.options import GPTOptions, SoVITSOptions
from gpt_sovits.training.results import OnSave, VoiceWeights
from gpt_sovits.weights.file import sha256_of
from gpt_sovits.weights.networks import base_weights


def train_gpt(
    experiment: Experiment,
    name: str,
    options: GPTOptions,
    *,
    start: Path | None = None,
    replace: bool = False,
    paths: ProjectPaths = PROJECT,
    progress: Progress = no_progress,
    on_save: OnSave | None = None,
) -> TrainingReport:
    """Fine-tune the network that reads phones and writes semantic tokens.

    A training that was broken off goes on; one that is finished is only reported.

    Args:
        experiment: the clips; the training keeps its state in `training_gpt` in its folder.
        name: of the voice; weights are written to GPT_weights/{name}-e{epoch}.safetensors and, for
            published families, `.ckpt`.
        options: of the training, see `gpt_options`.
        start: weights to begin with; None takes the family's base.
        replace: replace files of that name which come from another experiment.
        paths: the project.
        progress: told after every step.
        on_save: called when weights were written.

    Raises:
        InputError: no clip suits, the name is taken, or a loss is not a number any more.
        ConfigError: the device is not there, or another training was broken off in the folder.
        WeightsError: `start` is of another family.
        MissingModelError: the base is not on this machine.
        KeyboardInterrupt: Ctrl-C or SIGTERM; everything up to the last step is kept.
    """
    start = start or base_weights(experiment.family, "gpt", paths=paths)
    half = gpt_half(experiment, options, start, paths)
    writer = _writer(experiment, name, half, paths.gpt_weights, on_save)
    return _train(experiment, half, writer, replace, progress)


def train_sovits(
    experiment: Experiment,
    name: str,
    options: SoVITSOptions,
    *,
    start: Path | None = None,
    replace: bool = False,
    paths: ProjectPaths = PROJECT,
    progress: Progress = no_progress,
    on_save: OnSave | None = None,
) -> TrainingReport:
    """Fine-tune the synthesizer.

    As `train_gpt`, in the folder `training_sovits`; weights are written to
    SoVITS_weights/{name}_e{epoch}_s{step}.safetensors and, for published families, `.pth`.
    """
    start = start or base_weights(experiment.family, "sovits", paths=paths)
    half = sovits_half(experiment, options, start, paths)
    writer = _writer(experiment, name, half, paths.sovits_weights, on_save)
    return _train(experiment, half, writer, replace, progress)


def _writer(
    experiment: Experiment, name: str, half: Half, folder: Path, on_save: OnSave | None
) -> VoiceWeights:
    return VoiceWeights(
        folder=folder,
        name=name,
        kind=half.kind,
        family=experiment.family,
        module=half.module,
        options=half.module.options,
        experiment=experiment.folder.name,
        start=half.start,
        on_save=on_save,
    )


def _train(
    experiment: Experiment,
    half: Half,
    writer: VoiceWeights,
    may_replace: bool,
    progress: Progress,
) -> TrainingReport:
    if not may_replace:
        writer.check_free()
    report = fit(
        half.module,
        ClipBatches(experiment, half.clips, half.collate, half.module.options),
        half.module.options,
        experiment.folder / f"training_{half.kind}",
        writer=writer,
        binding={"voice": writer.name, "start": sha256_of(half.start), **_identity(half.clips)},
        progress=progress,
    )
    return replace(report, skipped=half.skipped)


def _identity(clips: list[ClipInfo]) -> dict[str, Any]:
    """What tells whether these are the clips that a training began with."""
    digest = hashlib.sha256()
    for info in clips:
        digest.update(f"{info.name}\n{info.key}\n".encode())
    return {"n_clips": len(clips), "clips": digest.hexdigest()[:16]}
