"""What sees what, and that padding never matters."""

import pytest
import torch
from torch import Tensor

from gpt_sovits.config import GPTConfig
from gpt_sovits.models.gpt.network import (
    IGNORED,
    SinePosition,
    Text2Semantic,
    next_token_targets,
    token_loss,
)
from tests.models.gpt.tiny import TINY, tiny_model


@pytest.fixture
def model() -> Text2Semantic:
    return tiny_model()


def random_inputs(batch_size: int, n_phones: int, n_tokens: int) -> tuple[Tensor, Tensor, Tensor]:
    noise = torch.Generator().manual_seed(1)
    phone_ids = torch.randint(TINY.n_phones, (batch_size, n_phones), generator=noise)
    bert = torch.randn(batch_size, TINY.bert_width, n_phones, generator=noise)
    return phone_ids, bert, torch.randint(TINY.eos, (batch_size, n_tokens), generator=noise)


def lengths(*values: int) -> Tensor:
    return torch.tensor(values)


@torch.no_grad()
def test_a_later_token_changes_no_earlier_logit(model: Text2Semantic) -> None:
    phones, bert, semantic = random_inputs(1, 5, 8)
    other = semantic.clone()
    other[0, 4] = (other[0, 4] + 1) % TINY.eos
    before, after = (
        model(phones, lengths(5), bert, tokens, lengths(8)) for tokens in (semantic, other)
    )
    # Position 5 is the first that has read token 4.
    torch.testing.assert_close(after[:, :5], before[:, :5])
    assert (after[:, 5:] - before[:, 5:]).abs().amax(dim=2).min() > 1e-4


@torch.no_grad()
@pytest.mark.parametrize("changed", [0, 4])
def test_every_phone_reaches_every_token(model: Text2Semantic, changed: int) -> None:
    phones, bert, semantic = random_inputs(1, 5, 8)
    other = phones.clone()
    other[0, changed] = (other[0, changed] + 1) % TINY.n_phones
    before, after = (model(ids, lengths(5), bert, semantic, lengths(8)) for ids in (phones, other))
    assert (after - before).abs().amax(dim=2).min() > 1e-4


@torch.no_grad()
def test_phones_do_not_see_tokens(model: Text2Semantic) -> None:
    phones, bert, semantic = random_inputs(2, 5, 8)
    logits = model(phones, lengths(5, 5), bert, semantic, lengths(8, 8))
    alone = model(phones, lengths(5, 5), bert, semantic[:, :0], lengths(0, 0))
    torch.testing.assert_close(logits[:, :1], alone)


@torch.no_grad()
def test_phones_see_each_other_both_ways(model: Text2Semantic) -> None:
    phones, bert, _ = random_inputs(1, 5, 0)
    swapped = phones.clone()
    swapped[0, 4] = (swapped[0, 4] + 1) % TINY.n_phones
    # With three of five phones real, the third predicts; the fifth must stay invisible, with all
    # real it must reach it.
    for n_real, reaches in ((3, False), (5, True)):
        before, after = (
            model(ids, lengths(n_real), bert, phones[:, :0], lengths(0))
            for ids in (phones, swapped)
        )
        assert bool((before - after).abs().max() > 1e-4) is reaches


def test_a_batch_has_the_losses_and_gradients_of_its_rows_alone(model: Text2Semantic) -> None:
    phones, bert, semantic = random_inputs(3, 7, 9)
    n_phones, n_tokens = lengths(7, 3, 5), lengths(4, 9, 1)

    def loss(rows: slice) -> Tensor:
        phone_end, token_end = int(n_phones[rows].max()), int(n_tokens[rows].max())
        ids, tokens = phones[rows, :phone_end], semantic[rows, :token_end]
        logits = model(ids, n_phones[rows], bert[rows, :, :phone_end], tokens, n_tokens[rows])
        return token_loss(logits, next_token_targets(tokens, n_tokens[rows], TINY.eos))

    together = loss(slice(0, 3))
    alone = torch.stack([loss(slice(row, row + 1)) for row in range(3)]).sum()
    torch.testing.assert_close(together, alone)
    weight, _ = model.h.linears()[0][2]
    (ours,) = torch.autograd.grad(together, weight)
    (theirs,) = torch.autograd.grad(alone, weight)
    torch.testing.assert_close(ours, theirs, atol=1e-4, rtol=1e-4)


@torch.no_grad()
def test_what_stands_in_the_padding_does_not_matter(model: Text2Semantic) -> None:
    phones, bert, semantic = random_inputs(1, 7, 9)
    before = model(phones, lengths(4), bert, semantic, lengths(5))
    phones[:, 4:], bert[:, :, 4:], semantic[:, 5:] = 0, 100.0, TINY.eos - 1
    after = model(phones, lengths(4), bert, semantic, lengths(5))
    torch.testing.assert_close(after[:, :6], before[:, :6])
    assert after.isfinite().all()


@torch.no_grad()
def test_no_text_features_are_zeros(model: Text2Semantic) -> None:
    phones, bert, semantic = random_inputs(1, 5, 4)
    none = model(phones, lengths(5), None, semantic, lengths(4))
    zeros = model(phones, lengths(5), torch.zeros_like(bert), semantic, lengths(4))
    torch.testing.assert_close(none, zeros)


def test_a_small_family_without_text_features_needs_no_other_class() -> None:
    config = GPTConfig(
        n_phones=9, n_tokens=5, width=8, n_heads=2, n_layers=1, ff_width=8, bert_width=0
    )
    model = Text2Semantic(config)
    assert not [key for key in model.state_dict() if key.startswith("bert")]
    logits = model(lengths(1, 2)[None], lengths(2), None, lengths(3)[None], lengths(1))
    assert logits.shape == (1, 2, 5)


def test_targets_end_once_and_ignore_the_padding() -> None:
    targets = next_token_targets(torch.tensor([[7, 8, 9], [5, 0, 0]]), lengths(3, 1), eos=32)
    assert targets.tolist() == [[7, 8, 9, 32], [5, 32, IGNORED, IGNORED]]


def test_positions_are_sines_and_cosines_in_turns() -> None:
    table = SinePosition(4).table(3)
    angle = torch.tensor([2.0, 2.0 / 100])
    expected = torch.stack([angle.sin(), angle.cos()], dim=1).flatten()
    torch.testing.assert_close(table[2], expected)


def test_dropout_changes_training_only() -> None:
    torch.manual_seed(0)
    model = Text2Semantic(TINY.model_copy(update={"dropout": 0.5}))
    phones, bert, semantic = random_inputs(1, 5, 8)

    def run() -> Tensor:
        return model(phones, lengths(5), bert, semantic, lengths(8)).detach()

    assert not torch.allclose(run(), run())
    model.eval()
    torch.testing.assert_close(run(), run())
