"""Direct preference optimization: tell the network that stutters and gaps are worse than the truth.

Source: Rafailov et al. 2023, "Direct preference optimization", here without a reference model,
as in the published GPT-SoVITS recipe: the rejected tokens are the chosen ones with a span
repeated or left out, the two faults that token networks make when they speak.
"""

import torch
from torch import Tensor
from torch.nn import functional as F
from torch.nn.utils.rnn import pad_sequence

from gpt_sovits.models.gpt.network import IGNORED

BETA = 0.2
"""How strongly a difference of log-probabilities counts."""


def sequence_log_probability(logits: Tensor, targets: Tensor) -> Tensor:
    """Sum the log-probabilities of each row's targets.

    Args:
        logits: [B, T, V].
        targets: token ids [B, T]; `IGNORED` ones do not count.

    Returns:
        Log-probability of each row, [B].
    """
    losses = F.cross_entropy(
        logits.transpose(1, 2), targets, ignore_index=IGNORED, reduction="none"
    )
    return -losses.sum(dim=1)


def preference_loss(chosen: Tensor, rejected: Tensor) -> Tensor:
    """Ask that the chosen sequences are likelier than the rejected ones.

    Add it to the cross entropy of the chosen sequences.

    Args:
        chosen: log-probabilities of the true sequences [B].
        rejected: log-probabilities of their damaged twins [B].

    Returns:
        Mean over the batch of -log sigmoid(BETA * (chosen - rejected)).
    """
    return -F.logsigmoid(BETA * (chosen - rejected)).mean()


def damage_batch(
    semantic: Tensor, semantic_lengths: Tensor, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Make the rejected twin of every row.

    Args:
        semantic: tokens [B, T].
        semantic_lengths: tokens of each row [B], at least 1.
        generator: on the CPU.

    Returns:
        Damaged tokens [B, T'], padded with 0, and their lengths [B].
    """
    rows = [
        damage_tokens(row[:length], generator)
        for row, length in zip(semantic, semantic_lengths.tolist(), strict=True)
    ]
    lengths = torch.tensor([len(row) for row in rows], device=semantic.device)
    return pad_sequence(rows, batch_first=True), lengths


def damage_tokens(tokens: Tensor, generator: torch.Generator) -> Tensor:
    """Repeat or delete one random span of tokens [T], half and half; the result always differs.

    A single token can only be repeated.
    """
    T = len(tokens)
    if T == 1:
        return tokens.repeat(2)
    start, end = torch.randperm(T, generator=generator)[:2].sort().values.tolist()
    if torch.randint(2, (), generator=generator):
        return torch.cat([tokens[:end], tokens[start:]])
    return torch.cat([tokens[:start], tokens[end:]])
