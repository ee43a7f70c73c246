"""Sizes of the embedded base's networks."""

from pydantic import Field, model_validator

from gpt_sovits.config.networks import StyleEncoderConfig
from gpt_sovits.config.settings import Settings, check_divisible

N_MELODY = 3
"""Values a frame of a melody: pitch, voicing, loudness."""

REFERENCE_HZ = 128.0
"""Pitches are octaves above this one."""


class ContentEncoderConfig(Settings):
    """Sizes of the embedded base's network that says what is spoken, and not by whom."""

    n_mels: int = Field(gt=0)
    """Bands of the log-mel spectrogram that it reads, 100 frames a second."""
    n_phones: int = Field(gt=0)
    """Symbols that its CTC head tells apart, besides the blank."""
    width: int = Field(gt=0)
    """Size of one frame, C; also the channels of the content features."""
    ff_width: int = Field(gt=0)
    """Inner size of the feed-forward layers."""
    kernel_size: int = Field(gt=0)
    """Width of the depthwise convolutions, frames; odd."""
    n_blocks: int = Field(gt=0)
    """Convolution blocks."""
    attention_after: tuple[int, ...]
    """Numbers of the blocks that attention follows, the first is 0."""
    n_heads: int = Field(gt=0)
    """Attention heads."""
    dropout: float = Field(default=0.0, ge=0, lt=1)
    """Share of activations dropped while training."""

    @model_validator(mode="after")
    def _check_parts(self) -> "ContentEncoderConfig":
        # Rotary positions turn pairs of a head's channels.
        check_divisible(width=self.width, twice_n_heads=2 * self.n_heads)
        if self.kernel_size % 2 == 0:
            raise ValueError(f"kernel_size must be odd, got {self.kernel_size}")
        if any(not 0 <= block < self.n_blocks for block in self.attention_after):
            raise ValueError(f"attention_after names a block beyond the {self.n_blocks} there are")
        return self


class PointerConfig(Settings):
    """Sizes of the network that walks along the phones while it draws semantic tokens."""

    n_phones: int = Field(gt=0)
    """Rows of the phone embedding; at least the size of the symbol table."""
    n_tokens: int = Field(gt=1)
    """Semantic tokens plus one that stands before the first."""
    width: int = Field(gt=0)
    """Size of one position, C."""
    ff_width: int = Field(gt=0)
    """Inner size of the feed-forward layers."""
    n_heads: int = Field(gt=0)
    """Attention heads."""
    kernel_size: int = Field(gt=0)
    """Width of the convolutions over phones; odd."""
    n_phone_blocks: int = Field(gt=0)
    """Blocks that read the phones, each a convolution and attention."""
    n_layers: int = Field(gt=0)
    """Transformer layers over the tokens."""
    max_advance: int = Field(default=2, gt=0)
    """Most phones that one token can go forward."""
    dropout: float = Field(default=0.0, ge=0, lt=1)
    """Share of activations dropped while training."""

    @property
    def start(self) -> int:
        """Id that stands before the first token."""
        return self.n_tokens - 1

    @model_validator(mode="after")
    def _check_heads(self) -> "PointerConfig":
        check_divisible(width=self.width, twice_n_heads=2 * self.n_heads)
        return self


class MelSynthesizerConfig(Settings):
    """Sizes of the synthesizer that turns tokens, timed phones and a style into a spectrogram."""

    n_phones: int = Field(gt=0)
    """Rows of the phone embedding."""
    n_codes: int = Field(gt=0)
    """Entries of the codebook."""
    token_dropout: float = Field(default=0.0, ge=0, lt=1)
    """Share of clips whose tokens are hidden in training, so that phones alone suffice."""
    n_mels: int = Field(gt=0)
    """Bands of the log-mel spectrogram that it makes, 100 frames a second."""
    width: int = Field(gt=0)
    """Size of one frame, C."""
    ff_width: int = Field(gt=0)
    """Inner size of the feed-forward layers."""
    kernel_size: int = Field(gt=0)
    """Width of the depthwise convolutions, frames; odd."""
    n_phone_blocks: int = Field(gt=0)
    """Blocks over the phones."""
    n_blocks: int = Field(gt=0)
    """Blocks over frames at 50 a second."""
    n_fine_blocks: int = Field(ge=0)
    """Blocks over frames at 100 a second."""
    fine_width: int = Field(gt=0)
    """Size of one of these frames."""
    dropout: float = Field(default=0.0, ge=0, lt=1)
    """Share of activations dropped while training."""
    style: StyleEncoderConfig

    @property
    def ssl_width(self) -> int:
        """Channels of what tokens are made of."""
        return N_MELODY


class VocoderConfig(Settings):
    """Sizes of the vocoder: a spectrogram in, the waveform's short-time spectrum out."""

    width: int = Field(gt=0)
    """Size of one frame, C."""
    ff_width: int = Field(gt=0)
    """Inner size of the feed-forward layers."""
    kernel_size: int = Field(gt=0)
    """Width of the depthwise convolutions, frames; odd."""
    n_blocks: int = Field(gt=0)
    """Convolution blocks."""
