"""Clips and base weights for a family that trains in milliseconds."""

import torch

from gpt_sovits.config import MelFamilyConfig
from gpt_sovits.data.clips import Clip, samples_per_frame
from gpt_sovits.data.experiment import Experiment
from gpt_sovits.paths import ProjectPaths
from gpt_sovits.weights.networks import build_gpt, build_synthesizer
from gpt_sovits.weights.write import provenance_of, write_safetensors
from tests.tiny_mini import tiny_family

N_PHONES = 20
"""Different phones in the clips."""


def dropping_family() -> MelFamilyConfig:
    """The tiny family with dropout, so that chance matters."""
    family = tiny_family()
    gpt = family.gpt.model_copy(update={"dropout": 0.1})
    synthesizer = family.synthesizer.model_copy(update={"dropout": 0.1, "token_dropout": 0.2})
    return family.model_copy(update={"gpt": gpt, "synthesizer": synthesizer})


def tiny_clip(name: str, n_tokens: int, *, seed: int = 0) -> Clip:
    """A clip whose tokens follow from its phones, so that there is something to learn."""
    family = dropping_family()
    chance = torch.Generator().manual_seed(seed)
    n_phones = n_tokens // 2
    phone_ids = torch.randint(N_PHONES, (n_phones,), generator=chance)
    pointer = torch.arange(n_tokens) * n_phones // n_tokens
    return Clip(
        name=name,
        phone_ids=phone_ids,
        bert=None,
        ssl=torch.randn(family.synthesizer.ssl_width, 2 * n_tokens, generator=chance),
        semantic=phone_ids[pointer],
        audio=0.1 * torch.randn(2 * n_tokens * samples_per_frame(family), generator=chance),
        pointer=pointer,
        speaker=None,
    )


def tiny_experiment(paths: ProjectPaths, name: str = "exp", n_clips: int = 6) -> Experiment:
    """An experiment of clips of 20 to 35 tokens, in memory."""
    clips = [tiny_clip(f"clip{n}", 20 + 3 * (n % 6), seed=n) for n in range(n_clips)]
    return Experiment.from_clips(paths.logs / name, dropping_family(), clips)


def tiny_project(paths: ProjectPaths) -> ProjectPaths:
    """Write seeded base weights of both halves where a fine-tuning looks for them."""
    family = dropping_family()
    torch.manual_seed(0)
    models = {"gpt": build_gpt(family), "sovits": build_synthesizer(family)}
    for kind, model in models.items():
        write_safetensors(
            paths.pretrained_models / family.name / f"{kind}.safetensors",
            model.state_dict(),
            kind="gpt" if kind == "gpt" else "sovits",
            family=family.name,
            config=family.model_dump(mode="json"),
            provenance=provenance_of(),
        )
    return paths
