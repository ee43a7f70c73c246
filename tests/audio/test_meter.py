from collections.abc import Iterator

import numpy as np
import pytest

from gpt_sovits.audio.loudness import integrated_loudness, peak_db
from gpt_sovits.audio.meter import Level, gain_to, measure_level
from tests.audio.sounds import noise, tone

RATE = 48000


def pieces(audio: np.ndarray, length: int = 7001) -> Iterator[np.ndarray]:
    audio = np.atleast_2d(audio)
    for start in range(0, audio.shape[1], length):
        yield audio[:, start : start + length]


def uneven(channels: int) -> np.ndarray:
    """Noise, much quieter noise, and silence: what gating is for."""
    loud = noise(3.0, RATE, channels=channels)
    return np.concatenate([loud, 0.01 * loud, np.zeros_like(loud)], axis=1)


@pytest.mark.parametrize("channels", [1, 2])
def test_loudness_in_pieces_is_that_of_the_whole(channels: int) -> None:
    audio = uneven(channels)
    whole = integrated_loudness(audio, RATE)
    assert measure_level(pieces(audio), RATE).lufs == pytest.approx(whole, abs=0.01)


@pytest.mark.parametrize("seconds", [0.05, 0.2, 0.39])
def test_a_clip_shorter_than_the_gate_has_the_loudness_of_a_long_one(seconds: float) -> None:
    long = measure_level(pieces(tone(3.0, RATE, hz=1000)), RATE).lufs
    short = measure_level(pieces(tone(seconds, RATE, hz=1000)), RATE).lufs
    assert short == pytest.approx(long, abs=0.5)


@pytest.mark.parametrize("rate", [16000, 44100, 48000, 384000])
def test_the_true_peak_lies_between_the_samples(rate: int) -> None:
    # A quarter of the rate, met at 45 degrees: every sample is 3 dB below the crest.
    time = np.arange(rate // 4)
    audio = (0.5 * np.sin(2 * np.pi * (time / 4 + 1 / 8))).astype(np.float32)
    audio *= np.hanning(len(audio)).astype(np.float32)
    assert peak_db(audio) == pytest.approx(-9.03, abs=0.05)
    true = -9.03 if rate == 384000 else -6.02  # so fast a rate is not looked between
    assert measure_level(pieces(audio), rate).true_peak_db == pytest.approx(true, abs=0.1)


def test_silence_and_nothing_have_no_level() -> None:
    for audio in (np.zeros(RATE, np.float32), np.zeros(0, np.float32)):
        level = measure_level(pieces(audio), RATE)
        assert level == Level(-np.inf, -np.inf)
        assert gain_to(level, target_lufs=-23, peak_db=-1) == 1
        assert gain_to(level, target_lufs=None, peak_db=-1) == 1


@pytest.mark.parametrize(
    ("target_lufs", "peak_db", "gain_db"),
    [(-23, -1, 7), (-16, -1, 11), (-16, -6, 6), (-40, -6, -10), (None, -9, 3)],
)
def test_one_gain_reaches_the_level_and_keeps_the_peak(
    target_lufs: float | None, peak_db: float, gain_db: float
) -> None:
    level = Level(lufs=-30, true_peak_db=-12)
    gain = gain_to(level, target_lufs=target_lufs, peak_db=peak_db)
    assert 20 * np.log10(gain) == pytest.approx(gain_db)
