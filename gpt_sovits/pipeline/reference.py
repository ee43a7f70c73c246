"""Choose the clip that a voice sounds like."""

from collections.abc import Mapping
from dataclasses import dataclass

from gpt_sovits.audio.loudness import peak_db
from gpt_sovits.audio.read import read_audio
from gpt_sovits.data.annotations import Annotation
from gpt_sovits.errors import InputError
from gpt_sovits.features.content import Content, phone_error_rate
from gpt_sovits.text.frontend import read_text

GOOD_SECONDS = (3.0, 8.0)
"""Long enough for a style, short enough to be heard quickly."""

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
    seconds: Mapping[Annotation, float], content: Content, *, usable_s: tuple[float, float]
) -> ScoredClip:
    """Choose the clip whose text is heard best, among those of a good length and level.

    Args:
        seconds: lengths of the clips that are trained on, in their order.
        content: listens to them.
        usable_s: what the family can use at all; taken where no clip has a good length.

    Raises:
        InputError: no clip has a usable length.
    """
    shortest, longest = usable_s
    for low, high in (GOOD_SECONDS, usable_s):
        fitting = [item for item, length in seconds.items() if low <= length <= high]
        step = -(-len(fitting) // MAX_HEARD) or 1
        scored = [_score(item, seconds[item], content) for item in fitting[::step]]
        if scored:
            return min(scored, key=lambda clip: clip.score)
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
