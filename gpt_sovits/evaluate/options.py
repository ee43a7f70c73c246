"""What an evaluation measures, and on what."""

from dataclasses import dataclass
from pathlib import Path

from gpt_sovits.errors import ConfigError
from gpt_sovits.evaluate.clips import GROUPS

MOST_SEEDS = 100


@dataclass(frozen=True, kw_only=True)
class EvaluationOptions:
    """What is measured, and on what."""

    languages: tuple[str, ...] = ()
    """Which of the sentences are spoken: en, zh, ja, ko, yue, mixed; none named means all."""
    sentences: Path | None = None
    """Other sentences than the 20 for each of en, zh, ja and mixed: a .txt with one a line, or a
    table (.tsv) of name, language and text."""
    real: Path | None = None
    """Recordings of the person whom the voices should sound like: a folder, a .list, or a table
    (.tsv) of file, language and text. Left out: the voice's own reference."""
    seeds: int = 2
    """How often each sentence is spoken, each time with another seed."""
    baselines: bool = False
    """Let the free engines on this machine (espeak-ng, flite, Open JTalk) say the same."""
    device: str = "auto"
    """Where the voices speak: cpu, cuda, or auto."""

    def __post_init__(self) -> None:
        if not 1 <= self.seeds <= MOST_SEEDS:
            raise ConfigError(f"seeds must be 1 to {MOST_SEEDS}, got {self.seeds}")
        for language in self.languages:
            if language not in GROUPS:
                raise ConfigError(f"unknown language {language!r}; known are {', '.join(GROUPS)}")
