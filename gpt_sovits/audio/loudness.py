"""How loud recordings are."""

import numpy as np

BLOCK_S = 0.4
"""Length over which loudness is gated, seconds (ITU-R BS.1770-4)."""


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
