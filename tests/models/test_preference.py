"""The preference loss pulls the right way, and damaged tokens are damaged as told."""

import math

import pytest
import torch

from gpt_sovits.models.gpt.network import IGNORED
from gpt_sovits.models.preference import (
    damage_batch,
    damage_tokens,
    preference_loss,
    sequence_log_probability,
)


def test_log_probability_sums_the_targets_and_leaves_out_the_ignored() -> None:
    logits = torch.randn(2, 3, 5, generator=torch.Generator().manual_seed(0))
    targets = torch.tensor([[1, 4, 0], [2, IGNORED, IGNORED]])
    logs = logits.log_softmax(dim=2)
    expected = torch.stack([logs[0, 0, 1] + logs[0, 1, 4] + logs[0, 2, 0], logs[1, 0, 2]])
    torch.testing.assert_close(sequence_log_probability(logits, targets), expected)


def test_equal_sequences_cost_log_2_and_a_clear_preference_nothing() -> None:
    equal = torch.tensor([-70.0, -3.0])
    assert float(preference_loss(equal, equal)) == pytest.approx(math.log(2))
    assert float(preference_loss(equal, equal - 100)) < 1e-6


def test_descending_raises_the_chosen_and_lowers_the_rejected() -> None:
    chosen = torch.tensor([-5.0], requires_grad=True)
    rejected = torch.tensor([-5.0], requires_grad=True)
    loss = preference_loss(chosen, rejected)
    for_chosen, for_rejected = torch.autograd.grad(loss, [chosen, rejected])
    assert for_chosen.item() < 0 < for_rejected.item()


def is_damaged(tokens: list[int], result: list[int]) -> bool:
    """Whether `result` is `tokens` with one span repeated or deleted, found by trying all."""
    spans = [(a, b) for a in range(len(tokens)) for b in range(a + 1, len(tokens) + 1)]
    return any(result in (tokens[:b] + tokens[a:], tokens[:a] + tokens[b:]) for a, b in spans)


@pytest.mark.parametrize("length", [1, 2, 3, 12])
def test_one_span_is_repeated_or_deleted(length: int) -> None:
    tokens = torch.arange(length)
    lengths = []
    for seed in range(60):
        damaged = damage_tokens(tokens, torch.Generator().manual_seed(seed))
        assert is_damaged(tokens.tolist(), damaged.tolist())
        lengths.append(len(damaged))
    assert min(lengths) >= 1
    assert length not in lengths
    assert max(lengths) > length
    if length > 1:
        assert 15 < sum(n > length for n in lengths) < 45  # half and half


def test_a_batch_is_damaged_within_its_lengths() -> None:
    semantic = torch.tensor([[1, 2, 3, 4], [5, 6, 99, 99]])
    rows, lengths = damage_batch(semantic, torch.tensor([4, 2]), torch.Generator().manual_seed(0))
    assert rows.shape == (2, int(lengths.max()))
    for row, length, real in zip(rows, lengths.tolist(), ([1, 2, 3, 4], [5, 6]), strict=True):
        assert is_damaged(real, row[:length].tolist())
        assert not row[length:].any()
