"""Ripples have their crests where the harmonics of a pitch are."""

import math

import pytest
import torch

from gpt_sovits.config import load_family
from gpt_sovits.config.mini import REFERENCE_HZ
from gpt_sovits.models.mel.harmonics import N_RIPPLES, Harmonics
from gpt_sovits.models.mel.melody import Melody

SPECTROGRAM = load_family("mini").spectrogram


def sung(f0_hz: float, voiced: float = 1.0) -> Melody:
    octaves = torch.full((1, 1, 4), math.log2(f0_hz / REFERENCE_HZ))
    return Melody(octaves, torch.full((1, 1, 4), voiced), torch.zeros(1, 1, 4))


@pytest.mark.parametrize("f0_hz", [180.0, 250.0, 400.0])
def test_low_bands_have_a_crest_at_each_harmonic(f0_hz: float) -> None:
    harmonics = Harmonics(SPECTROGRAM)
    ripples = harmonics(sung(f0_hz))
    assert ripples.shape == (1, 8, N_RIPPLES, SPECTROGRAM.n_mels)
    first = ripples[0, 0, 0]
    low = harmonics.centre_hz < 1000
    apart = (harmonics.centre_hz / f0_hz + 0.5) % 1 - 0.5  # from the nearest harmonic
    assert first[low & (apart.abs() < 0.1)].min() > 0.5
    assert first[low & (apart.abs() > 0.4)].max() < -0.5


def test_wide_bands_tell_no_harmonics_apart() -> None:
    harmonics = Harmonics(SPECTROGRAM)
    wide = harmonics.half_width_hz > 110
    assert int(wide.sum()) > 20
    assert harmonics(sung(110.0))[0, 0, :, wide].abs().max() < 0.05


def test_nothing_voiced_has_no_ripples() -> None:
    assert not Harmonics(SPECTROGRAM)(sung(200.0, voiced=0.0)).any()
