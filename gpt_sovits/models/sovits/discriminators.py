"""The discriminators that tell recordings from synthesized speech."""

from collections.abc import Iterable
from typing import NamedTuple

import torch.nn.functional as F
from torch import Tensor, nn

from gpt_sovits.config import DiscriminatorConfig
from gpt_sovits.models.sovits.weight_norm import NormConv1d, NormConv2d

SLOPE = 0.1
"""Slope of the leaky ReLUs below zero."""


class Judgement(NamedTuple):
    """What one discriminator says about a batch."""

    score: Tensor
    """Near 1 where it hears a recording, [B, places]."""
    features: list[Tensor]
    """What each of its layers made of the waveform, the score's own layer last."""


class ScaleDiscriminator(nn.Module):
    """Read the waveform as it is.

    Source: Kumar et al. 2019, "MelGAN", with the sizes of HiFi-GAN.

    Args:
        channels: channels of the widest layers, 1024 in the published families.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        first, second, third = (_narrower(channels, by) for by in (64, 16, 4))
        self.convs = nn.ModuleList(
            [
                NormConv1d(1, first, 15, padding=7),
                _grouped(first, second, stride=4),
                _grouped(second, third, stride=4),
                _grouped(third, channels, stride=4),
                _grouped(channels, channels, stride=4),
                NormConv1d(channels, channels, 5, padding=2),
            ]
        )
        self.conv_post = NormConv1d(channels, 1, 3, padding=1)

    def forward(self, audio: Tensor) -> Judgement:
        """Judge waveforms [B, 1, L]."""
        return _judge(audio, self.convs, self.conv_post)


class PeriodDiscriminator(nn.Module):
    """Read every `period`-th sample as one signal.

    Source: Kong et al. 2020, "HiFi-GAN", the multi-period discriminator.

    Args:
        period: samples from one to the next.
        channels: channels of the widest layers, 1024 in the published families.
    """

    def __init__(self, period: int, channels: int) -> None:
        super().__init__()
        self.period = period
        widths = [1, *(_narrower(channels, by) for by in (32, 8, 2, 1, 1))]
        self.convs = nn.ModuleList(
            NormConv2d(n_in, n_out, (5, 1), stride=(stride, 1), padding=(2, 0))
            for n_in, n_out, stride in zip(widths, widths[1:], (3, 3, 3, 3, 1), strict=False)
        )
        self.conv_post = NormConv2d(channels, 1, (3, 1), padding=(1, 0))

    def forward(self, audio: Tensor) -> Judgement:
        """Judge waveforms [B, 1, L], L at least the period."""
        audio = F.pad(audio, (0, -audio.shape[2] % self.period), mode="reflect")
        folded = audio.reshape(len(audio), 1, -1, self.period)  # [B, 1, L / period, period]
        return _judge(folded, self.convs, self.conv_post)


class Discriminators(nn.Module):
    """One scale discriminator and one for each period, judging side by side.

    Args:
        config: sizes.
    """

    def __init__(self, config: DiscriminatorConfig) -> None:
        super().__init__()
        channels = config.channels
        self.discriminators = nn.ModuleList(
            [
                ScaleDiscriminator(channels),
                *(PeriodDiscriminator(period, channels) for period in config.periods),
            ]
        )

    def forward(self, audio: Tensor) -> list[Judgement]:
        """Judge waveforms [B, 1, L], one judgement a discriminator.

        Real and made waveforms can be judged in one call, one behind the other in the batch.
        """
        return [judge(audio) for judge in self.discriminators]


def _judge(x: Tensor, convs: Iterable[nn.Module], last: nn.Module) -> Judgement:
    """Run the layers and keep what each of them says."""
    features = []
    for conv in convs:
        x = F.leaky_relu_(conv(x), SLOPE)
        features.append(x)
    x = last(x)
    features.append(x)
    return Judgement(x.flatten(1), features)


def _grouped(n_in: int, n_out: int, stride: int) -> NormConv1d:
    """A wide convolution in groups of four input channels."""
    groups = max(1, n_in // 4)
    return NormConv1d(n_in, n_out, 41, stride=stride, groups=groups, padding=20)


def _narrower(channels: int, by: int) -> int:
    """A layer `by` times narrower than the widest, never without channels."""
    return max(1, channels // by)
