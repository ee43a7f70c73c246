from pathlib import Path

import numpy as np
import pytest

from gpt_sovits.audio.read import read_audio
from gpt_sovits.audio.write import write_audio
from gpt_sovits.errors import AudioError, InputError
from subfix.sounds import (
    Sound,
    fits_16_bits,
    gap_between,
    join_sounds,
    joined_name,
    part_name,
    read_sound,
    write_clip,
)

RATE = 16000


def noise(n_samples: int, channels: int = 1, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return (rng.integers(-20000, 20000, (channels, n_samples)) / 32768).astype(np.float32)


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("exact", [True, False])
def test_parts_joined_are_the_same_samples(tmp_path: Path, channels: int, exact: bool) -> None:
    audio = noise(5000, channels)
    if not exact:
        audio = audio * np.float32(0.77)
    whole = write_clip(tmp_path, "whole", audio, RATE)
    for at in (1, 2, 1234, 4999):
        read, rate = read_sound(Sound(whole))
        parts = [write_clip(tmp_path, "part", part, rate) for part in np.split(read, [at], axis=1)]
        assert [read_sound(Sound(part))[0].shape[1] for part in parts] == [at, 5000 - at]
        joined, _ = join_sounds([Sound(part) for part in parts], "set", 0.0)
        np.testing.assert_array_equal(joined, audio)


def test_16_bits_stay_16_bits(tmp_path: Path) -> None:
    assert fits_16_bits(noise(100))
    assert not fits_16_bits(noise(100) * np.float32(0.5))
    assert not fits_16_bits(np.ones((1, 3), np.float32))
    path = write_clip(tmp_path, "a", np.ones((1, 30), np.float32), RATE)
    assert read_audio(path)[0].max() == 1.0, "full scale is not clipped"


def test_a_span_of_a_recording(tmp_path: Path) -> None:
    write_audio(tmp_path / "long.wav", noise(RATE * 2)[0], RATE)
    audio, _ = read_sound(Sound(tmp_path / "long.wav", 0.5, 0.75))
    np.testing.assert_array_equal(audio, noise(RATE * 2)[:, RATE // 2 : RATE * 3 // 4])
    with pytest.raises(InputError, match="has no sound from"):
        read_sound(Sound(tmp_path / "long.wav", 3, 4))


def test_a_file_is_never_written_over(tmp_path: Path) -> None:
    first = write_clip(tmp_path, "a", noise(10), RATE)
    second = write_clip(tmp_path, "a", noise(10, seed=1), RATE)
    assert (first.name, second.name) == ("a.wav", "a-2.wav")
    np.testing.assert_array_equal(read_sound(Sound(first))[0], noise(10))


def test_parts_are_named_by_their_place() -> None:
    assert part_name(Path("talk.wav"), 0, 16000, RATE) == "talk_0000000000_0000032000"
    slice_ = Path("talk.mp3_0000032000_0000096000.wav")
    assert part_name(slice_, 1600, 16000, RATE) == "talk.mp3_0000035200_0000064000"
    assert len((part_name(Path("語" * 200), 0, 1, RATE) + ".wav").encode()) < 255


def test_the_gap_of_the_recording_is_known_by_the_names() -> None:
    first, second = Path("t_0000000000_0000032000.wav"), Path("t_0000048000_0000064000.wav")
    assert gap_between(first, second) == 0.5
    assert gap_between(second, first) == 0
    assert gap_between(first, Path("u_0000048000_0000064000.wav")) == 0
    assert gap_between(Path("a.wav"), Path("b.wav")) == 0
    assert joined_name(first, second) == "t_0000000000_0000064000"
    assert joined_name(Path("a.wav"), Path("b.wav")) == "a_joined"


def test_a_pause_is_kept_shortened_or_set(tmp_path: Path) -> None:
    loud = noise(3200)
    quiet = np.zeros((1, 1600), np.float32)
    one = write_clip(tmp_path, "t_0000000000_0000009600", np.hstack([loud, quiet]), RATE)
    two = write_clip(tmp_path, "t_0000019200_0000028800", np.hstack([quiet, loud]), RATE)
    sounds = [Sound(one), Sound(two)]  # 0.1 s of quiet, 0.3 s between, 0.1 s of quiet

    def pause(mode: str, gap_s: float) -> float:
        joined, rate = join_sounds(sounds, mode, gap_s)  # type: ignore[arg-type]
        np.testing.assert_array_equal(joined[:, :3200], loud)
        np.testing.assert_array_equal(joined[:, -3200:], loud)
        return (joined.shape[1] - 6400) / rate

    assert pause("keep", 0) == pytest.approx(0.5)
    assert pause("set", 0.05) == pytest.approx(0.25)
    for longest in (0.0, 0.05, 0.2, 0.45):
        assert pause("shorten", longest) == pytest.approx(longest, abs=1e-3)
    assert pause("shorten", 2.0) == pytest.approx(0.5)
    with pytest.raises(InputError, match="out of range"):
        join_sounds(sounds, "set", float("nan"))


def test_clips_of_other_rates_and_channels_are_joined(tmp_path: Path) -> None:
    one = write_clip(tmp_path, "one", noise(1600), RATE)
    two = write_clip(tmp_path, "two", noise(3200, 2), 2 * RATE)
    joined, rate = join_sounds([Sound(one), Sound(two)], "keep", 0)
    assert (rate, joined.shape) == (RATE, (1, 3200))
    np.testing.assert_array_equal(joined[:, :1600], noise(1600))


def test_what_is_no_sound_is_told(tmp_path: Path) -> None:
    (tmp_path / "bad.wav").write_bytes(b"RIFF and nothing else")
    with pytest.raises(AudioError, match=r"bad\.wav"):
        read_sound(Sound(tmp_path / "bad.wav"))
