"""A network small enough to run in milliseconds."""

import torch

from gpt_sovits.config import GPTConfig
from gpt_sovits.models.gpt.network import Text2Semantic

TINY = GPTConfig(
    n_phones=20, n_tokens=33, width=32, n_heads=4, n_layers=2, ff_width=64, bert_width=8
)


def tiny_model() -> Text2Semantic:
    """A seeded network in evaluation whose tokens depend on what it reads."""
    torch.manual_seed(0)
    model = Text2Semantic(TINY).eval()
    with torch.no_grad():
        # As torch starts it, every position looks nearly alike and the best token never changes.
        for weight in model.parameters():
            if weight.dim() > 1:
                weight.normal_(std=weight.shape[1] ** -0.5 * 2)
    return model
