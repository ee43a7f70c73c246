import numpy as np
import pytest

from gpt_sovits.audio.resample import resample
from gpt_sovits.prepare.check.sound import frame_levels, measure_sound, signal_to_noise
from tests.audio.sounds import noise, tone
from tests.speech_set import RATE, SENTENCES, spoken


def test_lengths_of_silence_are_found_at_both_ends() -> None:
    speech = spoken(SENTENCES[0])
    room = 5e-4 * np.random.default_rng(1).standard_normal(RATE).astype(np.float32)
    sound = measure_sound(np.concatenate([room, speech, room, room]), RATE)
    own = measure_sound(speech, RATE)
    assert sound.lead_s == pytest.approx(1 + own.lead_s, abs=0.05)
    assert sound.tail_s == pytest.approx(2 + own.tail_s, abs=0.05)
    assert sound.silence > own.silence + 0.3


@pytest.mark.parametrize("snr_db", [30, 20, 10, 5])
def test_noise_is_measured_within_four_db(snr_db: float) -> None:
    speech = np.concatenate([spoken(sentence) for sentence in SENTENCES[:2]])
    levels = frame_levels(speech, RATE)
    power = 10 ** (levels[levels > levels.max() - 25] / 10)
    hiss = np.random.default_rng(0).standard_normal(len(speech))
    noisy = speech + np.sqrt(power.mean() / 10 ** (snr_db / 10)) * hiss
    found = signal_to_noise(frame_levels(noisy.astype(np.float32), RATE))
    assert found == pytest.approx(snr_db, abs=4)


def test_noise_alone_has_nothing_that_stands_out() -> None:
    found = measure_sound(noise(3, RATE)[0], RATE).snr_db
    assert found is not None
    assert found < 3


@pytest.mark.parametrize("rate", [8000, 16000])
def test_resampled_speech_shows_its_old_rate(rate: int) -> None:
    hiss = noise(2, rate)[0]
    sound = measure_sound(resample(hiss, rate, 48000), 48000)
    assert sound.bandwidth_hz == pytest.approx(rate / 2, rel=0.06)


@pytest.mark.parametrize("ceiling", [1.0, 0.3])
def test_cut_tops_are_found_at_any_height(ceiling: float) -> None:
    speech = spoken(SENTENCES[1])
    assert measure_sound(speech, RATE).flat == 0
    cut = np.clip(4 * speech, -1, 1) * ceiling
    steps = (np.round(cut * 32767) / 32768).astype(np.float32)
    assert measure_sound(steps, RATE).flat > 0.01


@pytest.mark.parametrize("hz", [60, 440])
def test_a_pure_tone_is_not_clipped(hz: float) -> None:
    assert measure_sound(tone(2, 48000, hz=hz), 48000).clipped == 0


def test_an_offset_is_seen() -> None:
    assert measure_sound(spoken(SENTENCES[0]) + 0.05, RATE).offset == pytest.approx(0.05, abs=0.01)


@pytest.mark.parametrize("length", [1, 10, 500, 5000])
def test_any_length_and_silence_are_measured(length: int) -> None:
    for audio in (np.zeros(length, np.float32), np.full(length, 0.1, np.float32)):
        sound = measure_sound(audio, 8000)
        assert sound.seconds == pytest.approx(length / 8000, abs=1e-4)
        assert 0 <= sound.silence <= 1
