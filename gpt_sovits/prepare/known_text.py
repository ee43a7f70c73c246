"""Cut a recording and the text that is read in it together: each clip gets its own words."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gpt_sovits.audio.read import read_audio
from gpt_sovits.errors import InputError, TextError
from gpt_sovits.features.content import PAUSE, Content, spoken_phones
from gpt_sovits.prepare.slicing.grouping import group_pieces, pause_gains, too_short
from gpt_sovits.prepare.slicing.levels import (
    FRAMES_PER_S,
    Span,
    find_speech,
    recording_levels,
)
from gpt_sovits.prepare.slicing.options import SliceOptions
from gpt_sovits.text.frontend import read_text

if TYPE_CHECKING:
    from torch import Tensor

MAX_S = 180.0
"""Longest recording that is aligned as a whole: memory grows with the square of the length."""

_CHUNK_S = 12.0
"""The network listens to so much at once; it was trained on single sentences."""

_REACH_S = 0.4
"""How far from where the network hears a word end its pause may lie."""

_NO_PAUSE_COST_S = 2.0
"""Between two words without a pause a cut is the last resort; counted in seconds of pause."""

_MARK_GAIN_S = 0.25
"""A pause at a mark is a better place to cut than one of the same length without."""

_MARKS = "，。！？、；：…,.!?;:—"
_WORD = re.compile(r"[^\s，。！？、；：…]*[，。！？、；：…]+[」』”’）】》]*|\S+")
_BEHIND_MARKS = "\"'」』”’）】》)]"


@dataclass(frozen=True)
class TextClip:
    """A clip and what is said in it."""

    span: Span
    text: str


@dataclass(frozen=True)
class _Word:
    """A stretch of the text that is not cut: a word, or a clause where no spaces stand."""

    start: int
    end: int
    """Its place in the text."""
    phones: list[str]
    """None are marks."""
    ends_clause: bool


def cut_with_text(
    path: Path, text: str, language: str, content: Content, options: SliceOptions
) -> tuple[list[TextClip], list[str]]:
    """Find clips that begin and end between words, best where the reader pauses at a mark.

    Args:
        path: the recording, at most `MAX_S` long.
        text: everything that is said in it, in order.
        language: mode of the text.
        content: aligns them.
        options: lengths of clips and pauses.

    Returns:
        The clips in order, without margins, and why parts were left out.

    Raises:
        AudioError: the recording cannot be read, or is silent.
        InputError: it is too long, or the text too long for it.
    """
    levels = recording_levels(path)
    seconds = len(levels) / FRAMES_PER_S
    if seconds > MAX_S:
        raise InputError(
            f"{path}: {seconds:.0f} s with one text; at most {MAX_S:.0f} s can be aligned: cut it"
            " into parts with a text each, or give a .list"
        )
    words = split_words(text, language)
    speech = find_speech(levels, options)
    log_probs = listen_in_chunks(path, content, speech)
    try:
        heard = _word_spans(words, log_probs, content)
    except InputError as error:
        raise InputError(f"{path}: the text is not what is said in it ({error})") from error
    spans, is_pause = snap_to_pauses(heard, speech, levels)
    gains = [
        gain + _MARK_GAIN_S * word.ends_clause - _NO_PAUSE_COST_S * (not pause)
        for gain, word, pause in zip(pause_gains(spans, options), words, is_pause, strict=False)
    ]
    clips, left_out = group_pieces(spans, gains, options)
    starts = {span.start: word.start for span, word in zip(spans, words, strict=True)}
    ends = {span.end: word.end for span, word in zip(spans, words, strict=True)}
    labelled = [TextClip(clip, text[starts[clip.start] : ends[clip.end]]) for clip in clips]
    return labelled, [too_short(span, options) for span in left_out]


def split_words(text: str, language: str) -> list[_Word]:
    """Split at white space and behind full-width marks, and read each part.

    Parts without a sound, such as a dash, belong to the word before them.

    Raises:
        TextError: nothing in the text can be read.
    """
    words: list[_Word] = []
    for match in _WORD.finditer(text):
        ends_clause = match[0].rstrip(_BEHIND_MARKS)[-1:] in _MARKS
        try:
            phones = read_text(match[0], language=language, symbols="v2").phones
        except TextError:
            phones = []
        sounds = [phone for phone in spoken_phones(phones) if phone != PAUSE]
        if sounds:
            words.append(_Word(match.start(), match.end(), sounds, ends_clause))
        elif words:
            closed = words[-1].ends_clause or ends_clause
            words[-1] = replace(words[-1], end=match.end(), ends_clause=closed)
    if not words:
        raise TextError("nothing in the text of the recording can be read; write what is said")
    return words


def listen_in_chunks(path: Path, content: Content, speech: Sequence[Span]) -> "Tensor":
    """Log-probabilities of blank and phones [T, V] of a long recording, cut at pauses."""
    import torch

    spectrogram = content.about.spectrogram
    audio, rate = read_audio(path, sample_rate=spectrogram.sample_rate)
    step = 2 * spectrogram.hop_length
    pauses = [(a.end + b.start) / 2 / FRAMES_PER_S for a, b in pairwise(speech)]
    edges = [round(at * rate / step) * step for at in chunk_edges(pauses, len(audio) / rate)]
    heard = [
        content.listen(torch.from_numpy(audio[start:end].copy())).log_probs[: (end - start) // step]
        for start, end in zip(edges, [*edges[1:], len(audio)], strict=True)
    ]
    return torch.cat(heard)


def chunk_edges(pauses: Sequence[float], seconds: float) -> list[float]:
    """Where chunks of at most `_CHUNK_S` begin, at pauses where there are some."""
    edges = [0.0]
    while seconds - edges[-1] > _CHUNK_S:
        reach = edges[-1] + _CHUNK_S
        near = [at for at in pauses if edges[-1] + 1 < at <= min(reach, seconds - 1)]
        edges.append(near[-1] if near else min(reach, seconds - 1))
    return edges


def _word_spans(words: Sequence[_Word], log_probs: "Tensor", content: Content) -> list[Span]:
    """When each word is heard, in frames of 10 ms."""
    import torch

    from gpt_sovits.models.alignment import align_ctc
    from gpt_sovits.text.symbols import phone_ids

    phones: list[str] = []
    places: list[tuple[int, int]] = []
    for number, word in enumerate(words):
        places.append((len(phones), len(phones) + len(word.phones) - 1))
        is_inner = number + 1 < len(words)
        phones += [*word.phones, PAUSE] if word.ends_clause and is_inner else word.phones
    ids = torch.tensor(phone_ids(phones, content.about.symbols), dtype=torch.long)
    spans = align_ctc(log_probs, ids + 1).tolist()
    per_frame = content.frame_s * FRAMES_PER_S
    return [
        Span(round(spans[first][0] * per_frame), round(spans[last][1] * per_frame))
        for first, last in places
    ]


def snap_to_pauses(
    heard: Sequence[Span], speech: Sequence[Span], levels: np.ndarray
) -> tuple[list[Span], list[bool]]:
    """Move the ends of words to the pauses that the level shows.

    Args:
        heard: words as the network hears them.
        speech: stretches between pauses.
        levels: of the recording.

    Returns:
        The words, and for each but the last whether a pause follows.
    """
    between = [(a.end, max(a.end, b.start)) for a, b in pairwise(heard)]
    pauses: dict[int, Span] = {}
    for a, b in pairwise(speech if between else []):
        distances = [max(start - b.start, a.end - end, 0) for start, end in between]
        nearest = int(np.argmin(distances))
        if distances[nearest] <= _REACH_S * FRAMES_PER_S:
            pauses.setdefault(nearest, Span(a.end, b.start))
    cuts = []
    for number, (start, end) in enumerate(between):
        quietest = start + int(np.argmin(levels[start : end + 1])) if start < len(levels) else start
        cuts.append(pauses.get(number, Span(quietest, quietest)))
    starts = [speech[0].start if speech else heard[0].start, *(cut.end for cut in cuts)]
    ends = [*(cut.start for cut in cuts), speech[-1].end if speech else heard[-1].end]
    words = _in_order([Span(start, end) for start, end in zip(starts, ends, strict=True)])
    return words, [number in pauses for number in range(len(between))]


def _in_order(spans: Sequence[Span]) -> list[Span]:
    """Spans none of which begins before the one before it ends, or is empty."""
    ordered: list[Span] = []
    end = 0
    for span in spans:
        start = max(span.start, end)
        end = max(span.end, start + 1)
        ordered.append(Span(start, end))
    return ordered
