"""What a clone is asked for on a command line or page; imports nothing heavy."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from gpt_sovits.errors import ConfigError
from gpt_sovits.options import Argument, Family, TorchDevice, Words, check_limits
from gpt_sovits.paths import check_name
from gpt_sovits.text.languages import MODES, parse_mode


@dataclass(frozen=True, kw_only=True)
class ClonedVoice:
    """What becomes of a recording."""

    family: Family = "mini"
    """Family of the networks that are fine-tuned."""
    language: Annotated[str, Words(MODES)] = "auto"
    """What is spoken: zh, en, ja, ...; auto finds out."""
    text: str | None = None
    """All that is said in the recording, word by word."""
    text_file: Path | None = None
    """The same as a file; left out: the .txt beside the recording."""
    device: TorchDevice = "cpu"
    """Where features are extracted: cpu, cuda."""
    consent: str = ""
    """Who agreed that this voice is used, to what and when; left out: as an earlier run noted."""
    samples: bool = True
    """Speak a few sentences into logs/NAME/samples whenever weights are saved."""

    def __post_init__(self) -> None:
        check_limits(self)
        parse_mode(self.language)
        if self.text is not None and self.text_file is not None:
            raise ConfigError(
                "--text and --text-file say the same in two ways; give one of them", field="text"
            )
        if self.text is not None and not self.text.strip():
            raise ConfigError(
                "--text is empty; write what is said in the recording, or leave it out",
                field="text",
            )


@dataclass(frozen=True, kw_only=True)
class CloneRequest(ClonedVoice):
    """What is cloned, and its name."""

    source: Annotated[Path, Argument("RECORDING_OR_LIST")]
    """An audio or video file, a folder of them, or an annotation list (.list)."""
    name: str
    """Of the voice: voices/NAME.yaml."""
    replace: bool = False
    """Replace a voice of this name that was made from something else, or edited."""

    def __post_init__(self) -> None:
        super().__post_init__()
        check_name(self.name)
