import pytest
import torch
from torch import nn

from gpt_sovits.training.optimizers import adamw, averaged


def test_weight_decay_spares_vectors_and_frozen_weights() -> None:
    network = nn.Sequential(nn.Linear(3, 4), nn.LayerNorm(4), nn.Linear(4, 2))
    network[2].requires_grad_(False)
    decay = {
        id(weight): group["weight_decay"]
        for group in adamw(network, 1e-3, weight_decay=0.05).param_groups
        for weight in group["params"]
    }
    found = {name: decay.get(id(weight)) for name, weight in network.named_parameters()}
    assert found == {
        "0.weight": 0.05,
        "0.bias": 0.0,
        "1.weight": 0.0,
        "1.bias": 0.0,
        "2.weight": None,
        "2.bias": None,
    }


def test_an_average_forgets_the_beginning_and_smooths_the_end() -> None:
    network = nn.Linear(1, 1, bias=False)
    mean = averaged(network, 0.9)
    values = [100.0] * 5 + [1.0, 3.0] * 100
    for value in values:
        nn.init.constant_(network.weight, value)
        mean.update_parameters(network)
    assert float(mean.module.state_dict()["weight"]) == pytest.approx(2.0, abs=0.1)


def test_an_average_copies_buffers_and_learns_nothing_itself() -> None:
    network = nn.BatchNorm1d(2)
    mean = averaged(network, 0.9)
    assert network.running_mean is not None
    network.running_mean.fill_(7)
    mean.update_parameters(network)
    torch.testing.assert_close(mean.module.state_dict()["running_mean"], torch.full((2,), 7.0))
    assert not any(weight.requires_grad for weight in mean.parameters())
    assert all(weight.requires_grad for weight in network.parameters())
