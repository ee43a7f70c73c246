"""The network of the package distillmos: which mark listeners would give a stretch of speech."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

N_FFT = 320
HOP_LENGTH = 160
COMPRESSION = 0.3
"""Power to which the magnitudes of the spectrum are taken."""


class SpectrumEncoder(nn.Module):
    """Convolutions over a complex spectrum, with half its frames and few of its bins left.

    Args:
        channels: of each convolution.
    """

    def __init__(self, channels: tuple[int, ...]) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for index, (n_in, n_out) in enumerate(zip((2, *channels), channels, strict=False)):
            stride = (1 if index == 0 else 2, 2 if index == len(channels) - 1 else 1)
            layers += [nn.Conv2d(n_in, n_out, 3, stride, (0, 1)), nn.LeakyReLU(0.1)]
        self.cnn = nn.Sequential(*layers)

    def forward(self, audio: Tensor) -> Tensor:
        """Encode waveforms [B, L], 16 kHz, into [B, T, C], 50/s."""
        margin = (N_FFT - HOP_LENGTH) // 2
        spec = torch.stft(
            F.pad(audio, (margin, margin), mode="reflect"),
            N_FFT,
            HOP_LENGTH,
            window=torch.hann_window(N_FFT, device=audio.device),
            center=False,
            return_complex=True,
        )
        spec = spec * spec.abs().clamp_min(1e-12) ** (COMPRESSION - 1)
        parts = torch.view_as_real(spec).permute(0, 3, 1, 2)  # [B, 2, F, T]
        return self.cnn(parts).flatten(1, 2).transpose(1, 2)


class Places(nn.Module):
    """Adds to each frame what tells its place."""

    pe: Tensor

    def __init__(self, n_frames: int, width: int) -> None:
        super().__init__()
        place = torch.arange(n_frames).unsqueeze(1)
        step = torch.exp(torch.arange(0, width, 2) * (-math.log(2 * n_frames) / width))
        waves = torch.stack(((place * step).sin(), (place * step).cos()), dim=-1)
        self.register_buffer("pe", waves.flatten(1).unsqueeze(0))

    def forward(self, x: Tensor) -> Tensor:
        """Add to frames [B, T, C]."""
        return x + self.pe


class FrameMixer(nn.Module):
    """Self-attention over a window of frames.

    Args:
        n_in: channels that come in.
        width: channels inside.
        n_frames: of a window.
        n_heads: of the attention.
        n_layers: of it.
    """

    def __init__(self, n_in: int, width: int, n_frames: int, n_heads: int, n_layers: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm1d(n_in)
        self.position_encoding = Places(n_frames, width)
        self.linear_proj = nn.Linear(n_in, width)
        layer = nn.TransformerEncoderLayer(width, n_heads, 2 * width, dropout=0.0, batch_first=True)
        self.transformer_encoder = nn.TransformerEncoder(
            layer, n_layers, enable_nested_tensor=False
        )

    def forward(self, x: Tensor) -> Tensor:
        """Transform frames [B, T, n_in] into [B, T, width]."""
        x = self.norm(x.transpose(1, 2)).transpose(1, 2)
        return self.transformer_encoder(self.position_encoding(self.linear_proj(x)))


class AttentionPool(nn.Module):
    """One number for a window, as each frame's share in it finds."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.linear1 = nn.Linear(width, 2 * width)
        self.linear2 = nn.Linear(2 * width, 1)
        self.linear3 = nn.Linear(width, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Join frames [B, T, C] into [B]."""
        share = self.linear2(torch.relu(self.linear1(x))).softmax(dim=1)  # [B, T, 1]
        return self.linear3((share * x).sum(dim=1)).squeeze(-1)


class QualityHead(nn.Module):
    """Encoded frames to one number between 0 and 1; arguments as for `FrameMixer`."""

    def __init__(self, n_in: int, width: int, n_frames: int, n_heads: int, n_layers: int) -> None:
        super().__init__()
        self.norm_input = nn.BatchNorm1d(n_in)
        self.transformer = FrameMixer(n_in, width, n_frames, n_heads, n_layers)
        self.norm_trans = nn.BatchNorm1d(width)
        self.pool = AttentionPool(width)

    def forward(self, x: Tensor) -> Tensor:
        """Judge frames [B, T, n_in]; numbers [B]."""
        x = self.transformer(self.norm_input(x.transpose(1, 2)).transpose(1, 2))
        return self.pool(self.norm_trans(x.transpose(1, 2)).transpose(1, 2)).sigmoid()


class SpeechQuality(nn.Module):
    """Predict the mean opinion score of windows of speech.

    Source: Stahl and Gamper 2025, "Distillation and Pruning for Scalable Self-Supervised
    Representation-Based Speech Quality Assessment". State-dict keys are those of the package's
    distill_mos_v7.pt.
    """

    n_samples = 122_880
    """Length of a window, 7.68 s at 16 kHz."""

    def __init__(self) -> None:
        super().__init__()
        self.cnn = SpectrumEncoder((64, 64, 128, 256, 256, 256))
        n_frames = self.n_samples // (2 * HOP_LENGTH)
        self.transformer_pool_attn = QualityHead(1024, 200, n_frames, n_heads=8, n_layers=7)

    def forward(self, audio: Tensor) -> Tensor:
        """Judge waveforms [B, n_samples], 16 kHz; scores [B] from 1 (bad) to 5 (excellent)."""
        audio = audio / (audio.abs().amax(dim=1, keepdim=True) + 1e-8)
        return 1 + 4 * self.transformer_pool_attn(self.cnn(audio))
