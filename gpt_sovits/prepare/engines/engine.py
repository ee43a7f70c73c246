"""What a recogniser is, and what it answers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gpt_sovits.paths import ProjectPaths
from gpt_sovits.prepare.label_options import TranscribeOptions, spoken_language

SAMPLE_RATE = 16_000
"""Of what every engine listens to, Hz."""


@dataclass(frozen=True)
class Word:
    """One word, or one character of Chinese and Japanese, and when it is said."""

    text: str
    start_s: float
    end_s: float
    confidence: float | None = None
    """0 to 1, where the engine tells it of single words."""


@dataclass(frozen=True)
class Transcript:
    """What an engine makes of one clip."""

    text: str
    """Empty where it hears no word."""
    language: str
    """As the engine hears or was told: zh, en, ja, ... or another code of its own."""
    confidence: float | None = None
    """0 to 1: geometric mean of the engine's probability of each token or word."""
    words: Sequence[Word] = ()
    no_speech: float | None = None
    """Probability that nobody speaks, where the engine tells it."""


Recogniser = Callable[[np.ndarray], Transcript]
"""Writes down one clip, float32 [L] at 16 kHz."""


@dataclass(frozen=True)
class Model:
    """One model of an engine on this machine."""

    name: str
    folder: Path | None = None
    """Where it lies; None where the engine's package carries it."""
    languages: frozenset[str] | None = None
    """Languages that it writes; None for any."""

    def writes(self, language: str) -> bool:
        """Whether it knows a language; auto needs one that knows several."""
        return self.languages is None or language in self.languages


@dataclass(frozen=True)
class Engine:
    """One way to recognise speech."""

    name: str
    languages: frozenset[str] | None
    """Languages that some model of it writes; None for any."""
    models: Callable[[ProjectPaths], Sequence[Model]]
    """Its models on this machine, best first; none where the package is not here."""
    describe: Callable[[Path], Model | None]
    """The model in a folder, wherever it lies; None where it is none of this engine's."""
    load: Callable[[Model, TranscribeOptions], Recogniser]
    """Loads one of them."""
    needs: str
    """How to get it, a sentence without its end."""

    def is_here(self, paths: ProjectPaths) -> bool:
        """Whether package and a model are on this machine."""
        return bool(self.models(paths))

    def writes(self, language: str) -> bool:
        """Whether some model of it knows a language mode."""
        return self.languages is None or spoken_language(language) in self.languages
