"""Changes to spectrograms that keep the words and make other speakers, rooms and recorders of them.

All work on log-mel spectrograms [F, T], 100 frames a second, so that nothing is computed twice.
"""

import math
import random
from dataclasses import dataclass
from typing import Annotated

import torch
from torch import Tensor
from torch.nn import functional as F

from gpt_sovits.options import Within, check_limits

Share = Annotated[float, Within(0, 1)]

FLOOR = math.log(1e-5)
"""What a band without any sound holds."""


@dataclass(frozen=True, kw_only=True)
class AugmentOptions:
    """How often and how far a spectrogram is changed."""

    warp_share: Share = 0.6
    """Share of clips whose bands move: other pitch and resonances."""
    warp: Annotated[float, Within(0)] = 0.12
    """How far, as the logarithm of the factor."""
    tempo_share: Share = 0.5
    """Share of clips that get faster or slower."""
    slowest: Annotated[float, Within(0, open=True)] = 0.88
    """Shortest length, as a share of the clip's own."""
    longest: Annotated[float, Within(0, open=True)] = 1.14
    """Longest length."""
    gain: Annotated[float, Within(0)] = 1.0
    """How far the level moves, natural logarithm of magnitude."""
    equalizer_share: Share = 0.5
    """Share of clips that another recorder colours."""
    equalizer: Annotated[float, Within(0)] = 0.4
    """Deviation of each of the four waves over the bands."""
    low_pass_share: Share = 0.4
    """Share of clips that lose their highest bands, as at a lower sample rate."""
    room_share: Share = 0.3
    """Share of clips that get the echo of a room."""
    noise_share: Share = 0.5
    """Share of clips that get noise."""

    def __post_init__(self) -> None:
        check_limits(self)


CONTENT_AUGMENTS = AugmentOptions()
"""For the content network, which has to hear words through everything."""

SPEAKER_AUGMENTS = AugmentOptions(
    warp_share=0.0,
    tempo_share=0.0,
    gain=0.3,
    equalizer_share=0.3,
    equalizer=0.3,
    low_pass_share=0.0,
    room_share=0.0,
    noise_share=0.0,
)
"""For the synthesizer: nothing that it should not learn to say. Its bands are warped where the
melody can follow, see `base.mel.other_speaker`."""


def augment(
    mel: Tensor, options: AugmentOptions, rng: random.Random, generator: torch.Generator
) -> Tensor:
    """Make another recording of a clip.

    Args:
        mel: log-mel spectrogram [F, T].
        options: how far it may go.
        rng: source of the choices.
        generator: source of noise, on the CPU.

    Returns:
        Log-mel spectrogram [F, T']; T' is T where `tempo_share` is 0.
    """
    if rng.random() < options.warp_share:
        mel = warp_bands(mel, math.exp(rng.uniform(-options.warp, options.warp)))
    if rng.random() < options.tempo_share:
        mel = change_tempo(mel, rng.uniform(options.slowest, options.longest))
    if rng.random() < options.room_share:
        mel = torch.logaddexp(2 * mel, 2 * _echo(mel, rng)) / 2
    mel = mel + rng.uniform(-options.gain, options.gain)
    if rng.random() < options.equalizer_share:
        mel = mel + _equalizer(len(mel), options.equalizer, generator)
    if rng.random() < options.low_pass_share:
        mel = mel.clone()
        mel[rng.randint(round(0.62 * len(mel)), len(mel) - 1) :] = FLOOR
    if rng.random() < options.noise_share:
        mel = torch.logaddexp(mel, _noise(mel, rng, generator))
    return mel


def warp_bands(mel: Tensor, factor: float) -> Tensor:
    """Stretch the frequency axis of [F, T]: each band takes what lay at `factor` times its place.

    Above 1 the voice gets lower.
    """
    n_mels = len(mel)
    place = (torch.arange(n_mels) * factor).clamp(0, n_mels - 1)
    low = place.long().clamp_max(n_mels - 2)
    return torch.lerp(mel[low], mel[low + 1], (place - low)[:, None])


def change_tempo(mel: Tensor, stretch: float) -> Tensor:
    """Stretch the time of [F, T] by a factor, above 1 is slower."""
    length = max(1, round(mel.shape[1] * stretch))
    return F.interpolate(mel[None], size=length, mode="linear")[0]


def hide_stretches(mel: Tensor, rng: random.Random) -> Tensor:
    """Hide two groups of bands, and a stretch of time for every two seconds, behind the mean.

    Source: Park et al. 2019, "SpecAugment".
    """
    n_mels, n_frames = mel.shape
    hidden = mel.clone()
    mean = mel.mean()
    for _ in range(2):
        width = rng.randint(0, n_mels // 7)
        first = rng.randrange(n_mels - width)
        hidden[first : first + width] = mean
    for _ in range(max(1, n_frames // 200)):
        width = rng.randint(0, min(24, n_frames - 1))
        first = rng.randrange(n_frames - width)
        hidden[:, first : first + width] = mean
    return hidden


def _equalizer(n_mels: int, strength: float, generator: torch.Generator) -> Tensor:
    """A smooth curve over the bands, [F, 1]."""
    angle = torch.arange(n_mels) / n_mels * math.pi
    waves = torch.stack([torch.cos(angle * number) for number in range(1, 5)])  # [4, F]
    weights = torch.randn(4, generator=generator) * strength
    return (weights @ waves)[:, None]


def _noise(mel: Tensor, rng: random.Random, generator: torch.Generator) -> Tensor:
    """Steady noise [F, T] of any colour, between far below speech and just under it."""
    slope = torch.linspace(0, rng.uniform(-3, 1), len(mel))[:, None]
    flutter = 0.5 * torch.randn(mel.shape, generator=generator)
    return rng.uniform(-9, -3.5) + slope + flutter


def _echo(mel: Tensor, rng: random.Random) -> Tensor:
    """A room's echo [F, T]: what sounded before dies away, as power, by 60 dB in 0.2 to 0.8 s."""
    n_later = 60
    later = torch.arange(1, n_later + 1) / 100  # seconds
    decay = 10 ** (-6 * later / rng.uniform(0.2, 0.8)) * rng.uniform(0.05, 0.3)
    power = F.pad((2 * mel).exp(), (n_later, -1))
    return 0.5 * F.conv1d(power[:, None], decay.flip(0)[None, None])[:, 0].clamp_min(1e-10).log()
