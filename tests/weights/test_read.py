import hashlib
import os
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from gpt_sovits.errors import WeightsError
from gpt_sovits.weights.read import read_weights
from tests.weights.torch_files import Tensors, published, save_voice, tiny_gpt, tiny_sovits

CONFIG = {"train": {"betas": [0.8, 0.99]}, "model": {"n_heads": 2, "fmax": None}, "name": "声"}


def equal(left: Tensors, right: Mapping[str, torch.Tensor]) -> bool:
    return list(left) == list(right) and all(torch.equal(left[key], right[key]) for key in left)


def test_gpt_loses_its_prefix_and_keeps_config_and_remark(tmp_path: Path) -> None:
    tensors = tiny_gpt()
    content = {
        "weight": OrderedDict((f"model.{key}", value.half()) for key, value in tensors.items()),
        "config": {"model": {"EOS": 1024}, "path": "logs"},
        "info": "GPT-e15",
    }
    torch.save(content, tmp_path / "a.ckpt")
    file = read_weights(tmp_path / "a.ckpt")
    assert equal(file.tensors, {key: value.half() for key, value in tensors.items()})
    assert (file.kind, file.family, file.info) == ("gpt", "v2", "GPT-e15")
    assert file.config == {"model": {"EOS": 1024}, "path": "logs"}
    assert file.sha256 == hashlib.sha256((tmp_path / "a.ckpt").read_bytes()).hexdigest()


@pytest.mark.parametrize("head", [b"PK", b"00", b"01", b"02", b"03", b"04", b"05", b"06"])
def test_synthesizer_is_read_with_every_head(tmp_path: Path, head: bytes) -> None:
    path = save_voice(tmp_path / "声 a.pth", tiny_sovits(), CONFIG, head)
    before = path.read_bytes()
    file = read_weights(path)
    assert equal(file.tensors, tiny_sovits())
    assert (file.kind, file.family, file.info) == ("sovits", "v2", "8epoch")
    assert file.config == CONFIG
    assert path.read_bytes() == before


def test_dtype_is_changed_only_when_asked_and_only_for_real_numbers(tmp_path: Path) -> None:
    tensors = tiny_sovits() | {"steps": torch.tensor(3)}
    path = save_voice(tmp_path / "a.pth", tensors, CONFIG)
    assert read_weights(path).tensors["dec.conv_pre.weight"].dtype == torch.half
    file = read_weights(path, dtype=torch.float32)
    assert file.tensors["dec.conv_pre.weight"].dtype == torch.float32
    assert file.tensors["steps"].dtype == torch.int64


CHECKPOINTS: list[tuple[dict[str, Any], str, str]] = [
    ({"model": tiny_sovits(), "iteration": 7, "optimizer": None}, "sovits", "iteration 7"),
    (
        {"model": {"discriminators.0.convs.0.weight": torch.ones(2)}, "iteration": 7},
        "discriminator",
        "iteration 7",
    ),
    ({"generator": {"conv_pre.weight": torch.ones(2), "ups.0.bias": torch.ones(2)}}, "vocoder", ""),
    ({"conv1.weight": torch.ones(2), "bn1.num_batches_tracked": torch.tensor(1)}, "other", ""),
]


@pytest.mark.parametrize(("content", "kind", "info"), CHECKPOINTS)
def test_training_checkpoints_and_plain_state_dicts(
    tmp_path: Path, content: dict[str, Any], kind: str, info: str
) -> None:
    torch.save(content, tmp_path / "a.pth")
    file = read_weights(tmp_path / "a.pth")
    assert (file.kind, file.info) == (kind, info)


def test_optimizer_and_versions_of_modules_do_not_disturb(tmp_path: Path) -> None:
    layer = torch.nn.BatchNorm1d(2)
    optimizer = torch.optim.AdamW(layer.parameters())
    layer(torch.ones(3, 2)).sum().backward()
    optimizer.step()
    content = {"model": layer.state_dict(), "optimizer": optimizer.state_dict(), "iteration": 1}
    torch.save(content, tmp_path / "G_1.pth")
    assert equal(read_weights(tmp_path / "G_1.pth").tensors, layer.state_dict())


def test_parameters_come_back_as_tensors(tmp_path: Path) -> None:
    torch.save(dict(torch.nn.Linear(2, 2).named_parameters()), tmp_path / "a.pth")
    tensors = read_weights(tmp_path / "a.pth").tensors
    assert not any(tensor.requires_grad for tensor in tensors.values())


def test_embeddings_of_no_family_are_read_without_one(tmp_path: Path) -> None:
    for key in ("ar_text_embedding.word_embeddings.weight", "enc_p.text_embedding.weight"):
        torch.save({key: torch.tensor(1.0)}, tmp_path / "a.pth")
        assert read_weights(tmp_path / "a.pth").family is None
    save_file(tiny_sovits(5) | {"sv_emb.weight": torch.ones(1)}, tmp_path / "b.pth")
    assert read_weights(tmp_path / "b.pth").family == "v2Pro"


def test_a_remark_cannot_write_into_the_terminal(tmp_path: Path) -> None:
    torch.save({"weight": tiny_sovits(), "info": "8\x1b[2J\nepoch" * 99}, tmp_path / "a.pth")
    assert read_weights(tmp_path / "a.pth").info.startswith("8[2Jepoch8[2Jepoch")


def test_settings_of_any_type_become_a_dictionary(tmp_path: Path) -> None:
    torch.save({"weight": tiny_sovits(), "config": ["a", (1, None)]}, tmp_path / "a.pth")
    assert read_weights(tmp_path / "a.pth").config == {"config": ["a", [1, None]]}


def test_lightning_checkpoint_with_a_folder_in_its_settings(tmp_path: Path) -> None:
    content = {
        "epoch": 1,
        "global_step": 30,
        "state_dict": {f"model.{key}": value for key, value in tiny_gpt(512).items()},
        "hyper_parameters": {"config": {"model": {"head": 16}, "output": Path("/logs/a")}},
        "callbacks": {"ModelCheckpoint": {"best": torch.tensor(1.0), "none": None}},
    }
    torch.save(content, tmp_path / "epoch=1-step=30.ckpt")
    file = read_weights(tmp_path / "epoch=1-step=30.ckpt")
    assert equal(file.tensors, tiny_gpt(512))
    assert (file.kind, file.family, file.info) == ("gpt", "v1", "epoch 1, step 30")
    assert file.config == {"model": {"head": 16}, "output": "/logs/a"}


def test_safetensors_from_anywhere(tmp_path: Path) -> None:
    save_file(tiny_gpt(), tmp_path / "a.bin")
    file = read_weights(tmp_path / "a.bin")
    assert (file.kind, file.family, file.config) == ("gpt", "v2", {})


def test_the_stubs_of_reading_do_not_stay_in_torch(tmp_path: Path) -> None:
    before = set(torch.serialization.get_safe_globals())
    read_weights(save_voice(tmp_path / "a.pth", tiny_sovits(), CONFIG))
    assert set(torch.serialization.get_safe_globals()) == before


def test_a_link_is_followed(tmp_path: Path) -> None:
    path = save_voice(tmp_path / "a.pth", tiny_sovits(), CONFIG)
    (tmp_path / "b.pth").symlink_to(path)
    assert read_weights(tmp_path / "b.pth").path == tmp_path / "b.pth"


FAMILIES = [
    ("gpt_v1", "gpt", "v1"),
    ("gpt_v2", "gpt", "v2"),
    ("sovits_v1", "sovits", "v1"),
    ("sovits_v2", "sovits", "v2"),
    ("sovits_v2Pro", "sovits", "v2Pro"),
    ("sovits_v2ProPlus", "sovits", "v2ProPlus"),
    ("disc_v2", "discriminator", None),
]


@pytest.mark.parametrize(("network", "kind", "family"), FAMILIES)
def test_published_shapes_tell_kind_and_family(network: str, kind: str, family: str | None) -> None:
    from gpt_sovits.weights.family import tell_family, tell_kind

    tensors = published(network)
    assert tell_kind(tensors) == kind
    assert tell_family(tensors, head=b"PK", start="", config={}) == family


@pytest.mark.parametrize(
    ("head", "version", "family"),
    [(b"02", "", "v3"), (b"04", "", "v4"), (b"PK", "v4", "v4"), (b"PK", "v2", None)],
)
def test_v3_and_v4_are_told_by_head_or_settings(
    tmp_path: Path, head: bytes, version: str, family: str | None
) -> None:
    tensors = {"cfm.estimator.proj_out.weight": torch.ones(2)}
    path = save_voice(tmp_path / "a.pth", tensors, {"model": {"version": version}}, head)
    assert read_weights(path).family == family


def test_lora_rank_is_kept(tmp_path: Path) -> None:
    content = {"weight": {"cfm.a.lora_A.default.weight": torch.ones(2)}, "lora_rank": 32}
    torch.save(content, tmp_path / "a.pth")
    assert read_weights(tmp_path / "a.pth").lora_rank == 32


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_without_permission_is_named(tmp_path: Path) -> None:
    path = save_voice(tmp_path / "a.pth", tiny_sovits(), CONFIG)
    path.chmod(0)
    with pytest.raises(WeightsError, match="cannot be read"):
        read_weights(path)
