"""Noise goes, the voice stays in its place, and a level is reached with one gain."""

import sys
from pathlib import Path

import numpy as np
import pytest

from gpt_sovits.audio.meter import measure_level
from gpt_sovits.audio.read import probe_audio, read_audio
from gpt_sovits.audio.write import write_audio
from gpt_sovits.errors import ConfigError
from gpt_sovits.paths import PROJECT
from gpt_sovits.prepare.denoise import denoise_audio, denoise_recordings
from gpt_sovits.prepare.denoise_options import DenoiseOptions
from tests.audio.sounds import encode, noise

RECORDING = PROJECT.root / "assets" / "demo" / "recording.opus"
RATE = 48_000
ENGINES = ("rnnoise", "noisereduce")


def speech(seconds: float, rate: int = RATE) -> np.ndarray:
    """Float32 [1, L]."""
    return read_audio(RECORDING, sample_rate=rate)[0][None, : round(seconds * rate)].copy()


def snr(audio: np.ndarray, clean: np.ndarray) -> float:
    """Of a scaled copy of `clean` in `audio` to all else, dB."""
    part = clean * (np.vdot(audio, clean) / np.vdot(clean, clean))
    rest = float(np.vdot(audio - part, audio - part)) + 1e-12
    return 10 * float(np.log10(np.vdot(part, part) / rest))


@pytest.mark.parametrize("engine", ENGINES)
def test_noise_is_taken_out(engine: str, capsys: pytest.CaptureFixture[str]) -> None:
    clean = speech(5.0)
    hiss = noise(5.0, RATE)
    noisy = clean + hiss * 10 ** (-5 / 20) * np.sqrt(np.mean(clean**2) / np.mean(hiss**2))
    made = denoise_audio(noisy, RATE, DenoiseOptions(engine=engine))  # type: ignore[arg-type]  # a table
    gain = snr(made, clean) - snr(noisy, clean)
    with capsys.disabled():
        sys.stdout.write(f"\n{engine}, hiss at 5 dB: SNR {gain:+.1f} dB\n")
    assert gain > 4
    assert made.shape == clean.shape


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("strength", [0.0, 0.5])
def test_strength_leaves_a_share_of_the_noise(engine: str, strength: float) -> None:
    audio = noise(1.0, RATE, channels=2)
    options = DenoiseOptions(engine=engine, strength=strength)  # type: ignore[arg-type]  # a table
    made = denoise_audio(audio, RATE, options)
    if strength == 0:
        np.testing.assert_allclose(made, audio, atol=1e-4)
    inside = slice(RATE // 2, None)
    assert made[:, inside].std() <= audio[:, inside].std() * (1.02 - 0.6 * strength)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("length", [1, 50, 479, 480, 2400, 100_000])
def test_any_length_comes_back(engine: str, length: int) -> None:
    audio = noise(3.0, RATE, channels=2)[:, :length]
    made = denoise_audio(audio, RATE, DenoiseOptions(engine=engine))  # type: ignore[arg-type]  # a table
    assert made.shape == audio.shape
    assert np.isfinite(made).all()


@pytest.mark.parametrize("engine", [*ENGINES, "none"])
@pytest.mark.parametrize(("rate", "channels"), [(16000, 1), (44100, 2), (48000, 1)])
def test_a_file_keeps_rate_length_and_place(
    engine: str, rate: int, channels: int, tmp_path: Path
) -> None:
    clean = np.repeat(speech(2.0, rate), channels, axis=0)
    path = tmp_path / "talk.wav"
    write_audio(path, clean, rate)
    options = DenoiseOptions(engine=engine, peak_db=-3 if engine == "none" else None)  # type: ignore[arg-type]  # a table
    report = denoise_recordings(path, tmp_path / "out", options)
    (made,) = report.written
    assert made.name == "talk_denoised.wav"
    assert probe_audio(made).sample_rate == rate
    result = read_audio(made, mono=False)[0]
    assert result.shape == clean.shape
    # By their differences: RNNoise turns the phase of the lowest tones.
    sharp, clean = np.diff(result), np.diff(clean)
    at = [float(np.vdot(np.roll(sharp, shift, axis=1), clean)) for shift in range(-40, 41)]
    assert int(np.argmax(at)) == 40, "nothing is delayed"


def test_windows_of_a_long_recording_join(tmp_path: Path) -> None:
    rate = 8000
    audio = np.tile(speech(10.0, rate), 7)  # longer than two windows
    write_audio(tmp_path / "long.wav", audio, rate)
    options = DenoiseOptions(engine="noisereduce", format="flac")
    report = denoise_recordings(tmp_path / "long.wav", tmp_path / "out", options)
    result = read_audio(report.written[0])[0]
    assert result.shape == audio.shape[1:]
    parts = result.reshape(7, -1)
    for part in parts[2:]:  # the same words in other windows, and across their borders
        assert snr(part, parts[1]) > 15


@pytest.mark.parametrize(
    ("options", "lufs", "peak"),
    [
        (DenoiseOptions(engine="none", target_lufs=-30), -30, None),
        (DenoiseOptions(engine="none", target_lufs=-5, peak_db=-6), None, -6),
        (DenoiseOptions(engine="none", target_lufs=-3), None, -1),
        (DenoiseOptions(engine="none", peak_db=-9), None, -9),
        (DenoiseOptions(engine="rnnoise", peak_db=-9), None, -9),
    ],
)
def test_a_level_is_reached(
    options: DenoiseOptions, lufs: float | None, peak: float | None, tmp_path: Path
) -> None:
    write_audio(tmp_path / "a.wav", 0.3 * speech(3.0, 32000), 32000)
    (made,) = denoise_recordings(tmp_path / "a.wav", tmp_path / "out", options).written
    audio, rate = read_audio(made, mono=False)
    level = measure_level([audio], rate)
    if lufs is not None:
        assert level.lufs == pytest.approx(lufs, abs=0.1)
    if peak is not None:
        assert level.true_peak_db == pytest.approx(peak, abs=0.05)
    assert not list((tmp_path / "out").glob("before-level*"))


@pytest.mark.parametrize("engine", [*ENGINES, "none"])
def test_silence_stays_silent(engine: str, tmp_path: Path) -> None:
    write_audio(tmp_path / "a.wav", np.zeros((2, 16000), np.float32), 16000)
    options = DenoiseOptions(engine=engine, target_lufs=-20)  # type: ignore[arg-type]  # a table
    (made,) = denoise_recordings(tmp_path / "a.wav", tmp_path / "out", options).written
    assert not read_audio(made)[0].any()


@pytest.mark.parametrize("engine", ENGINES)
def test_bad_recordings_are_named_and_the_rest_is_done(engine: str, tmp_path: Path) -> None:
    source = tmp_path / "in"
    source.mkdir()
    for name in ("a 'b' \"c\".wav", "-dash.wav", "日本語.wav"):
        write_audio(source / name, noise(0.1, 16000), 16000)
    write_audio(source / "short.wav", noise(0.05, 8000), 8000)
    write_audio(source / "fast.wav", noise(0.1, 384_000), 384_000)
    encode(source / "eight.wav", noise(0.1, 48000, channels=8), 48000, "pcm_s16le", "s16")
    bad = {"empty.wav": b"", "text.mp3": b"no sound", "torn.wav": b"RIFF\x00\x00\x00\x00WAVE"}
    for name, content in bad.items():
        (source / name).write_bytes(content)
    options = DenoiseOptions(engine=engine)  # type: ignore[arg-type]  # a table
    report = denoise_recordings(source, tmp_path / "out", options)
    assert {path.name for path, _ in report.skipped} == set(bad)
    assert all("\n" not in reason for _, reason in report.skipped)
    assert len(report.written) == 6


def test_another_run_keeps_what_is_done(tmp_path: Path) -> None:
    write_audio(tmp_path / "a.wav", noise(0.2, 16000), 16000)
    first = denoise_recordings(tmp_path / "a.wav", tmp_path / "out", DenoiseOptions())
    again = denoise_recordings(tmp_path / "a.wav", tmp_path / "out", DenoiseOptions())
    assert again.kept == first.written
    other = denoise_recordings(tmp_path / "a.wav", tmp_path / "out", DenoiseOptions(strength=0.5))
    assert "another way" in other.skipped[0][1]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"strength": 1.1}, "strength"),
        ({"strength": -0.1}, "strength"),
        ({"target_lufs": 1}, "target_lufs"),
        ({"target_lufs": -71}, "target_lufs"),
        ({"peak_db": 0.1}, "peak_db"),
        ({"engine": "none"}, "changes nothing by itself"),
    ],
)
def test_options_out_of_range_are_refused(wrong: dict[str, float | str], says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        DenoiseOptions(**wrong)  # type: ignore[arg-type]  # a table
