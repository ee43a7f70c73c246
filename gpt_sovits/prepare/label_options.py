"""How texts come to clips: what a recogniser is asked for, and how foreign labels are read.

Apart from what uses them, so that a command line can show its flags at once.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from gpt_sovits.errors import ConfigError
from gpt_sovits.options import Argument, Flag, Within, Words, check_limits

Spoken = Annotated[str, Words(("auto", "zh", "en", "ja", "ko", "yue"))]


@dataclass(frozen=True, kw_only=True)
class TranscribeOptions:
    """How clips are written down."""

    engine: Literal["auto", "faster-whisper", "funasr", "pocketsphinx", "none"] = "auto"
    """Recogniser; auto takes the best one here, none leaves the texts to you."""
    model: str = ""
    """Model of the engine by its name, such as large-v3 or SenseVoiceSmall, or its folder; left
    out: the best one here."""
    language: Spoken = "auto"
    """What is spoken: zh, en, ja, ko, yue; auto finds out."""
    device: Annotated[
        str,
        Words(("auto", "cpu", "cuda"), r"auto|cpu|cuda(:\d{1,3})?", "auto, cpu, cuda or cuda:N"),
    ] = "auto"
    """Where it runs: auto, cpu, cuda or cuda:N."""
    precision: Literal["default", "float32", "float16", "bfloat16", "int8", "int8_float16"] = (
        "default"
    )
    """Number format; default is the one that the model was published in."""
    prompt: str = ""
    """Names and words that occur, or a sentence in the style that is wanted."""
    beam_size: Annotated[int, Within(1, 20)] = 5
    """Guesses that faster-whisper follows side by side; more is slower and a little better."""

    def __post_init__(self) -> None:
        check_limits(self)
        _check_language(self.language)

    @property
    def spoken(self) -> str:
        """The language without the mode around it: zh, en, ja, ko, yue or auto."""
        return spoken_language(self.language)


@dataclass(frozen=True, kw_only=True)
class ImportOptions:
    """How labels are brought in."""

    language: Spoken = "auto"
    """Language of the texts, where the labels do not say it; auto finds out for each."""
    speaker: str = ""
    """Who speaks, where the labels do not say it; left out: the name of the labels."""
    encoding: Annotated[
        str, Words(("auto", "utf-8", "utf-16", "gb18030", "big5", "shift_jis", "euc-kr"))
    ] = "auto"
    """Coding of the letters: utf-8, utf-16, gb18030, shift_jis, ...; auto finds out."""
    min_s: Annotated[float, Within(0, 30, open=True)] = 2.0
    """Shortest clip that is cut by subtitles, seconds; shorter ones are joined or left out."""
    max_s: Annotated[float, Within(0, 60, open=True)] = 10.0
    """Longest clip that is cut by subtitles, seconds; longer ones are cut between words."""

    def __post_init__(self) -> None:
        check_limits(self)
        _check_language(self.language)
        _check_speaker(self.speaker)
        if self.min_s > self.max_s / 2 - 0.1:
            raise ConfigError(
                f"min_s must be at most half of max_s less 0.1, got {self.min_s} and {self.max_s}",
                field="min_s",
            )


@dataclass(frozen=True, kw_only=True)
class TranscribeRequest(TranscribeOptions):
    """What is written down, and where to."""

    source: Annotated[Path, Argument("CLIPS")]
    """A folder of clips, one clip, or a .list."""
    out: Annotated[Path | None, Flag("LIST")] = None
    """Annotation list; what you corrected in it stays. Left out: output/transcribed/NAME.list."""
    speaker: str = ""
    """Who speaks; left out: the folder's name."""

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_speaker(self.speaker)


@dataclass(frozen=True, kw_only=True)
class ImportRequest(ImportOptions):
    """Which labels are brought in, and where to."""

    source: Annotated[Path, Argument("LABELS")]
    """A .list, a table (LJSpeech or audiofolder: .csv .tsv .jsonl), subtitles (.srt .vtt .ass), a
    recording with subtitles beside it, or a folder with a .txt beside each clip."""
    out: Annotated[Path | None, Flag("LIST")] = None
    """Annotation list; left out: output/imported/NAME.list."""
    audio: Path | None = None
    """The recording of subtitles, or the folder of the clips."""
    replace: bool = False
    """Replace clips that other subtitles were cut into."""


def spoken_language(mode: str) -> str:
    """The one language that a mode says is spoken, or auto."""
    from gpt_sovits.text.languages import parse_mode

    return parse_mode(mode).removeprefix("all_").removeprefix("auto_")


def _check_speaker(name: str) -> None:
    if "|" in name or not name.isprintable():
        raise ConfigError(
            f"speaker {name!r} cannot stand in a list; choose another", field="speaker"
        )


def _check_language(mode: str) -> None:
    """Refuse what is no language mode; the text room is opened only for what is not the default."""
    if mode != "auto":
        spoken_language(mode)
