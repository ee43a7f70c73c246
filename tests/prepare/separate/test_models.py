"""Which output is the voice, for every model in the table and every YAML in use."""

from pathlib import Path

import pytest

from gpt_sovits.errors import ConfigError, MissingModelError
from gpt_sovits.paths import ProjectPaths
from gpt_sovits.prepare.separate.config import which_is_wanted
from gpt_sovits.prepare.separate.models import (
    MODELS,
    PRESETS,
    Stems,
    find_chain,
    how_to_get,
    model_folders,
)
from gpt_sovits.weights.registry import find_models, model_groups

OUTPUTS = {
    # file of the reference or of UVR: what its network puts out
    "HP2_all_vocals.pth": "accompaniment",
    "HP3_all_vocals.pth": "vocals",
    "HP5_only_main_vocal.pth": "accompaniment",
    "VR-DeEchoNormal.pth": "dry",
    "VR-DeEchoAggressive.pth": "dry",
    "VR-DeEchoDeReverb.pth": "dry",
    "onnx_dereverb_By_FoxJoy/vocals.onnx": "reverb",
    "Kim_Vocal_2.onnx": "vocals",
    "UVR-MDX-NET-Voc_FT.onnx": "vocals",
}


@pytest.mark.parametrize(("file", "output"), OUTPUTS.items())
def test_what_a_network_puts_out_has_its_name(file: str, output: str) -> None:
    (model,) = [model for model in MODELS if file in model.files]
    assert getattr(model.stems, model.gives) == output


def test_every_network_without_a_yaml_is_in_the_table_above() -> None:
    files = {model.files[0] for model in MODELS if model.kind in ("vr", "mdx")}
    assert files == set(OUTPUTS)


def test_vr_and_mdx_models_have_what_their_files_do_not_tell() -> None:
    for model in MODELS:
        assert (model.kind == "vr") == bool(model.bands)
        assert (model.kind == "mdx") == bool(model.n_fft)


@pytest.mark.parametrize(
    ("instruments", "wanted", "stems"),
    [
        (("vocals", "other"), "vocals", Stems("vocals", "accompaniment")),
        (("Instrumental", "Vocals"), "Vocals", Stems("vocals", "accompaniment")),
        (("drums", "bass", "other", "vocals"), "vocals", Stems("vocals", "accompaniment")),
        (("No dry", "dry"), "dry", Stems("dry", "removed")),
        (("reverb", "noreverb"), "noreverb", Stems("dry", "reverb")),
        (("No Reverb", "Reverb"), "No Reverb", Stems("dry", "reverb")),
        (("Echo", "No_Echo"), "No_Echo", Stems("dry", "echo")),
        (("no noise", "noise"), "no noise", Stems("clean", "noise")),
    ],
)
def test_the_voice_is_known_among_instruments(
    instruments: tuple[str, ...], wanted: str, stems: Stems
) -> None:
    assert which_is_wanted(instruments, Path("x.yaml")) == (wanted, stems)


@pytest.mark.parametrize(
    "instruments", [("karaoke", "other"), ("male", "female"), ("dry", "vocals")]
)
def test_where_it_is_not_certain_nothing_is_guessed(instruments: tuple[str, ...]) -> None:
    with pytest.raises(ConfigError, match=r"x\.yaml: it separates .* not certain"):
        which_is_wanted(instruments, Path("x.yaml"))


def put(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"x")


def names(chain: str, *folders: Path) -> list[str]:
    return [found.model.name for found in find_chain(chain, folders)]


def test_auto_takes_the_best_that_is_here(tmp_path: Path) -> None:
    assert names("auto", tmp_path) == ["spectral"]
    put(tmp_path, "VR-DeEchoNormal.pth", "HP2_all_vocals.pth")
    assert names("auto", tmp_path) == ["hp2"]
    put(tmp_path, "model_bs_roformer_ep_317_sdr_12.9755.ckpt")
    assert names("auto", tmp_path) == ["bs-roformer"]


def test_a_folder_of_the_reference_works(tmp_path: Path) -> None:
    project = ProjectPaths(tmp_path / "project")
    own = tmp_path / "tools" / "uvr5" / "uvr5_weights"
    put(own, *OUTPUTS)
    folders = model_folders(own, project)
    for preset, chain in PRESETS.items():
        if "bs-roformer" not in chain:
            assert [found.model.name for found in find_chain(preset, folders)] == list(chain)
    (found,) = find_chain("HP3_all_vocals.pth", folders)
    assert (found.model.name, found.path) == ("hp3", own / "HP3_all_vocals.pth")
    (found,) = find_chain("dereverb-foxjoy", folders)
    assert found.path == own / "onnx_dereverb_By_FoxJoy" / "vocals.onnx"


def test_any_ckpt_is_taken_by_its_name_or_path(tmp_path: Path) -> None:
    put(tmp_path, "my roformer.ckpt")
    for name in ("my roformer.ckpt", str(tmp_path / "my roformer.ckpt")):
        (found,) = find_chain(name, (tmp_path,))
        assert (found.model.kind, found.path) == ("yaml", tmp_path / "my roformer.ckpt")


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_a_missing_model_says_how_to_get_it(model: "object", tmp_path: Path) -> None:
    known = next(each for each in MODELS if each is model)
    with pytest.raises(MissingModelError, match=f"^{known.name} is not in ") as caught:
        find_chain(f"spectral, {known.name}", (tmp_path,))
    assert how_to_get(known) in str(caught.value)
    assert "models download" in str(caught.value) or known.files[0] in str(caught.value)


@pytest.mark.parametrize("name", ["nonsense", "hp2;rm", "../x.pth", "-", "HP2", "hp2,,hp3"])
def test_an_unknown_model_names_the_known(name: str, tmp_path: Path) -> None:
    put(tmp_path, "HP2_all_vocals.pth", "HP3_all_vocals.pth")
    with pytest.raises(ConfigError, match=r"unknown model .* spectral, .*hp2"):
        find_chain(name, (tmp_path,))


def test_downloads_bring_the_files_that_are_looked_for() -> None:
    groups = model_groups()
    for model in MODELS:
        if model.name in groups:
            (file,) = find_models(model.name)
            assert file.path == f"uvr5_weights/{model.files[0]}"
            assert "separation" in file.groups
            assert file.sha256 is not None
