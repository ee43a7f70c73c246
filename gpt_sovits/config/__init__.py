"""Settings that come from YAML: the families of networks and the sizes of their parts."""

from gpt_sovits.config.families import (
    FamilyConfig,
    MelFamilyConfig,
    VitsFamilyConfig,
    family_names,
    load_family,
    load_vits_family,
    parse_family,
)
from gpt_sovits.config.mini import (
    ContentEncoderConfig,
    MelSynthesizerConfig,
    PointerConfig,
    VocoderConfig,
)
from gpt_sovits.config.networks import (
    DecoderConfig,
    DiscriminatorConfig,
    GPTConfig,
    SpectrogramConfig,
    StyleEncoderConfig,
    SynthesizerConfig,
    TextEncoderConfig,
    WaveNetConfig,
)
from gpt_sovits.config.settings import Count, Settings, parse_settings, read_yaml

__all__ = [
    "ContentEncoderConfig",
    "Count",
    "DecoderConfig",
    "DiscriminatorConfig",
    "FamilyConfig",
    "GPTConfig",
    "MelFamilyConfig",
    "MelSynthesizerConfig",
    "PointerConfig",
    "Settings",
    "SpectrogramConfig",
    "StyleEncoderConfig",
    "SynthesizerConfig",
    "TextEncoderConfig",
    "VitsFamilyConfig",
    "VocoderConfig",
    "WaveNetConfig",
    "family_names",
    "load_family",
    "load_vits_family",
    "parse_family",
    "parse_settings",
    "read_yaml",
]
