"""Tokens, phones and style meet: the prior of the latent."""

from torch import Tensor, nn

from gpt_sovits.config import TextEncoderConfig
from gpt_sovits.models.sovits.attention import CrossAttention
from gpt_sovits.models.sovits.transformer import Encoder


class MRTE(nn.Module):
    """Let content frames read the phones, and add the style.

    Source: Jiang et al. 2023, "Mega-TTS 2", the multi-reference timbre encoder, here with phones as
    what is read.
    """

    def __init__(self, sizes: TextEncoderConfig) -> None:
        super().__init__()
        self.c_pre = nn.Conv1d(sizes.width, sizes.mrte_width, 1)
        self.text_pre = nn.Conv1d(sizes.width, sizes.mrte_width, 1)
        self.cross_attention = CrossAttention(sizes.mrte_width, sizes.mrte_heads)
        self.c_post = nn.Conv1d(sizes.mrte_width, sizes.width, 1)

    def forward(self, content: Tensor, phones: Tensor, phone_mask: Tensor, style: Tensor) -> Tensor:
        """Join content [B, C, T], phones [B, C, N] and style [B, M, 1] into frames [B, C, T]."""
        content = self.c_pre(content)  # [B, M, T]
        read = self.cross_attention(content, self.text_pre(phones), phone_mask)
        return self.c_post(content + read + style)


class TextEncoder(nn.Module):
    """Predict the latent's distribution from content, phones and style.

    Args:
        sizes: widths and layers.
        n_phones: rows of the phone embedding.
        content_width: channels of the quantized content features.
        latent_width: channels of the latent, Z.
    """

    def __init__(
        self, sizes: TextEncoderConfig, n_phones: int, content_width: int, latent_width: int
    ) -> None:
        super().__init__()
        self.ssl_proj = nn.Conv1d(content_width, sizes.width, 1)
        self.encoder_ssl = Encoder(sizes, sizes.n_ssl_layers)
        self.text_embedding = nn.Embedding(n_phones, sizes.width)
        self.encoder_text = Encoder(sizes, sizes.n_text_layers)
        self.mrte = MRTE(sizes)
        self.encoder2 = Encoder(sizes, sizes.n_joint_layers)
        self.proj = nn.Conv1d(sizes.width, 2 * latent_width, 1)

    def forward(
        self, content: Tensor, mask: Tensor, phone_ids: Tensor, phone_mask: Tensor, style: Tensor
    ) -> Tensor:
        """Encode a batch.

        Args:
            content: quantized content features, [B, ssl_width, T], 50 frames/s.
            mask: 1.0 where a frame is real, [B, 1, T].
            phone_ids: [B, N].
            phone_mask: 1.0 where a phone is real, [B, 1, N].
            style: style vector in the width of the cross-attention, [B, M, 1].

        Returns:
            Frames [B, C, T], zero where padded.
        """
        frames = self.encoder_ssl(self.ssl_proj(content), mask)
        phones = self.encoder_text(self.text_embedding(phone_ids).transpose(1, 2), phone_mask)
        return self.encoder2(self.mrte(frames, phones, phone_mask, style), mask)

    def prior(self, frames: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log standard deviation of the latent, each [B, Z, T], from encoded frames."""
        mean, log_std = (self.proj(frames) * mask).chunk(2, dim=1)
        return mean, log_std
