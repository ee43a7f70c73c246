import itertools

import pytest
import torch
from torch import Tensor

from gpt_sovits.errors import InputError
from gpt_sovits.models.alignment import align_ctc, share_blanks


def best_score_by_trying_all(log_probs: Tensor, targets: list[int]) -> float:
    """The plain slow way: every row of classes that collapses to the targets."""
    n_frames, n_classes = log_probs.shape
    best = -float("inf")
    for path in itertools.product(range(n_classes), repeat=n_frames):
        said = [key for key, _ in itertools.groupby(path) if key]
        if said == targets:
            best = max(best, sum(float(log_probs[t, k]) for t, k in enumerate(path)))
    return best


def score_of(spans: Tensor, log_probs: Tensor, targets: list[int]) -> float:
    path = [0] * len(log_probs)
    for (start, end), target in zip(spans.tolist(), targets, strict=True):
        path[start:end] = [target] * (end - start)
    return sum(float(log_probs[t, k]) for t, k in enumerate(path))


@pytest.mark.parametrize("targets", [[1], [1, 2], [1, 1], [2, 1, 2], [1, 1, 2], [2, 2, 2]])
@pytest.mark.parametrize("seed", range(4))
def test_the_way_found_is_the_likeliest(targets: list[int], seed: int) -> None:
    noise = torch.Generator().manual_seed(seed)
    log_probs = torch.randn(6, 3, generator=noise).log_softmax(dim=1)
    spans = align_ctc(log_probs, torch.tensor(targets))
    assert score_of(spans, log_probs, targets) == pytest.approx(
        best_score_by_trying_all(log_probs, targets), abs=1e-4
    )
    assert (spans[:, 0] < spans[:, 1]).all()
    assert (spans[1:, 0] >= spans[:-1, 1]).all()


def test_as_many_frames_as_phones_is_enough() -> None:
    log_probs = torch.zeros(3, 4).log_softmax(dim=1)
    spans = align_ctc(log_probs, torch.tensor([1, 2, 3]))
    assert spans.tolist() == [[0, 1], [1, 2], [2, 3]]


@pytest.mark.parametrize(("n_frames", "targets"), [(2, [1, 2, 3]), (2, [1, 1]), (5, [])])
def test_what_cannot_be_said_is_one_sentence(n_frames: int, targets: list[int]) -> None:
    log_probs = torch.zeros(n_frames, 4).log_softmax(dim=1)
    with pytest.raises(InputError, match=f"{n_frames} frames"):
        align_ctc(log_probs, torch.tensor(targets, dtype=torch.long))


def test_impossible_classes_leave_a_finite_way() -> None:
    log_probs = torch.full((4, 3), -torch.inf)
    log_probs[:, 0] = 0.0
    spans = align_ctc(log_probs, torch.tensor([1, 2]))
    assert (spans[:, 0] < spans[:, 1]).all()


def test_shared_blanks_fill_every_frame() -> None:
    durations = share_blanks(torch.tensor([[2, 3], [7, 9], [9, 10]]), 12)
    assert durations.tolist() == [5, 4, 3]
    assert share_blanks(torch.tensor([[4, 5]]), 12).tolist() == [12]
