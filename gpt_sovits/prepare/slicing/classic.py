"""The slicer with a fixed threshold that guides give figures for: silence is what is quieter."""

from dataclasses import replace

import numpy as np

from gpt_sovits.prepare.slicing.grouping import cut_long, piece_limits
from gpt_sovits.prepare.slicing.levels import (
    FRAMES_PER_S,
    Span,
    decibels,
    runs_of,
)
from gpt_sovits.prepare.slicing.options import SliceOptions

POWER_FRAME = 32
"""Samples of one step of the power that it reads, 1 ms."""

_PER_FRAME = 1000 // FRAMES_PER_S
"""Milliseconds of a frame."""

_WINDOW = 4
"""Steps over which the level is taken."""


def classic_cuts(
    power: np.ndarray, levels: np.ndarray, options: SliceOptions
) -> tuple[list[Span], list[Span]]:
    """Cut at the first silence behind the shortest length.

    A long silence is shortened to what is kept at both its ends, one at the very begin or end as
    well. A clip that becomes too long is cut once more.

    Args:
        power: mean power of each millisecond [N].
        levels: of each 10 ms, dBFS [N // 10].
        options: threshold and lengths.

    Returns:
        The clips, and what is too short for one.
    """
    limits = piece_limits(replace(options, margin_s=0.0))
    hop = options.hop_size_ms
    clips = [
        piece
        for start, end in _chunks(hop_levels(power, hop), options)
        for piece in cut_long(
            Span(round(start * hop / _PER_FRAME), min(round(end * hop / _PER_FRAME), len(levels))),
            levels,
            options.threshold_db,
            limits,
        )
    ]
    fits = [clip.end - clip.start >= limits[0] for clip in clips]
    return (
        [clip for clip, good in zip(clips, fits, strict=True) if good],
        [clip for clip, good in zip(clips, fits, strict=True) if not good],
    )


def hop_levels(power: np.ndarray, hop_ms: int) -> np.ndarray:
    """Level at each step, over the window around it, dBFS."""
    half = _WINDOW * hop_ms // 2
    padded = np.pad(power.astype(np.float64), half)
    sums = np.concatenate([[0.0], np.cumsum(padded)])
    starts = np.arange(0, len(power), hop_ms)
    return decibels((sums[starts + 2 * half] - sums[starts]).clip(0) / (2 * half))


def _chunks(levels: np.ndarray, options: SliceOptions) -> list[tuple[int, int]]:
    """Begin and end of each clip, in steps."""
    hop = options.hop_size_ms
    interval, kept, min_length = (
        round(length / hop)
        for length in (options.min_interval_ms, options.max_sil_kept_ms, options.min_length_ms)
    )
    chunks: list[tuple[int, int]] = []
    start = 0
    silences = runs_of(levels < options.threshold_db)
    for silence in silences:
        is_first, is_last = silence.start == 0, silence.end == len(levels)
        if is_first and is_last:
            return []
        ends_clip = silence.end - silence.start >= interval
        if is_first:
            ends_clip = silence.end > kept
        elif not is_last:
            ends_clip &= silence.end - start >= min_length
        if not ends_clip:
            continue
        end, next_start = _kept_of(silence, levels, kept)
        if not is_first:
            chunks.append((start, end))
        start = len(levels) if is_last else next_start
    if start < len(levels):
        chunks.append((start, len(levels)))
    return chunks


def _kept_of(silence: Span, levels: np.ndarray, kept: int) -> tuple[int, int]:
    """Where the clip before a silence ends and the one behind it begins: its quietest points."""
    first = levels[silence.start : min(silence.start + kept, silence.end)]
    last_start = max(silence.end - kept, silence.start)
    end = silence.start + int(np.argmin(first))
    start = last_start + int(np.argmin(levels[last_start : silence.end]))
    if end <= start:
        return end, start
    lower = min(end, start, key=lambda at: levels[at])
    return lower, lower
