"""The synthesizer of the embedded base: tokens, timed phones and a style to a mel spectrogram."""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from gpt_sovits.config import MelSynthesizerConfig
from gpt_sovits.errors import InputError
from gpt_sovits.models.blocks import ConvNeXtBlock
from gpt_sovits.models.mel.pointer import frames_of, places_in_phones
from gpt_sovits.models.sovits.masks import length_mask, stretch
from gpt_sovits.models.sovits.quantizer import Quantized, Quantizer
from gpt_sovits.models.sovits.style import StyleEncoder


@dataclass(frozen=True)
class MelOutput:
    """What one training step needs for its losses."""

    mel: Tensor
    """Log-mel spectrogram, [B, F, 4 T] for T tokens."""
    mask: Tensor
    """1.0 where a frame is real, [B, 1, 4 T]."""
    codes: Tensor
    """Token of each place, [K, B, T]; K is 1."""
    commitment: Tensor
    """Commitment loss of the quantizer, a scalar; 0 where it is frozen."""


class MelSynthesizer(nn.Module):
    """Turn semantic tokens, phones with their times and a reference's style into a spectrogram.

    The phones say what sounds and when, the tokens how: melody, stress, colour. In training the
    tokens of some clips are hidden, so that a wrong token cannot take a word away.

    Args:
        config: sizes.
        freeze_quantizer: keep `ssl_proj` and the quantizer as they are; tokens then keep the
            meaning that the text-to-semantic network learned.
    """

    def __init__(self, config: MelSynthesizerConfig, *, freeze_quantizer: bool = True) -> None:
        super().__init__()
        self.config = config
        self.quantizer_frozen = freeze_quantizer
        width = config.width
        self.ssl_proj = nn.Conv1d(config.ssl_width, config.code_width, 4, stride=2, padding=1)
        self.quantizer = Quantizer(config.n_codes, config.code_width)
        self.ref_enc = StyleEncoder(config.style)
        self.phone_embedding = nn.Embedding(config.n_phones, width)
        self.phone_blocks = nn.ModuleList(
            ConvNeXtBlock(width, config.ff_width, 5) for _ in range(config.n_phone_blocks)
        )
        self.place = nn.Linear(3, width)
        self.token = nn.Linear(config.code_width, 2 * width)
        self.no_token = nn.Parameter(torch.zeros(width))
        self.blocks = nn.ModuleList(
            ConvNeXtBlock(width, config.ff_width, config.kernel_size)
            for _ in range(config.n_blocks)
        )
        self.styles = nn.ModuleList(
            nn.Linear(config.style.n_style, 2 * width) for _ in range(config.n_blocks)
        )
        self.norm = nn.LayerNorm(width)
        self.fine = nn.Linear(width, 2 * config.fine_width)
        self.fine_blocks = nn.ModuleList(
            ConvNeXtBlock(config.fine_width, 3 * config.fine_width, config.kernel_size)
            for _ in range(config.n_fine_blocks)
        )
        self.out = nn.Linear(config.fine_width, config.n_mels)
        nn.init.constant_(self.out.bias, -5.0)  # the level of a mean frame, natural logarithm
        self.ssl_proj.requires_grad_(not freeze_quantizer)

    def train(self, mode: bool = True) -> "MelSynthesizer":
        """Set training mode; a frozen quantizer stays as it is."""
        super().train(mode)
        if self.quantizer_frozen:
            self.quantizer.eval()
        return self

    def encode_style(self, refer: Tensor, refer_mask: Tensor) -> Tensor:
        """Style vectors `ge` [B, G, 1] of log-mel spectrograms [B, F, T] with mask [B, 1, T]."""
        return self.ref_enc((refer + 5) / 2, refer_mask)

    def mean_style(self, refers: Sequence[Tensor]) -> Tensor:
        """Style of several references of one voice: the mean of theirs.

        Args:
            refers: log-mel spectrograms [1, F, T], each with its own T.

        Returns:
            `ge`, [1, G, 1].

        Raises:
            InputError: no reference.
        """
        if not refers:
            raise InputError("a voice needs at least one reference clip")
        styles = [self.encode_style(refer, torch.ones_like(refer[:, :1])) for refer in refers]
        return torch.stack(styles).mean(dim=0)

    @torch.no_grad()
    def extract_codes(self, ssl: Tensor) -> Tensor:
        """Semantic tokens [K, B, T // 2], 25/s, of content features [B, ssl_width, T], 50/s."""
        with torch.autocast(ssl.device.type, enabled=False):
            return self.quantizer.encode(self.ssl_proj(ssl.to(self.ssl_proj.weight.dtype)))

    def forward(
        self,
        ssl: Tensor,
        pointer: Tensor,
        token_lengths: Tensor,
        phone_ids: Tensor,
        phone_lengths: Tensor,
        refer: Tensor,
        refer_mask: Tensor,
        *,
        generator: torch.Generator | None = None,
    ) -> MelOutput:
        """Run one training step's networks.

        Args:
            ssl: content features [B, ssl_width, 2 T], 50/s.
            pointer: index of the phone that sounds at each token, [B, T].
            token_lengths: real tokens per row, [B].
            phone_ids: [B, N].
            phone_lengths: real phones per row, [B].
            refer: log-mel spectrogram that carries the timbre, [B, F, T'].
            refer_mask: 1.0 where a frame of it is real, [B, 1, T'].
            generator: source of chance for the quantizer and for hiding tokens.
        """
        mask = length_mask(token_lengths, pointer.shape[1], ssl.dtype)
        quantized = self._quantize(ssl, mask, generator)
        content = quantized.content
        hidden = torch.zeros(len(ssl), 1, 1, dtype=torch.bool, device=ssl.device)
        if self.training and self.config.token_dropout:
            device = ssl.device if generator is None else generator.device
            chance = torch.rand(len(ssl), 1, 1, generator=generator, device=device)
            hidden = chance.to(ssl.device) < self.config.token_dropout
        phones = self._read_phones(phone_ids, phone_lengths)
        ge = self.encode_style(refer, refer_mask)
        frames = self._frames(content, hidden, phones, pointer, 2 * token_lengths)
        mel = self._speak(frames, 2 * token_lengths, ge)
        fine_mask = length_mask(4 * token_lengths, mel.shape[2], ssl.dtype)
        return MelOutput(mel, fine_mask, quantized.codes, quantized.commitment)

    @torch.no_grad()
    def decode(
        self,
        codes: Tensor | None,
        pointer: Tensor,
        phone_ids: Tensor,
        ge: Tensor,
        *,
        speed: float = 1.0,
    ) -> Tensor:
        """Speak one text.

        Args:
            codes: semantic tokens [K, 1, T], 25/s; None speaks from the phones alone.
            pointer: index of the phone that sounds at each token, [1, T].
            phone_ids: [1, N].
            ge: style from `encode_style` or `mean_style`, [1, G, 1].
            speed: tempo, above 1 is faster.

        Returns:
            Log-mel spectrogram [1, F, L]; four frames a token at speed 1.

        Raises:
            InputError: no tokens, no phones, or a speed of 0 or below.
        """
        if pointer.shape[1] == 0 or phone_ids.shape[1] == 0:
            raise InputError("there is nothing to say: no semantic tokens or no phones")
        if not speed > 0:
            raise InputError(f"speed must be above 0, got {speed}")
        shape = (1, self.config.code_width, pointer.shape[1])
        content = ge.new_zeros(shape) if codes is None else self.quantizer.decode(codes)
        hidden = torch.full((1, 1, 1), codes is None, device=ge.device)
        lengths = torch.tensor([2 * pointer.shape[1]], device=ge.device)
        phones = self._read_phones(phone_ids, torch.tensor([phone_ids.shape[1]], device=ge.device))
        frames = self._frames(content, hidden, phones, pointer, lengths)
        if speed != 1:
            stretched, lengths = stretch(frames.transpose(1, 2), lengths, speed)
            frames = stretched.transpose(1, 2)
        return self._speak(frames, lengths, ge)

    def _quantize(self, ssl: Tensor, mask: Tensor, generator: torch.Generator | None) -> Quantized:
        """Quantize content features [B, ssl_width, 2 T] to tokens with mask [B, 1, T]."""
        frozen = torch.no_grad() if self.quantizer_frozen else contextlib.nullcontext()
        with torch.autocast(ssl.device.type, enabled=False), frozen:
            return self.quantizer(self.ssl_proj(ssl), mask, generator)

    def _read_phones(self, phone_ids: Tensor, phone_lengths: Tensor) -> Tensor:
        """Vectors of phones that know their neighbours, [B, N, C]."""
        mask = length_mask(phone_lengths, phone_ids.shape[1])
        phones = self.phone_embedding(phone_ids)
        for block in self.phone_blocks:
            phones = block(phones, mask)
        return phones

    def _frames(
        self, content: Tensor, hidden: Tensor, phones: Tensor, pointer: Tensor, lengths: Tensor
    ) -> Tensor:
        """Lay phones and tokens out in time, [B, 2 T, C]; tokens of `hidden` rows are left out."""
        path = frames_of(pointer)
        sounding = phones.gather(1, path.unsqueeze(2).expand(-1, -1, phones.shape[2]))
        tokens = self.token(content.transpose(1, 2)).unflatten(2, (2, -1)).flatten(1, 2)
        tokens = torch.where(hidden, self.no_token, tokens)
        return sounding + tokens + self.place(places_in_phones(path, lengths).to(sounding.dtype))

    def _speak(self, frames: Tensor, lengths: Tensor, ge: Tensor) -> Tensor:
        """Turn frames [B, T, C], 50/s, into a log-mel spectrogram [B, F, 2 T], 100/s."""
        mask = length_mask(lengths, frames.shape[1], frames.dtype)
        style = ge.transpose(1, 2)  # [B, 1, G]
        for block, adapt in zip(self.blocks, self.styles, strict=True):
            frames = block(frames, mask, adapt(style))
            frames = F.dropout(frames, self.config.dropout, self.training)
        fine = self.fine(self.norm(frames)).unflatten(2, (2, -1)).flatten(1, 2)
        fine_mask = length_mask(2 * lengths, fine.shape[1], frames.dtype)
        for block in self.fine_blocks:
            fine = block(fine, fine_mask)
        return self.out(fine).transpose(1, 2)
