"""Training of the embedded base's text-to-semantic network."""

from collections.abc import Iterator

import torch

from gpt_sovits.data.batches import PointerBatch
from gpt_sovits.models.gpt.network import IGNORED, real_positions
from gpt_sovits.models.gpt.pointer import PointerText2Semantic, move_targets, pointer_loss
from gpt_sovits.training.gpt import TextToSemanticModule, token_accuracy
from gpt_sovits.training.module import Objective


class PointerModule(TextToSemanticModule[PointerText2Semantic]):
    """Teach `PointerText2Semantic` when to go to the next phone and which token sounds there."""

    def objectives(self, batch: PointerBatch, generator: torch.Generator) -> Iterator[Objective]:
        """Cross entropies of tokens and of moves, each a token."""
        semantic_lengths = batch.semantic_lengths
        real = real_positions(semantic_lengths, batch.semantic.shape[1])
        targets = batch.semantic.masked_fill(~real, IGNORED)
        moves = move_targets(batch.pointer, semantic_lengths, batch.phone_lengths)
        logits = self.gpt(
            batch.phone_ids,
            batch.phone_lengths,
            batch.semantic,
            batch.pointer,
            semantic_lengths,
        )
        n_tokens = semantic_lengths.sum()
        token_loss, move_loss = (loss / n_tokens for loss in pointer_loss(logits, targets, moves))
        figures = {
            "tokens": token_loss,
            "moves": move_loss,
            "token_accuracy": token_accuracy(logits.tokens, targets),
            "move_accuracy": token_accuracy(logits.moves, moves),
        }
        yield Objective(token_loss + move_loss, figures)
