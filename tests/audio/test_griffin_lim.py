"""The vocoder without training: how close the mel of its waveform is to the one asked for."""

import numpy as np
import pytest
import torch
from torch import Tensor

from gpt_sovits.audio.griffin_lim import griffin_lim, magnitudes_of
from gpt_sovits.audio.spectrogram import linear_spectrogram, mel_from_linear, mel_spectrogram
from gpt_sovits.config import load_family

CONFIG = load_family("mini").spectrogram


def voiced(seconds: float = 1.5) -> Tensor:
    """A buzz with a wandering pitch between two formant-like slopes, and pauses, [L]."""
    time = np.arange(round(seconds * CONFIG.sample_rate)) / CONFIG.sample_rate
    pitch = 130 + 25 * np.sin(2 * np.pi * 1.3 * time)
    phase = 2 * np.pi * np.cumsum(pitch) / CONFIG.sample_rate
    buzz = sum(np.sin(k * phase) * np.exp(-((k * 130 - 600) ** 2) / 2e6) for k in range(1, 40))
    syllables = np.clip(np.sin(2 * np.pi * 2.5 * time) + 0.5, 0, 1)
    noise = np.random.default_rng(0).normal(size=len(time))
    return torch.from_numpy(0.1 * buzz * syllables + 0.003 * noise).float()


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_the_mel_of_the_waveform_is_the_one_asked_for() -> None:
    mel = mel_spectrogram(voiced(), CONFIG)
    audio = griffin_lim(mel, CONFIG, seeded())
    again = mel_spectrogram(audio, CONFIG)
    # Natural logarithms; phases that did not fit at all would leave 0.5 and more.
    assert (again - mel).abs().mean() < 0.12


def test_magnitudes_fit_the_bands_and_none_is_negative() -> None:
    spec = linear_spectrogram(voiced(), CONFIG)
    mel = mel_from_linear(spec, CONFIG)
    found = magnitudes_of(mel, CONFIG)
    assert found.shape == spec.shape
    assert found.min() >= 0
    assert (mel_from_linear(found, CONFIG) - mel).abs().mean() < 0.02


def test_a_hop_of_samples_for_each_frame_and_the_same_level() -> None:
    audio = voiced()
    mel = mel_spectrogram(audio, CONFIG)
    made = griffin_lim(mel, CONFIG, seeded())
    assert made.shape == (1, mel.shape[2] * CONFIG.hop_length)
    assert float(made.std()) == pytest.approx(float(audio.std()), rel=0.1)


def test_the_same_seed_gives_the_same_samples() -> None:
    mel = mel_spectrogram(voiced(0.5), CONFIG)
    first, second, third = (griffin_lim(mel, CONFIG, seeded(seed)) for seed in (1, 1, 2))
    assert torch.equal(first, second)
    assert not torch.equal(first, third)


def test_each_row_of_a_batch_is_a_waveform_of_its_own() -> None:
    mel = mel_spectrogram(voiced(0.5), CONFIG)
    quiet = torch.full_like(mel, -11.5)
    both = griffin_lim(torch.cat([mel, quiet]), CONFIG, seeded())
    assert both[0].abs().max() > 0.05
    assert both[1].abs().max() < 1e-3


@pytest.mark.parametrize("n_frames", [2, 5])
def test_very_short_spectrograms_stay_finite(n_frames: int) -> None:
    audio = griffin_lim(torch.full((1, CONFIG.n_mels, n_frames), -2.0), CONFIG, seeded())
    assert audio.shape == (1, n_frames * CONFIG.hop_length)
    assert audio.isfinite().all()
