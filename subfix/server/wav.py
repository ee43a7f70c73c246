"""WAV files that exist only as an answer, and the parts of them that a player asks for."""

import re
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from gpt_sovits.errors import AudioError
from subfix.sounds import fits_16_bits

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")

_PIECE = 1 << 18
"""Bytes handed on at a time."""

_MAX_BYTES = 2**32 - 2**16
"""A WAV file states its length in 32 bits."""


@dataclass(frozen=True)
class Samples:
    """Sound that can be read from any sample on."""

    n_samples: int
    channels: int
    sample_rate: int
    dtype: np.dtype[np.generic]
    """int16 or float32."""
    read: Callable[[int, int], np.ndarray]
    """Gives the samples from one to before another, [L, C]."""

    @property
    def frame_bytes(self) -> int:
        """Bytes of one sample of all channels."""
        return self.channels * self.dtype.itemsize


def compact(audio: np.ndarray) -> np.ndarray:
    """Float samples [C, L] as [L, C], in int16 where that loses nothing: 16-bit recordings."""
    if fits_16_bits(audio):
        return (audio.T * np.float32(32768)).astype("<i2")
    return np.ascontiguousarray(audio.T, "<f4")


def in_memory(frames: np.ndarray, sample_rate: int) -> Samples:
    """Samples [L, C] that are at hand."""
    length, channels = frames.shape

    def read(start: int, end: int) -> np.ndarray:
        return frames[start:end]

    return Samples(length, channels, sample_rate, frames.dtype, read)


def header_of(samples: Samples) -> bytes:
    """The head of a WAV file with these samples.

    Raises:
        AudioError: they are more than such a file can hold.
    """
    n_bytes = samples.n_samples * samples.frame_bytes
    if n_bytes > _MAX_BYTES:
        raise AudioError("the clip is longer than a WAV file can hold; slice the recording first")
    is_float = samples.dtype.kind == "f"
    about = struct.pack(
        "<HHIIHH",
        3 if is_float else 1,
        samples.channels,
        samples.sample_rate,
        samples.sample_rate * samples.frame_bytes,
        samples.frame_bytes,
        8 * samples.dtype.itemsize,
    )
    chunks = _chunk(b"fmt ", about + (b"\0\0" if is_float else b""))
    if is_float:
        chunks += _chunk(b"fact", struct.pack("<I", samples.n_samples))
    chunks += b"data" + struct.pack("<I", n_bytes)
    return b"RIFF" + struct.pack("<I", 4 + len(chunks) + n_bytes) + b"WAVE" + chunks


def _chunk(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content


def find_range(wanted: str | None, size: int) -> tuple[int, int] | None:
    """First byte and the one behind the last of those that a `Range` header asks for.

    None where there is no such header, or one that HTTP allows to pass over: it cannot be read, or
    asks for several parts. Where the file has none of the bytes, the first is not before the last.
    """
    match = _RANGE.fullmatch((wanted or "").strip())
    if match is None or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if not first:
        return max(size - int(last), 0), size
    if last and int(last) < int(first):
        return None
    return int(first), min(int(last) + 1, size) if last else size


def bytes_of(samples: Samples, header: bytes, start: int, end: int) -> Iterator[bytes]:
    """Bytes of the WAV file from one to before another."""
    if start < len(header):
        yield header[start : min(end, len(header))]
    place, last = max(start - len(header), 0), end - len(header)
    step = samples.frame_bytes
    while place < last:
        until = min(place + _PIECE, last)
        frames = samples.read(place // step, -(-until // step))
        skipped = place // step * step
        data = frames.tobytes()
        yield data[place - skipped : until - skipped]
        place = until


def peaks_of(samples: Samples, n: int) -> list[int]:
    """Lowest and highest sample of each of `n` equal stretches, -128 to 127, over all channels.

    Of fewer samples than that, as many pairs as there are samples.
    """
    n = min(n, samples.n_samples)
    edges = np.linspace(0, samples.n_samples, n + 1).astype(np.int64)
    found: list[int] = []
    full_scale = 1.0 if samples.dtype.kind == "f" else 32768.0
    per_read = max(_PIECE * 16 // samples.frame_bytes * n // max(samples.n_samples, 1), 1)
    for first in range(0, n, per_read):
        part = edges[first : first + per_read + 1]
        frames = samples.read(int(part[0]), int(part[-1]))
        at = part[:-1] - part[0]
        low = np.minimum.reduceat(frames.min(axis=1), at) / full_scale
        high = np.maximum.reduceat(frames.max(axis=1), at) / full_scale
        pairs = np.stack([np.floor(low * 128), np.ceil(high * 128)], axis=1)
        found += np.clip(pairs, -128, 127).astype(int).ravel().tolist()
    return found
