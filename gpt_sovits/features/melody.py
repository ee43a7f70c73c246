"""The melody of a clip: pitch, voicing and loudness, frame by frame."""

from typing import TYPE_CHECKING

from gpt_sovits.config.mini import N_MELODY, REFERENCE_HZ

if TYPE_CHECKING:
    from torch import Tensor

SOFTEST = -6.0
"""Least loudness: natural logarithm of the root mean square over that of the clip."""


def melody_of(audio: "Tensor", sample_rate: int, hop_length: int) -> "Tensor":
    """Listen to the melody of one speaker.

    Args:
        audio: waveform [L].
        sample_rate: Hz.
        hop_length: samples of a frame; 50 frames a second.

    Returns:
        [3, L // hop_length]: octaves above `REFERENCE_HZ`, 0 where nothing vibrates; 1 where
        something does; loudness.
    """
    import torch

    from gpt_sovits.audio.pitch import track_pitch

    audio = audio.float().cpu()
    f0_hz = track_pitch(audio, sample_rate, hop_length)
    T = len(f0_hz)
    voiced = (f0_hz > 0).float()
    octaves = torch.log2(f0_hz.clamp_min(1.0) / REFERENCE_HZ) * voiced
    power = audio[: T * hop_length].view(T, hop_length).square().mean(dim=1)
    whole = audio.square().mean().clamp_min(1e-9)
    loudness = (0.5 * torch.log(power / whole + 1e-9)).clamp_min(SOFTEST)
    melody = torch.stack([octaves, voiced, loudness])
    assert len(melody) == N_MELODY
    return melody
