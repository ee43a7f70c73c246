"""A published family some hundred times smaller, at 4 kHz, and weights for it."""

from pathlib import Path

import torch

from gpt_sovits.config import (
    DecoderConfig,
    DiscriminatorConfig,
    GPTConfig,
    SpectrogramConfig,
    VitsFamilyConfig,
)
from gpt_sovits.weights.networks import build_gpt, build_synthesizer
from gpt_sovits.weights.write import provenance_of, write_safetensors
from tests.models.sovits.tiny import tiny_config


def tiny_family(*, speaker: bool = False) -> VitsFamilyConfig:
    """v2, or a Pro family with `speaker`."""
    synthesizer = tiny_config(speaker=speaker).model_copy(
        update={
            "n_phones": 732,
            "ssl_width": 768,
            "decoder": DecoderConfig(
                channels=16,
                upsample_rates=(10, 8),
                upsample_kernels=(16, 16),
                resblock_kernels=(3,),
                resblock_dilations=((1, 3),),
            ),
            "segment_length": 640,
        }
    )
    return VitsFamilyConfig(
        name="v2Pro" if speaker else "v2",
        symbols="v2",
        spectrogram=SpectrogramConfig(
            sample_rate=4000, n_fft=256, hop_length=80, win_length=256, n_mels=16
        ),
        gpt=GPTConfig(
            n_phones=732,
            n_tokens=17,
            width=16,
            n_heads=2,
            n_layers=2,
            ff_width=32,
            bert_width=1024,
        ),
        synthesizer=synthesizer,
        discriminator=DiscriminatorConfig(periods=(2,), channels=8),
    )


def write_tiny_vits(folder: Path, *, speaker: bool = False) -> tuple[Path, Path]:
    """Write seeded random weights: gpt.safetensors and sovits.safetensors."""
    family = tiny_family(speaker=speaker)
    torch.manual_seed(0)
    gpt, synthesizer = build_gpt(family), build_synthesizer(family)
    synthesizer.quantizer.codebook.embed.normal_()
    with torch.no_grad():
        for weight in gpt.parameters():
            if weight.dim() > 1:
                weight.normal_(std=weight.shape[1] ** -0.5 * 2)
    for kind, model in (("gpt", gpt), ("sovits", synthesizer)):
        write_safetensors(
            folder / f"{kind}.safetensors",
            model.state_dict(),
            kind=kind,  # type: ignore[arg-type]  # one of the two words above
            family=family.name,
            config=family.model_dump(mode="json"),
            provenance=provenance_of(),
        )
    return folder / "gpt.safetensors", folder / "sovits.safetensors"
