"""Compare our Text2Semantic, sampler and preference loss with published numbers."""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from gpt_sovits.config import GPTConfig
from gpt_sovits.models.gpt.decoding import Sentence, TokenDecoder
from gpt_sovits.models.gpt.network import Text2Semantic
from gpt_sovits.models.preference import preference_loss, sequence_log_probability
from gpt_sovits.models.sampling import penalize_repeats, token_probabilities
from gpt_sovits.models.sampling_options import SamplingOptions
from tests.parity.fill import fill
from tests.parity.rows import Row, relative_error

LIMIT = 1e-3

Array = NDArray[Any]
Numbers = dict[str, Array]


def filled_model(config: GPTConfig, seed: int) -> Text2Semantic:
    """A network whose weights follow from their names."""
    model = Text2Semantic(config).eval()
    shapes = {key: tuple(value.shape) for key, value in model.state_dict().items()}
    values = fill(shapes, seed)
    model.load_state_dict({key: torch.from_numpy(value) for key, value in values.items()})
    return model


def check_gpt(path: Path, config: GPTConfig, seed: int) -> list[Row]:
    """Logits and loss under teacher forcing, tokens of greedy decoding with and without prompt."""
    with np.load(path) as file:
        numbers: Numbers = dict(file)
    model = filled_model(config, seed)
    phones, bert = tensor(numbers["ar_phones"][0]), tensor(numbers["ar_bert"][0])
    prompted = Sentence(phones, bert, prompt=tensor(numbers["ar_prompt"][0]))
    return [
        *check_teacher_forcing(path.name, numbers, model),
        check_greedy(path.name, "ar_greedy_tokens", numbers, model, prompted, 1.35),
        check_greedy(path.name, "reffree_greedy_tokens", numbers, model, Sentence(phones, bert), 1),
    ]


def check_teacher_forcing(fixture: str, numbers: Numbers, model: Text2Semantic) -> list[Row]:
    """Logits of every position and their summed loss."""
    with torch.inference_mode():
        logits = model(
            tensor(numbers["tf_phones"]),
            tensor(numbers["tf_phone_lens"]),
            tensor(numbers["tf_bert"]),
            tensor(numbers["tf_semantic"]),
            tensor(numbers["tf_semantic_lens"]),
        )
    # The published sum counts padding as the end of speech; our own loss leaves it out.
    loss = F.cross_entropy(
        logits.flatten(0, 1), tensor(numbers["tf_targets"]).flatten(), reduction="sum"
    )
    return [
        Row(fixture, name, relative_error(ours, numbers[name]), LIMIT)
        for name, ours in (("tf_logits", logits), ("tf_loss_sum", loss))
    ]


def check_greedy(
    fixture: str,
    what: str,
    numbers: Numbers,
    model: Text2Semantic,
    sentence: Sentence,
    penalty: float,
) -> Row:
    """Whether taking the best token gives the published ones; the error is 0 or 1."""
    published = tensor(numbers[what])[0]
    options = SamplingOptions(top_k=1, repetition_penalty=penalty)
    (ours,) = TokenDecoder(model).decode(
        [sentence], options, torch.Generator(), max_tokens=len(published)
    )
    spoken = published[published != model.config.eos]
    return Row(fixture, what, 0.0 if torch.equal(ours, spoken) else 1.0, 0.0)


def check_sampling_dpo(path: Path) -> list[Row]:
    """Probabilities for several options, log-probabilities and loss of preference pairs."""
    with np.load(path) as file:
        numbers: Numbers = dict(file)
    names = sorted(name for name in numbers if name.startswith("probs"))
    rows = [check_probabilities(path.name, numbers, name) for name in names]
    chosen, rejected = (
        sequence_log_probability(
            tensor(numbers[f"dpo_{side}_logits"]), tensor(numbers[f"dpo_{side}"])
        )
        for side in ("chosen", "rejected")
    )
    compared = {
        "dpo_chosen_logps": chosen,
        "dpo_rejected_logps": rejected,
        "dpo_loss": preference_loss(chosen, rejected),
    }
    for name, ours in compared.items():
        rows.append(Row(path.name, name, relative_error(ours, numbers[name]), LIMIT))
    return rows


def check_probabilities(fixture: str, numbers: Numbers, name: str) -> Row:
    """What the sampler draws from with one set of options."""
    temperature, top_k, top_p, penalty = numbers[name.replace("probs", "params")].tolist()
    options = SamplingOptions(
        top_k=int(top_k), top_p=top_p, temperature=temperature, repetition_penalty=penalty
    )
    logits = tensor(numbers["logits"])
    seen = torch.zeros_like(logits, dtype=torch.bool)
    seen.scatter_(1, tensor(numbers["previous"]), True)
    ours = token_probabilities(penalize_repeats(logits, seen, penalty), options)
    return Row(fixture, name, relative_error(ours, numbers[name]), LIMIT)


def tensor(values: Array) -> Tensor:
    """Halves as floats, small integers as the long ones that index."""
    result = torch.from_numpy(values)
    return result.float() if result.is_floating_point() else result.long()
