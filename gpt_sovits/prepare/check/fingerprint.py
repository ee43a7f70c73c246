"""Find the same sound in two recordings, though one was cut, levelled or coded again.

Source: Haitsma and Kalker 2002, "A highly robust audio fingerprinting system": of each moment 32
bits tell whether the difference between neighbouring bands grows or falls.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np

from gpt_sovits.audio.resample import resample

RATE = 8000
WINDOW_S, HOP_S = 0.37, 0.04
LOWEST_HZ, HIGHEST_HZ = 200.0, 3200.0
N_BANDS = 33

MIN_HITS = 3
"""Moments that must be equal at one distance before two recordings are compared."""
MOST_COMMON = 40
"""A moment that more recordings have is hum or silence."""
MAX_WRONG = 0.3
"""Share of bits that may differ: chance gives 0.5, two readings of a sentence above 0.4."""
MIN_SHARED = 0.6
"""Share of the shorter recording that must be common to both."""


def fingerprint(audio: np.ndarray, sample_rate: int) -> list[int]:
    """One number of 32 bits for every 40 ms of a waveform [L]; empty where it is too short."""
    sound = resample(audio, sample_rate, RATE)
    length, hop = round(WINDOW_S * RATE), round(HOP_S * RATE)
    if len(sound) < length + hop:
        return []
    frames = np.lib.stride_tricks.sliding_window_view(sound, length)[::hop]
    power = np.abs(np.fft.rfft(frames * np.hanning(length).astype(np.float32), axis=1)) ** 2
    edges = np.geomspace(LOWEST_HZ, HIGHEST_HZ, N_BANDS + 1) * length / RATE
    bands = np.add.reduceat(power, np.round(edges).astype(int), axis=1)[:, :N_BANDS]
    slopes = np.diff(bands, axis=1)
    bits = np.diff(slopes, axis=0) > 0  # [T, 32]
    return [int(row) for row in bits @ (1 << np.arange(N_BANDS - 1, dtype=np.int64))]


def find_same(prints: Sequence[Sequence[int]]) -> list[tuple[int, int]]:
    """Pairs of recordings, by place, that hold the same sound; the earlier one first."""
    at: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for number, codes in enumerate(prints):
        for moment, code in enumerate(codes):
            if code:  # nothing changes: silence
                at[code].append((number, moment))
    hits: Counter[tuple[int, int, int]] = Counter()
    for places in at.values():
        if len(places) > MOST_COMMON:
            continue
        for place, (one, moment) in enumerate(places):
            for other, later in places[place + 1 :]:
                if one != other:
                    hits[one, other, later - moment] += 1
    pairs = set()
    for (one, other, shift), count in hits.items():
        if count >= MIN_HITS and (one, other) not in pairs:
            first, second = np.array(prints[one]), np.array(prints[other])
            if _is_same(first, second, shift):
                pairs.add((one, other))
    return sorted(pairs)


def _is_same(one: np.ndarray, other: np.ndarray, shift: int) -> bool:
    """Compare the bits of what two recordings share when the other begins `shift` moments later."""
    start, end = max(0, -shift), min(len(one), len(other) - shift)
    if end - start < MIN_SHARED * min(len(one), len(other)):
        return False
    wrong = np.bitwise_count(one[start:end] ^ other[start + shift : end + shift])
    return float(wrong.mean()) / (N_BANDS - 1) <= MAX_WRONG
