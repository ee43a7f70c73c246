"""A family small enough for tests, and inputs for it."""

from typing import NamedTuple

import torch
from torch import Tensor

from gpt_sovits.config import (
    DecoderConfig,
    StyleEncoderConfig,
    SynthesizerConfig,
    TextEncoderConfig,
    WaveNetConfig,
)
from gpt_sovits.models.sovits.synthesizer import Synthesizer

N_BINS = 33
HOP_LENGTH = 8
SSL_WIDTH = 12
SPEAKER_WIDTH = 10


def tiny_config(*, speaker: bool = False, dropout: float = 0.0) -> SynthesizerConfig:
    """Sizes some fifty times below the published ones; Pro-like with `speaker`."""
    return SynthesizerConfig(
        n_phones=20,
        ssl_width=SSL_WIDTH,
        n_codes=16,
        latent_width=8,
        text_encoder=TextEncoderConfig(
            width=16,
            ff_width=24,
            n_heads=2,
            kernel_size=3,
            window=4,
            n_ssl_layers=1,
            n_text_layers=2,
            n_joint_layers=1,
            mrte_width=24,
            mrte_heads=2,
            dropout=dropout,
        ),
        posterior=WaveNetConfig(kernel_size=5, n_layers=2),
        flow=WaveNetConfig(kernel_size=5, n_layers=2),
        n_flows=3,
        decoder=DecoderConfig(
            channels=16,
            upsample_rates=(4, 2),
            upsample_kernels=(8, 3),
            resblock_kernels=(3, 5),
            resblock_dilations=((1, 3), (1, 2)),
        ),
        style=StyleEncoderConfig(
            n_bins=20, width=12, kernel_size=5, n_heads=2, n_style=32 if speaker else 24
        ),
        speaker_width=SPEAKER_WIDTH if speaker else None,
        segment_length=8 * HOP_LENGTH,
    )


def tiny_synthesizer(
    *, speaker: bool = False, dropout: float = 0.0, freeze_quantizer: bool = True
) -> Synthesizer:
    """A seeded synthesizer whose flow and codebook already do something."""
    torch.manual_seed(0)
    config = tiny_config(speaker=speaker, dropout=dropout)
    model = Synthesizer(
        config, n_bins=N_BINS, hop_length=HOP_LENGTH, freeze_quantizer=freeze_quantizer
    )
    for name, part in model.flow.named_parameters():
        if name.endswith("post.weight"):
            torch.nn.init.normal_(part, std=0.1)
    model.quantizer.codebook.embed.normal_()
    return model


class Batch(NamedTuple):
    """What one training step of `Synthesizer` reads."""

    ssl: Tensor
    spec: Tensor
    spec_lengths: Tensor
    phone_ids: Tensor
    phone_lengths: Tensor
    speaker: Tensor | None


def tiny_batch(lengths: tuple[int, ...] = (24, 16), *, speaker: bool = False) -> Batch:
    """Seeded inputs; a row of T frames has T / 2 phones, and the padding holds junk."""
    chance = torch.Generator().manual_seed(1)
    B, T = len(lengths), max(lengths)
    return Batch(
        ssl=torch.randn(B, SSL_WIDTH, T, generator=chance),
        spec=torch.rand(B, N_BINS, T, generator=chance),
        spec_lengths=torch.tensor(lengths),
        phone_ids=torch.randint(20, (B, T // 2), generator=chance),
        phone_lengths=torch.tensor(lengths) // 2,
        speaker=torch.randn(B, SPEAKER_WIDTH, generator=chance) if speaker else None,
    )
