"""What a parity check says: one number of one fixture and how far ours is from it."""

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray


class Row(NamedTuple):
    """One compared number or array."""

    fixture: str
    """File name of the fixture."""
    what: str
    """Which of its numbers."""
    error: float
    """How far ours is from it."""
    limit: float
    """The largest error that still counts as agreement."""

    @property
    def passed(self) -> bool:
        """Whether ours agrees; an error that is not a number does not."""
        return self.error <= self.limit


def relative_error(ours: torch.Tensor, published: NDArray[np.float32]) -> float:
    """Largest difference over the largest published value: max |a - b| / max |b|."""
    theirs = torch.from_numpy(np.asarray(published, dtype=np.float32)).reshape(-1)
    mine = ours.detach().float().reshape(-1)
    if mine.shape != theirs.shape:
        return float("inf")
    return float((mine - theirs).abs().max() / theirs.abs().max().clamp_min(1e-12))
