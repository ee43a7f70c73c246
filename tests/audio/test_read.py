import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile  # type: ignore[import-untyped]  # has no stubs

from gpt_sovits.audio import read
from gpt_sovits.audio.read import iter_audio, probe_audio, read_audio
from gpt_sovits.audio.resample import resample
from gpt_sovits.errors import AudioError, ConfigError
from tests.audio.sounds import caf_header, encode, noise, tone, wav_header

RATE = 22050


@pytest.mark.parametrize(
    ("name", "subtype", "dtype"),
    [
        ("a.wav", "PCM_U8", "int16"),
        ("a.wav", "PCM_16", "int16"),
        ("a.wav", "PCM_24", "int32"),
        ("a.wav", "PCM_32", "int32"),
        ("a.wav", "FLOAT", "float32"),
        ("a.wav", "DOUBLE", "float64"),
        ("a.flac", "PCM_16", "int16"),
        ("a.flac", "PCM_24", "int32"),
        ("a.aiff", "PCM_S8", "int16"),
        ("a.w64", "PCM_16", "int16"),
        ("a.au", "PCM_16", "int16"),
        ("a.caf", "PCM_24", "int32"),
    ],
)
def test_lossless_files_give_exactly_their_samples(
    tmp_path: Path, name: str, subtype: str, dtype: str
) -> None:
    path = tmp_path / name
    soundfile.write(path, noise(0.7, RATE, channels=2).T, RATE, subtype=subtype)
    raw, _ = soundfile.read(path, dtype=dtype)  # by another decoder, as it is stored
    full_scale = 1.0 if dtype.startswith("float") else -float(np.iinfo(dtype).min)

    audio, rate = read_audio(path, mono=False)

    assert rate == RATE
    assert audio.dtype == np.float32
    np.testing.assert_array_equal(audio, (raw.T / full_scale).astype(np.float32))


@pytest.mark.parametrize(
    ("name", "codec", "sample_format", "rate"),
    [
        ("a.mp3", "libmp3lame", "fltp", 44100),
        ("a.m4a", "aac", "fltp", 44100),
        ("a.aac", "aac", "fltp", 44100),
        ("a.ts", "aac", "fltp", 44100),
        ("a.ac3", "ac3", "fltp", 48000),
        ("a.webm", "libopus", "flt", 48000),
        ("a.ogg", "libopus", "flt", 48000),
        ("a.mka", "flac", "s32", 44100),
        ("a.avi", "mp2", "s16", 44100),
    ],
)
def test_lossy_and_video_containers_are_read_without_a_complaint(
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    name: str,
    codec: str,
    sample_format: str,
    rate: int,
) -> None:
    audio = np.stack([tone(1.5, rate), tone(1.5, rate)])
    path = encode(tmp_path / name, audio, rate, codec, sample_format)

    result, result_rate = read_audio(path)

    assert result_rate == rate
    assert len(result) / rate == pytest.approx(1.5, abs=0.06)
    spectrum = np.abs(np.fft.rfft(result[: rate // 2 * 2]))
    assert spectrum.argmax() * rate / (rate // 2 * 2) == pytest.approx(440, abs=2)
    assert not caplog.records


@pytest.mark.parametrize(("name", "codec"), [("a.mp3", "libmp3lame"), ("a.ogg", "libopus")])
def test_encoder_delay_is_taken_off(tmp_path: Path, name: str, codec: str) -> None:
    rate = 48000
    audio = noise(1.0, rate)
    sample_format = "flt" if codec == "libopus" else "fltp"
    result, _ = read_audio(encode(tmp_path / name, audio, rate, codec, sample_format))
    assert len(result) == rate
    margin = 2000
    likeness = np.correlate(result, audio[0, margin:-margin], mode="valid")  # at each delay
    assert likeness.argmax() - margin == 0


def test_the_sound_of_a_video_is_read(tmp_path: Path) -> None:
    path = encode(tmp_path / "film.mp4", tone(1.0, 44100)[None], 44100, "aac", "fltp", video=True)
    audio, rate = read_audio(path)
    assert len(audio) / rate == pytest.approx(1.0, abs=0.05)
    assert np.abs(audio[3000:-3000]).max() == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize(
    "name",
    [
        "with space.wav",
        "录音 ひと声.wav",
        'it\'s "quoted".wav',
        "100%d %03d.wav",
        "-y.wav",
        "a;b&$(c)|`d`.wav",
        "no ending",
        "wav that says.mp3",
    ],
)
def test_any_file_name_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(tmp_path)
    soundfile.write(tmp_path / name, tone(0.1, RATE), RATE, format="WAV")
    audio, _ = read_audio(name)
    assert len(audio) == RATE // 10


def test_tags_in_an_old_encoding_do_no_harm(tmp_path: Path) -> None:
    samples = bytes(2000)
    tags = b"INFOINAM\x06\x00\x00\x00caf\xe9\xe8\x00"
    path = tmp_path / "a.wav"
    path.write_bytes(
        wav_header(len(samples), 8000, bits=16)
        + samples
        + b"LIST"
        + len(tags).to_bytes(4, "little")
        + tags
    )
    audio, _ = read_audio(path)
    assert len(audio) == 1000


def test_mono_is_the_mean_of_the_channels(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    stereo = np.stack([tone(0.3, RATE), -0.5 * tone(0.3, RATE)])
    soundfile.write(path, stereo.T, RATE, subtype="FLOAT")
    audio, _ = read_audio(path)
    np.testing.assert_allclose(audio, stereo.mean(axis=0), atol=1e-7)


def test_float_recordings_keep_what_is_beyond_full_scale(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    soundfile.write(path, np.array([0.0, 1.5, -2.5]), RATE, subtype="FLOAT")
    audio, _ = read_audio(path)
    np.testing.assert_array_equal(audio, [0.0, 1.5, -2.5])


def test_silence_is_read_as_zeros(tmp_path: Path) -> None:
    path = tmp_path / "a.flac"
    soundfile.write(path, np.zeros(RATE), RATE)
    audio, _ = read_audio(path)
    np.testing.assert_array_equal(audio, np.zeros(RATE))


def test_the_result_can_be_written_to(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    soundfile.write(path, tone(0.1, RATE), RATE)
    audio, _ = read_audio(path)
    audio *= 0.5
    assert np.abs(audio).max() < 0.26


@pytest.mark.parametrize("mono", [True, False])
@pytest.mark.parametrize("sample_rate", [None, 16000, 32000, 44100])
def test_blocks_joined_are_the_whole_recording(
    tmp_path: Path, sample_rate: int | None, mono: bool
) -> None:
    path = tmp_path / "a.wav"
    soundfile.write(path, noise(2.2, RATE, channels=2).T, RATE, subtype="FLOAT")

    whole, rate = read_audio(path, sample_rate=sample_rate, mono=mono)
    blocks = list(iter_audio(path, sample_rate=sample_rate, mono=mono, block_s=0.5))

    assert [block.shape[-1] for block in blocks[:-1]] == [rate // 2] * 4
    np.testing.assert_array_equal(np.concatenate(blocks, axis=-1), whole)
    own, own_rate = read_audio(path, mono=mono)
    np.testing.assert_allclose(resample(own, own_rate, rate), whole, atol=1e-6)


def test_blocks_do_not_share_memory(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    soundfile.write(path, tone(1.0, RATE), RATE, subtype="FLOAT")
    kept = []
    for block in iter_audio(path, block_s=0.03):
        kept.append(block.copy())
        block[:] = 9.0
    np.testing.assert_array_equal(np.concatenate(kept), tone(1.0, RATE))


def test_the_first_of_several_sound_tracks_is_read(tmp_path: Path) -> None:
    import av

    path = tmp_path / "a.mkv"
    with av.open(str(path), "w") as container:
        streams = [container.add_stream("pcm_s16le", rate=8000, layout="mono") for _ in range(2)]
        for level, stream in zip((1000, 2000), streams, strict=True):
            samples = np.full((1, 800), level, np.int16)
            frame = av.AudioFrame.from_ndarray(samples, "s16", "mono")
            frame.sample_rate = 8000
            container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
    audio, _ = read_audio(path)
    np.testing.assert_array_equal(audio, np.full(800, 1000 / 32768, np.float32))


def test_a_stream_that_changes_its_rate_comes_out_at_one_rate(tmp_path: Path) -> None:
    # Two MPEG streams in one file, as people make with `cat`.
    parts = [
        encode(tmp_path / f"{rate}.mp2", tone(1.0, rate)[None], rate, "mp2", "s16").read_bytes()
        for rate in (44100, 32000)
    ]
    path = tmp_path / "joined.mp2"
    path.write_bytes(b"".join(parts))
    audio, rate = read_audio(path)
    assert len(audio) / rate == pytest.approx(2.0, abs=0.1)
    for half in (audio[: rate // 2], audio[-rate // 2 :]):
        assert np.abs(np.fft.rfft(half)).argmax() * rate / len(half) == pytest.approx(440, abs=3)


def test_probe_tells_what_the_file_holds(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    soundfile.write(path, noise(1.25, RATE, channels=2).T, RATE, subtype="PCM_24")
    info = probe_audio(path)
    assert (info.sample_rate, info.channels, info.codec) == (RATE, 2, "pcm_s24le")
    assert info.duration_s == pytest.approx(1.25, abs=1e-4)


def test_a_recording_beyond_the_limit_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "long.wav"
    soundfile.write(path, noise(2.0, RATE)[0], RATE)
    monkeypatch.setattr(read, "MAX_BYTES", 4 * RATE)
    with pytest.raises(AudioError, match=r"long\.wav: longer than .* slice it first"):
        read_audio(path)
    assert sum(map(len, iter_audio(path))) == 2 * RATE


MEASURE = """
import sys
from pathlib import Path
from gpt_sovits.audio.read import iter_audio, read_audio

def peak_mb():
    line = next(l for l in Path("/proc/self/status").open() if l.startswith("VmHWM"))
    return int(line.split()[1]) / 1024

list(iter_audio(sys.argv[2]))  # what the libraries take once
before = peak_mb()
if sys.argv[1] == "iter":
    n_samples = sum(map(len, iter_audio(sys.argv[3], sample_rate=8000)))
else:
    n_samples = len(read_audio(sys.argv[3])[0])
print(n_samples, peak_mb() - before)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="peak memory is read from /proc")
@pytest.mark.parametrize(
    ("way", "hours", "rate", "limit_mb"),
    # Held in one piece, the first would take 549 MB; the second takes 330 MB, and that only once.
    [("iter", 5, 4000, 60), ("read", 0.5, 48000, 400)],
)
def test_long_recordings_are_read_in_bounded_memory(
    tmp_path: Path, way: str, hours: float, rate: int, limit_mb: float
) -> None:
    n_samples = round(hours * 3600 * rate)
    short, long = tmp_path / "short.wav", tmp_path / "long.caf"
    soundfile.write(short, tone(0.5, RATE), RATE)
    with long.open("wb") as file:  # a sparse file: hours that take no space on the disk
        header = caf_header(n_samples, rate)
        file.write(header)
        file.truncate(len(header) + n_samples)
    command = [sys.executable, "-c", MEASURE, way, str(short), str(long)]
    result = subprocess.run(command, check=True, capture_output=True, text=True)
    n_read, growth_mb = result.stdout.split()
    assert int(n_read) == (2 * n_samples if way == "iter" else n_samples)  # iter doubles the rate
    assert float(growth_mb) < limit_mb


@pytest.mark.parametrize("sample_rate", [0, -1, 5, 10**9])
def test_an_impossible_rate_is_a_config_error(tmp_path: Path, sample_rate: int) -> None:
    path = tmp_path / "a.wav"
    soundfile.write(path, tone(0.1, RATE), RATE)
    with pytest.raises(ConfigError, match="sample_rate"):
        read_audio(path, sample_rate=sample_rate)


@pytest.mark.parametrize("block_s", [0.0, -1.0, float("nan"), float("inf")])
def test_an_impossible_block_is_a_config_error(tmp_path: Path, block_s: float) -> None:
    path = tmp_path / "a.wav"
    soundfile.write(path, tone(0.1, RATE), RATE)
    with pytest.raises(ConfigError, match="block_s"):
        list(iter_audio(path, block_s=block_s))


def test_importing_the_readers_loads_no_heavy_library() -> None:
    code = (
        "import sys, gpt_sovits.audio.read, gpt_sovits.audio.write, gpt_sovits.audio.loudness;"
        "print([name for name in ('av', 'torch', 'scipy', 'librosa') if name in sys.modules])"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "[]"


def test_surround_sound_is_read(tmp_path: Path) -> None:
    """Eight planes, after which PyAV finds a ninth that is none."""
    sound = noise(0.5, 48000, channels=8)
    audio, _ = read_audio(encode(tmp_path / "a.m4a", sound, 48000, "aac", "fltp"), mono=False)
    assert len(audio) == 8
    loudest = tone(0.5, 48000)
    sound = np.stack([loudest * share / 8 for share in range(1, 9)])
    audio, _ = read_audio(encode(tmp_path / "b.mka", sound, 48000, "pcm_f32le", "flt"), mono=False)
    np.testing.assert_array_equal(audio, sound)


def test_less_than_one_sample_is_an_error_and_no_empty_waveform(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    soundfile.write(path, np.zeros(1), 44100)
    assert len(read_audio(path)[0]) == 1
    with pytest.raises(AudioError, match="too short to have a sample at 16000 Hz"):
        read_audio(path, sample_rate=16000)
    with pytest.raises(AudioError, match="too short"):
        list(iter_audio(path, sample_rate=16000))
