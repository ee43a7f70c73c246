"""What an evaluation measures, and on what."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from gpt_sovits.errors import ConfigError
from gpt_sovits.evaluate.clips import Group
from gpt_sovits.inference.options import DrawingOptions, PartsRequest
from gpt_sovits.options import Argument, Device, Flag, Within, check_limits


@dataclass(frozen=True, kw_only=True)
class EvaluationOptions:
    """What is measured, and on what."""

    languages: Annotated[tuple[Group, ...], Flag("en,zh,ja,mixed")] = ()
    """Which of the sentences are spoken: en, zh, ja, ko, yue, mixed; none named means all."""
    sentences: Path | None = None
    """Other sentences than the 20 for each of en, zh, ja and mixed: a .txt with one a line, or a
    table (.tsv) of name, language and text."""
    real: Path | None = None
    """Recordings of the person whom the voices should sound like: a folder, a .list, or a table
    (.tsv) of file, language and text. Left out: the voice's own reference."""
    seeds: Annotated[int, Within(1, 100)] = 2
    """How often each sentence is spoken, each time with another seed."""
    baselines: bool = False
    """Let the free engines on this machine (espeak-ng, flite, Open JTalk) say the same."""
    device: Device = "auto"
    """Where the voices speak: cpu, cuda, or auto."""

    def __post_init__(self) -> None:
        check_limits(self)


@dataclass(frozen=True, kw_only=True)
class EvaluateRequest(DrawingOptions, PartsRequest, EvaluationOptions):
    """Who is measured, and where to."""

    voices: Annotated[tuple[str, ...], Argument("VOICE")] = ()
    """Voices of `voices list`, or voice files."""
    seed_tts: Annotated[Path | None, Flag("DIR")] = None
    """Speak a list of Seed-TTS-eval instead, DIR/meta.lst or a .lst: each line with its own prompt,
    once unless seeds says otherwise; give one VOICE, or --gpt and --sovits, or --family."""
    out: Annotated[Path | None, Flag("FOLDER")] = None
    """Folder for table, page and recordings; left out: output/evaluate/VOICE-TIME."""

    def __post_init__(self) -> None:
        PartsRequest.__post_init__(self)
        if self.seed_tts is not None:
            self._check_seed_tts()
        elif self.reference is not None and not self.has_parts:
            raise ConfigError(
                "--reference belongs to --family, or to --gpt and --sovits", field="reference"
            )
        elif self.reference is None and self.has_parts:
            raise ConfigError("give a clip of the speaker: --reference FILE", field="reference")

    def _check_seed_tts(self) -> None:
        for name in ("sentences", "real", "baselines", "languages"):
            if getattr(self, name):
                raise ConfigError(
                    f"--{name} does not go with --seed-tts, whose list names what is said",
                    field=name,
                )
        if self.reference is not None:
            raise ConfigError(
                "--reference does not go with --seed-tts: each line has its own prompt",
                field="reference",
            )
        if len(self.voices) + self.has_parts != 1:
            raise ConfigError(
                "--seed-tts needs one voice: VOICE, or --gpt and --sovits, or --family",
                field="voices",
            )
