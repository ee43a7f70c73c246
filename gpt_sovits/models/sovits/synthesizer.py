"""The VITS synthesizer of the published families."""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from gpt_sovits.config import SynthesizerConfig
from gpt_sovits.errors import InputError
from gpt_sovits.models.sovits.decoder import Generator
from gpt_sovits.models.sovits.flow import Flow
from gpt_sovits.models.sovits.masks import draw_starts, length_mask, slice_frames, stretch
from gpt_sovits.models.sovits.posterior import PosteriorEncoder
from gpt_sovits.models.sovits.quantizer import Quantized, Quantizer
from gpt_sovits.models.sovits.style import StyleEncoder
from gpt_sovits.models.sovits.text_encoder import TextEncoder


@dataclass(frozen=True)
class SynthesizerOutput:
    """What one training step needs for its losses. Z is the latent's width."""

    audio: Tensor
    """Waveform of one slice of each row, [B, 1, segment_length]."""
    slice_starts: Tensor
    """First frame of each slice, [B]; times hop_length it is the first sample."""
    mask: Tensor
    """1.0 where a frame is real, [B, 1, T]; T is even."""
    z_p: Tensor
    """The recording's latent, mapped by the flow, [B, Z, T]."""
    m_p: Tensor
    """Mean of the text's latent, [B, Z, T]."""
    logs_p: Tensor
    """Log standard deviation of the text's latent, [B, Z, T]."""
    m_q: Tensor
    """Mean of the recording's latent, [B, Z, T]."""
    logs_q: Tensor
    """Log standard deviation of the recording's latent, [B, Z, T]."""
    commitment: Tensor
    """Commitment loss of the quantizer, a scalar; 0 where it is frozen."""


class Synthesizer(nn.Module):
    """Turn semantic tokens, phones and a reference's style into speech.

    Source: VITS (Kim et al. 2021) with quantized content features beside the phones and a style
    vector from a reference, as published by GPT-SoVITS. State-dict keys are the published ones.

    Args:
        config: every size.
        n_bins: bins of the linear spectrogram that training reads, F.
        hop_length: samples of one frame.
        freeze_quantizer: keep `ssl_proj` and the quantizer as they are; tokens then keep the
            meaning that the text-to-semantic network learned.
    """

    def __init__(
        self,
        config: SynthesizerConfig,
        *,
        n_bins: int,
        hop_length: int,
        freeze_quantizer: bool = True,
    ) -> None:
        super().__init__()
        text, style, latent = config.text_encoder, config.style.n_style, config.latent_width
        self.n_style_bins = config.style.n_bins
        self.segment_frames = config.segment_length // hop_length
        self.quantizer_frozen = freeze_quantizer
        self.enc_p = TextEncoder(text, config.n_phones, config.ssl_width, latent)
        self.dec = Generator(config.decoder, latent, style)
        self.enc_q = PosteriorEncoder(n_bins, text.width, latent, config.posterior, style)
        self.flow = Flow(latent, text.width, config.flow, config.n_flows, style)
        self.ref_enc = StyleEncoder(config.style)
        self.ssl_proj = nn.Conv1d(config.ssl_width, config.ssl_width, 2, stride=2)
        self.quantizer = Quantizer(config.n_codes, config.ssl_width)
        self.speaker_width = config.speaker_width
        if config.speaker_width is not None:
            self.sv_emb = nn.Linear(config.speaker_width, style)
            self.prelu = nn.PReLU(num_parameters=style)
        # Called so in the published Pro families, where the cross-attention is 512 wide.
        self.ge_to512 = nn.Linear(style, text.mrte_width) if style != text.mrte_width else None
        self.ssl_proj.requires_grad_(not freeze_quantizer)

    def train(self, mode: bool = True) -> "Synthesizer":
        """Set training mode; a frozen quantizer stays as it is."""
        super().train(mode)
        if self.quantizer_frozen:
            self.quantizer.eval()
        return self

    def encode_style(
        self, refer: Tensor, refer_mask: Tensor, speaker: Tensor | None = None
    ) -> Tensor:
        """Turn references into style vectors.

        Args:
            refer: linear magnitude spectrogram [B, F, T]; the lowest bins are read.
            refer_mask: 1.0 where a frame is real, [B, 1, T].
            speaker: speaker vectors [B, speaker_width], for the families that have them.

        Returns:
            `ge`, [B, G, 1].

        Raises:
            InputError: a speaker vector is missing, or given to a family without.
        """
        if (speaker is None) != (self.speaker_width is None):
            wants = "needs" if speaker is None else "has no place for"
            raise InputError(f"this family {wants} a speaker vector beside the reference")
        ge = self.ref_enc(refer[:, : self.n_style_bins], refer_mask)
        return ge if speaker is None else self.prelu(ge + self.sv_emb(speaker).unsqueeze(2))

    def mean_style(
        self, refers: Sequence[Tensor], speakers: Sequence[Tensor] | None = None
    ) -> Tensor:
        """Style of several references of one voice: the mean of theirs.

        Args:
            refers: spectrograms [1, F, T], each with its own T.
            speakers: a speaker vector [1, speaker_width] for each, where the family has them.

        Returns:
            `ge`, [1, G, 1].

        Raises:
            InputError: no reference, or another number of speaker vectors than of references.
        """
        if not refers:
            raise InputError("a voice needs at least one reference clip")
        if speakers is not None and len(speakers) != len(refers):
            raise InputError(f"{len(refers)} references but {len(speakers)} speaker vectors")
        vectors: Sequence[Tensor | None] = speakers or [None] * len(refers)
        styles = [
            self.encode_style(refer, torch.ones_like(refer[:, :1]), speaker)
            for refer, speaker in zip(refers, vectors, strict=True)
        ]
        return torch.stack(styles).mean(dim=0)

    def text_style(self, ge: Tensor) -> Tensor:
        """The style in the width of the text encoder's cross-attention, [B, M, 1]."""
        return ge if self.ge_to512 is None else self.ge_to512(ge.transpose(1, 2)).transpose(1, 2)

    @torch.no_grad()
    def extract_codes(self, ssl: Tensor) -> Tensor:
        """Semantic tokens [K, B, T // 2], 25/s, of content features [B, ssl_width, T], 50/s."""
        with _no_autocast(ssl):
            return self.quantizer.encode(self.ssl_proj(ssl.to(self.ssl_proj.weight.dtype)))

    @torch.no_grad()
    def decode(
        self,
        codes: Tensor,
        phone_ids: Tensor,
        ge: Tensor,
        *,
        code_lengths: Tensor | None = None,
        phone_lengths: Tensor | None = None,
        noise_scale: float = 0.5,
        speed: float = 1.0,
        generator: torch.Generator | None = None,
    ) -> Tensor:
        """Speak.

        Args:
            codes: semantic tokens of what is said, [K, B, T], 25/s.
            phone_ids: phones of what is said, [B, N].
            ge: style from `encode_style` or `mean_style`, [B, G, 1] or [1, G, 1].
            code_lengths: real tokens per row, [B]; None means all.
            phone_lengths: real phones per row, [B]; None means all.
            noise_scale: how far the latent strays from its mean; 0 is the mean.
            speed: tempo, above 1 is faster.
            generator: source of the noise. On any device, the same seed gives the same noise.

        Returns:
            Audio [B, 1, L] in [-1, 1]. Two frames a token at speed 1, int(2 * T / speed) + 1 at
            another; with `code_lengths` a row is silent behind its own end.

        Raises:
            InputError: no tokens, no phones, or a speed of 0 or below.
        """
        if codes.shape[2] == 0 or phone_ids.shape[1] == 0:
            raise InputError("there is nothing to say: no semantic tokens or no phones")
        if not speed > 0:
            raise InputError(f"speed must be above 0, got {speed}")
        content = self.quantizer.decode(codes).repeat_interleave(2, dim=2)  # 50/s
        lengths = 2 * _lengths(code_lengths, codes[0])
        phone_mask = length_mask(
            _lengths(phone_lengths, phone_ids), phone_ids.shape[1], content.dtype
        )
        mask = length_mask(lengths, content.shape[2], content.dtype)
        frames = self.enc_p(content, mask, phone_ids, phone_mask, self.text_style(ge))
        if speed != 1:
            frames, lengths = stretch(frames, lengths, speed)
            mask = length_mask(lengths, frames.shape[2], content.dtype)
        m_p, logs_p = self.enc_p.prior(frames, mask)
        z_p = (m_p + _noise_like(m_p, generator) * logs_p.exp() * noise_scale) * mask
        z = self.flow.inverse(z_p, mask, ge)
        return self.dec(z, ge, None if code_lengths is None else mask)

    def forward(
        self,
        ssl: Tensor,
        spec: Tensor,
        spec_lengths: Tensor,
        phone_ids: Tensor,
        phone_lengths: Tensor,
        speaker: Tensor | None = None,
        *,
        generator: torch.Generator | None = None,
    ) -> SynthesizerOutput:
        """Run one training step's networks; the recording is its own reference.

        Two frames make a token, so an odd last frame of a row is left out.

        Args:
            ssl: content features [B, ssl_width, T], 50/s.
            spec: linear magnitude spectrogram of the same frames, [B, F, T].
            spec_lengths: real frames per row, [B].
            phone_ids: [B, N].
            phone_lengths: real phones per row, [B].
            speaker: speaker vectors [B, speaker_width], for the families that have them.
            generator: source of chance for the latent, the slices and the quantizer.
        """
        assert ssl.shape[2] == spec.shape[2], "features and spectrogram must have the same frames"
        lengths = spec_lengths // 2 * 2
        n_frames = spec.shape[2] // 2 * 2
        spec = spec[:, :, :n_frames]
        mask = length_mask(lengths, n_frames, spec.dtype)
        phone_mask = length_mask(phone_lengths, phone_ids.shape[1], spec.dtype)

        ge = self.encode_style(spec, mask, speaker)
        quantized = self._quantize(ssl, mask, generator)
        content = quantized.content.repeat_interleave(2, dim=2)
        frames = self.enc_p(content, mask, phone_ids, phone_mask, self.text_style(ge))
        m_p, logs_p = self.enc_p.prior(frames, mask)
        # As in the published recipe, the style learns from the decoder, the flow and the text, not
        # through the posterior.
        m_q, logs_q = self.enc_q(spec, mask, ge.detach())
        z = (m_q + _noise_like(m_q, generator) * logs_q.exp()) * mask
        z_p = self.flow(z, mask, ge)
        starts = draw_starts(lengths, self.segment_frames, generator)
        audio = self.dec(slice_frames(z, starts, self.segment_frames), ge)
        return SynthesizerOutput(
            audio, starts, mask, z_p, m_p, logs_p, m_q, logs_q, quantized.commitment
        )

    def _quantize(self, ssl: Tensor, mask: Tensor, generator: torch.Generator | None) -> Quantized:
        """Quantize content features [B, ssl_width, T], 50/s, to frames at 25/s."""
        frozen = torch.no_grad() if self.quantizer_frozen else contextlib.nullcontext()
        with _no_autocast(ssl), frozen:
            return self.quantizer(self.ssl_proj(ssl), mask[:, :, ::2], generator)


def _no_autocast(x: Tensor) -> torch.autocast:
    """Keep the precision of the weights on the device of `x`: tokens hang on small differences."""
    return torch.autocast(x.device.type, enabled=False)


def _lengths(lengths: Tensor | None, rows: Tensor) -> Tensor:
    """The lengths given, or the whole length for each of rows [B, T]."""
    if lengths is not None:
        return lengths
    return torch.full((rows.shape[0],), rows.shape[1], device=rows.device)


def _noise_like(x: Tensor, generator: torch.Generator | None) -> Tensor:
    """Standard normal noise in the shape of `x`, drawn where the generator lives."""
    device = x.device if generator is None else generator.device
    return torch.randn(x.shape, generator=generator, device=device).to(x)
