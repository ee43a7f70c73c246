"""Measure loudness and true peak of a recording of any length, and the gain to a wanted level."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from gpt_sovits.audio.loudness import BLOCK_S
from gpt_sovits.audio.resample import resample_blocks

_HOPS = 4
"""Steps in which a gated block goes on (ITU-R BS.1770-4)."""
_QUIETEST_LUFS, _BELOW_MEAN_LU = -70.0, 10.0
_OVERSAMPLED = 192_000
"""Rate at which the peaks between samples are looked for, Hz: 4 times 48 kHz, as the standard."""


@dataclass(frozen=True)
class Level:
    """How loud a recording is."""

    lufs: float
    """Integrated loudness, LUFS; -inf where nothing is louder than -70."""
    true_peak_db: float
    """Highest point of the waveform, between its samples too, in dBTP; -inf for zeros."""


def measure_level(blocks: Iterable[np.ndarray], sample_rate: int) -> Level:
    """Measure a recording by ITU-R BS.1770-4, in bounded memory.

    One that is shorter than the 0.4 s that the standard gates by counts as one such block.

    Args:
        blocks: pieces [C, L] of it, all of one C; every channel counts alike.
        sample_rate: Hz.
    """
    weigh = _Weighting(sample_rate)

    def weighed() -> Iterator[np.ndarray]:
        for block in blocks:
            weigh.add(block)
            yield block.T

    times = max(1, round(_OVERSAMPLED / sample_rate))
    peak = 0.0
    for piece in weighed() if times == 1 else _both(weighed(), sample_rate, times):
        peak = max(peak, float(np.abs(piece).max(initial=0.0)))
    return Level(weigh.loudness(), 20 * float(np.log10(peak)) if peak > 0 else -np.inf)


def gain_to(level: Level, *, target_lufs: float | None, peak_db: float) -> float:
    """The factor that brings a recording to a wanted level; 1 for silence.

    Nothing is limited or compressed: a recording whose peaks stand out stays quieter.

    Args:
        level: how loud it is.
        target_lufs: loudness to reach; None goes as far as `peak_db` allows.
        peak_db: true peak that is not exceeded, dBTP.
    """
    gain_db = peak_db - level.true_peak_db
    if target_lufs is not None:
        gain_db = min(gain_db, target_lufs - level.lufs)
    silent = level.true_peak_db == -np.inf or (target_lufs is not None and level.lufs == -np.inf)
    return 1.0 if silent else 10 ** (gain_db / 20)


def _both(blocks: Iterable[np.ndarray], sample_rate: int, times: int) -> Iterator[np.ndarray]:
    """Pieces [L, C] and what lies between their samples: the filter may round a sample off."""
    held: list[np.ndarray] = []

    def told() -> Iterator[np.ndarray]:
        for block in blocks:
            held.append(block)
            yield block

    for piece in resample_blocks(told(), sample_rate, sample_rate * times):
        yield piece
        yield from held
        held.clear()
    yield from held


class _Weighting:
    """K-weighted power of a waveform that comes in pieces."""

    def __init__(self, sample_rate: int) -> None:
        import pyloudnorm  # type: ignore[import-untyped]  # has no stubs; 0.8 s with scipy

        meter = pyloudnorm.Meter(sample_rate, block_size=BLOCK_S)
        self._filters = [(each.b, each.a, each.passband_gain) for each in meter._filters.values()]
        self._states: list[np.ndarray] = []
        self._hop = max(round(BLOCK_S / _HOPS * sample_rate), 1)
        self._left = np.empty(0)
        self._powers: list[np.ndarray] = []

    def add(self, block: np.ndarray) -> None:
        from scipy.signal import lfilter  # type: ignore[import-untyped]  # has no stubs

        audio = np.asarray(block, np.float64)
        if not self._states:
            self._states = [np.zeros((len(audio), 2)) for _ in self._filters]
        for index, (b, a, gain) in enumerate(self._filters):
            audio, self._states[index] = lfilter(b, a, audio, zi=self._states[index])
            audio = audio * gain
        power = np.concatenate([self._left, np.square(audio).sum(axis=0)])
        whole = len(power) // self._hop * self._hop
        self._powers.append(power[:whole].reshape(-1, self._hop).mean(axis=1))
        self._left = power[whole:]

    def loudness(self) -> float:
        """Loudness of the gated blocks, LUFS."""
        hops = np.concatenate([*self._powers, np.empty(0)])
        if len(hops) >= _HOPS:
            blocks = np.convolve(hops, np.full(_HOPS, 1 / _HOPS), mode="valid")
        else:  # not one whole block
            size = len(hops) * self._hop + len(self._left)
            total = hops.sum() * self._hop + self._left.sum()
            blocks = np.array([total / max(size, 1)])
        loud = blocks[_lufs(blocks) >= _QUIETEST_LUFS]
        if not len(loud):
            return -np.inf
        return float(_lufs(loud[_lufs(loud) > _lufs(loud.mean()) - _BELOW_MEAN_LU].mean()))


def _lufs(power: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore"):
        return -0.691 + 10 * np.log10(power)
