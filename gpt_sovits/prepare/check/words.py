"""When each word of a text is spoken in its clip, and how well it is heard there."""

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from gpt_sovits.data.checked import CheckedWord
from gpt_sovits.errors import InputError
from gpt_sovits.features.content import MARKS, PAUSE, Content, spoken_phones
from gpt_sovits.prepare.slicing.levels import (
    FRAMES_PER_S,
    PowerMeter,
    Span,
    pause_threshold,
    runs_of,
)
from gpt_sovits.text.symbols import phone_ids
from gpt_sovits.text.words import WrittenWord

if TYPE_CHECKING:
    from torch import Tensor

_WORST = -10.0
"""No phone is heard worse, as a logarithm: a single one does not decide over its word."""

_ONSET = 1
"""Frames that a word begins before the network hears it: none on joined recordings, three on
synthetic speech."""

_SHORTEST_PAUSE = 8
"""Frames of quiet that are no sound's own closure."""

_REACH = 6
"""Frames that a word may begin before or behind the place where the network hears it, so that it
begins where a pause ends."""


def time_words(
    content: Content, log_probs: "Tensor", audio: np.ndarray, words: Sequence[WrittenWord]
) -> list[CheckedWord]:
    """Find the words of a text in a recording.

    Args:
        content: listened.
        log_probs: what it heard, of blank and phones, [T, V].
        audio: the waveform, float32 [L] at its rate.
        words: of the text.

    Returns:
        The words in order; one without a sound of its own belongs to the one before it. None where
        the text is too long for the recording.
    """
    sounding = _with_sound(words)
    try:
        heard, scores = _hear(content, log_probs, sounding)
    except InputError:
        return []
    meter = PowerMeter(content.about.spectrogram.sample_rate // FRAMES_PER_S)
    meter.add(audio)
    placed = place_words(heard, meter.levels())
    return [
        CheckedWord(word.text, span.start / FRAMES_PER_S, span.end / FRAMES_PER_S, score)
        for word, span, score in zip(sounding, placed, scores, strict=True)
    ]


def _with_sound(words: Sequence[WrittenWord]) -> list[WrittenWord]:
    joined: list[WrittenWord] = []
    for word in words:
        if joined and not (_sounds(word) and _sounds(joined[-1])):
            last = joined.pop()
            joined.append(WrittenWord(last.text + word.text, last.phones + word.phones))
        else:
            joined.append(word)
    return joined


def _sounds(word: WrittenWord) -> list[str]:
    return [phone for phone in spoken_phones(word.phones) if phone != PAUSE]


def _hear(
    content: Content, log_probs: "Tensor", words: Sequence[WrittenWord]
) -> tuple[list[Span], list[float]]:
    """Where the network hears each word, and how well: 1 where it hears nothing better.

    Raises:
        InputError: the text has no phones, or more than can be spoken in the recording.
    """
    import torch

    from gpt_sovits.models.alignment import align_ctc

    phones: list[str] = []
    places: list[range] = []
    for word in words:
        sounds = _sounds(word)
        places.append(range(len(phones), len(phones) + len(sounds)))
        phones += [*sounds, PAUSE] if word.phones[-1:] and word.phones[-1] in MARKS else sounds
    ids = phone_ids(spoken_phones(phones), content.about.symbols)
    classes = torch.tensor(ids, dtype=torch.long) + 1
    log_probs = log_probs.cpu()
    spans = align_ctc(log_probs, classes).tolist()
    best = log_probs[:, 1:].max(dim=1, keepdim=True).values  # of all phones
    lost = (log_probs[:, classes] - best).clamp_min(_WORST).numpy()  # [T, N]
    frames = round(content.frame_s * FRAMES_PER_S)
    heard = [Span(frames * spans[own[0]][0], frames * spans[own[-1]][1]) for own in places]
    scores = [
        round(float(np.exp(np.mean([lost[slice(*spans[n]), n].max() for n in own]))), 3)
        for own in places
    ]
    return heard, scores


def place_words(heard: Sequence[Span], levels: np.ndarray) -> list[Span]:
    """Let words begin and end at pauses; where there is none one ends as the next begins.

    Args:
        heard: the words, from the onset of the first phone to that of the last one at least.
        levels: of the recording, each 10 ms.
    """
    quiet = [
        run
        for run in runs_of(levels < pause_threshold(levels))
        if run.end - run.start >= _SHORTEST_PAUSE
    ]
    n_frames = len(levels)
    among = [Span(-1, 1), *heard, Span(n_frames + 1, n_frames + 2)]
    gaps = [_gap(before, behind, quiet) for before, behind in pairwise(among)]
    return [Span(before.end, behind.start) for before, behind in pairwise(gaps)]


def _gap(before: Span, behind: Span, quiet: Sequence[Span]) -> Span:
    """The pause between two words as they are heard; empty where there is none."""
    onset = max(before.end - 1, behind.start - _ONSET)
    latest = max(onset, min(behind.start + _REACH, behind.end - 2))
    pauses = [
        run
        for run in quiet
        if run.start > before.start and run.end >= before.end and run.start < latest
    ]
    if not pauses:
        return Span(onset, onset)
    end = min(max(pauses[-1].end, onset - _REACH), latest)
    return Span(min(max(pauses[0].start, before.end - 1), end), end)
