import json
from pathlib import Path

import pytest
import torch

from gpt_sovits.config import load_vits_family
from gpt_sovits.models.sovits.discriminators import Discriminators
from gpt_sovits.models.sovits.synthesizer import Synthesizer
from tests.parity.sovits_checks import check_discriminator, check_sovits

PARITY = Path(__file__).resolve().parents[2] / "parity"


def published_shapes(name: str) -> dict[str, list[int]]:
    return json.loads((PARITY / "manifests" / f"{name}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", ["v1", "v2", "v2Pro", "v2ProPlus"])
def test_a_synthesizer_has_the_published_keys_and_shapes(name: str) -> None:
    family = load_vits_family(name)
    with torch.device("meta"):
        model = Synthesizer(
            family.synthesizer,
            n_bins=family.spectrogram.n_bins,
            hop_length=family.spectrogram.hop_length,
        )
    shapes = {key: list(value.shape) for key, value in model.state_dict().items()}
    assert shapes == published_shapes(f"sovits_{name}")


@pytest.mark.parametrize("name", ["v2", "v2Pro"])
def test_discriminators_have_the_published_keys_and_shapes(name: str) -> None:
    with torch.device("meta"):
        model = Discriminators(load_vits_family(name).discriminator)
    shapes = {key: list(value.shape) for key, value in model.state_dict().items()}
    assert shapes == published_shapes(f"disc_{name}")


@pytest.mark.parametrize("name", ["v2", "v2Pro"])
def test_a_synthesizer_gives_the_published_numbers(name: str) -> None:
    rows = check_sovits(PARITY / f"sovits_{name}.npz", load_vits_family(name), seed=0)
    assert len(rows) == 11
    assert [row for row in rows if not row.passed] == []


def test_discriminators_give_the_published_numbers() -> None:
    rows = check_discriminator(PARITY / "disc_v2.npz", load_vits_family("v2"), seed=0)
    assert len(rows) == 9
    assert [row for row in rows if not row.passed] == []
