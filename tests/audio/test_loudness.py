import numpy as np
import pytest

from gpt_sovits.audio.loudness import (
    LoudnessOptions,
    integrated_loudness,
    level_audio,
    peak_db,
)
from gpt_sovits.errors import ConfigError
from tests.audio.sounds import noise, tone

RATE = 32000


def test_peak_level_of_known_waveforms() -> None:
    assert peak_db(np.array([0.0, -1.0, 0.5])) == 0
    assert peak_db(np.array([[0.1, 0.0], [0.0, -0.5]])) == pytest.approx(-6.02, abs=0.01)
    assert peak_db(np.zeros(10)) == -np.inf
    assert peak_db(np.zeros(0)) == -np.inf


def test_loudness_of_the_standard_tone() -> None:
    # ITU-R BS.1770: a 997 Hz sine at full scale in one channel is -3.01 LUFS.
    full_scale = tone(3.0, 48000, hz=997, peak=1.0)
    assert integrated_loudness(full_scale, 48000) == pytest.approx(-3.01, abs=0.05)
    both = np.stack([full_scale, full_scale])
    assert integrated_loudness(both, 48000) == pytest.approx(0.0, abs=0.05)


@pytest.mark.parametrize("seconds", [0.05, 0.1, 0.399, 0.4, 0.401])
def test_a_clip_shorter_than_the_gate_has_the_loudness_of_a_long_one(seconds: float) -> None:
    long = integrated_loudness(tone(3.0, RATE, hz=1000), RATE)
    assert integrated_loudness(tone(seconds, RATE, hz=1000), RATE) == pytest.approx(long, abs=0.5)


def test_silence_and_nothing_have_no_loudness() -> None:
    assert integrated_loudness(np.zeros(RATE, np.float32), RATE) == -np.inf
    assert integrated_loudness(np.zeros(0, np.float32), RATE) == -np.inf


@pytest.mark.parametrize("db", [0.0, -1.0, -20.0])
@pytest.mark.parametrize("peak", [1e-3, 0.3, 7.0])
def test_the_peak_reaches_the_level_and_not_more(db: float, peak: float) -> None:
    result = level_audio(tone(0.5, RATE, peak=peak), RATE, LoudnessOptions(peak_db=db))
    assert result.dtype == np.float32
    assert peak_db(result) == pytest.approx(db, abs=1e-4)
    assert np.abs(result).max() <= np.float32(10 ** (db / 20))


def test_the_wanted_loudness_is_reached() -> None:
    options = LoudnessOptions(target_lufs=-23.0)
    result = level_audio(noise(2.0, RATE, channels=2), RATE, options)
    assert integrated_loudness(result, RATE) == pytest.approx(-23.0, abs=0.05)


def test_the_peak_ceiling_comes_before_loudness() -> None:
    click = 1e-3 * noise(2.0, RATE)[0]
    click[RATE] = 0.5
    options = LoudnessOptions(target_lufs=-10.0, peak_db=-3.0)
    assert peak_db(level_audio(click, RATE, options)) == pytest.approx(-3.0, abs=1e-4)


@pytest.mark.parametrize("target_lufs", [None, -20.0])
@pytest.mark.parametrize("value", [0.0, 1e-6, 1e-42])
def test_silence_comes_back_unchanged(value: float, target_lufs: float | None) -> None:
    audio = np.full(RATE, value, np.float32)
    result = level_audio(audio, RATE, LoudnessOptions(target_lufs=target_lufs))
    np.testing.assert_array_equal(result, audio)


def test_what_is_too_quiet_for_a_loudness_comes_back_unchanged() -> None:
    audio = 3e-4 * noise(1.0, RATE)[0]
    result = level_audio(audio, RATE, LoudnessOptions(target_lufs=-20.0))
    np.testing.assert_array_equal(result, audio)


def test_nothing_comes_back_as_nothing() -> None:
    assert level_audio(np.zeros(0, np.float32), RATE, LoudnessOptions()).size == 0


def test_levelling_does_not_touch_its_input() -> None:
    audio = tone(0.5, RATE)
    level_audio(audio, RATE, LoudnessOptions(target_lufs=-30.0))
    np.testing.assert_array_equal(audio, tone(0.5, RATE))


def test_a_level_above_full_scale_is_a_config_error() -> None:
    with pytest.raises(ConfigError, match="peak_db must be -100 to 0, got 1"):
        LoudnessOptions(peak_db=1)
    with pytest.raises(ConfigError, match="target_lufs"):
        LoudnessOptions(target_lufs=3)
    with pytest.raises(ConfigError, match="peak_db"):
        LoudnessOptions(peak_db=float("nan"))
