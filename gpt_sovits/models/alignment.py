"""Find out when each phone of a known text is spoken."""

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from gpt_sovits.errors import InputError


def align_ctc(log_probs: Tensor, targets: Tensor, blank: int = 0) -> Tensor:
    """Find the likeliest way through the frames that says exactly the targets.

    Source: the Viterbi path over the states of Graves et al. 2006, "Connectionist temporal
    classification": a blank before, between and after the targets, which may be left out except
    between two equal ones.

    Args:
        log_probs: log-probability of each class at each frame, [T, V].
        targets: classes in the order in which they are spoken, [N].
        blank: class that says nothing.

    Returns:
        For each target its first frame and the frame behind its last one, [N, 2]; blanks lie
        between.

    Raises:
        InputError: there are no targets, or fewer frames than it takes to say them.
    """
    n_frames, n_targets = len(log_probs), len(targets)
    repeats = int((targets[1:] == targets[:-1]).sum())
    if not 0 < n_targets + repeats <= n_frames:
        raise InputError(
            f"{n_targets} phones cannot be spoken in {n_frames} frames; the clip is too short for"
            " its text, or there is no text"
        )
    states = torch.full((2 * n_targets + 1,), blank, device=targets.device)
    states[1::2] = targets
    # Finite, so that a class the network rules out is still better than no way at all.
    emitted = log_probs[:, states].clamp_min(-1e4)  # [T, S]
    # A target may follow the one before it without a blank where the two differ.
    may_skip = F.pad((states[2:] != blank) & (states[2:] != states[:-2]), (2, 0))
    # So small steps take a tenth of the time in NumPy.
    skip_cost = np.where(may_skip.cpu().numpy(), 0, -np.inf).astype(np.float32)
    return _spans(_best_scores(emitted.float().cpu().numpy(), skip_cost), skip_cost, n_targets)


def _best_scores(emitted: np.ndarray, skip_cost: np.ndarray) -> np.ndarray:
    """Walk forward: score of the best way into each state, [T, 2 + S].

    Two states that nobody reaches stand before the first one.
    """
    scores = np.full((len(emitted), 2 + emitted.shape[1]), -np.inf, np.float32)
    scores[0, 2:4] = emitted[0, :2]
    for before, after, now in zip(scores[:-1], scores[1:, 2:], emitted[1:], strict=True):
        np.add(before[:-2], skip_cost, out=after)
        np.maximum(after, before[1:-1], out=after)
        np.maximum(after, before[2:], out=after)
        after += now
    return scores


def _spans(scores: np.ndarray, skip_cost: np.ndarray, n_targets: int) -> Tensor:
    """Walk back: first frame of each target and the frame behind its last, [N, 2]."""
    spans = torch.zeros(n_targets, 2, dtype=torch.long)
    last = scores.shape[1] - 3
    state = last if scores[-1, 2 + last] >= scores[-1, 1 + last] else last - 1
    for frame in range(len(scores) - 1, -1, -1):
        if state % 2:
            target = state // 2
            spans[target, 0] = frame
            spans[target, 1] = max(int(spans[target, 1]), frame + 1)
        if frame:
            two, one, stay = scores[frame - 1, state : state + 3].tolist()
            ways = (stay, one, two + float(skip_cost[state]))
            state -= ways.index(max(ways))
    return spans


def share_blanks(spans: Tensor, n_frames: int) -> Tensor:
    """Durations that fill all frames: a blank stretch goes half to each of its neighbours.

    Args:
        spans: from `align_ctc`, [N, 2].
        n_frames: frames in all.

    Returns:
        Frames of each target [N]; their sum is `n_frames`.
    """
    cuts = (spans[:-1, 1] + spans[1:, 0] + 1) // 2
    return torch.diff(F.pad(cuts, (1, 1)).index_fill(0, torch.tensor([len(cuts) + 1]), n_frames))
