"""Attention over frames: among themselves with relative positions, and from frames to phones."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

HIDDEN = -1e4
"""Score of a place that is not to be read: far below every other, and finite in any precision, so
that a row without one real place stays finite too."""


class RelativeAttention(nn.Module):
    """Self-attention that knows how far apart two near frames are.

    Each distance up to `window` frames to either side has a learned key and a learned value, shared
    by the heads; frames further apart see only each other's content.

    Source: Shaw et al. 2018, "Self-Attention with Relative Position Representations".

    Args:
        width: size of one frame, C.
        n_heads: heads, H; each has C / H channels.
        window: reach of the relative positions, frames to each side.
        dropout: share of the attention weights dropped while training.
    """

    def __init__(self, width: int, n_heads: int, window: int, dropout: float) -> None:
        super().__init__()
        head_width = width // n_heads
        self.n_heads = n_heads
        self.window = window
        self.dropout = dropout
        self.conv_q = nn.Conv1d(width, width, 1)
        self.conv_k = nn.Conv1d(width, width, 1)
        self.conv_v = nn.Conv1d(width, width, 1)
        self.conv_o = nn.Conv1d(width, width, 1)
        for projection in (self.conv_q, self.conv_k, self.conv_v):
            nn.init.xavier_uniform_(projection.weight)
        n_distances = 2 * window + 1
        scale = head_width**-0.5
        self.emb_rel_k = nn.Parameter(scale * torch.randn(1, n_distances, head_width))
        self.emb_rel_v = nn.Parameter(scale * torch.randn(1, n_distances, head_width))

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """Let every frame read the real frames.

        The terms of the near positions are computed for those 2 * window + 1 positions only, added
        to the scores where they belong, and read back from the weights in the same places.

        Args:
            x: frames [B, C, T].
            mask: 1.0 where a frame is real, [B, 1, T].

        Returns:
            New frames [B, C, T]; those of padded places are without meaning.
        """
        query = split_heads(self.conv_q(x), self.n_heads)  # [B, H, T, D]
        key = split_heads(self.conv_k(x), self.n_heads)
        value = split_heads(self.conv_v(x), self.n_heads)
        query = query * query.shape[3] ** -0.5
        near, inside = self._near_frames(x.shape[2], x.device)
        near = near.expand(query.shape[0], self.n_heads, -1, -1)  # [B, H, T, 2w+1]

        scores = query @ key.transpose(2, 3)  # [B, H, T, T]
        near_scores = query @ self.emb_rel_k[0].t()
        scores = scores.scatter_add_(3, near, near_scores * inside.to(scores.dtype))
        scores = scores.masked_fill_(mask.unsqueeze(1) == 0, HIDDEN)
        weights = F.dropout(scores.softmax(dim=3), self.dropout, self.training)

        near_weights = weights.gather(3, near) * inside.to(weights.dtype)
        mixed = weights @ value + near_weights @ self.emb_rel_v[0]
        return self.conv_o(join_heads(mixed))

    def _near_frames(self, n_frames: int, device: torch.device) -> tuple[Tensor, Tensor]:
        """For each frame its neighbours' places, and which of them exist: twice [T, 2w+1]."""
        places = torch.arange(n_frames, device=device)
        distances = torch.arange(-self.window, self.window + 1, device=device)
        near = places[:, None] + distances
        inside = (near >= 0) & (near < n_frames)
        return near.clamp(0, n_frames - 1), inside


class CrossAttention(nn.Module):
    """Attention from one sequence to another.

    Args:
        width: size of one frame of either sequence, C.
        n_heads: heads; each has C / H channels.
    """

    def __init__(self, width: int, n_heads: int) -> None:
        super().__init__()
        self.n_heads = n_heads
        self.conv_q = nn.Conv1d(width, width, 1)
        self.conv_k = nn.Conv1d(width, width, 1)
        self.conv_v = nn.Conv1d(width, width, 1)
        self.conv_o = nn.Conv1d(width, width, 1)
        for projection in (self.conv_q, self.conv_k, self.conv_v):
            nn.init.xavier_uniform_(projection.weight)

    def forward(self, x: Tensor, source: Tensor, source_mask: Tensor) -> Tensor:
        """Let every frame of `x` read the real places of `source`.

        Args:
            x: frames that read, [B, C, T].
            source: what is read, [B, C, N].
            source_mask: 1.0 where `source` is real, [B, 1, N].

        Returns:
            What each frame read, [B, C, T].
        """
        mixed = F.scaled_dot_product_attention(
            split_heads(self.conv_q(x), self.n_heads),
            split_heads(self.conv_k(source), self.n_heads),
            split_heads(self.conv_v(source), self.n_heads),
            attn_mask=key_bias(source_mask),
        )
        return self.conv_o(join_heads(mixed))


def split_heads(x: Tensor, n_heads: int) -> Tensor:
    """[B, C, T] to [B, H, T, C / H]."""
    B, C, T = x.shape
    return x.view(B, n_heads, C // n_heads, T).transpose(2, 3)


def join_heads(x: Tensor) -> Tensor:
    """[B, H, T, D] to [B, H * D, T]."""
    return x.transpose(2, 3).flatten(1, 2)


def key_bias(mask: Tensor) -> Tensor:
    """What to add to attention scores so that padding is not read: [B, 1, T] to [B, 1, 1, T]."""
    return (HIDDEN * (1 - mask)).unsqueeze(1)
