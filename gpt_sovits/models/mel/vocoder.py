"""The vocoder: a log-mel spectrogram to a waveform by its short-time spectrum."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from gpt_sovits.audio.overlap import lay_over
from gpt_sovits.config import SpectrogramConfig, VocoderConfig
from gpt_sovits.models.blocks import ConvNeXtBlock

LOUDEST = 6.0
"""Largest logarithm of a magnitude that is passed on; louder than any speech."""


class Vocoder(nn.Module):
    """Predict magnitude and phase of every frame, and lay the frames over each other.

    Everything runs at the rate of the frames, 100 a second, so it is fast on a CPU.

    Source: Siuzdak 2023, "Vocos".

    Args:
        config: sizes.
        spectrogram: how its input was made; the output has the same frames.
    """

    window: Tensor

    def __init__(self, config: VocoderConfig, spectrogram: SpectrogramConfig) -> None:
        super().__init__()
        self.config = config
        self.spectrogram = spectrogram
        width, kernel_size = config.width, config.kernel_size
        self.stem = nn.Conv1d(spectrogram.n_mels, width, kernel_size, padding=kernel_size // 2)
        self.stem_norm = nn.LayerNorm(width)
        self.blocks = nn.ModuleList(
            ConvNeXtBlock(width, config.ff_width, kernel_size) for _ in range(config.n_blocks)
        )
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, 2 * spectrogram.n_bins)
        margin = (spectrogram.n_fft - spectrogram.win_length) // 2
        window = F.pad(torch.hann_window(spectrogram.win_length), (margin, margin))
        self.register_buffer("window", window, persistent=False)

    def forward(self, mel: Tensor) -> Tensor:
        """Speak.

        Args:
            mel: log-mel spectrogram [B, M, T], 100 frames a second.

        Returns:
            Waveforms [B, T * hop_length].
        """
        frames = self.stem_norm(self.stem((mel + 5) / 2).transpose(1, 2))  # [B, T, C]
        mask = torch.ones_like(mel[:, :1])
        for block in self.blocks:
            frames = block(frames, mask)
        magnitude, phase = self.head(self.norm(frames)).float().chunk(2, dim=2)
        spectrum = torch.polar(magnitude.clamp_max(LOUDEST).exp(), phase)
        frames = torch.fft.irfft(spectrum, n=self.spectrogram.n_fft, dim=2)
        return lay_over(frames, self.window, self.spectrogram.hop_length)
