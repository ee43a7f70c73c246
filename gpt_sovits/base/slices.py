"""Slices of clips, which the mel synthesizer learns from."""

import random

from torch import Tensor

from gpt_sovits.base.features import FeatureCache, HeardClip

MARGIN = 2
"""Phones beside a slice that stay, so that its first and last phones know their neighbours."""

LONGEST = 125
"""Tokens of a slice: 5 s."""

Row = tuple[Tensor, Tensor, Tensor, Tensor]
"""Phone ids [N], pointer [T], log-mel [F, 4 T], melody [3, 2 T]."""


def cut_slice(cache: FeatureCache, heard: HeardClip, rng: random.Random) -> Row:
    """A random slice of at most `LONGEST` tokens."""
    mel, melody, pointer = cache.mel(heard), cache.melody(heard), heard.pointer
    if len(pointer) <= LONGEST:
        return heard.phone_ids, pointer, mel, melody
    first = rng.randrange(len(pointer) - LONGEST + 1)
    end = first + LONGEST
    pointer = pointer[first:end]
    first_phone = max(0, int(pointer[0]) - MARGIN)
    phone_ids = heard.phone_ids[first_phone : int(pointer[-1]) + 1 + MARGIN]
    parts = mel[:, 4 * first : 4 * end], melody[:, 2 * first : 2 * end]
    return phone_ids, pointer - first_phone, *parts
