"""A recogniser that says what a test tells it to."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pytest

from gpt_sovits.paths import ProjectPaths
from gpt_sovits.prepare import engines
from gpt_sovits.prepare.engines import Engine, Model, Recogniser, TranscribeOptions, Transcript


@dataclass
class Parrot:
    """Says a text for a clip by its length in tenths of a second."""

    texts: dict[int, Transcript] = field(default_factory=dict)
    heard: list[int] = field(default_factory=list)
    """Lengths of the clips that it was asked to hear, in order."""
    before: Callable[[int], None] = lambda length: None
    """Called with the length of each clip before it is heard."""

    def load(self, model: Model, options: TranscribeOptions) -> Recogniser:
        def recognise(audio: np.ndarray) -> Transcript:
            length = round(len(audio) / 1600)
            self.before(length)
            self.heard.append(length)
            return self.texts.get(length, Transcript(f"안녕하세요 {length}", "ko", 0.9))

        return recognise

    @property
    def engine(self) -> Engine:
        return Engine("parrot", None, self._models, lambda folder: None, self.load, "teach it")

    def _models(self, paths: ProjectPaths) -> list[Model]:
        return [Model("grey")]


def put_in(monkeypatch: pytest.MonkeyPatch, parrot: Parrot) -> Parrot:
    """Make it the only recogniser."""
    monkeypatch.setattr(engines, "ENGINES", (parrot.engine,))
    return parrot
