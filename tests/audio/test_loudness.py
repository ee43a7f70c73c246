import numpy as np
import pytest

from gpt_sovits.audio.loudness import integrated_loudness, peak_db
from tests.audio.sounds import tone

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
