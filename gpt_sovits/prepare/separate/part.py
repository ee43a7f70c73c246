"""What every way to separate looks like from outside."""

from typing import Protocol

import numpy as np

RATE = 44_100
"""At which nearly all networks hear, Hz."""


class Separator(Protocol):
    """Splits one window of a recording in two."""

    @property
    def sample_rate(self) -> int:
        """What it hears, Hz."""

    @property
    def window(self) -> int:
        """Samples that it sees at a time, at most."""

    def __call__(self, audio: np.ndarray) -> np.ndarray:
        """Split a window.

        Args:
            audio: float32 [2, L], L from 1 to `window`.

        Returns:
            What is wanted and the rest, float32 [2, 2, L]: part, channel, sample.
        """


def fit(audio: np.ndarray, length: int) -> np.ndarray:
    """Cut or fill with zeros, [..., L] to [..., length]."""
    missing = length - audio.shape[-1]
    if missing <= 0:
        return audio[..., :length]
    return np.pad(audio, [(0, 0)] * (audio.ndim - 1) + [(0, missing)])
