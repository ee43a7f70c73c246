"""A tiny WavLM with the layout of the published folders."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from transformers import WavLMConfig, WavLMForXVector

from gpt_sovits.errors import AudioError, ConfigError, WeightsError
from gpt_sovits.features.wavlm import FOLDERS, load_wavlm, wavlm_folder

SIZES: dict[str, Any] = {
    "hidden_size": 16,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "intermediate_size": 16,
    "conv_dim": [8, 8, 8, 8, 8, 8, 8],
    "num_conv_pos_embeddings": 4,
    "num_conv_pos_embedding_groups": 2,
    "tdnn_dim": [8, 8, 8, 8, 8],
    "xvector_output_dim": 6,
    "num_labels": 3,
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder below pretrained_models/, its weights named as before torch 2.0."""
    torch.manual_seed(0)
    model = WavLMForXVector(WavLMConfig(**SIZES))
    folder = tmp_path / FOLDERS[0]
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps(SIZES), encoding="utf-8")
    (folder / "preprocessor_config.json").write_text('{"do_normalize": true}', encoding="utf-8")
    old = "encoder.pos_conv_embed.conv"
    state = {
        key.replace(f"{old}.parametrizations.weight.original0", f"{old}.weight_g").replace(
            f"{old}.parametrizations.weight.original1", f"{old}.weight_v"
        ): tensor.contiguous()
        for key, tensor in model.state_dict().items()
        if not key.startswith("objective.")
    }
    assert any("weight_g" in key for key in state)
    save_file(state, folder / "model.safetensors")
    return folder


def test_a_clip_becomes_an_embedding_whatever_its_level(folder: Path) -> None:
    features = load_wavlm(folder)
    audio = torch.randn(16_000, generator=torch.Generator().manual_seed(0)) * 0.1
    embedding = features.embed(audio)
    assert embedding.shape == (6,)
    torch.testing.assert_close(features.embed(audio * 0.5 + 0.01), embedding, atol=1e-4, rtol=1e-3)
    with pytest.raises(AudioError, match=r"0\.10 s is too short"):
        features.embed(audio[:1600])


def test_whether_a_level_is_normalized_stands_beside_the_network(folder: Path) -> None:
    (folder / "preprocessor_config.json").write_text('{"do_normalize": false}', encoding="utf-8")
    assert not load_wavlm(folder).normalizes
    (folder / "preprocessor_config.json").unlink()
    assert load_wavlm(folder).normalizes
    (folder / "preprocessor_config.json").write_text("{", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"preprocessor_config\.json: is not JSON"):
        load_wavlm(folder)


def test_the_better_of_two_folders_is_found(folder: Path) -> None:
    models = folder.parent
    assert wavlm_folder(models) == folder
    (folder / "model.safetensors").rename(folder / "model.part")
    assert wavlm_folder(models) is None


def test_damaged_files_are_named(folder: Path) -> None:
    (folder / "model.safetensors").write_bytes(b"nothing")
    with pytest.raises(WeightsError, match=r"model\.safetensors"):
        load_wavlm(folder)
    (folder / "config.json").write_text('{"hidden_size": "x"}', encoding="utf-8")
    with pytest.raises(ConfigError, match=r"config\.json: does not describe a WavLM"):
        load_wavlm(folder)
