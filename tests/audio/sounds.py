"""Sounds and files that the tests of this room share."""

import struct
from pathlib import Path

import av
import numpy as np


def tone(seconds: float, rate: int, *, hz: float = 440.0, peak: float = 0.5) -> np.ndarray:
    """A sine, float32 [L]."""
    time = np.arange(round(seconds * rate)) / rate
    return (peak * np.sin(2 * np.pi * hz * time)).astype(np.float32)


def noise(seconds: float, rate: int, *, channels: int = 1, seed: int = 0) -> np.ndarray:
    """White noise in [-0.5, 0.5], float32 [C, L]."""
    generator = np.random.default_rng(seed)
    return generator.uniform(-0.5, 0.5, (channels, round(seconds * rate))).astype(np.float32)


def encode(
    path: Path, audio: np.ndarray, rate: int, codec: str, sample_format: str, *, video: bool = False
) -> Path:
    """Write waveform [C, L] (C 1, 2 or 8) by FFmpeg; `video` puts a black picture beside it."""
    layout = {1: "mono", 2: "stereo", 8: "7.1"}[len(audio)]
    packed = np.ascontiguousarray(audio.T).reshape(1, -1)
    frame = av.AudioFrame.from_ndarray(packed, format="flt", layout=layout)
    frame.sample_rate = rate
    frame.pts = 0
    converter = av.AudioResampler(format=sample_format, layout=layout, rate=rate)
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate)
        assert isinstance(stream, av.AudioStream)
        stream.codec_context.layout = layout
        stream.codec_context.format = sample_format
        if video:
            add_black_video(container)
        for converted in (*converter.resample(frame), *converter.resample(None)):
            container.mux(stream.encode(converted))
        container.mux(stream.encode(None))
    return path


def add_black_video(container: av.container.OutputContainer) -> None:
    """Five black pictures in an MPEG-4 track."""
    stream = container.add_stream("mpeg4", rate=5)
    stream.width, stream.height, stream.pix_fmt = 32, 32, "yuv420p"
    for _ in range(5):
        container.mux(stream.encode(av.VideoFrame(32, 32, "yuv420p")))
    container.mux(stream.encode(None))


def caf_header(n_samples: int, rate: int) -> bytes:
    """Header of a CAF file of signed bytes, mono; FFmpeg reads it 4096 samples at a time."""
    layout = struct.pack(">d4sIIIII", rate, b"lpcm", 0, 1, 1, 1, 8)
    return (
        struct.pack(">4sHH4sq", b"caff", 1, 0, b"desc", len(layout))
        + layout
        + struct.pack(">4sqI", b"data", n_samples + 4, 0)
    )


def wav_header(n_bytes: int, rate: int, *, bits: int, code: int = 1, channels: int = 1) -> bytes:
    """Header of a wav file; `code` is 1 for integers, 3 for floats."""
    step = channels * bits // 8
    layout = struct.pack("<IHHIIHH", 16, code, channels, rate, rate * step, step, bits)
    return (
        b"RIFF"
        + struct.pack("<I", 36 + n_bytes)
        + b"WAVEfmt "
        + layout
        + b"data"
        + struct.pack("<I", n_bytes)
    )
