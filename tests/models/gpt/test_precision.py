"""The probe chooses among what works here, and no precision strays far from float32."""

import re
from typing import get_args

import pytest
import torch
from torch import Tensor, nn

from gpt_sovits.errors import ConfigError
from gpt_sovits.models.gpt import precision as room
from gpt_sovits.models.gpt.decoding import Sentence, TokenDecoder
from gpt_sovits.models.gpt.precision import Layer, Precision, Product, Route, probe_precision
from tests.models.gpt.tiny import TINY, tiny_model

LARGEST_ERROR = {"float32": 1e-5, "float16": 5e-3, "bfloat16": 5e-2, "int8": 8e-2}
"""Largest difference of logits over the largest logit of the tiny network."""


def layer() -> Layer:
    return tiny_model().h.linears()[0]


def plain(weight: Tensor, bias: Tensor) -> Product:
    return lambda x: nn.functional.linear(x, weight, bias)


def broken(weight: Tensor, bias: Tensor) -> Product:
    raise RuntimeError("not on this processor")


def wrong(weight: Tensor, bias: Tensor) -> Product:
    return lambda x: nn.functional.linear(x, weight, bias) * float("nan")


@pytest.mark.parametrize("precision", get_args(Precision))
def test_reduced_precision_stays_close(precision: Precision) -> None:
    model = tiny_model()
    noise = torch.Generator().manual_seed(0)
    prompt = torch.randint(TINY.eos, (40,), generator=noise)
    what = Sentence(torch.tensor([1, 2, 3]), prompt=prompt)
    try:
        ours = TokenDecoder(model, precision).logits(what)
    except ConfigError:
        pytest.skip(f"{precision} cannot be had here")
    exact = TokenDecoder(model).logits(what)
    assert (ours - exact).abs().max() < LARGEST_ERROR[precision] * exact.abs().max()
    assert ours.dtype == torch.float32


def test_auto_times_every_usable_route() -> None:
    probe = probe_precision(layer())
    assert "float32 torch" in probe.milliseconds
    assert probe.best.name in probe.milliseconds
    assert all(time > 0 for time in probe.milliseconds.values())


def test_a_route_that_fails_or_miscalculates_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    routes = (
        Route("plain", "float32", plain),
        Route("b", "int8", broken),
        Route("w", "int8", wrong),
    )
    monkeypatch.setattr(room, "_CPU_ROUTES", routes)
    assert probe_precision(layer()).best.name == "plain"
    with pytest.raises(ConfigError, match="int8"):
        probe_precision(layer(), "int8")


@pytest.mark.parametrize(("coarse_ms", "chosen"), [(0.9, "fine"), (0.5, "coarse")])
def test_a_coarser_route_must_be_clearly_faster(
    monkeypatch: pytest.MonkeyPatch, coarse_ms: float, chosen: str
) -> None:
    routes = (Route("fine", "float32", plain), Route("coarse", "int8", plain))
    monkeypatch.setattr(room, "_CPU_ROUTES", routes)
    monkeypatch.setattr(room, "_time_routes", lambda *_: {"fine": 1.0, "coarse": coarse_ms})
    assert probe_precision(layer()).best.name == chosen


def test_an_unknown_precision_is_refused_by_name() -> None:
    with pytest.raises(ConfigError, match=re.escape("'float8'")):
        probe_precision(layer(), "float8")  # type: ignore[arg-type]  # a wrong value is the point
