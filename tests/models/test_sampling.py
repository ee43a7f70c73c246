"""The sampler against a plain loop, its limits, and what it refuses."""

import math

import pytest
import torch

from gpt_sovits.errors import ConfigError
from gpt_sovits.models.sampling import draw_tokens, penalize_repeats, token_probabilities
from gpt_sovits.models.sampling_options import SamplingOptions


def plain_probabilities(
    logits: list[float], previous: set[int], options: SamplingOptions
) -> list[float]:
    """The published order, one row, one step after the other."""
    scores = list(logits)
    for token in previous:
        penalty = options.repetition_penalty
        scores[token] = scores[token] * penalty if scores[token] < 0 else scores[token] / penalty
    order = sorted(range(len(scores)), key=lambda token: -scores[token])
    if options.top_p < 1:
        total = sum(math.exp(score) for score in scores)
        reached = 0.0
        for rank, token in enumerate(order):
            reached += math.exp(scores[token]) / total
            if reached > options.top_p and rank > 0:
                scores[token] = -math.inf
    scores = [score / max(options.temperature, 1e-5) for score in scores]
    last = scores[order[min(options.top_k, len(order)) - 1]]
    scores = [score if score >= last else -math.inf for score in scores]
    best = max(scores)
    weights = [math.exp(score - best) for score in scores]
    return [weight / sum(weights) for weight in weights]


@pytest.mark.parametrize(
    "options",
    [
        SamplingOptions(),
        SamplingOptions(top_p=0.6, temperature=0.7),
        SamplingOptions(top_p=0.01, repetition_penalty=1.0),
        SamplingOptions(top_k=3, temperature=2.0, repetition_penalty=0.5),
        SamplingOptions(top_k=1000, temperature=0.0),
    ],
)
def test_probabilities_agree_with_a_plain_loop(options: SamplingOptions) -> None:
    logits = torch.randn(4, 40, generator=torch.Generator().manual_seed(0)) * 3
    previous = [set(), {1}, {5, 6, 7}, set(range(40))]
    seen = torch.tensor([[token in row for token in range(40)] for row in previous])
    ours = token_probabilities(penalize_repeats(logits, seen, options.repetition_penalty), options)
    plain = [
        plain_probabilities(row, tokens, options)
        for row, tokens in zip(logits.tolist(), previous, strict=True)
    ]
    torch.testing.assert_close(ours, torch.tensor(plain), atol=1e-5, rtol=1e-4)


def test_the_same_seed_draws_the_same_tokens() -> None:
    probabilities = torch.full((64, 20), 0.05)
    first, second, third = (
        draw_tokens(probabilities, torch.Generator().manual_seed(seed)) for seed in (7, 7, 8)
    )
    assert torch.equal(first, second)
    assert not torch.equal(first, third)


def test_draws_follow_the_probabilities() -> None:
    probabilities = torch.tensor([0.5, 0.3, 0.2, 0.0])
    drawn = draw_tokens(probabilities.expand(20_000, 4), torch.Generator().manual_seed(0))
    shares = drawn.bincount(minlength=4) / len(drawn)
    torch.testing.assert_close(shares, probabilities, atol=0.015, rtol=0)
    assert shares[3] == 0


@pytest.mark.parametrize("options", [SamplingOptions(top_k=1), SamplingOptions(temperature=0)])
def test_top_k_1_and_temperature_0_take_the_best(options: SamplingOptions) -> None:
    noise = torch.Generator().manual_seed(0)
    logits = torch.randn(50, 100, generator=noise)
    assert torch.equal(draw_tokens(token_probabilities(logits, options), noise), logits.argmax(1))


def test_a_penalty_lowers_positive_and_negative_scores_of_seen_tokens_only() -> None:
    logits = torch.tensor([[2.0, -2.0, 2.0, -2.0]])
    seen = torch.tensor([[True, True, False, False]])
    assert penalize_repeats(logits, seen, 2.0).tolist() == [[1.0, -4.0, 2.0, -2.0]]


def test_an_impossible_token_stays_impossible() -> None:
    logits = torch.tensor([[1.0, -math.inf, 0.0]])
    seen = torch.tensor([[False, True, False]])
    options = SamplingOptions(top_p=0.9999, top_k=3)
    assert token_probabilities(penalize_repeats(logits, seen, 1.35), options)[0, 1] == 0


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("top_k", 0),
        ("top_k", -5),
        ("top_k", 2.5),
        ("top_k", math.nan),
        ("top_k", math.inf),
        ("top_p", 0.0),
        ("top_p", -0.1),
        ("top_p", 1.01),
        ("top_p", math.nan),
        ("temperature", -0.1),
        ("temperature", math.inf),
        ("temperature", math.nan),
        ("repetition_penalty", 0.0),
        ("repetition_penalty", -1.0),
        ("repetition_penalty", math.inf),
        ("repetition_penalty", math.nan),
    ],
)
def test_values_out_of_range_are_refused_by_name(field: str, value: float) -> None:
    values = {field: value}
    with pytest.raises(ConfigError, match=field):
        SamplingOptions(**values)  # type: ignore[arg-type]  # wrong values are the point
