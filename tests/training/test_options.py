from typing import Any

import pytest

from gpt_sovits.config import load_family
from gpt_sovits.errors import ConfigError
from gpt_sovits.training.options import (
    GPTOptions,
    SoVITSOptions,
    TrainingOptions,
    binding_options,
    gpt_options,
    sovits_options,
)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"epochs": 0}, "epochs must be 1 to 1000000, got 0"),
        ({"batch_size": -1}, "batch_size must be at least 1"),
        ({"accumulate": 0}, "accumulate must be at least 1"),
        ({"save_every": 0}, "save_every must be 1 to"),
        ({"devices": 0}, "devices must be at least 1"),
        ({"clips_per_epoch": 0}, "clips_per_epoch must be at least 1"),
        ({"gradient_clip": 0.0}, "gradient_clip must be above 0"),
        ({"max_minutes": -2.0}, "max_minutes must be above 0"),
        ({"max_minutes": float("nan")}, "max_minutes must be above 0"),
        ({"workers": -1}, "workers must be at least 0"),
        ({"seed": -1}, "seed must be 0 to"),
    ],
)
def test_values_out_of_range_are_named(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        TrainingOptions(**given)


@pytest.mark.parametrize("kind", [SoVITSOptions, GPTOptions])
def test_a_learning_rate_must_be_above_zero(kind: type[SoVITSOptions | GPTOptions]) -> None:
    with pytest.raises(ConfigError, match="learning_rate must be above 0 and at most 1, got 0"):
        kind(learning_rate=0)


def test_published_families_keep_the_published_rounds() -> None:
    family = load_family("v2")
    assert (sovits_options(family).epochs, sovits_options(family).save_every) == (8, 4)
    assert (gpt_options(family).epochs, gpt_options(family).save_every) == (15, 5)


def test_what_is_given_stands_above_the_familys_own() -> None:
    family = load_family("mini")
    assert gpt_options(family, epochs=3).epochs == 3
    assert gpt_options(family, epochs=3).learning_rate == gpt_options(family).learning_rate


def test_what_may_change_does_not_bind() -> None:
    options = GPTOptions(epochs=2, max_minutes=3, accelerator="cpu")
    assert binding_options(options) == binding_options(GPTOptions())
    assert binding_options(GPTOptions(batch_size=2)) != binding_options(GPTOptions())
