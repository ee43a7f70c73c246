"""How loud a recording is from moment to moment, and where it pauses.

What counts as a pause is measured against the recording itself: its own noise and its own speech.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gpt_sovits.audio.read import iter_audio
from gpt_sovits.errors import AudioError
from gpt_sovits.prepare.slicing.options import SliceOptions

SAMPLE_RATE = 32_000
"""Of the clips, Hz."""

FRAME = 320
"""Samples of one step of the level, 10 ms."""

FRAMES_PER_S = SAMPLE_RATE // FRAME

SILENT_DB = -60.0
"""A recording whose loud moments lie below holds no speech, dBFS."""

_FLOOR_DB = -90.0
"""Level of digital silence."""

_NOISE_SHARE, _SPEECH_SHARE = 5, 95
"""Percentiles of the level that stand for the recording's noise and its speech."""

_PAUSE_HEIGHT = 0.35
"""How far up from noise to speech a pause may reach, in dB."""

_QUIETEST_SPEECH_DB = 35.0
"""Under a silent background, what lies so far below the speech is a pause all the same."""

_SHORTEST_SOUND = 6
"""Frames; what is shorter is a click."""


@dataclass(frozen=True)
class Span:
    """A stretch of a recording, in frames of 10 ms."""

    start: int
    end: int
    """The frame behind its last one."""

    @property
    def seconds(self) -> float:
        """Its length."""
        return (self.end - self.start) / FRAMES_PER_S

    def __str__(self) -> str:
        return f"{self.start / FRAMES_PER_S:.1f} s to {self.end / FRAMES_PER_S:.1f} s"


class PowerMeter:
    """Takes the mean power of each frame of a waveform that comes in pieces.

    Args:
        frame: samples of a frame.
    """

    def __init__(self, frame: int = FRAME) -> None:
        self.frame = frame
        self._powers: list[np.ndarray] = []
        self._rest = np.zeros(0, np.float32)

    def add(self, block: np.ndarray) -> None:
        """Take the next piece, float32 [L]."""
        joined = np.concatenate([self._rest, block])
        whole = len(joined) // self.frame * self.frame
        self._powers.append(np.square(joined[:whole].reshape(-1, self.frame)).mean(axis=1))
        self._rest = joined[whole:]

    def powers(self) -> np.ndarray:
        """Of all frames, [L // frame]; what is left at the end has none."""
        return np.concatenate([np.zeros(0, np.float32), *self._powers])

    def levels(self) -> np.ndarray:
        """Level of each frame and its two neighbours, dBFS, [L // frame]."""
        power = self.powers()
        if len(power) >= 3:
            power = np.convolve(np.pad(power, 1, mode="edge"), np.full(3, 1 / 3), mode="valid")
        return decibels(power)


def decibels(power: np.ndarray) -> np.ndarray:
    """Level of a power, dBFS."""
    return np.maximum(10 * np.log10(np.maximum(power, 1e-12)), _FLOOR_DB)


def frame_levels(blocks: Iterable[np.ndarray]) -> np.ndarray:
    """Level of each 10 ms and its two neighbours.

    Args:
        blocks: pieces of one waveform at 32 kHz, float32 [L].

    Returns:
        Root mean square in dBFS, [L // 320].
    """
    meter = PowerMeter()
    for block in blocks:
        meter.add(block)
    return meter.levels()


def recording_levels(path: Path) -> np.ndarray:
    """Levels of a recording, see `frame_levels`.

    Raises:
        AudioError: it cannot be read, or is silent.
    """
    levels = frame_levels(iter_audio(path, sample_rate=SAMPLE_RATE))
    check_not_silent(path, levels)
    return levels


def check_not_silent(path: Path, levels: np.ndarray) -> None:
    """Refuse a recording in which nothing is loud enough to be speech.

    Raises:
        AudioError: it is silent.
    """
    if not len(levels) or np.percentile(levels, _SPEECH_SHARE) < SILENT_DB:
        raise AudioError(f"{path}: is silent; give a recording in which someone speaks")


def pause_threshold(levels: np.ndarray) -> float:
    """Level in dBFS below which this recording pauses."""
    noise, speech = np.percentile(levels, [_NOISE_SHARE, _SPEECH_SHARE])
    return threshold_between(float(noise), float(speech))


def threshold_between(noise: float, speech: float) -> float:
    """Level below which there is a pause, from those of the noise and of loud speech, dBFS."""
    return max(noise + _PAUSE_HEIGHT * (speech - noise), speech - _QUIETEST_SPEECH_DB)


def find_speech(levels: np.ndarray, options: SliceOptions) -> list[Span]:
    """Stretches between pauses, in order; clicks are left out."""
    return stretches_of(without_clicks(levels >= pause_threshold(levels)), options.pause_s)


def stretches_of(speech: np.ndarray, pause_s: float) -> list[Span]:
    """Stretches of a mask [N] of frames that no pause of a length divides."""
    loud = np.flatnonzero(speech)
    if not len(loud):
        return []
    is_pause = np.diff(loud) > pause_s * FRAMES_PER_S
    starts = loud[np.concatenate([[True], is_pause])]
    ends = loud[np.concatenate([is_pause, [True]])] + 1
    return [Span(int(start), int(end)) for start, end in zip(starts, ends, strict=True)]


def runs_of(mask: np.ndarray) -> list[Span]:
    """Where a mask [N] is true without a break, in order."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], mask.astype(np.int8), [0]])))
    return [Span(int(start), int(end)) for start, end in edges.reshape(-1, 2)]


def without_clicks(loud: np.ndarray) -> np.ndarray:
    """A mask [N] without runs that are too short to be speech."""
    kept = np.zeros_like(loud)
    for run in runs_of(loud):
        kept[run.start : run.end] = run.end - run.start >= _SHORTEST_SOUND
    return kept
