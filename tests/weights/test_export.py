import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch

from gpt_sovits.config import load_vits_family
from gpt_sovits.errors import WeightsError
from gpt_sovits.weights.export import export_ckpt, export_pth
from gpt_sovits.weights.read import read_weights
from tests.weights.torch_files import tiny_gpt, tiny_sovits

REFERENCE_LOADER = """
import io, json, sys, types
import torch

class HParams:
    def __init__(self, **kwargs):
        for key, value in kwargs.items():
            setattr(self, key, HParams(**value) if isinstance(value, dict) else value)
    def keys(self): return self.__dict__.keys()
    def items(self): return self.__dict__.items()
    def __getitem__(self, key): return getattr(self, key)

module = types.ModuleType("utils")
module.HParams = HParams
HParams.__module__ = "utils"
sys.modules["utils"] = module

content = bytearray(open(sys.argv[1], "rb").read())
head = content[:2].decode()
content[:2] = b"PK"
file = torch.load(io.BytesIO(content), weights_only=False)
config = file["config"]
if not isinstance(config, dict):
    model = dict(**config.model)
    config = {key: dict(**value) if isinstance(value, HParams) else value
              for key, value in config.items()}
print(json.dumps({
    "head": head, "config": config, "info": file["info"],
    "keys": list(file["weight"]), "dtypes": sorted({str(v.dtype) for v in file["weight"].values()}),
}))
"""


def load_as_the_reference(path: Path) -> Any:
    """Load in a process of its own, with a class `utils.HParams` as the reference has it."""
    command = [sys.executable, "-c", REFERENCE_LOADER, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def test_the_reference_loads_a_synthesizer(tmp_path: Path) -> None:
    export_pth(tmp_path / "a.pth", tiny_sovits(), load_vits_family("v2ProPlus"), info="8epoch")
    loaded = load_as_the_reference(tmp_path / "a.pth")
    assert loaded["head"] == "06"
    assert loaded["info"] == "8epoch"
    assert loaded["keys"] == ["enc_p.text_embedding.weight", "dec.conv_pre.weight"]
    assert loaded["dtypes"] == ["torch.float16"]
    model, data, train = (loaded["config"][key] for key in ("model", "data", "train"))
    assert model["upsample_initial_channel"] == 768
    assert model["upsample_kernel_sizes"] == [20, 16, 8, 2, 2]
    assert model["resblock_dilation_sizes"] == [[1, 3, 5]] * 3
    assert (model["gin_channels"], model["p_dropout"], model["version"]) == (1024, 0.0, "v2ProPlus")
    assert (data["filter_length"], data["hop_length"], data["sampling_rate"]) == (2048, 640, 32000)
    assert train["segment_size"] == 20480


def test_the_reference_loads_a_gpt(tmp_path: Path) -> None:
    export_ckpt(tmp_path / "a.ckpt", tiny_gpt(512), load_vits_family("v1"), info="GPT-e15")
    loaded = load_as_the_reference(tmp_path / "a.ckpt")
    assert loaded["head"] == "PK"
    assert loaded["keys"] == [f"model.{key}" for key in tiny_gpt()]
    model = loaded["config"]["model"]
    assert (model["phoneme_vocab_size"], model["vocab_size"], model["EOS"]) == (512, 1025, 1024)
    assert (model["head"], model["n_layer"], model["embedding_dim"]) == (16, 24, 512)
    assert loaded["config"]["data"]["pad_val"] == 1024


@pytest.mark.parametrize(
    ("family", "head"), [("v1", b"PK"), ("v2", b"PK"), ("v2Pro", b"05"), ("v2ProPlus", b"06")]
)
def test_what_is_exported_is_read_again(tmp_path: Path, family: str, head: bytes) -> None:
    settings = load_vits_family(family)
    export_pth(tmp_path / "a.pth", tiny_sovits(), settings, info="8epoch")
    export_pth(tmp_path / "b.pth", tiny_sovits(), settings, info="8epoch")
    file = read_weights(tmp_path / "a.pth")
    assert (tmp_path / "a.pth").read_bytes()[:2] == head
    assert (tmp_path / "a.pth").read_bytes() == (tmp_path / "b.pth").read_bytes()
    assert file.config["model"]["version"] == family
    assert torch.equal(
        file.tensors["dec.conv_pre.weight"], tiny_sovits()["dec.conv_pre.weight"].half()
    )
    assert not any(key.startswith("enc_q.") for key in file.tensors)


def test_no_module_of_the_reference_stays_behind(tmp_path: Path) -> None:
    export_pth(tmp_path / "a.pth", tiny_sovits(), load_vits_family("v2"), info="")
    assert "utils" not in sys.modules


def test_a_family_the_reference_lacks_is_refused(tmp_path: Path) -> None:
    mini = load_vits_family("v2").model_copy(update={"name": "mini"})
    with pytest.raises(WeightsError, match="no family mini"):
        export_pth(tmp_path / "a.pth", tiny_sovits(), mini, info="")
    with pytest.raises(WeightsError, match="no family mini"):
        export_ckpt(tmp_path / "a.ckpt", tiny_gpt(), mini, info="")
    assert not list(tmp_path.iterdir())


def test_a_weight_too_large_for_half_precision_is_refused(tmp_path: Path) -> None:
    tensors = tiny_gpt()
    key = next(iter(tensors))
    tensors[key] = torch.full_like(tensors[key], 1e5)
    with pytest.raises(WeightsError, match="half precision"):
        export_ckpt(tmp_path / "a.ckpt", tensors, load_vits_family("v2"), info="")
    assert not list(tmp_path.iterdir())
