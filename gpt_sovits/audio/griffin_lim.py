"""A vocoder without training: a log-mel spectrogram to a waveform by fitting phases."""

import torch
from torch import Tensor
from torch.nn import functional as F

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
    magnitude = magnitudes_of(mel, config)
    device = mel.device if generator is None else generator.device
    phase = torch.rand(magnitude.shape, generator=generator, device=device).to(mel.device)
    spectrum = torch.polar(magnitude, 2 * torch.pi * phase)
    before = torch.zeros_like(spectrum)
    for _ in range(N_ITERATIONS):
        found = _analyse(_synthesize(spectrum, config), config)
        pushed = found + MOMENTUM * (found - before)
        before = found
        spectrum = magnitude * pushed / pushed.abs().clamp_min(1e-8)
    return _synthesize(spectrum, config)


def magnitudes_of(mel: Tensor, config: SpectrogramConfig) -> Tensor:
    """Linear magnitudes [B, F, T], none negative, whose mel bands are closest to `mel` [B, M, T].

    Source: Lee and Seung 2001, multiplicative updates for a non-negative least-squares fit.
    """
    bank = mel_bank(config, mel.device)  # [M, F]
    bands = mel.float().exp()
    wanted = bank.t() @ bands
    square = bank.t() @ bank
    magnitude = wanted / bank.sum(dim=0).square().clamp_min(1e-8)[:, None]
    for _ in range(N_MAGNITUDE_STEPS):
        magnitude = magnitude * wanted / (square @ magnitude).clamp_min(1e-10)
    return magnitude


def _analyse(audio: Tensor, config: SpectrogramConfig) -> Tensor:
    """Complex spectrum [B, F, T] of waveforms [B, L], framed as `linear_spectrogram` does."""
    margin = (config.n_fft - config.hop_length) // 2
    padded = F.pad(audio.unsqueeze(1), (margin, margin), mode="reflect").squeeze(1)
    window = torch.hann_window(config.win_length, device=audio.device)
    return torch.stft(
        padded,
        config.n_fft,
        config.hop_length,
        config.win_length,
        window,
        center=False,
        return_complex=True,
    )


def _synthesize(spectrum: Tensor, config: SpectrogramConfig) -> Tensor:
    """Waveforms [B, T * hop_length] of complex spectra [B, F, T], by overlapping windows."""
    n_fft, hop, T = config.n_fft, config.hop_length, spectrum.shape[2]
    window = torch.hann_window(config.win_length, device=spectrum.device)
    window = F.pad(window, ((n_fft - config.win_length) // 2,) * 2)
    frames = torch.fft.irfft(spectrum, n=n_fft, dim=1) * window[:, None]
    weight = window.square()[:, None].expand(-1, T).unsqueeze(0)
    length = (T - 1) * hop + n_fft

    def add(parts: Tensor) -> Tensor:
        return F.fold(parts, (1, length), (1, n_fft), stride=(1, hop))[:, 0, 0]

    margin = (n_fft - hop) // 2
    audio = add(frames) / add(weight).clamp_min(1e-3)
    return audio[:, margin : margin + T * hop]
