"""What is extracted of clips; apart from the work, so that `--help` imports nothing."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from gpt_sovits.data.limits import PHONES_PER_SECOND, AudioLimits
from gpt_sovits.errors import ConfigError
from gpt_sovits.options import Argument, Family, Flag, TorchDevice, Within
from gpt_sovits.paths import check_name


@dataclass(frozen=True, kw_only=True)
class FeatureOptions(AudioLimits):
    """What is extracted, and which clips are left out."""

    family: Family = "mini"
    """Name of the family that will be trained."""
    device: TorchDevice = "cpu"
    """Where the published networks run, as torch names it."""
    min_phones_per_s: Annotated[float, Within(0, 1000)] = PHONES_PER_SECOND[0]
    """Slower speech has a text that does not fit its clip."""
    max_phones_per_s: Annotated[float, Within(0, 1000)] = PHONES_PER_SECOND[1]
    """Faster speech has a text that does not fit its clip."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.min_phones_per_s >= self.max_phones_per_s:
            raise ConfigError(
                "min_phones_per_s must be below max_phones_per_s, got"
                f" {self.min_phones_per_s} and {self.max_phones_per_s}",
                field="min_phones_per_s",
            )


@dataclass(frozen=True, kw_only=True)
class FeaturesRequest(FeatureOptions):
    """Of which clips, and for which experiment."""

    source: Annotated[Path, Argument("LIST")]
    """Annotation list: wav_path|speaker|language|text."""
    name: str
    """Of the experiment; its folder is logs/NAME."""
    audio_folder: Annotated[Path | None, Flag("FOLDER")] = None
    """Where the clips lie, whatever folder the list names."""

    def __post_init__(self) -> None:
        super().__post_init__()
        check_name(self.name)
