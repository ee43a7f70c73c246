from pathlib import Path

import numpy as np
import pytest
import soundfile  # type: ignore[import-untyped]  # has no stubs

from gpt_sovits.data.limits import AudioLimits
from gpt_sovits.data.recordings import measure, mix_level, read_recording
from gpt_sovits.errors import AudioError, ConfigError

RATE = 16000


def tone(seconds: float, peak: float = 0.5) -> np.ndarray:
    time = np.arange(round(seconds * RATE)) / RATE
    return (peak * np.sin(2 * np.pi * 220 * time)).astype(np.float32)


def write(path: Path, audio: np.ndarray) -> Path:
    soundfile.write(path, audio, RATE, subtype="FLOAT")
    return path


@pytest.mark.parametrize(
    ("audio", "says"),
    [
        (tone(0.2), "too short: 0.20 s"),
        (tone(80), "too long: 80.0 s"),
        (tone(200), "too long: 200.0 s"),
        (np.zeros(RATE, np.float32), "silent: its highest peak is -inf dBFS"),
        (tone(1, 1e-3), "silent"),
        (tone(1, 2.5), "overloaded: its highest sample is 2.5"),
        (np.clip(tone(1, 1.5), -1, 1), "clipped: 5"),
    ],
)
def test_what_cannot_be_trained_on_is_one_sentence(
    tmp_path: Path, audio: np.ndarray, says: str
) -> None:
    with pytest.raises(AudioError, match=says):
        read_recording(write(tmp_path / "a.wav", audio), AudioLimits())


@pytest.mark.parametrize("audio", [tone(1), tone(1, 1.0), tone(1, 2.0), tone(0.6), tone(1, 0.01)])
def test_what_can_be_trained_on_is_read(tmp_path: Path, audio: np.ndarray) -> None:
    read, rate, facts = read_recording(write(tmp_path / "a.wav", audio), AudioLimits())
    np.testing.assert_array_equal(read, audio)
    assert (rate, facts.seconds) == (RATE, len(audio) / RATE)


def test_only_runs_at_full_scale_count_as_clipped() -> None:
    audio = np.zeros(100, np.float32)
    audio[[3, 4, 20, 40, 41, 42, 43]] = 1, 1, -1, 1, 1, 1, 1
    assert measure(audio, RATE).clipped == pytest.approx(0.04)


@pytest.mark.parametrize("limits", [(0.0, 1.0), (2.0, 1.0)])
def test_limits_that_nothing_meets_are_refused(limits: tuple[float, float]) -> None:
    with pytest.raises(ConfigError, match="min_s"):
        AudioLimits(min_s=limits[0], max_s=limits[1])


@pytest.mark.parametrize("peak", [0.01, 0.5, 1.0])
def test_the_published_level_is_halfway_to_095(peak: float) -> None:
    mixed = mix_level(tone(1, peak))
    assert np.abs(mixed).max() == pytest.approx(0.5 * peak + 0.475, abs=1e-3)
    steps = mixed * 32768
    np.testing.assert_array_equal(steps, np.rint(steps))


def test_audio_beyond_full_scale_is_clipped_and_does_not_wrap() -> None:
    audio = tone(1, 2.0)
    mixed = mix_level(audio)
    assert mixed.max() == np.float32(32767 / 32768)
    assert (np.sign(mixed) == np.sign(audio))[np.abs(audio) > 0.01].all()


def test_silence_keeps_its_level() -> None:
    assert not mix_level(np.zeros(10, np.float32)).any()
