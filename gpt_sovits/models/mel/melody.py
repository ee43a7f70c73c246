"""Melody as the embedded base's tokens carry it: apart from how high the voice is."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from gpt_sovits.config.mini import N_MELODY
from gpt_sovits.models.sovits.masks import stretch

SEMITONES = 12.0
"""Of an octave. Distances in the codebook are in semitones."""

VOICING = 4.0
"""Semitones that count as much as the difference of voiced and unvoiced."""

LOUDNESS = 1.5
"""Semitones that count as much as a loudness of one, natural logarithm."""

FURTHEST = 1.5
"""Octaves that a pitch may lie from the voice's own; beyond it is a mistake of the tracker."""

_OCTAVE_PARTS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
"""Waves an octave that tell the decoder the pitch, so that it can place each harmonic."""

N_HINTS = 2 + 2 * len(_OCTAVE_PARTS)
"""Values a frame that the decoder reads of the melody."""


def voice_pitch(ssl: Tensor) -> Tensor:
    """How high a voice is.

    Args:
        ssl: melody [B, 3, T] of `features.melody`; padding is zero.

    Returns:
        Mean pitch over what is voiced, octaves, [B, 1, 1]; 0 where nothing is.
    """
    octaves, voiced, _ = ssl.sum(dim=2, keepdim=True).chunk(N_MELODY, dim=1)
    return octaves / voiced.clamp_min(1.0)


def to_code_space(ssl: Tensor) -> Tensor:
    """What the quantizer reads of a melody [B, 3, 2 T]: [B, 6, T], one column a token."""
    octaves, voiced, loudness = ssl.chunk(N_MELODY, dim=1)
    above = (octaves - voice_pitch(ssl) * voiced).clamp(-FURTHEST, FURTHEST)
    scaled = torch.cat([SEMITONES * above, VOICING * voiced, LOUDNESS * loudness], dim=1)
    B, _, T = scaled.shape
    return scaled.view(B, N_MELODY, T // 2, 2).transpose(2, 3).reshape(B, 2 * N_MELODY, T // 2)


@dataclass(frozen=True)
class Melody:
    """A melody as the decoder knows it, T frames at 50 a second."""

    octaves: Tensor
    """Pitch, octaves above `REFERENCE_HZ`, [B, 1, T]."""
    voiced: Tensor
    """0 where nothing vibrates, 1 where something does, [B, 1, T]."""
    loudness: Tensor
    """Natural logarithm of the root mean square, [B, 1, T]."""

    def hints(self) -> Tensor:
        """Voicing, loudness, and waves of the pitch as strong as the voicing, [B, T, `N_HINTS`]."""
        parts = self.octaves.new_tensor(_OCTAVE_PARTS)[None, :, None]
        angles = 2 * math.pi * parts * self.octaves  # [B, K, T]
        waves = torch.cat([angles.sin(), angles.cos()], dim=1) * self.voiced
        return torch.cat([self.voiced, self.loudness, waves], dim=1).transpose(1, 2)

    def stretched(self, lengths: Tensor, speed: float) -> "Melody":
        """The same at another tempo, as `stretch` changes it."""
        rows = torch.cat([self.octaves, self.voiced, self.loudness], dim=1)
        return Melody(*stretch(rows, lengths, speed)[0].chunk(N_MELODY, dim=1))


def read_melody(content: Tensor, pitch: Tensor, mask: Tensor) -> Melody:
    """The melody that tokens name.

    Args:
        content: entries of the codebook [B, 6, T].
        pitch: of the voice, `voice_pitch`, [B, 1, 1].
        mask: 1.0 where a frame is real, [B, 1, 2 T].

    Returns:
        2 T frames.
    """
    B, _, T = content.shape
    frames = content.reshape(B, N_MELODY, 2, T).transpose(2, 3).reshape(B, N_MELODY, 2 * T)
    above, voiced, loudness = _smooth(frames, mask).chunk(N_MELODY, dim=1)
    voiced = voiced / VOICING
    octaves = pitch + above / SEMITONES / voiced.clamp_min(0.25)
    return Melody(octaves, voiced, loudness / LOUDNESS)


def _smooth(frames: Tensor, mask: Tensor) -> Tensor:
    """Take the steps of the codebook out of [B, C, T]: a weighted mean of three frames."""
    weights = frames.new_tensor([0.25, 0.5, 0.25]).view(1, 1, 3)
    rows = F.conv1d((frames * mask).flatten(0, 1).unsqueeze(1), weights, padding=1)
    seen = F.conv1d(mask.to(frames.dtype), weights, padding=1)
    return rows.view_as(frames) / seen.clamp_min(0.25)
