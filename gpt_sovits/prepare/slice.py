"""Cut recordings into clips of one to three sentences, at pauses.

What counts as a pause is measured against the recording itself: its own noise and its own speech.
"""

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from gpt_sovits.audio.read import iter_audio
from gpt_sovits.audio.write import write_audio
from gpt_sovits.errors import AudioError, ConfigError
from gpt_sovits.prepare.stage import recordings_in
from gpt_sovits.report import Progress, StageReport, no_progress

logger = logging.getLogger(__name__)

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

_LONGEST_GAIN_S = 2.0
"""Pauses beyond this length are not better places to cut."""

_SHORT_COST = 1.0
"""What a clip below the shortest length costs, in seconds of pause."""


@dataclass(frozen=True, kw_only=True)
class SliceOptions:
    """How a recording is cut."""

    min_s: float = 2.0
    """Shortest clip in seconds; what cannot be joined to a neighbour is left out."""
    max_s: float = 10.0
    """Longest clip; speech without a pause is cut where it is quietest."""
    pause_s: float = 0.25
    """Shortest silence that counts as a pause."""
    longest_pause_s: float = 0.5
    """A longer pause ends a clip; a shorter one only if the clip would become too long."""
    margin_s: float = 0.1
    """Silence kept at both ends of a clip, as far as there is some."""

    def __post_init__(self) -> None:
        if not 0 < self.min_s <= self.max_s / 2 - self.margin_s:
            raise ConfigError(
                "min_s must be above 0 and at most half of max_s less margin_s, got"
                f" {self.min_s} and {self.max_s}"
            )
        if not 0 < self.pause_s <= self.longest_pause_s:
            raise ConfigError(
                "pause_s must be above 0 and at most longest_pause_s, got "
                f"{self.pause_s} and {self.longest_pause_s}"
            )
        if not self.margin_s >= 0:
            raise ConfigError(f"margin_s must be at least 0, got {self.margin_s}")


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


def clip_name(source: Path, start: int, end: int) -> str:
    """File name of the clip from sample `start` to sample `end` of a recording at 32 kHz."""
    return f"{source.name}_{start:010d}_{end:010d}.wav"


def slice_folder(
    source: Path,
    target: Path,
    options: SliceOptions | None = None,
    *,
    progress: Progress = no_progress,
) -> StageReport:
    """Cut one recording, or every file right inside a folder, into clips in `target`.

    A file that cannot be used is skipped and named in the report.

    Raises:
        InputError: there is nothing at `source`.
    """
    whole = StageReport()
    files = recordings_in(source)
    for number, file in enumerate(files):
        progress(number, len(files), file.name)
        try:
            report = slice_file(file, target, options)
        except AudioError as error:
            whole.skipped.append((file, str(error)))
            continue
        whole.written.extend(report.written)
        whole.skipped.extend(report.skipped)
    progress(len(files), len(files), "")
    return whole


def slice_file(path: Path, target: Path, options: SliceOptions | None = None) -> StageReport:
    """Cut one recording of any length into clips in `target`, in bounded memory.

    Raises:
        AudioError: the recording cannot be read, or nothing in it is loud enough to be speech.
    """
    options = options or SliceOptions()
    levels = recording_levels(path)
    pieces = speech_pieces(levels, options)
    spans, left_out = group_pieces(pieces, pause_gains(pieces, options), options)
    report = write_clips(path, with_margins(spans, len(levels), options), target)
    report.skipped.extend((path, too_short(span, options)) for span in left_out)
    return report


def too_short(span: Span, options: SliceOptions) -> str:
    """Say why a stretch was left out."""
    place = f"{span.start / FRAMES_PER_S:.1f} s to {span.end / FRAMES_PER_S:.1f} s"
    return f"{place}: {span.seconds:.1f} s between two pauses is less than {options.min_s:g} s"


# --- what is speech -----------------------------------------------------------------------------


def recording_levels(path: Path) -> np.ndarray:
    """Levels of a recording, see `frame_levels`.

    Raises:
        AudioError: it cannot be read, or is silent.
    """
    levels = frame_levels(iter_audio(path, sample_rate=SAMPLE_RATE))
    if not len(levels) or np.percentile(levels, _SPEECH_SHARE) < SILENT_DB:
        raise AudioError(f"{path}: is silent; give a recording in which someone speaks")
    return levels


def frame_levels(blocks: Iterable[np.ndarray]) -> np.ndarray:
    """Level of each 10 ms and its two neighbours.

    Args:
        blocks: pieces of one waveform at 32 kHz, float32 [L].

    Returns:
        Root mean square in dBFS, [L // 320]; what is left at the end has no frame.
    """
    powers: list[np.ndarray] = []
    rest = np.zeros(0, np.float32)
    for block in blocks:
        joined = np.concatenate([rest, block])
        whole = len(joined) // FRAME * FRAME
        powers.append(np.square(joined[:whole].reshape(-1, FRAME)).mean(axis=1))
        rest = joined[whole:]
    power = np.concatenate([np.zeros(0, np.float32), *powers])
    if len(power) >= 3:
        power = np.convolve(np.pad(power, 1, mode="edge"), np.full(3, 1 / 3), mode="valid")
    return np.maximum(10 * np.log10(np.maximum(power, 1e-12)), _FLOOR_DB)


def pause_threshold(levels: np.ndarray) -> float:
    """Level in dBFS below which this recording pauses."""
    noise, speech = np.percentile(levels, [_NOISE_SHARE, _SPEECH_SHARE])
    return float(max(noise + _PAUSE_HEIGHT * (speech - noise), speech - _QUIETEST_SPEECH_DB))


def find_speech(levels: np.ndarray, options: SliceOptions) -> list[Span]:
    """Stretches between pauses, in order; clicks are left out."""
    loud = np.flatnonzero(_without_clicks(levels >= pause_threshold(levels)))
    if not len(loud):
        return []
    is_pause = np.diff(loud) > options.pause_s * FRAMES_PER_S
    starts = loud[np.concatenate([[True], is_pause])]
    ends = loud[np.concatenate([is_pause, [True]])] + 1
    return [Span(int(start), int(end)) for start, end in zip(starts, ends, strict=True)]


def _without_clicks(loud: np.ndarray) -> np.ndarray:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], loud.astype(np.int8), [0]])))
    kept = np.zeros_like(loud)
    for start, end in edges.reshape(-1, 2):
        kept[start:end] = end - start >= _SHORTEST_SOUND
    return kept


def speech_pieces(levels: np.ndarray, options: SliceOptions) -> list[Span]:
    """`find_speech`, with what is too long for a clip cut where it is quietest."""
    return [
        piece
        for stretch in find_speech(levels, options)
        for piece in _cut_long(stretch, levels, options)
    ]


def _cut_long(stretch: Span, levels: np.ndarray, options: SliceOptions) -> Iterator[Span]:
    shortest, longest = _limits(options)
    start = stretch.start
    while stretch.end - start > longest:
        first = start + shortest
        last = min(start + longest, stretch.end - shortest)
        cut = first + int(np.argmin(levels[first : last + 1]))
        yield Span(start, cut)
        start = cut
    yield Span(start, stretch.end)


# --- what makes a clip --------------------------------------------------------------------------


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
    shortest, longest = _limits(options)
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


def _limits(options: SliceOptions) -> tuple[int, int]:
    """Shortest and longest stretch that is a clip, in frames; margins come on top."""
    return (
        round(options.min_s * FRAMES_PER_S),
        round((options.max_s - 2 * options.margin_s) * FRAMES_PER_S),
    )


def with_margins(clips: Sequence[Span], n_frames: int, options: SliceOptions) -> list[Span]:
    """Give each clip the silence around it, at most up to the middle of the gap beside it."""
    margin = round(options.margin_s * FRAMES_PER_S)
    wider = []
    for number, clip in enumerate(clips):
        before = clips[number - 1].end if number else -clip.start
        after = clips[number + 1].start if number + 1 < len(clips) else 2 * n_frames - clip.end
        start = max(clip.start - margin, (before + clip.start + 1) // 2)
        end = min(clip.end + margin, (clip.end + after) // 2)
        wider.append(Span(start, end))
    return wider


def write_clips(path: Path, clips: Sequence[Span], target: Path) -> StageReport:
    """Write stretches of a recording, in order and apart from each other, as clips in `target`."""
    report = StageReport()
    waiting = [(clip.start * FRAME, clip.end * FRAME) for clip in reversed(clips)]
    held = np.zeros(0, np.float32)
    position = 0  # of the first sample held
    for block in iter_audio(path, sample_rate=SAMPLE_RATE):
        held = np.concatenate([held, block])
        while waiting and waiting[-1][1] <= position + len(held):
            start, end = waiting.pop()
            file = target / clip_name(path, start, end)
            write_audio(file, held[start - position : end - position], SAMPLE_RATE)
            report.written.append(file)
        keep_from = min(waiting[-1][0] if waiting else position + len(held), position + len(held))
        held = held[max(keep_from - position, 0) :]
        position = max(keep_from, position)
    return report
