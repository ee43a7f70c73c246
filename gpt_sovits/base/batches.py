"""Batches of clips of like length, as many in every epoch, mixed anew in each."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import torch
from torch import Tensor
from torch.nn import functional as F

MIXING = 0.15
"""Clips whose lengths differ by less than this share trade places from epoch to epoch."""

ClipT = TypeVar("ClipT")


@dataclass(frozen=True)
class Drawn(Generic[ClipT]):
    """Clips of one batch and the seed of all chance in it."""

    clips: list[ClipT]
    seed: str


class FrameBatches(Generic[ClipT]):
    """Cut an epoch into batches of at most so many frames, padding included.

    How many clips a batch holds is decided once, from the sorted lengths, so that every epoch has
    as many batches.

    Args:
        clips: to learn from.
        lengths: frames of each.
        most: frames of a batch.
        load: makes a batch of clips.
        seed: source of all chance.
    """

    def __init__(
        self,
        clips: Sequence[ClipT],
        lengths: Sequence[int],
        most: int,
        load: Callable[[Drawn[ClipT]], Any],
        seed: int = 0,
    ) -> None:
        self.clips = list(clips)
        self.lengths = list(lengths)
        self.sizes = batch_sizes(sorted(lengths), most)
        self.seed = seed
        self._load = load

    def epoch(self, number: int) -> list[Drawn[ClipT]]:
        """Batches of an epoch, in a random order."""
        rng = random.Random(f"{self.seed}/{number}")
        near = [length * (1 + MIXING * rng.random()) for length in self.lengths]
        order = sorted(range(len(self.clips)), key=near.__getitem__)
        batches, first = [], 0
        for index, size in enumerate(self.sizes):
            clips = [self.clips[place] for place in order[first : first + size]]
            batches.append(Drawn(clips, f"{self.seed}/{number}/{index}"))
            first += size
        rng.shuffle(batches)
        return batches

    def load(self, batch: Drawn[ClipT]) -> Any:
        """Load the clips of one batch."""
        return self._load(batch)


def batch_sizes(lengths: Sequence[int], most: int) -> list[int]:
    """How many clips each batch holds.

    Args:
        lengths: of all clips, the shortest first.
        most: frames of a batch, padding included; a clip that is longer makes a batch of its own.
    """
    sizes: list[int] = []
    for length in lengths:
        if sizes and (sizes[-1] + 1) * length <= most:
            sizes[-1] += 1
        else:
            sizes.append(1)
    return sizes


def pad(rows: Sequence[Tensor]) -> Tensor:
    """Rows [..., L] of different lengths as one tensor [B, ..., longest]; padding is 0."""
    longest = max(row.shape[-1] for row in rows)
    return torch.stack([F.pad(row, (0, longest - row.shape[-1])) for row in rows])


def lengths_of(rows: Sequence[Tensor]) -> Tensor:
    """Last size of each row, [B]."""
    return torch.tensor([row.shape[-1] for row in rows])


def sources_of(seed: str) -> tuple[random.Random, torch.Generator]:
    """A source of choices and a source of noise for one batch."""
    rng = random.Random(seed)
    return rng, torch.Generator().manual_seed(rng.getrandbits(63))
