"""The synthesizer of the embedded base: tokens, timed phones and a style to a mel spectrogram."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from gpt_sovits.config import MelSynthesizerConfig, SpectrogramConfig
from gpt_sovits.errors import InputError
from gpt_sovits.models.blocks import ConvNeXtBlock
from gpt_sovits.models.mel.harmonics import N_RIPPLES, Harmonics
from gpt_sovits.models.mel.melody import N_HINTS, Melody, read_melody, to_code_space, voice_pitch
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
    """Mean squared distance of melodies from their entries, a scalar; 0 where it is frozen."""


class MelSynthesizer(nn.Module):
    """Turn semantic tokens, phones with their times and a reference's style into a spectrogram.

    The phones say what sounds and when, the tokens how: melody and stress, apart from how high the
    voice is. In training the tokens of some clips are hidden, so that phones alone suffice.

    Args:
        config: sizes.
        spectrogram: what it makes.
        freeze_quantizer: keep the quantizer as it is; tokens then keep the meaning that the
            text-to-semantic network learned.
    """

    def __init__(
        self,
        config: MelSynthesizerConfig,
        spectrogram: SpectrogramConfig,
        *,
        freeze_quantizer: bool = True,
    ) -> None:
        super().__init__()
        self.config = config
        self.quantizer_frozen = freeze_quantizer
        width = config.width
        self.quantizer = Quantizer(config.n_codes, 2 * config.ssl_width)
        self.ref_enc = StyleEncoder(config.style)
        self.phone_embedding = nn.Embedding(config.n_phones, width)
        self.phone_blocks = nn.ModuleList(
            ConvNeXtBlock(width, config.ff_width, 5) for _ in range(config.n_phone_blocks)
        )
        self.place = nn.Linear(3, width)
        self.melody = nn.Linear(N_HINTS, width)
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
        self.harmonics = Harmonics(spectrogram)
        self.ripple = nn.Linear(config.fine_width, N_RIPPLES * config.n_mels)
        nn.init.zeros_(self.ripple.weight)

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
        """Semantic tokens [K, B, T // 2], 25/s, of melodies [B, ssl_width, T], 50/s."""
        with torch.autocast(ssl.device.type, enabled=False):
            return self.quantizer.encode(to_code_space(ssl))

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
            ssl: melodies [B, ssl_width, 2 T], 50/s; padding is zero.
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
        hidden = torch.zeros(len(ssl), 1, 1, dtype=torch.bool, device=ssl.device)
        if self.training and self.config.token_dropout:
            device = ssl.device if generator is None else generator.device
            chance = torch.rand(len(ssl), 1, 1, generator=generator, device=device)
            hidden = chance.to(ssl.device) < self.config.token_dropout
        phones = self._read_phones(phone_ids, phone_lengths)
        ge = self.encode_style(refer, refer_mask)
        lengths = 2 * token_lengths
        melody = self._read_tokens(quantized.content, voice_pitch(ssl), lengths)
        melody = replace(melody, voiced=melody.voiced.masked_fill(hidden, 0.0))
        told = torch.where(hidden, self.no_token, self.melody(melody.hints()))
        frames = self._frames(phones, pointer, lengths) + told
        mel = self._speak(frames, lengths, ge, melody)
        fine_mask = length_mask(4 * token_lengths, mel.shape[2], ssl.dtype)
        return MelOutput(mel, fine_mask, quantized.codes, quantized.commitment)

    def render(
        self,
        codes: Tensor,
        pointer: Tensor,
        token_lengths: Tensor,
        phone_ids: Tensor,
        phone_lengths: Tensor,
        ge: Tensor,
        pitch: Tensor,
    ) -> tuple[Tensor, Tensor]:
        """Say texts whose tokens are known.

        Args:
            codes: semantic tokens [B, T], 25/s.
            pointer: index of the phone that sounds at each, [B, T].
            token_lengths: real tokens per row, [B].
            phone_ids: [B, N].
            phone_lengths: real phones per row, [B].
            ge: styles [B, G, 1].
            pitch: how high each voice is, from `voice_pitch`, [B, 1, 1].

        Returns:
            Log-mel spectrograms [B, F, 4 T], and their mask [B, 1, 4 T].
        """
        lengths = 2 * token_lengths
        melody = self._read_tokens(self.quantizer.decode(codes.unsqueeze(0)), pitch, lengths)
        phones = self._read_phones(phone_ids, phone_lengths)
        frames = self._frames(phones, pointer, lengths) + self.melody(melody.hints())
        mel = self._speak(frames, lengths, ge, melody)
        return mel, length_mask(2 * lengths, mel.shape[2])

    @torch.no_grad()
    def decode(
        self,
        codes: Tensor | None,
        pointer: Tensor,
        phone_ids: Tensor,
        ge: Tensor,
        pitch: Tensor,
        *,
        speed: float = 1.0,
    ) -> Tensor:
        """Speak one text.

        Args:
            codes: semantic tokens [K, 1, T], 25/s; None speaks from the phones alone.
            pointer: index of the phone that sounds at each token, [1, T].
            phone_ids: [1, N].
            ge: style from `encode_style` or `mean_style`, [1, G, 1].
            pitch: how high the voice is, from `voice_pitch`, [1, 1, 1].
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
        lengths = torch.tensor([2 * pointer.shape[1]], device=ge.device)
        phones = self._read_phones(phone_ids, torch.tensor([phone_ids.shape[1]], device=ge.device))
        frames = self._frames(phones, pointer, lengths)
        melody = None
        if codes is None:
            frames = frames + self.no_token
        else:
            melody = self._read_tokens(self.quantizer.decode(codes), pitch, lengths)
            frames = frames + self.melody(melody.hints())
        if speed != 1:
            before = lengths
            stretched, lengths = stretch(frames.transpose(1, 2), before, speed)
            frames = stretched.transpose(1, 2)
            melody = None if melody is None else melody.stretched(before, speed)
        return self._speak(frames, lengths, ge, melody)

    def _quantize(self, ssl: Tensor, mask: Tensor, generator: torch.Generator | None) -> Quantized:
        """Quantize melodies [B, ssl_width, 2 T] to tokens with mask [B, 1, T]."""
        with torch.autocast(ssl.device.type, enabled=False), torch.no_grad():
            return self.quantizer(to_code_space(ssl), mask, generator)

    def _read_phones(self, phone_ids: Tensor, phone_lengths: Tensor) -> Tensor:
        """Vectors of phones that know their neighbours, [B, N, C]."""
        mask = length_mask(phone_lengths, phone_ids.shape[1])
        phones = self.phone_embedding(phone_ids)
        for block in self.phone_blocks:
            phones = block(phones, mask)
        return phones

    def _read_tokens(self, content: Tensor, pitch: Tensor, lengths: Tensor) -> Melody:
        """What tokens [B, 6, T] tell of the melody of a voice."""
        mask = length_mask(lengths, 2 * content.shape[2])
        with torch.autocast(content.device.type, enabled=False):
            return read_melody(content, pitch, mask)

    def _frames(self, phones: Tensor, pointer: Tensor, lengths: Tensor) -> Tensor:
        """Lay phones out in time, [B, 2 T, C]."""
        path = frames_of(pointer)
        sounding = phones.gather(1, path.unsqueeze(2).expand(-1, -1, phones.shape[2]))
        return sounding + self.place(places_in_phones(path, lengths).to(sounding.dtype))

    def _speak(self, frames: Tensor, lengths: Tensor, ge: Tensor, melody: Melody | None) -> Tensor:
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
        mel = self.out(fine)
        if melody is not None:
            heights = self.ripple(fine).unflatten(2, (N_RIPPLES, -1))  # [B, 2 T, K, F]
            with torch.autocast(frames.device.type, enabled=False):
                mel = mel.float() + (heights.float() * self.harmonics(melody)).sum(dim=2)
        return mel.transpose(1, 2)
