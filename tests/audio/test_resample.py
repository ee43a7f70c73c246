import numpy as np
import pytest

from gpt_sovits.audio.resample import resample, resample_blocks
from tests.audio.sounds import noise, tone

RATES = [(48000, 32000), (44100, 32000), (32000, 16000), (16000, 32000), (8000, 44100)]


@pytest.mark.parametrize(("from_rate", "to_rate"), RATES)
def test_a_tone_keeps_pitch_phase_and_level(from_rate: int, to_rate: int) -> None:
    result = resample(tone(1.0, from_rate, hz=1000), from_rate, to_rate)
    inner = slice(to_rate // 4, -to_rate // 4)  # the ends ring, as a tone cut off does
    np.testing.assert_allclose(result[inner], tone(1.0, to_rate, hz=1000)[inner], atol=1e-6)


def test_what_the_new_rate_cannot_hold_is_removed() -> None:
    result = resample(tone(1.0, 48000, hz=12000), 48000, 16000)
    assert np.abs(result[4000:-4000]).max() < 1e-6


@pytest.mark.parametrize(("from_rate", "to_rate"), RATES)
@pytest.mark.parametrize("length", [0, 1, 2, 3, 1000, 4411])
def test_the_length_is_rounded_half_up(from_rate: int, to_rate: int, length: int) -> None:
    audio = np.zeros(length, np.float32)
    expected = (2 * length * to_rate + from_rate) // (2 * from_rate)
    assert len(resample(audio, from_rate, to_rate)) == expected


def test_channels_are_resampled_alike() -> None:
    stereo = noise(0.5, 44100, channels=2)
    result = resample(stereo, 44100, 32000)
    assert result.shape == (2, 16000)
    for one, both in zip(stereo, result, strict=True):
        np.testing.assert_allclose(resample(one, 44100, 32000), both, atol=1e-6)


def test_equal_rates_change_nothing() -> None:
    audio = noise(0.1, 16000)[0]
    np.testing.assert_array_equal(resample(audio, 16000, 16000), audio)


def test_there_and_back_returns_the_tone() -> None:
    audio = tone(1.0, 32000, hz=3000)
    back = resample(resample(audio, 32000, 48000), 48000, 32000)
    assert len(back) == len(audio)
    np.testing.assert_allclose(back[8000:-8000], audio[8000:-8000], atol=1e-6)


@pytest.mark.parametrize(("from_rate", "to_rate"), RATES)
@pytest.mark.parametrize("size", [1, 777, 10**6])
def test_blocks_joined_are_the_whole(from_rate: int, to_rate: int, size: int) -> None:
    audio = noise(0.2 if size == 1 else 2.0, from_rate, channels=2)
    frames = np.ascontiguousarray(audio.T)
    blocks = (frames[at : at + size] for at in range(0, len(frames), size))
    result = np.concatenate(list(resample_blocks(blocks, from_rate, to_rate))).T
    np.testing.assert_allclose(result, resample(audio, from_rate, to_rate), atol=1e-7)


def test_no_blocks_give_no_blocks() -> None:
    assert list(resample_blocks([], 44100, 32000)) == []
