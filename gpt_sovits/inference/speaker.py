"""What a family's backend gives to a voice."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from gpt_sovits.config import FamilyConfig
from gpt_sovits.features.content import TimedPhone
from gpt_sovits.inference.options import SpeakingOptions
from gpt_sovits.inference.plan import PlannedSentence


@dataclass(frozen=True)
class Utterance:
    """One sentence as it was spoken."""

    audio: np.ndarray
    """Waveform, float32 [L], at the family's rate."""
    phone_times: tuple[TimedPhone, ...] | None = None
    """When each phone sounds, from the start of the audio; None where that is not known."""
    remark: str = ""
    """What went wrong with it, a sentence; empty where nothing did."""


class Speaker(Protocol):
    """The networks of one family with one reference."""

    @property
    def family(self) -> FamilyConfig:
        """Sizes and symbols."""

    def speak(
        self, sentences: Sequence[PlannedSentence], options: SpeakingOptions, seed: int
    ) -> Iterator[Utterance]:
        """Speak sentences one after the other; several threads may do so at once.

        Args:
            sentences: what is said.
            options: how; its own seed is not looked at.
            seed: where chance comes from.

        Yields:
            The utterance of each sentence, in order.
        """
