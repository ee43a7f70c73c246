"""Settings that come from YAML: the families of networks, each a file in configs/."""

from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from gpt_sovits.errors import ConfigError
from gpt_sovits.paths import PROJECT

Count = Annotated[int, Field(gt=0)]
"""A whole number above 0."""


class Settings(BaseModel):
    """Frozen settings; a key that is not known is an error that names it."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SpectrogramConfig(Settings):
    """How waveforms become spectrograms."""

    sample_rate: int = Field(gt=0)
    """Rate of the audio, Hz."""
    n_fft: int = Field(gt=0)
    """Size of the transform, samples; the linear spectrogram has n_fft / 2 + 1 bins."""
    hop_length: int = Field(gt=0)
    """Samples from one frame to the next."""
    win_length: int = Field(gt=0)
    """Samples under the window."""
    n_mels: int = Field(gt=0)
    """Bands of the mel spectrogram."""
    fmin_hz: float = Field(default=0.0, ge=0)
    """Lowest frequency of the lowest band."""
    fmax_hz: float | None = None
    """Highest frequency of the highest band; None is half the sample rate."""

    @property
    def n_bins(self) -> int:
        """Bins of the linear spectrogram, F."""
        return self.n_fft // 2 + 1


class GPTConfig(Settings):
    """Sizes of the network that turns phones into semantic tokens."""

    n_phones: int = Field(gt=0)
    """Rows of the phone embedding; at least the size of the symbol table."""
    n_tokens: int = Field(gt=1)
    """Semantic tokens plus one for the end of speech, which has the last id."""
    width: int = Field(gt=0)
    """Size of one position, C."""
    n_heads: int = Field(gt=0)
    """Attention heads."""
    n_layers: int = Field(gt=0)
    """Transformer layers."""
    ff_width: int = Field(gt=0)
    """Inner size of the feed-forward layers."""
    bert_width: int = Field(ge=0)
    """Channels of the text features, 0 where the family has none."""
    dropout: float = Field(default=0.0, ge=0, lt=1)
    """Share of activations dropped while training."""

    @property
    def eos(self) -> int:
        """Id of the token that ends speech."""
        return self.n_tokens - 1

    @model_validator(mode="after")
    def _check_heads(self) -> "GPTConfig":
        _check_divisible(width=self.width, n_heads=self.n_heads)
        return self


class TextEncoderConfig(Settings):
    """Sizes of the part of the synthesizer that meets tokens, phones and style."""

    width: int = Field(gt=0)
    """Size of one frame, C."""
    ff_width: int = Field(gt=0)
    """Inner size of the feed-forward layers."""
    n_heads: int = Field(gt=0)
    """Attention heads of the encoders."""
    kernel_size: int = Field(gt=0)
    """Width of the feed-forward convolutions, frames."""
    window: int = Field(gt=0)
    """Reach of the relative positions, frames to each side."""
    n_ssl_layers: int = Field(gt=0)
    """Layers over the content features."""
    n_text_layers: int = Field(gt=0)
    """Layers over the phones."""
    n_joint_layers: int = Field(gt=0)
    """Layers after content and phones have met."""
    mrte_width: int = Field(gt=0)
    """Size of one frame inside the cross-attention from content to phones."""
    mrte_heads: int = Field(gt=0)
    """Heads of that cross-attention."""
    dropout: float = Field(default=0.0, ge=0, lt=1)
    """Share of activations dropped while training."""

    @model_validator(mode="after")
    def _check_heads(self) -> "TextEncoderConfig":
        _check_divisible(width=self.width, n_heads=self.n_heads)
        _check_divisible(mrte_width=self.mrte_width, mrte_heads=self.mrte_heads)
        return self


class WaveNetConfig(Settings):
    """Sizes of a stack of gated convolutions."""

    kernel_size: int = Field(gt=0)
    """Width of a convolution, frames."""
    n_layers: int = Field(gt=0)
    """Convolutions in a stack."""


class DecoderConfig(Settings):
    """Sizes of the HiFi-GAN decoder."""

    channels: int = Field(gt=0)
    """Channels before the first upsampling; each upsampling halves them."""
    upsample_rates: tuple[Count, ...] = Field(min_length=1)
    """How many times longer each upsampling makes the signal."""
    upsample_kernels: tuple[Count, ...] = Field(min_length=1)
    """Width of each transposed convolution."""
    resblock_kernels: tuple[Count, ...] = Field(min_length=1)
    """Width of the convolutions in the parallel residual blocks."""
    resblock_dilations: tuple[tuple[Count, ...], ...]
    """Dilations in each residual block."""

    @model_validator(mode="after")
    def _check_lengths(self) -> "DecoderConfig":
        if len(self.upsample_rates) != len(self.upsample_kernels):
            raise ValueError("upsample_rates and upsample_kernels must have the same length")
        if len(self.resblock_kernels) != len(self.resblock_dilations):
            raise ValueError("resblock_kernels and resblock_dilations must have the same length")
        for rate, kernel in zip(self.upsample_rates, self.upsample_kernels, strict=True):
            if kernel < rate:
                raise ValueError(f"an upsampling by {rate} needs a kernel of at least {rate}")
        fewest = 2 ** len(self.upsample_rates)
        if self.channels < fewest:
            raise ValueError(
                f"channels {self.channels} cannot be halved {len(self.upsample_rates)} times; "
                f"give at least {fewest}"
            )
        return self


class DiscriminatorConfig(Settings):
    """Sizes of the networks that tell recordings from synthesized speech while training."""

    periods: tuple[Count, ...] = Field(min_length=1)
    """Samples at which a discriminator folds the waveform; one more reads it unfolded."""
    channels: int = Field(gt=0)
    """Channels of the widest layers."""


class StyleEncoderConfig(Settings):
    """Sizes of the network that turns a reference into one style vector."""

    n_bins: int = Field(gt=0)
    """Lowest bins of the linear spectrogram that it reads, F."""
    width: int = Field(gt=0)
    """Size of one frame, C."""
    kernel_size: int = Field(gt=0)
    """Width of the temporal convolutions, frames."""
    n_heads: int = Field(gt=0)
    """Attention heads."""
    n_style: int = Field(gt=0)
    """Size of the style vector `ge`, G."""
    dropout: float = Field(default=0.0, ge=0, lt=1)
    """Share of activations dropped while training."""

    @model_validator(mode="after")
    def _check_heads(self) -> "StyleEncoderConfig":
        _check_divisible(width=self.width, n_heads=self.n_heads)
        return self


class SynthesizerConfig(Settings):
    """Sizes of the VITS synthesizer: tokens, phones and a reference in, a waveform out."""

    n_phones: int = Field(gt=0)
    """Rows of the phone embedding."""
    ssl_width: int = Field(gt=0)
    """Channels of the content features and of one codebook entry."""
    n_codes: int = Field(gt=0)
    """Entries of the codebook."""
    latent_width: int = Field(gt=0)
    """Channels of the latent that the decoder reads."""
    text_encoder: TextEncoderConfig
    posterior: WaveNetConfig
    flow: WaveNetConfig
    n_flows: int = Field(gt=0)
    """Coupling layers of the flow."""
    decoder: DecoderConfig
    style: StyleEncoderConfig
    speaker_width: Count | None = None
    """Size of the speaker vector that Pro families add to the style; None has none."""
    segment_length: int = Field(default=20480, gt=0)
    """Samples of the slices that the decoder is trained on."""

    @model_validator(mode="after")
    def _check_latent(self) -> "SynthesizerConfig":
        if self.latent_width % 2:
            raise ValueError(f"latent_width must be even, got {self.latent_width}")
        return self


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
        _check_divisible(width=self.width, twice_n_heads=2 * self.n_heads)
        if self.kernel_size % 2 == 0:
            raise ValueError(f"kernel_size must be odd, got {self.kernel_size}")
        if any(not 0 <= block < self.n_blocks for block in self.attention_after):
            raise ValueError(f"attention_after names a block beyond the {self.n_blocks} there are")
        return self


class FamilyConfig(Settings):
    """One family of networks: every size and choice in one file."""

    name: str
    """The family's name, as in the file's."""
    kind: Literal["vits"] = "vits"
    """Which synthesizer serves it."""
    symbols: Literal["v1", "v2"]
    """Symbol table of the text front end."""
    spectrogram: SpectrogramConfig
    gpt: GPTConfig
    synthesizer: SynthesizerConfig
    discriminator: DiscriminatorConfig

    @model_validator(mode="after")
    def _check_rates(self) -> "FamilyConfig":
        hop = 1
        for rate in self.synthesizer.decoder.upsample_rates:
            hop *= rate
        if hop != self.spectrogram.hop_length:
            raise ValueError(
                f"upsample_rates multiply to {hop}, hop_length is {self.spectrogram.hop_length}"
            )
        _check_divisible(segment_length=self.synthesizer.segment_length, hop_length=hop)
        return self

    @model_validator(mode="after")
    def _check_meetings(self) -> "FamilyConfig":
        """Sizes on which two networks have to agree."""
        n_tokens, n_codes = self.gpt.n_tokens, self.synthesizer.n_codes
        if n_tokens != n_codes + 1:
            raise ValueError(f"gpt.n_tokens must be n_codes {n_codes} and one more, got {n_tokens}")
        read, given = self.synthesizer.style.n_bins, self.spectrogram.n_bins
        if read > given:
            raise ValueError(f"style.n_bins {read} is more than the {given} of the spectrogram")
        return self


def _check_divisible(**sizes: int) -> None:
    """Refuse two named sizes of which the second does not divide the first."""
    (name, size), (part, count) = sizes.items()
    if size % count:
        raise ValueError(f"{name} {size} must be a multiple of {part} {count}")


SettingsT = TypeVar("SettingsT", bound=Settings)


def parse_settings(kind: type[SettingsT], values: object, where: str) -> SettingsT:
    """Check values against their settings class.

    Args:
        kind: the settings class.
        values: what was read, usually a mapping.
        where: file or option named in the error.

    Raises:
        ConfigError: a key is missing, unknown or out of range.
    """
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"]) or "the file"
        raise ConfigError(f"{where}: {key}: {first['msg']}") from error


def read_yaml(path: Path) -> Any:
    """Read one YAML file without running anything in it.

    Raises:
        ConfigError: the file is missing, is not text or is not YAML.
    """
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ConfigError(f"{path}: no such file") from error
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        first = str(error).splitlines()[0]
        raise ConfigError(f"{path}: cannot be read as YAML ({first})") from error


def family_names(configs: Path = PROJECT.configs) -> list[str]:
    """Names of the families in `configs`, sorted: the files whose `name` is their own."""
    return sorted(path.stem for path in configs.glob("*.yaml") if _is_family(path))


def _is_family(path: Path) -> bool:
    """Tell a family's file from the other settings beside it."""
    values = read_yaml(path)
    return isinstance(values, dict) and values.get("name") == path.stem


def load_family(name: str, configs: Path = PROJECT.configs) -> FamilyConfig:
    """Read the family called `name`.

    Raises:
        ConfigError: no such family, or its file has a mistake.
    """
    if name not in family_names(configs):
        raise ConfigError(f"unknown family {name!r}; known are {', '.join(family_names(configs))}")
    path = configs / f"{name}.yaml"
    return parse_settings(FamilyConfig, read_yaml(path), str(path))
