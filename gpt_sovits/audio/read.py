"""Read any audio or video file as float32 samples.

Of a file with several sound tracks the first is read. The encoder's delay and padding are taken off
where the container tells of them, as FFmpeg does. Integers become floats by their full scale; float
recordings and lossy codings may go beyond 1.0 and are left as they are.
"""

import math
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

import numpy as np

from gpt_sovits.audio.decode import RATES, AudioInfo, Recording, open_recording
from gpt_sovits.audio.resample import resample_blocks
from gpt_sovits.errors import AudioError, ConfigError

MAX_BYTES = 2**30
"""Most that `read_audio` puts into memory: 2 h 20 min of 32 kHz mono."""

PIECE = 65536
"""Samples handed on at a time; decoders give a few hundred, too few for a call each."""


def probe_audio(path: Path | str) -> AudioInfo:
    """Tell length, rate, channels and coding without decoding the recording.

    Raises:
        AudioError: the file cannot be opened, is of no known kind, or has no sound track.
    """
    with open_recording(Path(path)) as recording:
        return recording.info


def read_audio(
    path: Path | str, *, sample_rate: int | None = None, mono: bool = True
) -> tuple[np.ndarray, int]:
    """Read a whole recording.

    Damaged parts are left out with a warning in the log; `Recording.chunks` tells when.

    Args:
        path: an audio or video file on this machine.
        sample_rate: wanted rate, Hz; None keeps the recording's own.
        mono: give the mean of the channels.

    Returns:
        Waveform, float32 [L], or [C, L] where `mono` is off; and its sample rate, Hz.

    Raises:
        AudioError: the file cannot be read or decoded, holds no samples, holds one that is not a
            number, or needs more than `MAX_BYTES`; the message says what to do.
        ConfigError: `sample_rate` is out of range.
    """
    path = Path(path)
    samples = bytearray()  # grows in place: an array of pieces would be needed twice to join them
    channels = 1
    with open_recording(path) as recording:
        rate = _wanted_rate(sample_rate, recording)
        for piece in _pieces(recording, rate, mono=mono):
            channels = piece.shape[1]
            if len(samples) + piece.nbytes > MAX_BYTES:
                minutes = MAX_BYTES / (4 * channels * rate * 60)
                raise AudioError(
                    f"{path}: longer than {minutes:.0f} min, too long to be read in one piece; "
                    "slice it first"
                )
            samples += piece.data
    audio = np.frombuffer(samples, np.float32)
    return (audio if mono else audio.reshape(-1, channels).T), rate


def iter_audio(
    path: Path | str,
    *,
    sample_rate: int | None = None,
    mono: bool = True,
    block_s: float = 30.0,
) -> Iterator[np.ndarray]:
    """Read a recording of any length in bounded memory.

    Joined, the blocks are what `read_audio` gives, sample by sample. Errors come while iterating,
    some only at the end: write the result so that it appears when it is whole.

    Args:
        path: an audio or video file on this machine.
        sample_rate: wanted rate, Hz; None keeps the recording's own, which `probe_audio` tells.
        mono: give the mean of the channels.
        block_s: length of a block in seconds.

    Yields:
        Waveform, float32 [L], or [C, L] where `mono` is off; all blocks but the last have
        round(block_s * sample_rate) samples.

    Raises:
        AudioError: as `read_audio`, without the limit of length.
        ConfigError: `sample_rate` or `block_s` is out of range.
    """
    with open_recording(Path(path)) as recording:
        rate = _wanted_rate(sample_rate, recording)
        if not 1 / rate <= block_s < math.inf:
            raise ConfigError(f"block_s must be above 0, got {block_s}")
        for block in _regroup(_pieces(recording, rate, mono=mono), round(block_s * rate)):
            yield block[:, 0] if mono else block.T


def _wanted_rate(sample_rate: int | None, recording: Recording) -> int:
    if sample_rate is None:
        return recording.info.sample_rate
    lowest, highest = RATES
    if not lowest <= sample_rate <= highest:
        raise ConfigError(f"sample_rate must be {lowest} to {highest} Hz, got {sample_rate}")
    return sample_rate


def _pieces(recording: Recording, rate: int, *, mono: bool) -> Iterator[np.ndarray]:
    """Decoded sound [L, C] at one rate; a stream that changes its rate is resampled by parts."""
    n_samples = 0
    for own_rate, chunks in groupby(recording.chunks(mono=mono), key=lambda c: c.sample_rate):
        pieces = _regroup((chunk.samples for chunk in chunks), PIECE)
        for piece in pieces if own_rate == rate else resample_blocks(pieces, own_rate, rate):
            n_samples += len(piece)
            yield piece
    if not n_samples:
        raise AudioError(
            f"{recording.path}: is too short to have a sample at {rate} Hz; record it again"
        )


def _regroup(pieces: Iterable[np.ndarray], length: int) -> Iterator[np.ndarray]:
    """Cut pieces [L, C] of any length into blocks of `length` samples and a last, shorter one."""
    held: list[np.ndarray] = []
    n_held = 0
    for piece in pieces:
        held.append(piece)
        n_held += len(piece)
        if n_held >= length:
            joined = np.concatenate(held)
            n_blocks, n_held = divmod(n_held, length)
            yield from np.split(joined[: n_blocks * length], n_blocks)
            held = [joined[n_blocks * length :]]
    if n_held:
        yield np.concatenate(held)
