"""Work on a recording of any length in overlapping windows."""

from collections.abc import Callable, Iterable, Iterator

import numpy as np

Window = Callable[[np.ndarray], np.ndarray]
"""Makes [..., L] of a window [C, L], L at most the length that was asked for."""


def in_windows(
    pieces: Iterable[np.ndarray], work: Window, *, length: int, overlap: int
) -> Iterator[np.ndarray]:
    """Let `work` see a recording window by window, and fade from each result to the next.

    All windows have the full length, the last one too: it reaches back as far as it must. Only a
    recording that is shorter than one window is seen as it is.

    Args:
        pieces: the recording in pieces [C, L] of any length.
        work: makes the result of one window, sample for sample.
        length: samples of a window.
        overlap: samples that a window shares with the one before, less than `length`.

    Yields:
        Pieces of the result [..., L]; joined, they are as long as the recording.
    """
    assert 0 <= overlap < length, f"windows of {length} samples cannot share {overlap}"
    rise = ((np.arange(overlap) + 0.5) / max(overlap, 1)).astype(np.float32)
    window: np.ndarray | None = None
    ending = np.empty(0, np.float32)
    for fresh in _cut(pieces, length, length - overlap):
        n_new = fresh.shape[-1]
        if window is None:
            window = fresh
            made = work(window)
        else:
            window = np.concatenate([window, fresh], axis=-1)[..., -length:]
            made = work(window)[..., -(n_new + overlap) :]
            faded = made[..., :overlap] * rise + ending * (1 - rise)
            made = np.concatenate([faded, made[..., overlap:]], axis=-1)
        cut = max(made.shape[-1] - overlap, 0)
        yield made[..., :cut]
        ending = made[..., cut:]
    if window is not None:
        yield ending


def _cut(pieces: Iterable[np.ndarray], first: int, others: int) -> Iterator[np.ndarray]:
    """Pieces anew: one of `first` samples, then of `others` each, the last one shorter."""
    held: np.ndarray | None = None
    wanted = first
    for piece in pieces:
        held = piece if held is None else np.concatenate([held, piece], axis=-1)
        while held.shape[-1] >= wanted:
            yield held[..., :wanted]
            held, wanted = held[..., wanted:], others
    if held is not None and held.shape[-1]:
        yield held
