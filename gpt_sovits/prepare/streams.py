"""Recordings that a stage changes while they pass: any length in, exactly that length out."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from gpt_sovits.audio.read import iter_audio, probe_audio
from gpt_sovits.audio.resample import resample_blocks
from gpt_sovits.prepare.stage import Tell

BLOCK_S = 1.0
"""Length of the pieces that are read, seconds."""


class Stream:
    """One recording in mono or stereo; more channels than two are taken as their mean.

    Args:
        path: the recording.
        tell: told the share of it that has been read.

    Raises:
        AudioError: it cannot be opened; reading it may still find it damaged.
    """

    def __init__(self, path: Path, tell: Tell) -> None:
        info = probe_audio(path)
        self.path = path
        self.sample_rate = info.sample_rate
        """Of the recording, Hz."""
        self.channels = info.channels if info.channels <= 2 else 1
        """Of what is read, C: 1 or 2."""
        self.n_samples = 0
        """Read so far, at the recording's own rate."""
        self._tell = tell
        self._expected = (info.duration_s or 0.0) * info.sample_rate

    def read(self, sample_rate: int) -> Iterator[np.ndarray]:
        """Read the recording once.

        Args:
            sample_rate: wanted rate, Hz.

        Yields:
            Its pieces, float32 [C, L].
        """
        blocks = self._blocks()
        if sample_rate == self.sample_rate:
            yield from blocks
            return
        frames = (block.T for block in blocks)
        for piece in resample_blocks(frames, self.sample_rate, sample_rate):
            yield piece.T

    def restore(self, pieces: Iterable[np.ndarray], sample_rate: int) -> Iterator[np.ndarray]:
        """Bring what was made of `read` back to the recording's own rate and exact length.

        Args:
            pieces: float32 [C, L] that belong to what was read at `sample_rate`, sample for sample;
                what goes on beyond its end is cut off, C may be another one.
            sample_rate: theirs, Hz.
        """
        if sample_rate != self.sample_rate:
            frames = (piece.T for piece in pieces)
            pieces = (piece.T for piece in resample_blocks(frames, sample_rate, self.sample_rate))
        done, channels = 0, self.channels
        for piece in pieces:
            channels = len(piece)
            # What is made lags behind what was read, so only its end can be beyond that.
            fitting = piece[:, : self.n_samples - done]
            done += fitting.shape[1]
            if fitting.shape[1]:
                yield fitting
        if done < self.n_samples:  # resampled there and back: a sample or two
            yield np.zeros((channels, self.n_samples - done), np.float32)

    def _blocks(self) -> Iterator[np.ndarray]:
        for block in iter_audio(self.path, mono=self.channels == 1, block_s=BLOCK_S):
            # Some codings state two channels and give one.
            audio = np.broadcast_to(np.atleast_2d(block), (self.channels, block.shape[-1]))
            if self._expected:  # told of what has been worked on, not of what comes now
                self._tell(min(self.n_samples / self._expected, 1.0))
            self.n_samples += audio.shape[1]
            yield audio
