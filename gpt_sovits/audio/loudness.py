"""Bring recordings to one level, so that thresholds mean the same everywhere."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from gpt_sovits.options import Within, check_limits

BLOCK_S = 0.4
"""Length over which loudness is gated, seconds (ITU-R BS.1770-4)."""

SILENCE = 0.5 / 32768
"""A peak below half a 16-bit step is silence: scaled up, it would be nothing but rounding."""


@dataclass(frozen=True, kw_only=True)
class LoudnessOptions:
    """How loud the result should be."""

    peak_db: Annotated[float, Within(-100, 0)] = -1.0
    """Highest sample in dBFS; 0 is full scale."""
    target_lufs: Annotated[float | None, Within(-70, 0)] = None
    """Integrated loudness to reach, as far as `peak_db` allows; None goes up to `peak_db`."""

    def __post_init__(self) -> None:
        check_limits(self)


def peak_db(audio: np.ndarray) -> float:
    """Highest sample of waveform [..., L] in dBFS; -inf for zeros."""
    peak = float(np.abs(audio).max(initial=0.0))
    return 20 * float(np.log10(peak)) if peak > 0 else -np.inf


def integrated_loudness(audio: np.ndarray, sample_rate: int) -> float:
    """Measure gated loudness by ITU-R BS.1770-4.

    A clip shorter than the 0.4 s that the standard gates by is repeated until it is long enough.

    Args:
        audio: float waveform [L] or [C, L], at most five channels.
        sample_rate: Hz.

    Returns:
        Loudness in LUFS; -inf where nothing is louder than -70.
    """
    import pyloudnorm  # type: ignore[import-untyped]  # has no stubs; 0.8 s with scipy

    length = audio.shape[-1]
    if length == 0:
        return -np.inf
    repeats = -(-round(BLOCK_S * sample_rate) // length)
    frames = np.tile(np.atleast_2d(audio).T, (max(repeats, 1), 1)).astype(np.float64)
    meter = pyloudnorm.Meter(sample_rate, block_size=BLOCK_S)
    return float(meter.integrated_loudness(frames))


def level_audio(audio: np.ndarray, sample_rate: int, options: LoudnessOptions) -> np.ndarray:
    """Scale a waveform to the wanted level.

    Silence comes back unchanged, and so does what is too quiet to have a loudness when one is asked
    for. No sample ends above `options.peak_db`.

    Args:
        audio: float32 waveform [L] or [C, L].
        sample_rate: Hz.
        options: how loud.
    """
    peak = float(np.abs(audio).max(initial=0.0))
    if peak < SILENCE:
        return audio
    ceiling = 10 ** (options.peak_db / 20)
    gain = ceiling / peak
    if options.target_lufs is not None:
        loudness = integrated_loudness(audio, sample_rate)
        if loudness == -np.inf:
            return audio
        gain = min(gain, 10 ** ((options.target_lufs - loudness) / 20))
    # Rounding can carry the peak one step over the ceiling.
    return np.clip(audio * gain, -ceiling, ceiling).astype(np.float32)
