import pytest
import torch
from torch import nn

from gpt_sovits.errors import WeightsError
from gpt_sovits.weights.load import load_into
from tests.weights.torch_files import Tensors


def network() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2))


def weights() -> Tensors:
    return {key: torch.ones_like(value) for key, value in network().state_dict().items()}


def test_half_precision_becomes_the_networks() -> None:
    module = network()
    load_into(module, {"0.weight": torch.full((2, 3), 0.5).half()}, allow_missing=("0.b", "1."))
    assert torch.equal(module.state_dict()["0.weight"], torch.full((2, 3), 0.5))
    assert torch.equal(module.state_dict()["0.bias"], network().state_dict()["0.bias"])


BAD: list[tuple[Tensors, str]] = [
    (
        {key: value for key, value in weights().items() if key != "0.bias"},
        "Sequential needs 0.bias, which these weights lack (1 keys)",
    ),
    (weights() | {"0.weight": torch.ones(4, 3)}, "0.weight is [4, 3] in these weights, but [2, 3]"),
    (weights() | {"enc_q.pre": torch.ones(1)}, "hold 'enc_q.pre', which Sequential does not have"),
]


@pytest.mark.parametrize(("tensors", "words"), BAD)
def test_what_does_not_fit_is_named_and_nothing_is_loaded(tensors: Tensors, words: str) -> None:
    module = network()
    with pytest.raises(WeightsError) as caught:
        load_into(module, tensors)
    assert words in str(caught.value)
    assert torch.equal(module.state_dict()["1.weight"], network().state_dict()["1.weight"])
    assert torch.equal(module.state_dict()["0.bias"], network().state_dict()["0.bias"])
