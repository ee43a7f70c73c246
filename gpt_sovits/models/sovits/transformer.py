"""The transformer encoder of VITS: post-norm, convolutions in place of the feed-forward layers."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gpt_sovits.config import TextEncoderConfig
from gpt_sovits.models.sovits.attention import RelativeAttention


class ChannelNorm(nn.Module):
    """Layer normalization over the channels of [B, C, T]."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.gamma = nn.Parameter(torch.ones(width))
        self.beta = nn.Parameter(torch.zeros(width))

    def forward(self, x: Tensor) -> Tensor:
        """Normalize every frame by itself."""
        frames = x.transpose(1, 2)
        return F.layer_norm(frames, self.gamma.shape, self.gamma, self.beta).transpose(1, 2)


class FeedForward(nn.Module):
    """Two convolutions with a ReLU between them."""

    def __init__(self, width: int, inner: int, kernel_size: int, dropout: float) -> None:
        super().__init__()
        self.conv_1 = nn.Conv1d(width, inner, kernel_size, padding="same")
        self.conv_2 = nn.Conv1d(inner, width, kernel_size, padding="same")
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """Transform [B, C, T]; `mask` [B, 1, T] keeps padding from leaking in."""
        inner = self.dropout(F.relu(self.conv_1(x * mask)))
        return self.conv_2(inner * mask) * mask


class Encoder(nn.Module):
    """Layers of self-attention and feed-forward convolutions.

    Source: Kim et al. 2021, "Conditional Variational Autoencoder with Adversarial Learning for
    End-to-End Text-to-Speech" (VITS), the text encoder.

    Args:
        sizes: widths, heads, kernel, window and dropout.
        n_layers: layers.
    """

    def __init__(self, sizes: TextEncoderConfig, n_layers: int) -> None:
        super().__init__()
        width, dropout = sizes.width, sizes.dropout
        self.dropout = nn.Dropout(dropout)
        self.attn_layers = nn.ModuleList(
            RelativeAttention(width, sizes.n_heads, sizes.window, dropout) for _ in range(n_layers)
        )
        self.norm_layers_1 = nn.ModuleList(ChannelNorm(width) for _ in range(n_layers))
        self.ffn_layers = nn.ModuleList(
            FeedForward(width, sizes.ff_width, sizes.kernel_size, dropout) for _ in range(n_layers)
        )
        self.norm_layers_2 = nn.ModuleList(ChannelNorm(width) for _ in range(n_layers))

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """Encode frames.

        Args:
            x: frames [B, C, T].
            mask: 1.0 where a frame is real, [B, 1, T].

        Returns:
            Frames [B, C, T], zero where padded.
        """
        x = x * mask
        layers = zip(
            self.attn_layers, self.norm_layers_1, self.ffn_layers, self.norm_layers_2, strict=True
        )
        for attention, attention_norm, feed_forward, feed_forward_norm in layers:
            x = attention_norm(x + self.dropout(attention(x, mask)))
            x = feed_forward_norm(x + self.dropout(feed_forward(x, mask)))
        return x * mask
