"""Where the harmonics of a pitch lie in a mel spectrogram."""

import math

import torch
from torch import Tensor, nn

from gpt_sovits.audio.spectrogram import mel_corners_hz
from gpt_sovits.config import SpectrogramConfig
from gpt_sovits.config.mini import REFERENCE_HZ
from gpt_sovits.models.mel.melody import Melody

N_RIPPLES = 3
"""Waves that make one ripple: the more, the narrower a harmonic can be."""


class Harmonics(nn.Module):
    """Ripples over the mel bands, with a crest at every harmonic.

    A band that is wider than the harmonics are apart sees none of them: a wave is weakened as the
    band's own triangle weakens it.

    Source: the source-filter model of speech (Fant 1960), harmonics and envelope apart.

    Args:
        spectrogram: its bands.
    """

    centre_hz: Tensor
    half_width_hz: Tensor

    def __init__(self, spectrogram: SpectrogramConfig) -> None:
        super().__init__()
        corners_hz = torch.from_numpy(mel_corners_hz(spectrogram)).float()
        half_width_hz = (corners_hz[2:] - corners_hz[:-2]) / 2
        self.register_buffer("centre_hz", corners_hz[1:-1], persistent=False)
        self.register_buffer("half_width_hz", half_width_hz, persistent=False)

    def forward(self, melody: Melody) -> Tensor:
        """Ripples of a melody of T frames, [B, 2 T, `N_RIPPLES`, F], between -1 and 1."""
        f0_hz = REFERENCE_HZ * melody.octaves[:, 0].exp2()  # [B, T]
        waves = torch.arange(1, N_RIPPLES + 1, device=f0_hz.device)
        per_hz = (waves / f0_hz[..., None])[..., None]  # [B, T, K, 1]
        ripples = torch.cos(2 * math.pi * per_hz * self.centre_hz)
        ripples = ripples * torch.sinc(per_hz * self.half_width_hz).square()
        return (ripples * melody.voiced[:, 0, :, None, None]).repeat_interleave(2, dim=1)
