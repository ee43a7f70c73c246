"""Choose the clip that a voice sounds like."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gpt_sovits.audio.loudness import peak_db
from gpt_sovits.audio.read import read_audio
from gpt_sovits.data.annotations import Annotation
from gpt_sovits.errors import InputError
from gpt_sovits.features.content import Content, phone_error_rate
from gpt_sovits.text.frontend import read_text

GOOD_SECONDS = (3.0, 8.0)
"""Long enough for a style, short enough to be heard quickly."""

USABLE_SECONDS = (1.0, 10.0)
"""What a voice can use at all; taken where no clip has a good length."""

MAX_HEARD = 40
"""Candidates that are listened to, spread over the whole list."""

_PEAKS_DB = (-20.0, -0.2)
"""Quieter is noisy once it is brought up, louder may be clipped."""

_LEVEL_COST = 0.5
"""What a level out of that range costs, in phone error rate."""


@dataclass(frozen=True)
class ScoredClip:
    """A candidate."""

    item: Annotation
    seconds: float
    phone_error_rate: float
    """Between its text and what is heard."""
    score: float
    """Lower is better."""


def pick_reference(
    items: Sequence[Annotation], seconds: dict[Path, float], content: Content
) -> ScoredClip:
    """Choose the clip whose text is heard best, among those of a good length and level.

    Args:
        items: clips that were trained on.
        seconds: their lengths.
        content: listens to them.

    Raises:
        InputError: no clip has a usable length.
    """
    for shortest, longest in (GOOD_SECONDS, USABLE_SECONDS):
        fitting = [item for item in items if shortest <= seconds[item.audio] <= longest]
        step = -(-len(fitting) // MAX_HEARD) or 1
        scored = [_score(item, seconds[item.audio], content) for item in fitting[::step]]
        if scored:
            return min(scored, key=lambda clip: clip.score)
    shortest, longest = USABLE_SECONDS
    raise InputError(
        f"no clip is {shortest:g} to {longest:g} s long, so none can be the voice's reference; cut"
        " a clip of that length"
    )


def _score(item: Annotation, seconds: float, content: Content) -> ScoredClip:
    import torch

    audio, _ = read_audio(item.audio, sample_rate=content.about.spectrogram.sample_rate)
    written = read_text(item.text, language=item.language, symbols=content.about.symbols).phones
    errors = phone_error_rate(content.hear(torch.from_numpy(audio.copy())), written)
    quietest, loudest = _PEAKS_DB
    is_level = quietest <= peak_db(audio) <= loudest
    return ScoredClip(item, seconds, errors, errors + (0.0 if is_level else _LEVEL_COST))
