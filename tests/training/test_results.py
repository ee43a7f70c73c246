from pathlib import Path

import pytest
import torch

from gpt_sovits.config import load_vits_family
from gpt_sovits.errors import InputError
from gpt_sovits.training.gpt import GPTModule
from gpt_sovits.training.options import GPTOptions
from gpt_sovits.training.results import VoiceWeights
from gpt_sovits.weights.read import read_weights
from tests.models.gpt.tiny import TINY, tiny_model


@pytest.fixture
def writer(tmp_path: Path) -> VoiceWeights:
    """Of a published family, its GPT made tiny."""
    start = tmp_path / "base.ckpt"
    start.write_bytes(b"the base")
    return VoiceWeights(
        folder=tmp_path / "GPT_weights",
        name="Ann",
        kind="gpt",
        family=load_vits_family("v2").model_copy(update={"gpt": TINY}),
        module=GPTModule(tiny_model(), GPTOptions()),
        options=GPTOptions(),
        experiment="ann",
        start=start,
    )


def test_published_families_also_get_their_own_format(writer: VoiceWeights) -> None:
    writer.write(8, 96, {"tokens": 4.5})
    ours = read_weights(writer.folder / "Ann-e8.safetensors")
    published = read_weights(writer.folder / "Ann-e8.ckpt")
    assert published.info == ours.info == "GPT-e8"
    assert published.kind == ours.kind == "gpt"
    assert ours.tensors.keys() == published.tensors.keys()
    for key, tensor in tiny_model().state_dict().items():
        assert torch.equal(ours.tensors[key], tensor)
        assert torch.equal(published.tensors[key], tensor.half())


def test_both_formats_are_removed(writer: VoiceWeights) -> None:
    writer.write(8, 96, {})
    writer.remove(8, 96)
    writer.remove(9, 108)
    assert not list(writer.folder.iterdir())


def test_own_files_are_free_to_be_replaced(writer: VoiceWeights) -> None:
    writer.write(8, 96, {})
    writer.check_free()
    (writer.folder / "Ann-e9.safetensors").write_bytes(b"damaged")
    with pytest.raises(InputError, match=r"Ann-e9.safetensors belongs to another voice"):
        writer.check_free()
