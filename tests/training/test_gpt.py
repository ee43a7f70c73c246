import pytest
import torch

from gpt_sovits.data.batches import GPTBatch
from gpt_sovits.training.gpt import GPTModule, token_accuracy
from gpt_sovits.training.module import Objective, Place
from gpt_sovits.training.options import GPTOptions
from tests.models.gpt.tiny import TINY, tiny_model

PHONE_LENGTHS = [3, 9, 6]
TOKEN_LENGTHS = [12, 5, 20]


def batch_of(rows: list[int], *, padding: int = 0) -> GPTBatch:
    """Clips by their number, side by side; `padding` stands where nothing real is."""
    N = max(PHONE_LENGTHS[row] for row in rows)
    T = max(TOKEN_LENGTHS[row] for row in rows)
    phone_ids = torch.full((len(rows), N), padding)
    semantic = torch.full((len(rows), T), padding)
    bert = torch.full((len(rows), TINY.bert_width, N), float(padding))
    for place, row in enumerate(rows):
        chance = torch.Generator().manual_seed(row)
        n_phones, n_tokens = PHONE_LENGTHS[row], TOKEN_LENGTHS[row]
        phone_ids[place, :n_phones] = torch.randint(20, (n_phones,), generator=chance)
        semantic[place, :n_tokens] = torch.randint(32, (n_tokens,), generator=chance)
        bert[place, :, :n_phones] = torch.randn(TINY.bert_width, n_phones, generator=chance)
    return GPTBatch(
        names=[str(row) for row in rows],
        phone_ids=phone_ids,
        phone_lengths=torch.tensor([PHONE_LENGTHS[row] for row in rows]),
        bert=bert,
        semantic=semantic,
        semantic_lengths=torch.tensor([TOKEN_LENGTHS[row] for row in rows]),
    )


def objective_of(batch: GPTBatch, *, dpo: bool = False, seed: int = 0) -> Objective:
    module = GPTModule(tiny_model(), GPTOptions(dpo=dpo))
    (objective,) = module.objectives(batch, torch.Generator().manual_seed(seed))
    return objective


def summed_loss(batch: GPTBatch) -> float:
    """The loss of all targets together: tokens and one end a clip."""
    n_targets = int(batch.semantic_lengths.sum()) + len(batch.names)
    return objective_of(batch).loss.item() * n_targets


@pytest.mark.parametrize("padding", [0, 7])
def test_each_clip_of_an_unequal_batch_has_the_loss_it_has_alone(padding: int) -> None:
    alone = [summed_loss(batch_of([row])) for row in range(3)]
    assert summed_loss(batch_of([0, 1, 2], padding=padding)) == pytest.approx(sum(alone), rel=1e-5)
    assert summed_loss(batch_of([2, 0], padding=padding)) == pytest.approx(
        alone[2] + alone[0], rel=1e-5
    )


def test_gradients_of_an_unequal_batch_are_those_of_its_clips() -> None:
    def gradient(rows: list[int]) -> torch.Tensor:
        module = GPTModule(tiny_model(), GPTOptions())
        batch = batch_of(rows)
        (objective,) = module.objectives(batch, torch.Generator())
        n_targets = int(batch.semantic_lengths.sum()) + len(rows)
        torch.autograd.backward(objective.loss * n_targets)
        weights = [weight.grad for weight in module.gpt.parameters() if weight.grad is not None]
        return torch.cat([weight.flatten() for weight in weights])

    together = gradient([0, 1])
    torch.testing.assert_close(together, gradient([0]) + gradient([1]), rtol=1e-4, atol=1e-4)


def test_preference_is_added_to_the_cross_entropy() -> None:
    batch = batch_of([0, 1, 2])
    plain, preferred = objective_of(batch), objective_of(batch, dpo=True)
    n_targets = sum(TOKEN_LENGTHS) + 3
    expected = plain.loss + preferred.figures["preference"] / n_targets
    assert preferred.loss.item() == pytest.approx(expected.item(), rel=1e-5)
    assert set(preferred.figures) == {"tokens", "accuracy", "preference"}
    assert set(plain.figures) == {"tokens", "accuracy"}


def test_damage_follows_the_generator() -> None:
    batch = batch_of([0, 1, 2])
    losses = [objective_of(batch, dpo=True, seed=seed).loss.item() for seed in (1, 1, 2)]
    assert losses[0] == losses[1] != losses[2]


def test_the_learning_rate_grows_over_the_first_steps() -> None:
    module = GPTModule(tiny_model(), GPTOptions(warmup=4))
    places = [Place(step, 1, ends_epoch=False) for step in (1, 2, 4, 400)]
    assert [module.rate(place) for place in places] == [0.25, 0.5, 1.0, 1.0]


def test_accuracy_counts_real_targets_only() -> None:
    logits = torch.eye(4).unsqueeze(0)  # the best ids are 0, 1, 2, 3
    targets = torch.tensor([[0, 3, 2, -100]])
    assert token_accuracy(logits, targets).item() == pytest.approx(2 / 3)
