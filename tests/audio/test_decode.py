"""Files that are broken, are no recordings, or try to make FFmpeg open something else."""

import contextlib
import logging
import os
import re
import struct
import threading
import zlib
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile  # type: ignore[import-untyped]  # has no stubs

from gpt_sovits.audio.read import iter_audio, probe_audio, read_audio
from gpt_sovits.errors import AudioError
from tests.audio.sounds import add_black_video, encode, noise, tone, wav_header

RATE = 44100


def damage(path: Path, start: float, length: int) -> Path:
    """Overwrite `length` bytes with noise, beginning at a share `start` of the file."""
    content = bytearray(path.read_bytes())
    at = int(len(content) * start)
    content[at : at + length] = np.random.default_rng(0).bytes(length)
    path.write_bytes(content)
    return path


def cut(path: Path, share: float) -> Path:
    """Keep the first part of a file."""
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    return path


def make_nothing(path: Path) -> None:
    pass


def make_folder(path: Path) -> None:
    path.mkdir()


def make_empty(path: Path) -> None:
    path.touch()


def make_pipe(path: Path) -> None:
    os.mkfifo(path)


def make_text(path: Path) -> None:
    path.write_text("这是一段文字。\nI am no recording.\n" * 200, encoding="utf-8")


def make_image(path: Path) -> None:
    def part(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0\0\0\0")
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + part(b"IHDR", header) + part(b"IDAT", pixels) + part(b"IEND", b"")
    )


def make_noise(path: Path) -> None:
    path.write_bytes(np.random.default_rng(1).bytes(50_000))


def make_half_a_header(path: Path) -> None:
    path.write_bytes(wav_header(8000, 8000, bits=16)[:30])


def make_no_samples(path: Path) -> None:
    path.write_bytes(wav_header(0, 8000, bits=16))


def make_movie_without_index(path: Path) -> None:
    cut(encode(path.with_suffix(".m4a"), noise(1, RATE), RATE, "aac", "fltp"), 0.6).rename(path)


def make_silent_film(path: Path) -> None:
    with av.open(str(path), "w", format="mp4") as container:
        add_black_video(container)


def make_nan(path: Path) -> None:
    samples = tone(1.0, RATE)
    samples[RATE // 4] = np.nan
    soundfile.write(path, samples, RATE, subtype="FLOAT", format="WAV")


def make_infinity(path: Path) -> None:
    samples = tone(1.0, RATE).astype(np.float64)
    samples[RATE // 4] = 1e300  # infinite as float32
    soundfile.write(path, samples, RATE, subtype="DOUBLE", format="WAV")


def make_64_bit(path: Path) -> None:
    path.write_bytes(wav_header(800, 8000, bits=64) + bytes(800))


def make_one_hertz(path: Path) -> None:
    path.write_bytes(wav_header(100_000, 1, bits=8) + bytes(100_000))


def make_damaged_all_over(path: Path) -> None:
    source = encode(path.with_suffix(".m4a"), noise(2, RATE), RATE, "aac", "fltp")
    damage(source, 0.02, int(source.stat().st_size * 0.8)).rename(path)


BAD_FILES: list[tuple[Callable[[Path], None], str]] = [
    (make_nothing, "no such file; check the path"),
    (make_folder, "is a folder; name a recording in it"),
    (make_empty, "is empty (0 bytes); copy or export"),
    (make_pipe, "is not a file; copy the recording into one"),
    (make_text, "not an audio or video file"),
    (make_image, "not an audio or video file"),
    (make_noise, "not an audio or video file"),
    (make_half_a_header, "cut off in its header; export it as"),
    (make_no_samples, "its sound track is empty; export"),
    (make_movie_without_index, "cut off in its header; export it as"),
    (make_silent_film, "has no sound track; choose"),
    (make_nan, "the sample at 0.250 s is not a finite number; export"),
    (make_infinity, "the sample at 0.250 s is not a finite number; export"),
    (make_64_bit, "holds 64-bit integers; export"),
    (make_one_hertz, "states 1 samples a second"),
    (make_damaged_all_over, "packets are damaged; get another copy"),
]


@pytest.mark.parametrize(("make", "message"), BAD_FILES, ids=[m.__name__ for m, _ in BAD_FILES])
@pytest.mark.parametrize("ending", ["wav", "mp3"])
def test_a_bad_file_is_one_clear_sentence(
    tmp_path: Path, make: Callable[[Path], None], message: str, ending: str
) -> None:
    path = tmp_path / f"bad file.{ending}"
    make(path)
    pattern = "^" + re.escape(f"{path}: ") + ".*" + re.escape(message)
    with pytest.raises(AudioError, match=pattern) as caught:
        read_audio(path)
    assert "\n" not in str(caught.value)
    with pytest.raises(AudioError, match=pattern):
        list(iter_audio(path, sample_rate=16000, block_s=0.2))


@pytest.mark.parametrize("name", ["a\0b.wav", "x" * 300 + ".wav"])
def test_an_impossible_name_is_one_clear_sentence(name: str) -> None:
    with pytest.raises(AudioError, match="cannot be read"):
        read_audio(name)


def test_a_file_without_permission_is_one_clear_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.wav"
    soundfile.write(path, tone(0.1, RATE), RATE)

    def deny(*_: object) -> None:  # root may open everything, so the refusal is played
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("gpt_sovits.audio.decode._SeekableFile", deny)
    with pytest.raises(AudioError, match=r"a\.wav: cannot be read \(Permission denied\)"):
        read_audio(path)


def test_a_disk_that_fails_while_reading_is_one_clear_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.wav"
    soundfile.write(path, noise(60, RATE)[0], RATE)

    class FailingDisk:
        def __init__(self, file: object) -> None:
            self.file = path.read_bytes()
            self.at = 0

        def read(self, size: int) -> bytes:
            if self.at > 2_000_000:
                raise OSError(5, "Input/output error")
            self.at += size
            return self.file[self.at - size : self.at]

        def __enter__(self) -> "FailingDisk":
            return self

        def __exit__(self, *_: object) -> None:
            pass

    monkeypatch.setattr("gpt_sovits.audio.decode._open_file", FailingDisk)
    with pytest.raises(AudioError, match=r"a\.wav: cannot be read \(Input/output error\)"):
        read_audio(path)


def test_a_wav_cut_in_the_middle_gives_what_is_there(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "a.wav"
    soundfile.write(path, tone(1.0, RATE), RATE, subtype="FLOAT")
    audio, _ = read_audio(cut(path, 0.5))
    assert 0.49 * RATE < len(audio) < 0.51 * RATE
    np.testing.assert_array_equal(audio, tone(1.0, RATE)[: len(audio)])
    assert [record.levelno for record in caplog.records] == [logging.WARNING]


@pytest.mark.parametrize(
    ("name", "codec", "sample_format"),
    [
        ("a.mp3", "libmp3lame", "fltp"),
        ("a.m4a", "aac", "fltp"),
        ("a.ts", "aac", "fltp"),
        ("a.flac", "flac", "s16"),
        ("a.mka", "flac", "s16"),
        ("a.opus", "libopus", "flt"),
    ],
)
def test_damage_in_the_middle_is_left_out_and_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, name: str, codec: str, sample_format: str
) -> None:
    rate = 48000
    path = encode(tmp_path / name, tone(4, rate)[None], rate, codec, sample_format)
    audio, _ = read_audio(damage(path, 0.5, 3000))
    assert 1.5 * rate < len(audio) < 4 * rate
    assert len(caplog.records) == 1
    assert re.match(rf".*{name}: damaged \(.*\); what can be decoded is kept", caplog.text[8:])


def test_channels_that_change_on_the_way_ask_for_mono(tmp_path: Path) -> None:
    parts = [
        encode(tmp_path / f"{c}.mp2", noise(1, RATE, channels=c), RATE, "mp2", "s16").read_bytes()
        for c in (2, 1)
    ]
    path = tmp_path / "joined.mp2"
    path.write_bytes(b"".join(parts))
    with pytest.raises(
        AudioError, match=r"changes from 2 to 1 channels at 1\.0. s; read it as mono"
    ):
        read_audio(path, mono=False)
    audio, _ = read_audio(path)
    assert len(audio) == pytest.approx(2 * RATE, rel=0.05)


@pytest.fixture
def server() -> Iterator[tuple[str, list[str]]]:
    """An HTTP server on this machine: its address and the paths that were asked of it."""
    requests: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            requests.append(self.path)
            self.send_error(404)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}", requests
        running.shutdown()
        thread.join()


PLAYLISTS = {
    "hls.m3u8": (
        "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:10\n"
        "#EXTINF:10,\n{target}\n#EXT-X-ENDLIST\n"
    ),
    "concat.ffconcat": "ffconcat version 1.0\nfile '{target}'\n",
    "dash.mpd": (
        '<?xml version="1.0"?>\n<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" '
        'mediaPresentationDuration="PT10S" profiles="urn:mpeg:dash:profile:isoff-on-demand:2011">'
        '<Period><AdaptationSet mimeType="audio/mp4"><Representation id="1" bandwidth="1000">'
        "<BaseURL>{target}</BaseURL></Representation></AdaptationSet></Period></MPD>\n"
    ),
    "session.sdp": (
        "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\n"
        "m=audio 5004 RTP/AVP 0\na=control:{target}\n"
    ),
    "redirect.asx": '<asx version="3.0"><entry><ref href="{target}"/></entry></asx>\n',
}


@pytest.mark.parametrize("name", [*PLAYLISTS, "playlist.wav", "playlist.mp3"])
def test_a_playlist_makes_nothing_else_be_opened(
    tmp_path: Path, server: tuple[str, list[str]], name: str
) -> None:
    address, requests = server
    secret = tmp_path / "secret.wav"
    soundfile.write(secret, tone(1.0, RATE), RATE)
    playlist = PLAYLISTS.get(name, PLAYLISTS["hls.m3u8"])
    for target in (f"{address}/a.wav", secret.name, str(secret), secret.as_uri()):
        path = tmp_path / name
        path.write_text(playlist.format(target=target), encoding="utf-8")
        for attempt in (read_audio, probe_audio):
            with pytest.raises(AudioError, match="not an audio or video file"):
                attempt(path)
    assert requests == []


@pytest.mark.parametrize(
    "name",
    [
        "{address}/a.wav",
        "concat:a.wav|a.wav",
        "pipe:0",
        "file:a.wav",
        "subfile,,start,0,end,0,,:a.wav",
        "data:audio/wav;base64,UklGRg==",
        "async:{address}/a.wav",
        "lavfi:sine",
        "tcp://127.0.0.1:1",
    ],
)
def test_an_address_is_only_a_file_name(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    server: tuple[str, list[str]],
    name: str,
) -> None:
    address, requests = server
    monkeypatch.chdir(tmp_path)
    soundfile.write("a.wav", tone(1.0, RATE), RATE)
    with pytest.raises(AudioError, match="no such file"):
        read_audio(name.format(address=address))
    assert requests == []


@pytest.mark.parametrize(
    ("name", "codec", "sample_format"),
    [
        ("a.wav", "pcm_s16le", "s16"),
        ("a.flac", "flac", "s16"),
        ("a.mp3", "libmp3lame", "fltp"),
        ("a.m4a", "aac", "fltp"),
        ("a.ts", "aac", "fltp"),
        ("a.mka", "flac", "s16"),
        ("a.ogg", "libopus", "flt"),
    ],
)
def test_a_damaged_header_is_an_audio_error_or_sound(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], name: str, codec: str, sample_format: str
) -> None:
    path = encode(tmp_path / name, noise(0.3, 48000), 48000, codec, sample_format)
    whole = path.read_bytes()
    generator = np.random.default_rng(0)
    for _ in range(60):
        content = bytearray(whole)
        for at in generator.integers(0, 600, size=6):
            content[at] = generator.integers(256)
        path.write_bytes(content)
        with contextlib.suppress(AudioError):
            assert all(np.isfinite(block).all() for block in iter_audio(path, sample_rate=16000))
    assert capfd.readouterr().err == ""
