"""Pitch of waveforms whose pitch is known."""

import math

import pytest
import torch
from torch import Tensor

from gpt_sovits.audio.pitch import track_pitch

RATE = 24000
HOP = 480


def buzz(pitch_hz: Tensor, rate: int = RATE) -> Tensor:
    """Something like a voice: harmonics that get softer, of a pitch given for every sample."""
    phase = 2 * math.pi * torch.cumsum(pitch_hz.double() / rate, dim=0)
    harmonics = [torch.sin(k * phase) / k for k in range(1, 12)]
    return 0.2 * torch.stack(harmonics).sum(dim=0).float()


@pytest.mark.parametrize("hz", [70.0, 110.0, 220.0, 440.0])
def test_a_steady_voice(hz: float) -> None:
    f0_hz = track_pitch(buzz(torch.full((RATE,), hz)), RATE, HOP)
    assert len(f0_hz) == RATE // HOP
    inner = f0_hz[2:-2]
    torch.testing.assert_close(inner, torch.full_like(inner, hz), rtol=0.01, atol=0)


@pytest.mark.parametrize("rate", [8000, 24000, 48000])
def test_a_glide_is_followed_frame_by_frame(rate: int) -> None:
    hop = rate // 50
    time = torch.arange(2 * rate) / rate
    hz = 120 * 2 ** (0.5 * torch.sin(2 * math.pi * time))
    f0_hz = track_pitch(buzz(hz, rate), rate, hop)
    middles = hz[hop // 2 :: hop][: len(f0_hz)]
    octaves = torch.log2(f0_hz[3:-3] / middles[3:-3])
    assert octaves.abs().max() < 0.05


def test_voiced_and_unvoiced_are_told_apart() -> None:
    generator = torch.Generator().manual_seed(0)
    noise = 0.1 * torch.randn(RATE, generator=generator)
    f0_hz = track_pitch(torch.cat([noise, buzz(torch.full((RATE,), 150.0))]), RATE, HOP)
    half = len(f0_hz) // 2
    assert (f0_hz > 0)[: half - 2].float().mean() < 0.1
    assert (f0_hz > 0)[half + 2 : -2].all()


def test_a_missing_fundamental_is_found() -> None:
    time = torch.arange(RATE) / RATE
    audio = torch.stack([torch.sin(2 * math.pi * k * 130 * time) for k in (3, 4, 5, 6)]).sum(dim=0)
    f0_hz = track_pitch(0.1 * audio, RATE, HOP)
    inner = f0_hz[3:-3]
    torch.testing.assert_close(inner, torch.full_like(inner, 130.0), rtol=0.01, atol=0)


@pytest.mark.parametrize("n_samples", [0, 1, HOP - 1, HOP, 5 * HOP + 7])
def test_short_and_silent_recordings_have_no_pitch(n_samples: int) -> None:
    f0_hz = track_pitch(torch.zeros(n_samples), RATE, HOP)
    assert len(f0_hz) == n_samples // HOP
    assert not f0_hz.any()
