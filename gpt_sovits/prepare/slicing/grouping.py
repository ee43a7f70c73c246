"""What of a recording makes a clip: long stretches are cut, short ones joined."""

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from gpt_sovits.prepare.slicing.levels import FRAMES_PER_S, Span, runs_of
from gpt_sovits.prepare.slicing.options import SliceOptions

_ROUNDING = 1e-6
"""What a number of frames may be off by."""

_LONGEST_GAIN_S = 2.0
"""Pauses beyond this length are not better places to cut."""

_SHORT_COST = 1.0
"""What a clip below the shortest length costs, in seconds of pause."""


def piece_limits(options: SliceOptions) -> tuple[int, int]:
    """Shortest and longest stretch that is a clip, in frames; margins come on top."""
    longest = int(options.max_s * FRAMES_PER_S + _ROUNDING) - 2 * _margin(options)
    shortest = math.ceil(options.min_s * FRAMES_PER_S - _ROUNDING)
    return min(shortest, longest // 2), longest


def _margin(options: SliceOptions) -> int:
    return int(options.margin_s * FRAMES_PER_S + _ROUNDING)


def quietest(levels: np.ndarray, start: int, end: int) -> int:
    """The quietest frame from `start` to `end`, the middle one of several."""
    part = levels[start : end + 1]
    if not len(part):
        return start
    lowest = np.flatnonzero(part == part.min())
    return start + int(lowest[len(lowest) // 2])


def cut_long(
    stretch: Span, levels: np.ndarray, threshold: float, limits: tuple[int, int]
) -> list[Span]:
    """Cut a stretch until every piece is short enough.

    The longest silence inside is the place, and in it the quietest point; where there is none, the
    quietest point of all.

    Args:
        stretch: of the recording.
        levels: of the recording, dBFS.
        threshold: what is quieter is silence, dBFS.
        limits: shortest and longest piece, in frames.

    Returns:
        The pieces, one behind the other without a gap.
    """
    shortest, longest = limits
    pieces: list[Span] = []
    waiting = [stretch]
    while waiting:
        piece = waiting.pop()
        if piece.end - piece.start <= longest:
            pieces.append(piece)
            continue
        inner = Span(piece.start + shortest, piece.end - shortest)
        cut = _best_cut(inner, levels, threshold)
        waiting += [Span(cut, piece.end), Span(piece.start, cut)]
    return pieces


def _best_cut(place: Span, levels: np.ndarray, threshold: float) -> int:
    """The quietest frame of the longest silence in a stretch, or of all of it without one."""
    silences = runs_of(levels[place.start : place.end + 1] < threshold)
    if silences:
        longest = max(silences, key=lambda silence: silence.end - silence.start)
        place = Span(place.start + longest.start, place.start + longest.end - 1)
    return quietest(levels, place.start, place.end)


def pause_gains(pieces: Sequence[Span], options: SliceOptions) -> list[float]:
    """How good a cut between each two neighbours is: seconds of pause beyond the longest kept."""
    return [
        min((later.start - earlier.end) / FRAMES_PER_S, _LONGEST_GAIN_S) - options.longest_pause_s
        for earlier, later in pairwise(pieces)
    ]


def group_pieces(
    pieces: Sequence[Span], gains: Sequence[float], options: SliceOptions
) -> tuple[list[Span], list[Span]]:
    """Join neighbours to clips such that the gains of all cuts together are highest.

    Args:
        pieces: stretches of speech in order.
        gains: of a cut between each two neighbours, [len(pieces) - 1].
        options: limits of length.

    Returns:
        The clips, and what is too short or too long for one.
    """
    shortest, longest = piece_limits(options)
    best = [0.0]  # of the first n pieces
    begins = [0]  # where the last clip of the best way begins
    for end in range(1, len(pieces) + 1):
        ways = []
        for begin in range(end - 1, -1, -1):
            length = pieces[end - 1].end - pieces[begin].start
            if length > longest and begin < end - 1:
                break
            gain = gains[begin - 1] if begin else 0.0
            ways.append((best[begin] + gain - _SHORT_COST * (length < shortest), begin))
        score, begin = max(ways)
        best.append(score)
        begins.append(begin)
    clips: list[Span] = []
    end = len(pieces)
    while end:
        clips.append(Span(pieces[begins[end]].start, pieces[end - 1].end))
        end = begins[end]
    clips.reverse()
    fits = [shortest <= clip.end - clip.start <= longest for clip in clips]
    return (
        [clip for clip, good in zip(clips, fits, strict=True) if good],
        [clip for clip, good in zip(clips, fits, strict=True) if not good],
    )


def with_margins(clips: Sequence[Span], levels: np.ndarray, options: SliceOptions) -> list[Span]:
    """Give each clip the silence around it, at most up to the quietest point beside it."""
    if not clips:
        return []
    margin = _margin(options)
    borders = [
        0,
        *(quietest(levels, earlier.end, later.start) for earlier, later in pairwise(clips)),
        len(levels),
    ]
    return [
        Span(max(clip.start - margin, before), min(clip.end + margin, after))
        for clip, (before, after) in zip(clips, pairwise(borders), strict=True)
    ]


def too_short(span: Span, options: SliceOptions) -> str:
    """Say why a stretch was left out."""
    return f"{span}: {span.seconds:.1f} s between two pauses is less than {options.min_s:g} s"
