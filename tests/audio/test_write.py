import logging
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile  # type: ignore[import-untyped]  # has no stubs

from gpt_sovits.audio.read import read_audio
from gpt_sovits.audio.write import Subtype, write_audio
from gpt_sovits.errors import AudioError, InputError
from tests.audio.sounds import noise, tone

RATE = 32000


def test_wav_is_16_bit_unless_told_otherwise(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "音.wav"
    audio = noise(0.5, RATE)[0]
    write_audio(path, audio, RATE)
    info = soundfile.info(path)
    assert (info.subtype, info.samplerate, info.channels) == ("PCM_16", RATE, 1)
    stored, _ = soundfile.read(path, dtype="int16")
    np.testing.assert_allclose(stored, audio.astype(np.float64) * 32768, atol=0.51)


@pytest.mark.parametrize("name", ["a.wav", "a.flac"])
def test_sixteen_bits_read_and_written_again_are_the_same(tmp_path: Path, name: str) -> None:
    samples = np.array([-32768, -32767, -1, 0, 1, 12345, 32766, 32767], np.int16)
    soundfile.write(tmp_path / "first.wav", samples, RATE)
    write_audio(tmp_path / name, read_audio(tmp_path / "first.wav")[0], RATE)
    stored, _ = soundfile.read(tmp_path / name, dtype="int16")
    np.testing.assert_array_equal(stored, samples)


@pytest.mark.parametrize("name", ["a.wav", "a.flac"])
def test_full_scale_never_wraps_round(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    audio = np.array([1.0, -1.0, 1.00001, -1.00001, 2.2, -2.2, 1e30], np.float32)
    write_audio(tmp_path / name, audio, RATE)
    stored, _ = soundfile.read(tmp_path / name, dtype="int16")
    np.testing.assert_array_equal(stored, [32767, -32768] * 3 + [32767])
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert "5 samples beyond full scale were clipped" in caplog.text


def test_float_wav_keeps_every_bit(tmp_path: Path) -> None:
    audio = 3 * noise(3.0, RATE, channels=2)
    write_audio(tmp_path / "a.wav", audio, RATE, subtype="FLOAT")
    result, rate = read_audio(tmp_path / "a.wav", mono=False)
    assert rate == RATE
    np.testing.assert_array_equal(result, audio)


@pytest.mark.parametrize(
    ("name", "subtype", "rate"),
    [("a.ogg", None, 32000), ("a.ogg", "OPUS", 48000), ("a.opus", None, 24000)]
    + [("a.mp3", None, rate) for rate in (8000, 24000, 32000, 48000)],
)
def test_lossy_files_sound_alike(
    tmp_path: Path, name: str, subtype: Subtype | None, rate: int
) -> None:
    audio = tone(20.0, rate)  # long enough for several blocks
    write_audio(tmp_path / name, audio, rate, subtype=subtype)
    result, own_rate = read_audio(tmp_path / name, sample_rate=rate)
    assert own_rate == rate
    assert len(result) == pytest.approx(len(audio), abs=rate // 50)
    length = min(len(audio), len(result))
    assert np.abs(result[:length] - audio[:length]).mean() < 0.02


@pytest.mark.parametrize(
    ("audio", "message"),
    [
        (np.zeros(0, np.float32), "no audio to write"),
        (np.zeros((2, 0), np.float32), "no audio to write"),
        (np.zeros((1, 1, 8), np.float32), r"\[L\] or \[C, L\], got float32 \[1, 1, 8\]"),
        (np.zeros((800, 2), np.float32), r"\[C, L\] with at most 8 channels, got \[800, 2\]"),
        (np.zeros(8, np.int16), r"must be floats .* got int16"),
        (np.array([0.0, np.nan]), "NaN"),
        (np.array([0.0, -np.inf]), "infinity"),
    ],
)
def test_audio_that_cannot_be_written_leaves_the_old_file(
    tmp_path: Path, audio: np.ndarray, message: str
) -> None:
    path = tmp_path / "a.wav"
    path.write_text("old")
    with pytest.raises(AudioError, match=message):
        write_audio(path, audio, RATE)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("name", "subtype", "rate", "message"),
    [
        ("a.aac", None, RATE, r"unknown ending; use one of \.wav, "),
        ("a", None, RATE, "unknown ending"),
        ("a.flac", "FLOAT", RATE, "cannot hold FLOAT; use one of PCM_16"),
        ("a.opus", None, 32000, "resample to 48000"),
        ("a.mp3", None, 47999, "resample to 48000"),
        ("a.wav", None, 0, "sample_rate must be above 0"),
    ],
)
def test_what_does_not_go_together_is_refused(
    tmp_path: Path, name: str, subtype: Subtype | None, rate: int, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        write_audio(tmp_path / name, tone(0.1, RATE), rate, subtype=subtype)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_to_is_one_clear_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match=r"cannot be written \(.*\); check the folder"):
        write_audio(tmp_path / "file" / "a.wav", tone(0.1, RATE), RATE)
    (tmp_path / "folder.wav").mkdir()
    with pytest.raises(InputError, match="cannot be written"):
        write_audio(tmp_path / "folder.wav", tone(0.1, RATE), RATE)


FULL_DISK = """
import resource, sys
from pathlib import Path
import numpy as np
from gpt_sovits.audio.write import write_audio
from gpt_sovits.errors import InputError

resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    write_audio(Path(sys.argv[1]), np.zeros(1_000_000, np.float32), 32000)
except InputError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on file size")
def test_a_full_disk_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_text("old")
    command = [sys.executable, "-c", FULL_DISK, str(path)]
    result = subprocess.run(command, check=True, capture_output=True, text=True)
    assert "a.wav: cannot be written" in result.stdout
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
