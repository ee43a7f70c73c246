"""The content network of the embedded base: what is said, freed from who says it."""

from torch import Tensor, nn
from torch.nn import functional as F

from gpt_sovits.config import ContentEncoderConfig
from gpt_sovits.models.blocks import ConvNeXtBlock, RotaryAttention
from gpt_sovits.models.sovits.masks import length_mask

BLANK = 0
"""Class of the CTC head that stands for no phone; phone id n is class n + 1."""


class ContentEncoder(nn.Module):
    """Turn log-mel spectrograms into content features, and those into phones.

    Convolutions look at the sounds around a frame, attention at the whole utterance. The level and
    the overall spread of a recording are taken out first.

    Source: ConvNeXt blocks and rotary attention, trained with CTC (Graves et al. 2006).

    Args:
        config: sizes.
    """

    def __init__(self, config: ContentEncoderConfig) -> None:
        super().__init__()
        self.config = config
        width = config.width
        self.stem = nn.Conv1d(config.n_mels, width, 5, stride=2, padding=2)
        self.stem_norm = nn.LayerNorm(width)
        self.blocks = nn.ModuleList(
            ConvNeXtBlock(width, config.ff_width, config.kernel_size)
            for _ in range(config.n_blocks)
        )
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
        seen = mask.unsqueeze(1) > 0  # [B, 1, 1, T]
        frames = self.stem_norm(x.transpose(1, 2))  # [B, T, C]
        for index, block in enumerate(self.blocks):
            frames = F.dropout(block(frames, mask), self.config.dropout, self.training)
            if str(index) in self.attentions:
                frames = self.attentions[str(index)](frames, seen)
        return self.norm(frames).transpose(1, 2) * mask, lengths

    def classify(self, content: Tensor) -> Tensor:
        """Log-probabilities of blank and phones, [B, T, n_phones + 1], of features [B, C, T]."""
        return self.head(content.transpose(1, 2)).float().log_softmax(dim=2)


def _standardize(mel: Tensor, mask: Tensor) -> Tensor:
    """Mean 0 and deviation 1 over all real values of each row of [B, F, T]; padding is 0."""
    n_values = mask.sum(dim=(1, 2), keepdim=True) * mel.shape[1]
    mean = (mel * mask).sum(dim=(1, 2), keepdim=True) / n_values.clamp_min(1)
    centred = (mel - mean) * mask
    variance = centred.square().sum(dim=(1, 2), keepdim=True) / (n_values - 1).clamp_min(1)
    return centred / (variance.sqrt() + 1e-3)
