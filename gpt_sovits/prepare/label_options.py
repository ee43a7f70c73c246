"""How texts come to clips: what a recogniser is asked for, and how foreign labels are read.

Apart from what uses them, so that a command line can show its flags at once.
"""

import re
from dataclasses import dataclass
from typing import Literal

from gpt_sovits.errors import ConfigError

_DEVICE = re.compile(r"auto|cpu|cuda(:\d+)?")


@dataclass(frozen=True, kw_only=True)
class TranscribeOptions:
    """How clips are written down."""

    engine: Literal["auto", "faster-whisper", "funasr", "pocketsphinx", "none"] = "auto"
    """Recogniser; auto takes the best one here, none leaves the texts to you."""
    model: str = ""
    """Model of the engine by its name, such as large-v3 or SenseVoiceSmall, or its folder; left
    out: the best one here."""
    language: str = "auto"
    """What is spoken: zh, en, ja, ko, yue; auto finds out."""
    device: str = "auto"
    """Where it runs: auto, cpu, cuda or cuda:N."""
    precision: Literal["default", "float32", "float16", "bfloat16", "int8", "int8_float16"] = (
        "default"
    )
    """Number format; default is the one that the model was published in."""
    prompt: str = ""
    """Names and words that occur, or a sentence in the style that is wanted."""
    beam_size: int = 5
    """Guesses that faster-whisper follows side by side; more is slower and a little better."""

    def __post_init__(self) -> None:
        _check_language(self.language)
        if not _DEVICE.fullmatch(self.device):
            raise ConfigError(f"device must be auto, cpu, cuda or cuda:N, got {self.device!r}")
        if not 1 <= self.beam_size <= 20:
            raise ConfigError(f"beam_size must be 1 to 20, got {self.beam_size}")

    @property
    def spoken(self) -> str:
        """The language without the mode around it: zh, en, ja, ko, yue or auto."""
        return spoken_language(self.language)


@dataclass(frozen=True, kw_only=True)
class ImportOptions:
    """How labels are brought in."""

    language: str = "auto"
    """Language of the texts, where the labels do not say it; auto finds out for each."""
    speaker: str = ""
    """Who speaks, where the labels do not say it; left out: the name of the labels."""
    encoding: str = "auto"
    """Coding of the letters: utf-8, utf-16, gb18030, shift_jis, ...; auto finds out."""
    min_s: float = 2.0
    """Shortest clip that is cut by subtitles, seconds; shorter ones are joined or left out."""
    max_s: float = 10.0
    """Longest clip that is cut by subtitles, seconds; longer ones are cut between words."""

    def __post_init__(self) -> None:
        _check_language(self.language)
        if "|" in self.speaker or not self.speaker.isprintable():
            raise ConfigError(f"speaker {self.speaker!r} cannot stand in a list; choose another")
        if not 0 < self.min_s <= self.max_s / 2 - 0.1:
            raise ConfigError(
                "min_s must be above 0 and at most half of max_s less 0.1, got"
                f" {self.min_s} and {self.max_s}"
            )


def spoken_language(mode: str) -> str:
    """The one language that a mode says is spoken, or auto."""
    from gpt_sovits.text.languages import parse_mode

    return parse_mode(mode).removeprefix("all_").removeprefix("auto_")


def _check_language(mode: str) -> None:
    """Refuse what is no language mode; the text room is opened only for what is not the default."""
    if mode != "auto":
        spoken_language(mode)
