"""A vocoder without training: a log-mel spectrogram to a waveform by fitting phases."""

import torch
from torch import Tensor
from torch.nn import functional as F

from gpt_sovits.audio.overlap import lay_over
from gpt_sovits.audio.spectrogram import mel_bank
from gpt_sovits.config import SpectrogramConfig

N_ITERATIONS = 32
"""Phases are refined so many times; more is hardly heard."""

MOMENTUM = 0.99
"""How far each step shoots over."""

N_MAGNITUDE_STEPS = 24
"""Steps of the fit of magnitudes to mel bands."""


@torch.no_grad()
def griffin_lim(
    mel: Tensor, config: SpectrogramConfig, generator: torch.Generator | None = None
) -> Tensor:
    """Find a waveform with this spectrogram.

    Source: Perraudin et al. 2013, "A fast Griffin-Lim algorithm".

    Args:
        mel: log-mel spectrogram [B, M, T].
        config: how it was made.
        generator: source of the first phases. On any device, the same seed gives the same ones.

    Returns:
        Waveforms [B, T * hop_length].
    """
    magnitude = magnitudes_of(mel, config).transpose(1, 2).contiguous()  # [B, T, F]
    window = _window(config, mel.device)
    device = mel.device if generator is None else generator.device
    phase = torch.rand(magnitude.shape, generator=generator, device=device).to(mel.device)
    spectrum = torch.polar(magnitude, 2 * torch.pi * phase)
    before = torch.zeros_like(spectrum)
    for _ in range(N_ITERATIONS):
        found = _analyse(_synthesize(spectrum, window, config), window, config)
        pushed = found.lerp(before, -MOMENTUM)
        before = found
        spectrum = pushed * (magnitude / pushed.abs().clamp_min(1e-8))
    return _synthesize(spectrum, window, config)


def magnitudes_of(mel: Tensor, config: SpectrogramConfig) -> Tensor:
    """Linear magnitudes [B, F, T], none negative, whose mel bands are closest to `mel` [B, M, T].

    Source: Lee and Seung 2001, multiplicative updates for a non-negative least-squares fit.
    """
    bank = mel_bank(config, mel.device)  # [M, F]
    bands = mel.float().exp()
    wanted = bank.t() @ bands
    magnitude = wanted / bank.sum(dim=0).square().clamp_min(1e-8)[:, None]
    for _ in range(N_MAGNITUDE_STEPS):
        magnitude = magnitude * wanted / (bank.t() @ (bank @ magnitude)).clamp_min(1e-10)
    return magnitude


def _window(config: SpectrogramConfig, device: torch.device) -> Tensor:
    """The analysis window, as wide as a frame: [n_fft]."""
    margin = (config.n_fft - config.win_length) // 2
    return F.pad(torch.hann_window(config.win_length, device=device), (margin, margin))


def _analyse(audio: Tensor, window: Tensor, config: SpectrogramConfig) -> Tensor:
    """Complex spectrum [B, T, F] of waveforms [B, L], framed as `linear_spectrogram` does."""
    margin = (config.n_fft - config.hop_length) // 2
    padded = F.pad(audio.unsqueeze(1), (margin, margin), mode="reflect").squeeze(1)
    return torch.fft.rfft(padded.unfold(1, config.n_fft, config.hop_length) * window, dim=2)


def _synthesize(spectrum: Tensor, window: Tensor, config: SpectrogramConfig) -> Tensor:
    """Waveforms [B, T * hop_length] of complex spectra [B, T, F]."""
    frames = torch.fft.irfft(spectrum, n=config.n_fft, dim=2)
    return lay_over(frames, window, config.hop_length)
