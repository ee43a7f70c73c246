"""The content network of the embedded base: what is said, freed from who says it."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from gpt_sovits.config import ContentEncoderConfig
from gpt_sovits.models.sovits.masks import length_mask

BLANK = 0
"""Class of the CTC head that stands for no phone; phone id n is class n + 1."""


class ContentEncoder(nn.Module):
    """Turn log-mel spectrograms into content features, and those into phones.

    Convolutions look at the sounds around a frame, attention at the whole utterance. The level and
    the overall spread of a recording are taken out first.

    Source: ConvNeXt blocks (Liu et al. 2022), rotary positions (Su et al. 2021), trained with CTC
    (Graves et al. 2006).

    Args:
        config: sizes.
    """

    def __init__(self, config: ContentEncoderConfig) -> None:
        super().__init__()
        self.config = config
        width = config.width
        self.stem = nn.Conv1d(config.n_mels, width, 5, stride=2, padding=2)
        self.stem_norm = nn.LayerNorm(width)
        self.blocks = nn.ModuleList(ConvNeXtBlock(config) for _ in range(config.n_blocks))
        self.attentions = nn.ModuleDict(
            {str(index): RotaryAttention(width, config.n_heads) for index in config.attention_after}
        )
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, config.n_phones + 1)

    def forward(self, mel: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Encode a batch.

        Args:
            mel: log-mel spectrogram [B, F, T], 100 frames a second.
            lengths: real frames per row, [B].

        Returns:
            Content features [B, C, (T + 1) // 2], 50/s, and their lengths [B]; zero behind a
            row's own end.
        """
        mask = length_mask(lengths, mel.shape[2])
        x = self.stem(_standardize(mel, mask))
        lengths = (lengths + 1) // 2
        mask = length_mask(lengths, x.shape[2])
        frames = self.stem_norm(x.transpose(1, 2))  # [B, T, C]
        for index, block in enumerate(self.blocks):
            frames = F.dropout(block(frames, mask), self.config.dropout, self.training)
            if str(index) in self.attentions:
                frames = self.attentions[str(index)](frames, mask)
        return self.norm(frames).transpose(1, 2) * mask, lengths

    def classify(self, content: Tensor) -> Tensor:
        """Log-probabilities of blank and phones, [B, T, n_phones + 1], of features [B, C, T]."""
        return self.head(content.transpose(1, 2)).float().log_softmax(dim=2)


class ConvNeXtBlock(nn.Module):
    """A wide depthwise convolution, then a feed-forward network at each frame.

    Args:
        config: sizes.
    """

    def __init__(self, config: ContentEncoderConfig) -> None:
        super().__init__()
        width, kernel = config.width, config.kernel_size
        self.depthwise = nn.Conv1d(width, width, kernel, padding=kernel // 2, groups=width)
        self.norm = nn.LayerNorm(width)
        self.up = nn.Linear(width, config.ff_width)
        self.down = nn.Linear(config.ff_width, width)
        self.scale = nn.Parameter(torch.full((width,), 0.1))

    def forward(self, frames: Tensor, mask: Tensor) -> Tensor:
        """Refine frames [B, T, C]; `mask` is 1.0 where one is real, [B, 1, T]."""
        x = self.depthwise(frames.transpose(1, 2) * mask).transpose(1, 2)
        return frames + self.scale * self.down(F.gelu(self.up(self.norm(x))))


class RotaryAttention(nn.Module):
    """Self-attention over all real frames that knows distances by rotation.

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

    def forward(self, frames: Tensor, mask: Tensor) -> Tensor:
        """Refine frames [B, T, C]; `mask` is 1.0 where one is real, [B, 1, T]."""
        B, T, C = frames.shape
        qkv = self.qkv(self.norm(frames)).view(B, T, 3, self.n_heads, C // self.n_heads)
        q, k, v = qkv.permute(2, 0, 3, 1, 4)  # [B, H, T, D]
        heads = F.scaled_dot_product_attention(
            _rotate(q), _rotate(k), v, attn_mask=mask.unsqueeze(1) > 0
        )
        return frames + self.out(heads.transpose(1, 2).reshape(B, T, C))


def _rotate(x: Tensor) -> Tensor:
    """Turn each pair of channels of [B, H, T, D] by an angle that grows with the place."""
    T, D = x.shape[2:]
    rates = 10000.0 ** (-torch.arange(0, D, 2, device=x.device) / D)
    angle = torch.arange(T, device=x.device)[:, None] * rates
    even, odd = x[..., 0::2], x[..., 1::2]
    turned = (even * angle.cos() - odd * angle.sin(), even * angle.sin() + odd * angle.cos())
    return torch.stack(turned, dim=-1).flatten(3).to(x.dtype)


def _standardize(mel: Tensor, mask: Tensor) -> Tensor:
    """Mean 0 and deviation 1 over all real values of each row of [B, F, T]; padding is 0."""
    n_values = mask.sum(dim=(1, 2), keepdim=True) * mel.shape[1]
    mean = (mel * mask).sum(dim=(1, 2), keepdim=True) / n_values.clamp_min(1)
    centred = (mel - mean) * mask
    variance = centred.square().sum(dim=(1, 2), keepdim=True) / (n_values - 1).clamp_min(1)
    return centred / (variance.sqrt() + 1e-3)
