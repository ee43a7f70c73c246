"""Pitch, loudness and tempo of sounds whose melody is known."""

import numpy as np
import pytest

from gpt_sovits.errors import AudioError
from gpt_sovits.evaluate.melody import (
    HOP,
    LOUDNESS_RANGE,
    PITCH,
    PITCH_RANGE,
    SAMPLE_RATE,
    TEMPO,
    VOICED,
    find_melody,
    level_db,
)


def buzz(pitch_hz: np.ndarray) -> np.ndarray:
    """A sound of ten harmonics whose pitch is given for every sample."""
    phase = 2 * np.pi * np.cumsum(pitch_hz) / SAMPLE_RATE
    waves = [np.sin(k * phase) / k for k in range(1, 11)]
    return (0.1 * np.sum(waves, axis=0)).astype(np.float32)


def steady(pitch_hz: float, seconds: float) -> np.ndarray:
    return buzz(np.full(round(seconds * SAMPLE_RATE), pitch_hz))


@pytest.mark.parametrize("pitch_hz", [80.0, 137.0, 220.0, 440.0])
def test_a_steady_pitch_is_found_and_does_not_deviate(pitch_hz: float) -> None:
    scores = find_melody(steady(pitch_hz, 1.0), 0).scores
    assert scores[PITCH.key].value == pytest.approx(pitch_hz, rel=0.02)
    assert scores[PITCH_RANGE.key].value < 0.3
    assert scores[VOICED.key].value > 0.9
    assert TEMPO.key not in scores


def test_a_glide_over_an_octave_deviates_by_its_spread() -> None:
    octaves = np.linspace(0, 1, 2 * SAMPLE_RATE)
    finding = find_melody(buzz(110 * 2**octaves), 0)
    assert finding.scores[PITCH_RANGE.key].value == pytest.approx(12 / np.sqrt(12), abs=0.3)
    heard = [pitch for pitch in finding.melody if pitch is not None]
    assert heard[len(heard) // 2] == pytest.approx(12 * np.log2(1.1) + 6, abs=0.5)


def test_pauses_count_neither_for_tempo_nor_for_the_voiced_share() -> None:
    speech, pause = steady(150.0, 1.0), np.zeros(SAMPLE_RATE, np.float32)
    alone = find_melody(speech, 10).scores
    paused = find_melody(np.concatenate([pause, speech, pause]), 10).scores
    assert alone[TEMPO.key].value == pytest.approx(10, rel=0.05)
    for figure in (TEMPO, VOICED):
        assert paused[figure.key].value == pytest.approx(alone[figure.key].value, rel=0.08)


def test_two_levels_deviate_by_half_their_distance() -> None:
    audio = steady(150.0, 2.0)
    audio[SAMPLE_RATE:] *= 0.25
    deviation = find_melody(audio, 0).scores[LOUDNESS_RANGE.key].value
    assert deviation == pytest.approx(20 * np.log10(4) / 2, abs=0.3)


def test_noise_has_no_pitch() -> None:
    noise = np.random.default_rng(0).normal(0, 0.1, SAMPLE_RATE).astype(np.float32)
    assert find_melody(noise, 0).scores[VOICED.key].value < 0.3


def test_levels_have_a_value_every_20_ms() -> None:
    audio = steady(150.0, 2.0)
    levels = level_db(audio[:16_319])
    assert len(levels) == 16_319 // HOP
    assert levels.std() < 1


@pytest.mark.parametrize("audio", [np.zeros(16_000, np.float32), np.ones(100, np.float32)])
def test_what_has_no_melody_is_one_sentence(audio: np.ndarray) -> None:
    with pytest.raises(AudioError, match="too short or silent"):
        find_melody(audio, 3)
