"""Linear and mel spectrograms as the published networks know them.

Differentiable, on any device, and in float32 whatever autocast says: the squares of quiet bins
vanish in half precision.
"""

from functools import lru_cache

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from gpt_sovits.config import SpectrogramConfig
from gpt_sovits.errors import AudioError

POWER_FLOOR = 1e-8
"""Added to the power under the square root, whose slope at zero is infinite."""

MEL_FLOOR = 1e-5
"""Lowest magnitude of a mel band, taken before the logarithm."""


def linear_spectrogram(audio: Tensor, config: SpectrogramConfig) -> Tensor:
    """Magnitudes of the short-time Fourier transform.

    Frames are not centred: (n_fft - hop_length) / 2 samples are reflected at each end, so that L
    samples give L // hop_length frames.

    Args:
        audio: waveforms [B, L] or one [L], at `config.sample_rate`.
        config: sizes of window and hop.

    Returns:
        Spectrogram [B, F, T], float32; B is 1 for one waveform.

    Raises:
        AudioError: the audio is too short to be reflected.
    """
    padding = (config.n_fft - config.hop_length) // 2
    shortest = max(padding + 1, config.hop_length)
    if audio.shape[-1] < shortest:
        raise AudioError(
            f"a spectrogram needs at least {shortest} samples "
            f"({1000 * shortest / config.sample_rate:.0f} ms), got {audio.shape[-1]}; "
            "use a longer clip"
        )
    with torch.autocast(audio.device.type, enabled=False):
        audio = audio.float().reshape(-1, audio.shape[-1])
        audio = functional.pad(audio.unsqueeze(1), (padding, padding), mode="reflect").squeeze(1)
        frequencies = torch.stft(
            audio,
            config.n_fft,
            hop_length=config.hop_length,
            win_length=config.win_length,
            window=_window(config.win_length, audio.device),
            center=False,
            return_complex=True,
        )
        power = frequencies.real.square() + frequencies.imag.square()
        return torch.sqrt(power + POWER_FLOOR)


def mel_from_linear(spec: Tensor, config: SpectrogramConfig) -> Tensor:
    """Log-mel spectrogram [B, M, T], float32, from linear magnitudes [B, F, T]."""
    with torch.autocast(spec.device.type, enabled=False):
        mel = mel_bank(config, spec.device) @ spec.float()
        return torch.log(mel.clamp(min=MEL_FLOOR))


def mel_spectrogram(audio: Tensor, config: SpectrogramConfig) -> Tensor:
    """Log-mel spectrogram [B, M, T] of waveforms [B, L] or one [L].

    Raises:
        AudioError: the audio is too short.
    """
    return mel_from_linear(linear_spectrogram(audio, config), config)


def mel_filters(config: SpectrogramConfig) -> np.ndarray:
    """Triangular filters on Slaney's mel scale, each of unit area, float64 [M, F].

    Source: Slaney 1998, "Auditory Toolbox"; the values are those of `librosa.filters.mel`, which
    takes half a second to import.
    """
    bins_hz = np.linspace(0, config.sample_rate / 2, config.n_bins)
    corners_hz = mel_corners_hz(config)
    low, centre, high = corners_hz[:-2, None], corners_hz[1:-1, None], corners_hz[2:, None]
    rising = (bins_hz - low) / (centre - low)
    falling = (high - bins_hz) / (high - centre)
    return np.maximum(0, np.minimum(rising, falling)) * 2 / (high - low)


def mel_corners_hz(config: SpectrogramConfig) -> np.ndarray:
    """Where mel bands begin, peak and end, float64 [M + 2]; band m has corners m to m + 2."""
    highest_hz = config.sample_rate / 2 if config.fmax_hz is None else config.fmax_hz
    lowest, highest = _hz_to_mel(np.array([config.fmin_hz, highest_hz]))
    return _mel_to_hz(np.linspace(lowest, highest, config.n_mels + 2))


# Slaney's scale is linear up to 1 kHz, which is mel 15; above, 27 mels are a factor of 6.4.
_KNEE_HZ = 1000.0
_KNEE_MEL = 15.0
_LOG_STEP = np.log(6.4) / 27


def _hz_to_mel(hz: np.ndarray) -> np.ndarray:
    above = _KNEE_MEL + np.log(np.maximum(hz, _KNEE_HZ) / _KNEE_HZ) / _LOG_STEP
    return np.where(hz < _KNEE_HZ, hz * _KNEE_MEL / _KNEE_HZ, above)


def _mel_to_hz(mel: np.ndarray) -> np.ndarray:
    above = _KNEE_HZ * np.exp(np.maximum(mel - _KNEE_MEL, 0) * _LOG_STEP)
    return np.where(mel < _KNEE_MEL, mel * _KNEE_HZ / _KNEE_MEL, above)


# A tensor made under inference_mode could never be used for training afterwards, so the cached ones
# are made outside of it.
@lru_cache(maxsize=16)
def _window(length: int, device: torch.device) -> Tensor:
    with torch.inference_mode(False):
        return torch.hann_window(length, device=device)


@lru_cache(maxsize=16)
def mel_bank(config: SpectrogramConfig, device: torch.device) -> Tensor:
    """`mel_filters` as a float32 tensor [M, F]; made once."""
    with torch.inference_mode(False):
        return torch.from_numpy(mel_filters(config)).to(device, torch.float32)
