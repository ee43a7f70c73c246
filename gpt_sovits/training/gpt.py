"""Training of the published families' text-to-semantic network, and what `mini`'s shares."""

from collections.abc import Iterator
from typing import Generic, TypeVar

import torch
from torch import Tensor, nn

from gpt_sovits.data.batches import GPTBatch
from gpt_sovits.models.gpt.network import Text2Semantic, next_token_targets, token_loss
from gpt_sovits.models.preference import damage_batch, preference_loss, sequence_log_probability
from gpt_sovits.training.module import Objective, Place, TrainingModule
from gpt_sovits.training.optimizers import adamw
from gpt_sovits.training.options import GPTOptions

NetworkT = TypeVar("NetworkT", bound=nn.Module)


class TextToSemanticModule(TrainingModule, Generic[NetworkT]):
    """What the trainings of both text-to-semantic networks share; subclasses give the losses.

    Args:
        gpt: the network.
        options: of the training.
    """

    def __init__(self, gpt: NetworkT, options: GPTOptions) -> None:
        super().__init__(options)
        self.gpt = gpt
        self.gpt_options = options

    def configure_optimizers(self) -> list[torch.optim.Optimizer]:
        """One, for all weights."""
        return [adamw(self.gpt, self.gpt_options.learning_rate)]

    def rate(self, place: Place) -> float:
        """Grow over the first steps: the moments of AdamW know little then."""
        return min(1.0, place.step / max(1, self.gpt_options.warmup))

    def exported_weights(self) -> dict[str, Tensor]:
        """The network's state."""
        return self.gpt.state_dict()


class GPTModule(TextToSemanticModule[Text2Semantic]):
    """Teach `Text2Semantic` to say which token comes next."""

    def objectives(self, batch: GPTBatch, generator: torch.Generator) -> Iterator[Objective]:
        """Cross entropy a token; with DPO, also that damaged tokens are less likely."""
        targets, logits = self._predict(batch, batch.semantic, batch.semantic_lengths)
        n_targets = int(batch.semantic_lengths.sum()) + len(batch.semantic_lengths)
        tokens = token_loss(logits, targets) / n_targets
        figures = {"tokens": tokens, "accuracy": token_accuracy(logits, targets)}
        if not self.gpt_options.dpo:
            yield Objective(tokens, figures)
            return
        damaged, lengths = damage_batch(batch.semantic, batch.semantic_lengths, generator)
        worse_targets, worse_logits = self._predict(batch, damaged, lengths)
        preference = preference_loss(
            sequence_log_probability(logits, targets),
            sequence_log_probability(worse_logits, worse_targets),
        )
        # The published recipe adds the mean preference of a batch to its summed cross entropy.
        loss = tokens + preference / n_targets
        yield Objective(loss, {**figures, "preference": preference})

    def _predict(
        self, batch: GPTBatch, semantic: Tensor, semantic_lengths: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Targets [B, T + 1] and logits [B, T + 1, V] of tokens for a batch's phones."""
        logits = self.gpt(
            batch.phone_ids, batch.phone_lengths, batch.bert, semantic, semantic_lengths
        )
        return next_token_targets(semantic, semantic_lengths, self.gpt.config.eos), logits


def token_accuracy(logits: Tensor, targets: Tensor) -> Tensor:
    """Share of real targets [B, T] that have the highest of the logits [B, T, V]."""
    real = targets >= 0
    right = (logits.detach().argmax(dim=-1) == targets) & real
    return right.sum() / real.sum()
