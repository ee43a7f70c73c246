from dataclasses import replace
from math import prod
from pathlib import Path

import pytest
import torch

from gpt_sovits.errors import ConfigError, InputError, WeightsError
from gpt_sovits.paths import PROJECT, ProjectPaths
from gpt_sovits.weights.describe import describe_weights
from gpt_sovits.weights.importing import import_weights
from gpt_sovits.weights.read import read_weights
from tests.weights.torch_files import published, save_voice, tiny_gpt


@pytest.fixture
def project(tmp_path: Path) -> ProjectPaths:
    (tmp_path / "configs").symlink_to(PROJECT.configs)
    return ProjectPaths(tmp_path)


@pytest.fixture
def voice(tmp_path: Path) -> Path:
    """A synthesizer of published sizes whose parts are cut down to the keys that tell them."""
    keep = (
        "dec.conv_pre",
        "ref_enc",
        "text_embedding",
        "attn_layers",
        "ffn_layers.0.conv_1",
        "c_pre",
        "ssl_proj",
        "embed",
    )
    tensors = {
        key: value.contiguous()
        for key, value in published("sovits_v2").items()
        if any(part in key for part in keep) and not key.endswith("embed_avg")
    }
    return save_voice(tmp_path / "Community v2.pth", tensors, {"model": {"version": "v2"}})


def test_a_voice_becomes_our_own_file_with_its_origin(project: ProjectPaths, voice: Path) -> None:
    report = import_weights(voice, "朱 a-1", paths=project)
    target = project.root / "SoVITS_weights" / "朱 a-1.safetensors"
    assert (report.written, report.skipped) == ([target], [])
    mine, theirs = read_weights(target), read_weights(voice)
    assert (mine.kind, mine.family, mine.config) == ("sovits", "v2", theirs.config)
    assert mine.info == theirs.info
    assert mine.tensors["dec.conv_pre.weight"].dtype == torch.half
    assert mine.provenance["sources"] == [{"name": "Community v2.pth", "sha256": theirs.sha256}]


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("朱-e15.ckpt", "朱-e15"),
        ("【派蒙】(en)_e8_s96.pth", "_派蒙_en__e8_s96"),
        (
            "s1bert25hz-5kh-longer-epoch=12-step=369668.ckpt",
            "s1bert25hz-5kh-longer-epoch_12-step_369668",
        ),
        (".a .pth", "a"),
        (f"{'声' * 80}.pth", "声" * 40),
    ],
)
def test_the_name_is_the_files_unless_given(
    project: ProjectPaths, voice: Path, file: str, name: str
) -> None:
    written = import_weights(voice.rename(voice.with_name(file)), paths=project).written
    assert [path.name for path in written] == [f"{name}.safetensors"]


def test_settings_may_hold_any_text(project: ProjectPaths, voice: Path) -> None:
    config = {"name": "声 \udcff"}
    damaged = save_voice(voice.with_name("a.pth"), read_weights(voice).tensors, config)
    assert read_weights(import_weights(damaged, paths=project).written[0]).config == config


def test_an_existing_voice_is_never_replaced(project: ProjectPaths, voice: Path) -> None:
    target = import_weights(voice, "a", paths=project).written[0]
    before = target.read_bytes()
    with pytest.raises(InputError, match="choose another --name"):
        import_weights(voice, "a", paths=project)
    assert target.read_bytes() == before


def test_values_that_are_not_finite_are_warned_of(project: ProjectPaths, voice: Path) -> None:
    tensors = read_weights(voice).tensors
    tensors["dec.conv_pre.weight"][0, 0, 0] = torch.nan
    bad = save_voice(voice.with_name("bad.pth"), tensors, {})
    report = import_weights(bad, "a", paths=project)
    assert len(report.written) == 1
    assert [source for source, reason in report.skipped if "dec.conv_pre.weight" in reason] == [bad]


def test_sizes_of_no_family_are_refused(project: ProjectPaths, tmp_path: Path) -> None:
    torch.save(tiny_gpt(), tmp_path / "a.ckpt")
    with pytest.raises(WeightsError, match=r"is \[732, 4\], but \[732, 512\] in v2"):
        import_weights(tmp_path / "a.ckpt", "a", paths=project)
    assert not (tmp_path / "GPT_weights").exists()


def test_a_network_that_no_voice_needs_is_refused(project: ProjectPaths, tmp_path: Path) -> None:
    torch.save({"conv1.weight": torch.ones(1)}, tmp_path / "a.ckpt")
    with pytest.raises(WeightsError, match="'other' weights"):
        import_weights(tmp_path / "a.ckpt", "a", paths=project)


@pytest.mark.parametrize("name", ["", "../a", "a/b", "a\\b", ".a", "a\n", "a.", "a" * 121])
def test_names_that_are_no_file_names(project: ProjectPaths, name: str) -> None:
    with pytest.raises(ConfigError, match="name"):
        import_weights(Path("a.pth"), name, paths=project)


def test_a_file_is_described_in_plain_values(voice: Path) -> None:
    about = describe_weights(voice)
    assert (about["kind"], about["family"], about["info"]) == ("sovits", "v2", "8epoch")
    assert about["dtypes"] == {"float16": about["n_tensors"]}
    shapes = about["shapes"]
    assert about["n_parameters"] == sum(prod(shape) for shape in shapes.values())
    assert about["parts"]["dec"] == sum(prod(shapes[key]) for key in shapes if key[:4] == "dec.")
    assert about["shapes"]["dec.conv_pre.weight"] == [512, 192, 7]
    assert about["sizes"]["synthesizer.n_phones"] == 732
    assert about["bytes"] == voice.stat().st_size
    assert about["sha256"] == replace(read_weights(voice)).sha256
