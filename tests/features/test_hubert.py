from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import HubertConfig, HubertForCTC, HubertModel

from gpt_sovits.errors import AudioError, ConfigError, MissingModelError, WeightsError
from gpt_sovits.features.hubert import HubertFeatures, load_hubert

COMMAND = "python -m gpt_sovits models download chinese-hubert-base"
CONFIG = HubertConfig(
    hidden_size=16,
    num_hidden_layers=2,
    num_attention_heads=2,
    intermediate_size=32,
    conv_dim=(8,) * 7,
    vocab_size=4,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as it is published, with a tiny network."""
    target = tmp_path_factory.mktemp("hubert")
    torch.manual_seed(0)
    (target / "config.json").write_text(CONFIG.to_json_string(), encoding="utf-8")
    torch.save(HubertModel(CONFIG).state_dict(), target / "pytorch_model.bin")
    return target


@pytest.fixture(scope="module")
def features(folder: Path) -> HubertFeatures:
    return load_hubert(folder)


def noise(seconds: float, seed: int = 0) -> torch.Tensor:
    rng = np.random.default_rng(seed)
    return torch.from_numpy(rng.normal(0, 0.1, round(seconds * 16000)).astype(np.float32))


@pytest.mark.parametrize(("seconds", "frames"), [(1.0, 49), (1.005, 50), (0.025, 1), (3.2, 159)])
def test_fifty_frames_a_second(features: HubertFeatures, seconds: float, frames: int) -> None:
    ssl = features.encode(noise(seconds))
    assert ssl.shape == (16, frames)
    assert ssl.dtype == torch.float32
    assert ssl.isfinite().all()


def test_they_are_the_last_layer_and_no_part_of_a_graph(
    folder: Path, features: HubertFeatures
) -> None:
    whole = HubertModel(CONFIG)
    whole.train(False)
    whole.load_state_dict(torch.load(folder / "pytorch_model.bin", weights_only=True))
    with torch.no_grad():
        expected = whole(noise(1.0).unsqueeze(0)).last_hidden_state[0].T
    ssl = features.encode(noise(1.0))
    torch.testing.assert_close(ssl, expected)
    weight = torch.ones(1, requires_grad=True)
    assert torch.autograd.grad((ssl * weight).sum(), weight)[0].isfinite()


def test_the_level_does_not_matter(features: HubertFeatures) -> None:
    # The first layer divides by each channel's spread; its 1e-5 shows at very low levels only.
    loud = features.encode(noise(1.0) * 20)
    torch.testing.assert_close(features.encode(noise(1.0) * 400), loud, rtol=1e-2, atol=1e-3)


def test_a_clip_without_a_frame_is_one_sentence(features: HubertFeatures) -> None:
    with pytest.raises(AudioError, match=r"0\.025 s is too short"):
        features.encode(noise(0.025)[:-1])


def rewrite(folder: Path, target: Path, tensors: dict[str, torch.Tensor]) -> Path:
    (target / "config.json").write_bytes((folder / "config.json").read_bytes())
    torch.save(tensors, target / "pytorch_model.bin")
    return target


def test_old_names_a_head_and_half_precision_are_understood(
    folder: Path, features: HubertFeatures, tmp_path: Path
) -> None:
    whole = HubertForCTC(CONFIG)
    whole.hubert.load_state_dict(torch.load(folder / "pytorch_model.bin", weights_only=True))
    old = {
        key.replace("parametrizations.weight.original0", "weight_g").replace(
            "parametrizations.weight.original1", "weight_v"
        ): tensor.half()
        for key, tensor in whole.state_dict().items()
        if "masked_spec_embed" not in key
    }
    assert any("weight_g" in key for key in old)
    loaded = load_hubert(rewrite(folder, tmp_path, old))
    torch.testing.assert_close(
        loaded.encode(noise(1.0)), features.encode(noise(1.0)), rtol=0.05, atol=0.05
    )


@pytest.mark.parametrize("name", ["config.json", "pytorch_model.bin"])
def test_a_missing_file_names_the_command(folder: Path, tmp_path: Path, name: str) -> None:
    for file in folder.iterdir():
        if file.name != name:
            (tmp_path / file.name).write_bytes(file.read_bytes())
    with pytest.raises(MissingModelError, match=COMMAND):
        load_hubert(tmp_path)


@pytest.mark.parametrize("content", ["{", "[]", '{"hidden_size": "wide"}'])
def test_a_damaged_config_is_one_sentence(folder: Path, tmp_path: Path, content: str) -> None:
    (tmp_path / "pytorch_model.bin").write_bytes((folder / "pytorch_model.bin").read_bytes())
    (tmp_path / "config.json").write_text(content)
    with pytest.raises(ConfigError, match="does not describe a HuBERT network"):
        load_hubert(tmp_path)


def test_another_network_is_refused(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="is not the checkpoint of chinese-hubert-base"):
        load_hubert(rewrite(folder, tmp_path, {"linear.weight": torch.zeros(2, 2)}))


def test_other_sizes_than_the_config_are_refused(folder: Path, tmp_path: Path) -> None:
    tensors = torch.load(folder / "pytorch_model.bin", weights_only=True)
    tensors["encoder.layer_norm.weight"] = torch.zeros(9)
    with pytest.raises(WeightsError, match=r"is \[9\], config\.json beside it asks for \[16\]"):
        load_hubert(rewrite(folder, tmp_path, tensors))
