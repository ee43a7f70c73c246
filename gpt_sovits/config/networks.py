"""Sizes of the published networks."""

from pydantic import Field, model_validator

from gpt_sovits.config.settings import Count, Settings, check_divisible


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
        check_divisible(width=self.width, n_heads=self.n_heads)
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
        check_divisible(width=self.width, n_heads=self.n_heads)
        check_divisible(mrte_width=self.mrte_width, mrte_heads=self.mrte_heads)
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
        check_divisible(width=self.width, n_heads=self.n_heads)
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
