"""Of texts that do not fit their clips: which of them is said in which clip."""

from collections.abc import Sequence

import numpy as np

from gpt_sovits.audio.read import read_audio
from gpt_sovits.errors import AudioError
from gpt_sovits.features.content import Content, spoken_phones
from gpt_sovits.prepare.check.fit import MIN_PHONES, found_share
from gpt_sovits.prepare.check.measuring import Measured, at_rate_of
from gpt_sovits.report import Progress, no_progress
from gpt_sovits.text.symbols import phone_ids

AT_MOST = 60
"""Clips with wrong texts; many texts are tried on every clip, so the work grows with its square."""

N_ORDERS = 4
"""Other orders that each text is compared with: the right one stands out far."""

PHONES_PER_HEARD = (0.7, 2.0)
"""Phones of a text for each that is heard; the network leaves out more than it adds."""

CLEAR_LEAD = 0.15
"""How much better than the second best a text must fit."""


def whose_texts(
    content: Content,
    suspects: Sequence[Measured],
    right_from: float,
    *,
    progress: Progress = no_progress,
) -> dict[int, int]:
    """Find the text that each clip says among the texts of the others.

    Args:
        content: listens.
        suspects: clips whose text is wrong.
        right_from: share from which on a text is the right one.
        progress: told after each clip.

    Returns:
        By the place of a clip, the place of the one that has its text; clips whose text is nowhere
        are not in it.
    """
    texts = [_classes(content, clip) for clip in suspects]
    found: dict[int, int] = {}
    for number, clip in enumerate(suspects):
        progress(number, len(suspects), clip.item.audio.name)
        try:
            audio, sample_rate = read_audio(clip.item.audio)
        except AudioError:  # it is gone since it was measured
            continue
        log_probs = content.listen(at_rate_of(content, audio, sample_rate)).log_probs
        shares = np.zeros(len(texts))
        for place, text in enumerate(texts):
            if place != number and _may_be_said(text, clip):
                shares[place] = found_share(log_probs, text, N_ORDERS)
        best = int(shares.argmax())
        second = float(np.delete(shares, best).max(initial=0.0))
        if shares[best] >= right_from and shares[best] - second >= CLEAR_LEAD:
            found[number] = best
    return found


def _may_be_said(text: np.ndarray, clip: Measured) -> bool:
    """Whether a text has about as many phones as are heard in a clip."""
    fewest, most = PHONES_PER_HEARD
    heard = len(clip.fit.heard) if clip.fit else 0
    return max(MIN_PHONES, fewest * heard) <= len(text) <= most * heard


def _classes(content: Content, clip: Measured) -> np.ndarray:
    return np.array(phone_ids(spoken_phones(clip.text.phones), content.about.symbols)) + 1
