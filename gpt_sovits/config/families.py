"""The families of networks, each a file in configs/."""

from pathlib import Path
from typing import Literal

from pydantic import model_validator

from gpt_sovits.config.mini import (
    ContentEncoderConfig,
    MelSynthesizerConfig,
    PointerConfig,
    VocoderConfig,
)
from gpt_sovits.config.networks import (
    DiscriminatorConfig,
    GPTConfig,
    SpectrogramConfig,
    SynthesizerConfig,
)
from gpt_sovits.config.settings import Settings, check_divisible, parse_settings, read_yaml
from gpt_sovits.errors import ConfigError
from gpt_sovits.paths import PROJECT


class VitsFamilyConfig(Settings):
    """A family whose synthesizer makes the waveform itself: v1, v2 and the Pro families."""

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
    def _check_rates(self) -> "VitsFamilyConfig":
        hop = 1
        for rate in self.synthesizer.decoder.upsample_rates:
            hop *= rate
        if hop != self.spectrogram.hop_length:
            raise ValueError(
                f"upsample_rates multiply to {hop}, hop_length is {self.spectrogram.hop_length}"
            )
        check_divisible(segment_length=self.synthesizer.segment_length, hop_length=hop)
        return self

    @model_validator(mode="after")
    def _check_meetings(self) -> "VitsFamilyConfig":
        """Sizes on which two networks have to agree."""
        n_tokens, n_codes = self.gpt.n_tokens, self.synthesizer.n_codes
        if n_tokens != n_codes + 1:
            raise ValueError(f"gpt.n_tokens must be n_codes {n_codes} and one more, got {n_tokens}")
        read, given = self.synthesizer.style.n_bins, self.spectrogram.n_bins
        if read > given:
            raise ValueError(f"style.n_bins {read} is more than the {given} of the spectrogram")
        return self


class MelFamilyConfig(Settings):
    """A family whose synthesizer makes a mel spectrogram for a vocoder: the embedded base."""

    name: str
    """The family's name, as in the file's."""
    kind: Literal["mel"]
    """Which synthesizer serves it."""
    symbols: Literal["v1", "v2"]
    """Symbol table of the text front end."""
    spectrogram: SpectrogramConfig
    content: ContentEncoderConfig
    gpt: PointerConfig
    synthesizer: MelSynthesizerConfig
    vocoder: VocoderConfig
    speaks_with: Literal["griffin_lim", "vocoder"]
    """What turns its spectrograms into waveforms."""
    uses_tokens: bool
    """Let the drawn tokens shape the sound; False takes only the phones' times from them."""

    @model_validator(mode="after")
    def _check_meetings(self) -> "MelFamilyConfig":
        """Sizes on which two networks have to agree."""
        n_mels = self.spectrogram.n_mels
        pairs = {
            "gpt.n_tokens": (self.gpt.n_tokens, self.synthesizer.n_codes + 1),
            "content.n_mels": (self.content.n_mels, n_mels),
            "synthesizer.n_mels": (self.synthesizer.n_mels, n_mels),
            "spectrogram.hop_length": (
                100 * self.spectrogram.hop_length,
                self.spectrogram.sample_rate,
            ),
        }
        for name, (given, needed) in pairs.items():
            if given != needed:
                raise ValueError(f"{name} gives {given}, the rest of the family needs {needed}")
        return self


FamilyConfig = VitsFamilyConfig | MelFamilyConfig
"""One family of networks: every size and choice in one file."""


def family_names(configs: Path = PROJECT.configs) -> list[str]:
    """Names of the families in `configs`, sorted: the files whose `name` is their own."""
    others = {"workbench.yaml"}  # a mistake in it must not stop anybody from speaking
    files = (path for path in configs.glob("*.yaml") if path.name not in others)
    return sorted(path.stem for path in files if _is_family(path))


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
    return parse_family(read_yaml(path), str(path))


def load_vits_family(name: str, configs: Path = PROJECT.configs) -> VitsFamilyConfig:
    """Read the family called `name`, which has to be one of the published kind.

    Raises:
        ConfigError: no such family, its file has a mistake, or it is of another kind.
    """
    family = load_family(name, configs)
    if not isinstance(family, VitsFamilyConfig):
        raise ConfigError(f"{name} has no VITS synthesizer; give v1, v2, v2Pro or v2ProPlus")
    return family


def parse_family(values: object, where: str) -> FamilyConfig:
    """Check a family's settings, from its file or from the header of weights.

    Raises:
        ConfigError: a key is missing, unknown or out of range.
    """
    if isinstance(values, dict) and values.get("kind") == "mel":
        return parse_settings(MelFamilyConfig, values, where)
    return parse_settings(VitsFamilyConfig, values, where)
