"""Something as loud as speech, with pauses, and a detector that takes it for speech."""

from collections.abc import Iterable

import numpy as np
import pytest

from gpt_sovits.prepare.slicing import cuts, voice_activity
from gpt_sovits.prepare.slicing.levels import SAMPLE_RATE


def buzz(seconds: float, level: float = 0.2, rate: int = SAMPLE_RATE) -> np.ndarray:
    """Something as loud as speech."""
    time = np.arange(round(seconds * rate)) / rate
    return (level * np.sign(np.sin(2 * np.pi * 150 * time))).astype(np.float32)


def talk(*stretches: float, noise: float = 0.0, gain: float = 1.0) -> np.ndarray:
    """Speech of the given seconds where positive, a pause where negative."""
    parts = [buzz(each) if each > 0 else np.zeros(round(-each * SAMPLE_RATE)) for each in stretches]
    audio = np.concatenate(parts)
    audio = audio + noise * np.random.default_rng(0).normal(size=len(audio))
    return (gain * audio).astype(np.float32)


def hear_the_buzz(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a detector in place that takes what is loud for speech: the real one knows a buzz."""

    def probability(blocks: Iterable[np.ndarray]) -> np.ndarray:
        audio = np.concatenate(list(blocks))
        windows = np.pad(audio, (0, -len(audio) % voice_activity.WINDOW))
        power = np.square(windows.reshape(-1, voice_activity.WINDOW)).mean(axis=1)
        return (power > 0.003).astype(np.float32)

    monkeypatch.setattr(cuts, "speech_probability", probability)
