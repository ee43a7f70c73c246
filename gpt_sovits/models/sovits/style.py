"""The style encoder: how a voice sounds, as one vector."""

from collections import OrderedDict

import torch.nn.functional as F
from torch import Tensor, nn

from gpt_sovits.config import StyleEncoderConfig
from gpt_sovits.models.sovits.attention import join_heads, key_bias, split_heads


class GatedConv(nn.Module):
    """A gated convolution around which the signal also passes unchanged."""

    def __init__(self, width: int, kernel_size: int, dropout: float) -> None:
        super().__init__()
        conv = nn.Conv1d(width, 2 * width, kernel_size, padding="same")
        self.conv1 = nn.Sequential(OrderedDict(conv=conv))
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        """Transform [B, C, T]."""
        return x + self.dropout(F.glu(self.conv1(x), dim=1))


class FrameAttention(nn.Module):
    """Self-attention around which the signal also passes unchanged."""

    def __init__(self, width: int, n_heads: int, dropout: float) -> None:
        super().__init__()
        self.n_heads = n_heads
        self.dropout = dropout
        self.w_qs = nn.Linear(width, width)
        self.w_ks = nn.Linear(width, width)
        self.w_vs = nn.Linear(width, width)
        self.fc = nn.Linear(width, width)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """Let frames [B, C, T] read the real ones; `mask` is [B, 1, T]."""
        frames = x.transpose(1, 2)
        mixed = F.scaled_dot_product_attention(
            split_heads(self.w_qs(frames).transpose(1, 2), self.n_heads),
            split_heads(self.w_ks(frames).transpose(1, 2), self.n_heads),
            split_heads(self.w_vs(frames).transpose(1, 2), self.n_heads),
            attn_mask=key_bias(mask),
            dropout_p=self.dropout if self.training else 0.0,
            # Published weights were trained with the root of the whole width, not of one head's.
            scale=frames.shape[2] ** -0.5,
        )
        out = self.fc(join_heads(mixed).transpose(1, 2)).transpose(1, 2)
        return x + F.dropout(out, self.dropout, self.training)


class StyleEncoder(nn.Module):
    """Turn a reference spectrogram into one style vector.

    Source: Min et al. 2021, "Meta-StyleSpeech", the mel-style encoder, here on the linear
    spectrogram.

    Args:
        config: sizes.
    """

    def __init__(self, config: StyleEncoderConfig) -> None:
        super().__init__()
        width, dropout = config.width, config.dropout
        self.spectral = nn.Sequential(
            _linear(config.n_bins, width),
            nn.Mish(),
            nn.Dropout(dropout),
            _linear(width, width),
            nn.Mish(),
            nn.Dropout(dropout),
        )
        self.temporal = nn.ModuleList(
            GatedConv(width, config.kernel_size, dropout) for _ in range(2)
        )
        self.slf_attn = FrameAttention(width, config.n_heads, dropout)
        self.fc = _linear(width, config.n_style)

    def forward(self, refer: Tensor, refer_mask: Tensor) -> Tensor:
        """Encode a batch of references.

        Args:
            refer: linear magnitude spectrogram [B, F, T], 50 frames a second.
            refer_mask: 1.0 where a frame is real, [B, 1, T].

        Returns:
            Style vector `ge`, [B, G, 1]; that of an empty reference is zero.
        """
        x = self.spectral(refer.transpose(1, 2)).transpose(1, 2) * refer_mask  # [B, C, T]
        for convolve in self.temporal:
            x = convolve(x) * refer_mask
        x = self.slf_attn(x, refer_mask)
        frames = self.fc(x.transpose(1, 2)).transpose(1, 2) * refer_mask  # [B, G, T]
        return frames.sum(dim=2, keepdim=True) / refer_mask.sum(dim=2, keepdim=True).clamp_min(1)


def _linear(n_in: int, n_out: int) -> nn.Sequential:
    """A linear layer under the name that published files give it."""
    return nn.Sequential(OrderedDict(fc=nn.Linear(n_in, n_out)))
