"""Choose the next token from its logits."""

import torch
from torch import Tensor

from gpt_sovits.models.sampling_options import SamplingOptions


def penalize_repeats(logits: Tensor, seen: Tensor, penalty: float) -> Tensor:
    """Make tokens that were said before less likely.

    Source: Keskar et al. 2019, "CTRL".

    Args:
        logits: scores of the next token [B, V].
        seen: True for tokens that came before, the prompt's too, [B, V].
        penalty: divides a positive score and multiplies a negative one.
    """
    if penalty == 1:
        return logits
    return torch.where(seen, torch.where(logits < 0, logits * penalty, logits / penalty), logits)


def token_probabilities(logits: Tensor, options: SamplingOptions) -> Tensor:
    """Turn penalized logits [B, V] into the probabilities that are drawn from, [B, V].

    The order is the published one: top-p before the temperature, top-k after it.
    """
    if options.top_p < 1:
        logits = _keep_top_p(logits, options.top_p)
    logits = logits / max(options.temperature, 1e-5)
    best = logits.topk(min(options.top_k, logits.shape[1])).values
    return logits.masked_fill(logits < best[:, -1:], -torch.inf).softmax(dim=1)


def _keep_top_p(logits: Tensor, top_p: float) -> Tensor:
    """Rule out the unlikely tokens behind the point where the sum passes `top_p`."""
    ordered, order = logits.sort(dim=1, descending=True)
    excluded = ordered.softmax(dim=1).cumsum(dim=1) > top_p
    excluded[:, 0] = False  # the best token stays even where it alone passes
    return logits.masked_fill(excluded.scatter(1, order, excluded), -torch.inf)


def draw_tokens(probabilities: Tensor, generator: torch.Generator) -> Tensor:
    """Draw one token a row, [B, V] -> [B].

    The largest p / e with e from an exponential distribution is a draw from p; unlike
    `torch.multinomial` this never waits for the device.
    """
    noise = torch.empty_like(probabilities).exponential_(generator=generator)
    # A noise of exactly 0 would make 0 / 0 of an impossible token.
    return (probabilities / noise.clamp_min_(1e-30)).argmax(dim=1)
