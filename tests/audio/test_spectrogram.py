from pathlib import Path

import librosa
import numpy as np
import pytest
import torch

from gpt_sovits.audio.spectrogram import (
    linear_spectrogram,
    mel_filters,
    mel_from_linear,
    mel_spectrogram,
)
from gpt_sovits.config import SpectrogramConfig
from gpt_sovits.errors import AudioError
from tests.audio.sounds import noise, tone

PARITY = Path(__file__).parent.parent / "parity" / "spectrogram.npz"

PUBLISHED = SpectrogramConfig(
    sample_rate=32000, n_fft=2048, hop_length=640, win_length=2048, n_mels=128
)
SMALL = SpectrogramConfig(sample_rate=8000, n_fft=256, hop_length=64, win_length=200, n_mels=20)


def test_published_numbers_are_met() -> None:
    numbers = np.load(PARITY)
    audio = torch.from_numpy(numbers["wav"])
    for result, expected in (
        (linear_spectrogram(audio, PUBLISHED), numbers["spec"]),
        (mel_spectrogram(audio, PUBLISHED), numbers["mel"]),
    ):
        assert result.shape == expected.shape
        assert np.abs(result.numpy() - expected).max() <= 1e-5 * np.abs(expected).max()


@pytest.mark.parametrize(
    ("sample_rate", "n_fft", "n_mels", "fmin_hz", "fmax_hz"),
    [
        (32000, 2048, 128, 0.0, None),
        (24000, 1024, 100, 0.0, 12000.0),
        (16000, 400, 80, 20.0, 7600.0),
        (44100, 2048, 64, 1500.0, 16000.0),
        (8000, 256, 20, 0.0, 900.0),
    ],
)
def test_mel_filters_are_those_of_librosa(
    sample_rate: int, n_fft: int, n_mels: int, fmin_hz: float, fmax_hz: float | None
) -> None:
    config = SpectrogramConfig(
        sample_rate=sample_rate,
        n_fft=n_fft,
        hop_length=n_fft // 4,
        win_length=n_fft,
        n_mels=n_mels,
        fmin_hz=fmin_hz,
        fmax_hz=fmax_hz,
    )
    expected = librosa.filters.mel(
        sr=sample_rate, n_fft=n_fft, n_mels=n_mels, fmin=fmin_hz, fmax=fmax_hz
    )
    np.testing.assert_allclose(mel_filters(config), expected, atol=1e-6 * expected.max())


def test_a_frame_is_the_plain_transform_of_its_samples() -> None:
    config = SMALL.model_copy(update={"win_length": SMALL.n_fft})
    audio = noise(0.5, 8000)[0]
    spec = linear_spectrogram(torch.from_numpy(audio), config)[0].numpy()
    padded = np.pad(audio, (256 - 64) // 2, mode="reflect")
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(256) / 256)
    for frame in (0, 1, 20, spec.shape[1] - 1):
        plain = np.abs(np.fft.rfft(window * padded[frame * 64 : frame * 64 + 256]))
        np.testing.assert_allclose(spec[:, frame], np.sqrt(plain**2 + 1e-8), atol=1e-4)


@pytest.mark.parametrize("length", [97, 640, 1000, 8000])
def test_there_is_a_frame_for_every_hop(length: int) -> None:
    audio = torch.zeros(3, length)
    assert linear_spectrogram(audio, SMALL).shape == (3, 129, length // 64)
    assert mel_spectrogram(audio, SMALL).shape == (3, 20, length // 64)


def test_a_batch_is_its_rows() -> None:
    audio = torch.from_numpy(noise(0.3, 8000, channels=3))
    rows = torch.cat([mel_spectrogram(row, SMALL) for row in audio])
    torch.testing.assert_close(mel_spectrogram(audio, SMALL), rows)


def test_mel_of_a_tone_peaks_in_its_band() -> None:
    mel = mel_spectrogram(torch.from_numpy(tone(1.0, 32000, hz=2000)), PUBLISHED)
    centres = librosa.mel_frequencies(130, fmin=0, fmax=16000)[1:-1]
    assert mel[0, :, 25].argmax() == np.abs(centres - 2000).argmin()


def test_silence_is_finite_and_has_finite_gradients() -> None:
    audio = torch.zeros(2, 4000, requires_grad=True)
    mel = mel_spectrogram(audio, SMALL)
    torch.testing.assert_close(mel, torch.full_like(mel, float(np.log(1e-5))), atol=0.7, rtol=0)
    (gradient,) = torch.autograd.grad(mel.sum(), audio)
    assert gradient.isfinite().all()


def test_gradients_are_right() -> None:
    config = SpectrogramConfig(
        sample_rate=8000, n_fft=32, hop_length=8, win_length=32, n_mels=4, fmax_hz=4000
    )
    torch.manual_seed(0)
    audio = torch.randn(1, 64, requires_grad=True)
    (gradient,) = torch.autograd.grad(mel_spectrogram(audio, config).square().sum(), audio)
    direction = torch.randn_like(audio)
    with torch.no_grad():
        step = 1e-2
        ahead = mel_spectrogram(audio + step * direction, config).square().sum()
        behind = mel_spectrogram(audio - step * direction, config).square().sum()
    slope = float((ahead - behind) / (2 * step))
    assert float((gradient * direction).sum()) == pytest.approx(slope, rel=2e-2)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_everything_is_computed_in_float32(dtype: torch.dtype) -> None:
    audio = torch.from_numpy(noise(0.3, 8000)).to(dtype)
    expected = mel_spectrogram(audio.float(), SMALL)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        result = mel_spectrogram(audio, SMALL)
        spec = linear_spectrogram(audio, SMALL)
        from_spec = mel_from_linear(spec, SMALL)
    assert result.dtype == spec.dtype == torch.float32
    torch.testing.assert_close(result, expected)
    torch.testing.assert_close(from_spec, expected)


def test_a_first_use_under_inference_mode_does_not_spoil_training() -> None:
    config = SMALL.model_copy(update={"n_mels": 21, "win_length": 198})  # not yet in the cache
    audio = torch.from_numpy(noise(0.3, 8000))
    with torch.inference_mode():
        mel_spectrogram(audio, config)
    audio.requires_grad_()
    (gradient,) = torch.autograd.grad(mel_spectrogram(audio, config).sum(), audio)
    assert gradient.abs().max() > 0


@pytest.mark.parametrize("length", [0, 1, 96])
def test_audio_too_short_is_one_clear_sentence(length: int) -> None:
    with pytest.raises(AudioError, match=rf"at least 97 samples \(12 ms\), got {length}; use"):
        linear_spectrogram(torch.zeros(length), SMALL)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_a_gpu_gives_the_same_numbers() -> None:
    numbers = np.load(PARITY)
    mel = mel_spectrogram(torch.from_numpy(numbers["wav"]).cuda(), PUBLISHED)
    assert mel.is_cuda
    assert np.abs(mel.cpu().numpy() - numbers["mel"]).max() <= 1e-4 * np.abs(numbers["mel"]).max()
