"""Train the four networks of the embedded base within given minutes, one after the other."""

import hashlib
import logging
import platform
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

import torch
from torch import nn

from gpt_sovits.base.cache import build_cache
from gpt_sovits.base.content import plan_content
from gpt_sovits.base.corpus import read_corpora
from gpt_sovits.base.mel import plan_mel
from gpt_sovits.base.options import BaseOptions, Part
from gpt_sovits.base.plan import Materials, PartPlan, load_part
from gpt_sovits.base.pointer import plan_pointer
from gpt_sovits.base.pretraining import PretrainingModule, PretrainingOptions
from gpt_sovits.base.state import State, StateWriter, open_state
from gpt_sovits.base.vocoder import plan_vocoder
from gpt_sovits.config import MelFamilyConfig, load_family
from gpt_sovits.report import Progress, no_progress, tell_losses
from gpt_sovits.training.fit import LOSSES, fit
from gpt_sovits.weights.file import sha256_of
from gpt_sovits.weights.read import read_weights

PLANS: dict[Part, Callable[[Materials], PartPlan]] = {
    "content": plan_content,
    "mel": plan_mel,
    "gpt": plan_pointer,
    "vocoder": plan_vocoder,
}

COLLAPSED = 0.1
"""A codebook whose perplexity is below this share of its entries carries next to nothing."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class BaseReport:
    """What a pretraining came to."""

    weights: list[Path] = field(default_factory=list)
    """Files of the parts that were trained."""
    figures: dict[str, dict[str, float]] = field(default_factory=dict)
    """Of the held-out clips, by part."""
    skipped: list[tuple[Path, str]] = field(default_factory=list)
    """Lines and clips that were left out, each with its reason."""


def train_base(
    folders: Sequence[Path],
    options: BaseOptions,
    state: Path,
    *,
    start: Path | None = None,
    family: MelFamilyConfig | None = None,
    progress: Progress = no_progress,
) -> BaseReport:
    """Train the embedded base.

    Args:
        folders: of the corpus.
        options: how long, and which parts.
        state: folder that keeps everything: a training that was stopped goes on there, and more
            minutes train on.
        start: folder with weights to begin with, such as pretrained_models/mini.
        family: sizes; None takes those of `mini`.
        progress: told after every shard and every step.

    Raises:
        InputError: the corpus cannot be used, or a loss is not a number any more.
        ConfigError: the state is of other settings, or the device is not there.
        MissingModelError: a part that is needed is neither trained now nor anywhere.
        WeightsError: weights to begin with are of other sizes.
    """
    corpus = read_corpora(folders)
    opened = open_state(state, family or _mini())
    mels = build_cache(corpus, opened.family, opened.cache, progress=progress)
    on_gpu = options.accelerator != "cpu" and torch.cuda.is_available()
    report = BaseReport(skipped=mels.skipped)
    about = {"hours_of_speech": round(corpus.seconds / 3600, 2), "seed": options.seed}
    for part in get_args(Part):
        if part not in options.parts:
            continue
        materials = Materials(
            opened,
            mels,
            start,
            "cuda" if on_gpu else "cpu",
            options.batch_scale,
            options.seed,
            progress,
        )
        report.figures[part] = _train_part(part, materials, options, about, progress)
        report.weights.append(opened.weights(part))
    return report


def _mini() -> MelFamilyConfig:
    family = load_family("mini")
    assert isinstance(family, MelFamilyConfig)
    return family


def _train_part(
    part: Part,
    materials: Materials,
    options: BaseOptions,
    about: dict[str, Any],
    progress: Progress,
) -> dict[str, float]:
    """Train one network; figures of its held-out clips."""
    state, minutes = materials.state, options.minutes_of(part)
    plan = PLANS[part](materials)
    start = _start(part, plan, materials)

    def look(network: nn.Module, step: int, trained_min: float) -> None:
        _measure(part, plan, network, state, step, trained_min)

    module = PretrainingModule(
        plan.inner, plan.network, _fit_options(plan, minutes, options), look, options.watch_minutes
    )

    def tell(done: int, total: int, what: str) -> None:
        trained_s = min(60 * minutes, float(module.elapsed_s))
        progress(round(trained_s), round(60 * minutes), f"{part}: {what}")

    tell_losses(progress, state.training(part) / LOSSES)  # `tell` is no more than a function
    told = {**about, "part": part, "minutes": round(minutes, 2), "machine": _machine(materials)}
    done = fit(
        module,
        plan.source,
        module.pretraining,
        state.training(part),
        writer=StateWriter(state, part, module, {**told, **start}),
        binding=_binding(materials, plan),
        progress=tell,
    )
    network = load_part(plan.network, state.weights(part)).eval().to(materials.device)
    plan.leave(network, state.folder)
    return _measure(part, plan, network, state, done.steps, done.seconds / 60)


def _start(part: Part, plan: PartPlan, materials: Materials) -> dict[str, Any]:
    """Give the network the newest weights there are; where they come from, for the provenance."""
    if not materials.has(part):
        return {"started_from": None, "minutes_before": 0.0}
    path = materials.weights(part)
    load_part(plan.network, path)
    told = read_weights(path).provenance.get("training", {})
    before = told.get("minutes_before", 0.0)
    if path == materials.state.weights(part):  # its minutes are counted in those of this state
        return {"started_from": told.get("started_from"), "minutes_before": before}
    minutes = round(before + told.get("minutes", 0.0), 2)
    return {"started_from": sha256_of(path), "minutes_before": minutes}


def _fit_options(plan: PartPlan, minutes: float, options: BaseOptions) -> PretrainingOptions:
    return PretrainingOptions(
        max_minutes=minutes,
        learning_rate=plan.learning_rate,
        warmup=plan.warmup,
        accelerator=options.accelerator,
        precision=options.precision,
        workers=options.workers,
        checkpoint_seconds=options.checkpoint_seconds,
        seed=options.seed,
        resume=options.resume,
    )


def _binding(materials: Materials, plan: PartPlan) -> dict[str, Any]:
    """What must stay the same for a training to go on, besides its options."""
    shards = sorted({clip.shard for clip in materials.mels.clips})
    return {
        "corpus": hashlib.sha256(" ".join(shards).encode()).hexdigest(),
        "upstream": [sha256_of(path) for path in plan.upstream],
        "batch_scale": materials.batch_scale,
    }


def _machine(materials: Materials) -> str:
    if materials.device == "cuda":
        return torch.cuda.get_device_name()
    return f"{platform.machine()}, {torch.get_num_threads()} threads"


def _measure(
    part: Part, plan: PartPlan, network: nn.Module, state: State, step: int, minutes: float
) -> dict[str, float]:
    """Figures of the held-out clips, written down and looked through."""
    figures = plan.figures(network)
    state.add_figures(part, minutes, step, figures)
    n_codes = state.family.synthesizer.n_codes
    if figures.get("perplexity", n_codes) < COLLAPSED * n_codes:
        logger.warning(
            "only %.0f of the %d tokens are in use, %.0f are dead: the codebook has collapsed",
            *(figures["perplexity"], n_codes, figures["dead_codes"]),
        )
    return figures
