"""Who speaks, what and how; apart from the work, so that `--help` imports nothing heavy."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from gpt_sovits.errors import ConfigError
from gpt_sovits.models.sampling_options import (
    RepetitionPenalty,
    SamplingOptions,
    Temperature,
    TopK,
    TopP,
)
from gpt_sovits.options import Argument, Device, Family, Flag, Within, Words, check_limits
from gpt_sovits.paths import check_name
from gpt_sovits.text.cuts import Cut
from gpt_sovits.text.languages import MODES, parse_mode

LONGEST_PAUSE_S = 60.0

LanguageMode = Annotated[str, Words(MODES)]
"""In any spelling that `parse_mode` knows."""

LONGEST_PAUSE_S = 60.0


@dataclass(frozen=True, kw_only=True)
class DrawingOptions:
    """How fast is spoken, and how tokens are drawn."""

    speed: Annotated[float, Within(0.25, 4.0)] = 1.0
    """Tempo, above 1 is faster."""
    top_k: TopK | None = None
    """Only this many of the most likely tokens can be drawn; 1 always takes the best. Left out, as
    with the next three: what suits the voice's family."""
    top_p: TopP | None = None
    """Only the most likely tokens that together reach this probability can be drawn; 1 is all."""
    temperature: Temperature | None = None
    """Above 1 livelier, below 1 steadier; 0 always takes the best."""
    repetition_penalty: RepetitionPenalty | None = None
    """Above 1 makes tokens that were already said less likely; 1 leaves them alone."""

    def __post_init__(self) -> None:
        check_limits(self)

    def sampling(self, defaults: SamplingOptions) -> SamplingOptions:
        """How tokens are drawn, where `defaults` says what is not chosen here.

        Raises:
            ConfigError: a choice is out of range.
        """
        return SamplingOptions(
            top_k=defaults.top_k if self.top_k is None else self.top_k,
            top_p=defaults.top_p if self.top_p is None else self.top_p,
            temperature=defaults.temperature if self.temperature is None else self.temperature,
            repetition_penalty=(
                defaults.repetition_penalty
                if self.repetition_penalty is None
                else self.repetition_penalty
            ),
        )


@dataclass(frozen=True, kw_only=True)
class SpeakingOptions(DrawingOptions):
    """How a text is spoken."""

    language: LanguageMode = "auto"
    """Language mode of the text, such as zh, all_ja or auto."""
    cut: Cut = "cut1"
    """Where long texts are cut. cut0: only where a line ends; cut1: every four clauses; cut2: every
    50 characters or so; cut3: at Chinese full stops; cut4: at English full stops; cut5: at every
    mark."""
    pause_s: Annotated[float, Within(0, LONGEST_PAUSE_S), Flag(also=("--pause",))] = 0.3
    """Silence between two sentences, seconds."""
    seed: Annotated[int, Within(-1, 2**63 - 1)] = 0
    """The same seed gives the same audio on one machine; -1 takes another one each time."""
    batch_size: Annotated[int, Within(1, 1000)] = 1
    """Sentences whose tokens are drawn side by side (VITS families). Above 1 is faster, and how a
    sentence sounds then depends on the ones beside it."""


@dataclass(frozen=True, kw_only=True)
class ReferenceRequest:
    """The clip that the voice sounds like."""

    reference: Path | None = None
    """A clip of the speaker, 3 to 10 seconds."""
    reference_text: str | None = None
    """What is said in it, word by word."""
    reference_language: LanguageMode = "auto"
    """Language mode of that text."""
    more_reference: tuple[Path, ...] = ()
    """A further clip of the speaker for the timbre; may be given several times."""

    def __post_init__(self) -> None:
        check_limits(self)
        parse_mode(self.reference_language, field="reference_language")
        if self.reference is None:
            for name in ("reference_text", "more_reference"):
                if getattr(self, name):
                    raise ConfigError(
                        "reference_text and more_reference belong to a reference; give"
                        " --reference FILE",
                        field=name,
                    )


@dataclass(frozen=True, kw_only=True)
class PartsRequest(ReferenceRequest):
    """A voice without a voice file."""

    gpt: Path | None = None
    """Text-to-semantic weights: ours or a .ckpt."""
    sovits: Path | None = None
    """Synthesizer weights: ours or a .pth."""
    family: Family | None = None
    """A family's base, not fine-tuned, such as mini."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.family and (self.gpt or self.sovits):
            raise ConfigError(
                "family has networks of its own: leave out gpt and sovits", field="family"
            )
        if bool(self.gpt) != bool(self.sovits):
            raise ConfigError(
                "give both networks of the voice: --gpt FILE and --sovits FILE",
                field="sovits" if self.gpt else "gpt",
            )

    @property
    def has_parts(self) -> bool:
        """Whether networks are named."""
        return bool(self.gpt or self.family)


@dataclass(frozen=True, kw_only=True)
class SayRequest(SpeakingOptions, PartsRequest):
    """Who says what, and where to."""

    voice: str | None = None
    """A voice of `voices list`, or a voice file."""
    text: str | None = None
    """The text."""
    text_file: Path | None = None
    """The same as a UTF-8 file; - reads standard input."""
    table: Path | None = None
    """Instead of a text many: name, language and text, separated by tabs."""
    device: Device = "auto"
    """Where the voice speaks: cpu, cuda or auto."""
    out: Path | None = None
    """The recording: .wav, .flac, .mp3, .ogg or .opus; left out: output/say/VOICE-TIME.wav."""
    timings: Path | None = None
    """When each sentence sounds: .json or .srt."""
    out_dir: Annotated[Path | None, Flag("FOLDER")] = None
    """Folder for the recordings of a table; each line is NAME.wav."""
    force: bool = False
    """With a table: replace files that it did not make."""

    def __post_init__(self) -> None:
        SpeakingOptions.__post_init__(self)
        PartsRequest.__post_init__(self)
        parse_mode(self.language)
        self._check_voice()
        given = [name for name in ("text", "text_file", "table") if getattr(self, name) is not None]
        if len(given) != 1:
            raise ConfigError(
                "give one thing to say: --text TEXT, --text-file FILE or --table FILE",
                field=given[-1] if given else "text",
            )
        if self.table is None:
            self._refuse(("out_dir", "force"), "belongs to --table; give --out FILE for one text")
        else:
            self._refuse(("out", "timings"), "belongs to one text; --table writes into --out-dir")
            if self.out_dir is None:
                raise ConfigError(
                    "--table needs --out-dir, the folder for the recordings", field="out_dir"
                )

    def _check_voice(self) -> None:
        if bool(self.voice) == self.has_parts:
            raise ConfigError(
                "choose a voice: --voice NAME, or --gpt FILE and --sovits FILE, or --family",
                field="voice",
            )
        if self.has_parts and self.reference is None:
            raise ConfigError("give a clip of the speaker: --reference FILE", field="reference")

    def _refuse(self, names: tuple[str, ...], why: str) -> None:
        for name in names:
            if getattr(self, name):
                raise ConfigError(f"--{name.replace('_', '-')} {why}", field=name)


@dataclass(frozen=True, kw_only=True)
class AddVoiceRequest(ReferenceRequest):
    """What a voice is made of."""

    name: Annotated[str, Argument("NAME")]
    """Of the voice: voices/NAME.yaml."""
    gpt: Path
    """Text-to-semantic weights: ours or a .ckpt."""
    sovits: Path
    """Synthesizer weights: ours or a .pth."""
    reference: Path = field()  # has to be given
    """A clip of the speaker, 3 to 10 seconds."""
    consent: str = ""
    """Who agreed to this voice, to what and when."""
    replace: bool = False
    """Replace a voice of this name."""

    def __post_init__(self) -> None:
        super().__post_init__()
        check_name(self.name)
