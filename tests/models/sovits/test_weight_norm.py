import copy
import pickle
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from gpt_sovits.models.sovits.weight_norm import (
    NormConv1d,
    NormConv2d,
    NormConvTranspose1d,
    fold_weight_norm,
)

MAKERS: list[Callable[[], nn.Module]] = [
    lambda: NormConv1d(4, 6, 3, padding="same", dilation=2),
    lambda: NormConv2d(4, 6, (5, 1), stride=(3, 1), padding=(2, 0)),
    lambda: NormConvTranspose1d(4, 6, 8, stride=4, padding=2),
]


def example(conv: nn.Module) -> Tensor:
    shape = (2, 4, 12) if isinstance(conv, NormConv1d) else (2, 4, 6, 12)
    return torch.randn(shape, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("make", MAKERS)
def test_state_has_the_published_keys(make: Callable[[], nn.Module]) -> None:
    state = make().state_dict()
    assert set(state) == {"bias", "weight_g", "weight_v"}
    assert state["weight_g"].shape == (len(state["weight_v"]), *[1] * (state["weight_v"].ndim - 1))


def test_a_row_has_the_length_of_its_gain() -> None:
    conv = NormConv1d(4, 6, 3)
    parts = dict(conv.named_parameters())
    with torch.no_grad():
        parts["weight_v"].mul_(7)
        parts["weight_g"].fill_(2)
    norms = conv.joined_weight().flatten(1).norm(dim=1)
    torch.testing.assert_close(norms, torch.full((6,), 2.0))


def test_it_starts_as_the_plain_convolution() -> None:
    torch.manual_seed(0)
    plain = nn.Conv1d(4, 6, 3)
    torch.manual_seed(0)
    normed = NormConv1d(4, 6, 3)
    x = example(normed)
    torch.testing.assert_close(normed(x), plain(x))


@pytest.mark.parametrize(
    "options", [{"padding": "same", "dilation": 2}, {"stride": 2, "padding": 3}]
)
def test_an_image_of_one_row_is_convolved_like_the_signal(options: dict[str, Any]) -> None:
    conv = NormConv1d(4, 6, 5, **options)
    x = example(conv)
    torch.testing.assert_close(conv(x.unsqueeze(2)).squeeze(2), conv(x))


def test_it_upsamples_an_image_of_one_row_like_torch_the_signal() -> None:
    torch.manual_seed(0)
    plain = nn.ConvTranspose1d(4, 6, 7, stride=4, padding=2, output_padding=1)
    torch.manual_seed(0)
    normed = NormConvTranspose1d(4, 6, 7, stride=4, padding=2, output_padding=1)
    x = torch.randn(2, 4, 9)
    torch.testing.assert_close(normed(x.unsqueeze(2)).squeeze(2), plain(x))


@pytest.mark.parametrize("make", MAKERS)
def test_gain_and_direction_learn(make: Callable[[], nn.Module]) -> None:
    conv = make()
    conv(example(conv)).square().sum().backward()
    assert all(bool(part.grad.abs().sum() > 0) for part in conv.parameters())  # type: ignore[union-attr]  # a missing gradient is a failure too


@pytest.mark.parametrize("make", MAKERS)
def test_folding_keeps_the_numbers_and_can_be_repeated(make: Callable[[], nn.Module]) -> None:
    conv = make()
    x = example(conv)
    before = conv(x)
    fold_weight_norm(conv)
    fold_weight_norm(conv)
    torch.testing.assert_close(conv(x), before)
    assert set(conv.state_dict()) == {"bias", "weight"}


@pytest.mark.parametrize("make", MAKERS)
def test_copies_and_pickles_keep_the_numbers(make: Callable[[], nn.Module]) -> None:
    conv = make()
    x = example(conv)
    for twin in (copy.deepcopy(conv), pickle.loads(pickle.dumps(conv))):
        torch.testing.assert_close(twin(x), conv(x))
        assert {name for name, _ in twin.named_parameters()} == {"bias", "weight_g", "weight_v"}
