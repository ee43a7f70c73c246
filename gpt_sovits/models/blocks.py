"""Blocks that the networks of the embedded base are made of."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class ConvNeXtBlock(nn.Module):
    """A wide depthwise convolution, then a feed-forward network at each frame.

    Source: Liu et al. 2022, "A ConvNet for the 2020s".

    Args:
        width: size of one frame, C.
        ff_width: inner size of the feed-forward layers.
        kernel_size: width of the convolution, frames; odd.
    """

    def __init__(self, width: int, ff_width: int, kernel_size: int) -> None:
        super().__init__()
        self.depthwise = nn.Conv1d(
            width, width, kernel_size, padding=kernel_size // 2, groups=width
        )
        self.norm = nn.LayerNorm(width)
        self.up = nn.Linear(width, ff_width)
        self.down = nn.Linear(ff_width, width)
        self.scale = nn.Parameter(torch.full((width,), 0.1))

    def forward(self, frames: Tensor, mask: Tensor, style: Tensor | None = None) -> Tensor:
        """Refine frames.

        Args:
            frames: [B, T, C].
            mask: 1.0 where a frame is real, [B, 1, T].
            style: gain and bias of the normalized frames, [B, 1, 2 C].

        Returns:
            Frames [B, T, C].
        """
        x = self.depthwise(frames.transpose(1, 2) * mask).transpose(1, 2)
        x = self.norm(x)
        if style is not None:
            gain, bias = style.chunk(2, dim=2)
            x = x * (1 + gain) + bias
        return frames + self.scale * self.down(F.gelu(self.up(x)))


class RotaryAttention(nn.Module):
    """Self-attention that knows distances by rotation, around which the signal also passes.

    Source: Su et al. 2021, "RoFormer".

    Args:
        width: size of one frame, C.
        n_heads: heads; each has C / n_heads channels, an even number.
    """

    def __init__(self, width: int, n_heads: int) -> None:
        super().__init__()
        self.n_heads = n_heads
        self.norm = nn.LayerNorm(width)
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)

    def forward(self, frames: Tensor, seen: Tensor) -> Tensor:
        """Refine frames.

        Args:
            frames: [B, T, C].
            seen: True where the query (third axis) sees the key (last axis), any shape that
                broadcasts to [B, H, T, T].

        Returns:
            Frames [B, T, C].
        """
        q, k, v = self.project(frames, 0)
        return self.mix(frames, q, k, v, seen)

    def project(self, frames: Tensor, place: int) -> tuple[Tensor, Tensor, Tensor]:
        """Queries, keys and values [B, H, T, D] of frames [B, T, C] that begin at `place`."""
        B, T, C = frames.shape
        qkv = self.qkv(self.norm(frames)).view(B, T, 3, self.n_heads, C // self.n_heads)
        q, k, v = qkv.permute(2, 0, 3, 1, 4)
        return rotate(q, place), rotate(k, place), v

    def mix(self, frames: Tensor, q: Tensor, k: Tensor, v: Tensor, seen: Tensor | None) -> Tensor:
        """Let queries of frames [B, T, C] gather from keys; `seen` as in `forward`."""
        heads = F.scaled_dot_product_attention(q, k, v, attn_mask=seen)
        return frames + self.out(heads.transpose(1, 2).flatten(2))


def rotate(x: Tensor, place: int = 0) -> Tensor:
    """Turn each pair of channels of [B, H, T, D] by an angle that grows with the place."""
    T, D = x.shape[2:]
    rates = 10000.0 ** (-torch.arange(0, D, 2, device=x.device) / D)
    angle = torch.arange(place, place + T, device=x.device)[:, None] * rates
    even, odd = x[..., 0::2], x[..., 1::2]
    turned = (even * angle.cos() - odd * angle.sin(), even * angle.sin() + odd * angle.cos())
    return torch.stack(turned, dim=-1).flatten(3).to(x.dtype)
