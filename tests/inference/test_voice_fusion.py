"""Two voices mixed: the mean of both, both notes of consent, and what cannot be mixed."""

from pathlib import Path
from typing import Any

import pytest
import torch

from gpt_sovits.errors import ConfigError, InputError, WeightsError
from gpt_sovits.inference.options import SpeakingOptions
from gpt_sovits.inference.voice import open_voice
from gpt_sovits.inference.voice_fusion import FuseReport, fuse_voices
from gpt_sovits.inference.voice_requests import FuseRequest
from gpt_sovits.paths import ProjectPaths
from gpt_sovits.weights.fusion import fuse_weights
from gpt_sovits.weights.read import read_weights
from tests.inference.tiny_vits import write_tiny_vits
from tests.inference.voices import add_tuned_voice, everything, tune
from tests.tiny_mini import make_tiny_project, write_tiny_sovits


@pytest.fixture
def paths(tmp_path: Path) -> ProjectPaths:
    paths = make_tiny_project(tmp_path / "project")
    add_tuned_voice(paths, "anna", 1, consent="Anna, 2026-01-02")
    add_tuned_voice(paths, "ben", 2, consent="Ben, 2026-03-04")
    return paths


def fuse(paths: ProjectPaths, **more: Any) -> FuseReport:
    given: dict[str, Any] = {"first": "anna", "second": "ben", "name": "mix"} | more
    return fuse_voices(FuseRequest(**given), paths=paths)


def tensors(path: Path) -> dict[str, torch.Tensor]:
    return read_weights(path, dtype=torch.float32).tensors


def test_the_mixture_is_the_mean_and_speaks(paths: ProjectPaths) -> None:
    report = fuse(paths, share=0.25)
    one = tensors(paths.gpt_weights / "anna-e1.safetensors")
    other = tensors(paths.gpt_weights / "ben-e1.safetensors")
    mixed = tensors(paths.root / report.voice.gpt)
    for key, tensor in mixed.items():
        torch.testing.assert_close(tensor, 0.75 * one[key] + 0.25 * other[key])
    said = open_voice("mix", paths=paths).say("Good morning.", SpeakingOptions(language="en"))
    assert said.seconds > 0


def test_codebooks_stay_as_they_are(paths: ProjectPaths) -> None:
    mixed = tensors(paths.root / fuse(paths).voice.sovits)
    one = tensors(paths.sovits_weights / "anna_e1_s2.safetensors")
    books = [key for key in one if "codebook" in key]
    assert books
    assert all(torch.equal(one[key], mixed[key]) for key in books)


def test_both_consents_and_both_sources_are_noted(paths: ProjectPaths) -> None:
    report = fuse(paths, share=0.3)
    assert "70% anna and 30% ben" in report.voice.consent
    assert "Anna, 2026-01-02" in report.voice.consent
    assert "Ben, 2026-03-04" in report.voice.consent
    about = read_weights(paths.root / report.voice.sovits).provenance
    names = [source["name"] for source in about["sources"]]
    assert names == ["anna_e1_s2.safetensors", "ben_e1_s2.safetensors"]
    assert about["fusion"] == {"voices": ["anna", "ben"], "share_of_second": 0.3}


@pytest.mark.parametrize(
    ("more", "origin"),
    [({}, "anna"), ({"share": 0.8}, "ben"), ({"share": 0.8, "reference": "first"}, "anna")],
)
def test_the_clip_is_a_copy_of_whoever_has_the_larger_share(
    paths: ProjectPaths, more: dict[str, Any], origin: str
) -> None:
    voice = fuse(paths, **more).voice
    assert voice.reference.audio == "voices/mix.wav"
    copy, own = (paths.voices / f"{name}.wav" for name in ("mix", origin))
    assert copy.read_bytes() == own.read_bytes()


def test_one_half_alone_leaves_the_other_as_it_was(paths: ProjectPaths) -> None:
    voice = fuse(paths, parts="sovits").voice
    assert voice.gpt == "GPT_weights/anna-e1.safetensors"
    assert voice.sovits == "SoVITS_weights/mix.safetensors"
    assert "(sovits alone)" in voice.consent


def test_published_families_are_mixed_too(tmp_path: Path) -> None:
    """A file without the layers that only training needs goes with one that has them."""
    _, sovits = write_tiny_vits(tmp_path)
    one, other = read_weights(sovits), read_weights(tune(sovits, tmp_path / "b.safetensors", 1))
    for key in [key for key in other.tensors if key.startswith("enc_q.")]:
        del other.tensors[key]
    fused = fuse_weights(one, other, 0.5)
    assert fused.keys() == other.tensors.keys()


def test_half_precision_is_averaged_in_single(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In half precision the way from 60000 to -60000 would be infinite."""
    sovits = write_tiny_sovits(tmp_path / "a.safetensors")
    one, other = read_weights(sovits, dtype=torch.float16), read_weights(sovits, dtype=torch.half)
    key = next(key for key in one.tensors if key.endswith("weight"))
    monkeypatch.setattr("gpt_sovits.weights.fusion.LEAST_LIKENESS", -1.0)
    for file, value in ((one, 60000.0), (other, -60000.0)):
        file.tensors[key] = torch.full_like(file.tensors[key], value)
    fused = fuse_weights(one, other, 0.25)
    assert fused[key].dtype == torch.float16
    assert bool((fused[key] == 30000).all())


def test_nothing_is_left_of_a_mixture_that_fails(
    paths: ProjectPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise InputError("the disk is full")

    before = everything(paths)
    monkeypatch.setattr("gpt_sovits.inference.voice_fusion.save_voice_file", full)
    with pytest.raises(InputError, match="disk is full"):
        fuse(paths)
    assert everything(paths) == before


@pytest.mark.parametrize(
    ("more", "kind", "says"),
    [
        ({"second": "anna"}, InputError, "cannot be mixed with itself"),
        ({"second": "gone"}, ConfigError, "unknown voice 'gone'; known are anna, ben"),
        ({"name": "ben"}, InputError, "there already"),
        ({"name": "a/b"}, ConfigError, "holds '/'"),
        ({"name": ""}, ConfigError, "must not be empty"),
        ({"share": 1.5}, ConfigError, "share must be 0 to 1, got 1.5"),
        ({"share": float("nan")}, ConfigError, "share must be 0 to 1"),
        ({"parts": "half"}, ConfigError, "parts must be one of both, gpt, sovits"),
    ],
)
def test_what_cannot_be_mixed_is_one_sentence(
    paths: ProjectPaths, more: dict[str, Any], kind: type[Exception], says: str
) -> None:
    before = everything(paths)
    with pytest.raises(kind, match=says):
        fuse(paths, **more)
    assert everything(paths) == before


def test_voices_of_another_beginning_are_refused(paths: ProjectPaths) -> None:
    write_tiny_sovits(paths.sovits_weights / "ben_e1_s2.safetensors", seed=5)
    with pytest.raises(WeightsError, match="not fine-tuned from one base"):
        fuse(paths)
    base = paths.pretrained_models / "mini" / "gpt.safetensors"
    tune(base, paths.gpt_weights / "ben-e1.safetensors", 3, step=9.0)
    with pytest.raises(WeightsError, match=r"too far apart \(cosine 0\.\d\d"):
        fuse(paths, parts="gpt")


def test_other_sizes_and_families_are_named(paths: ProjectPaths, tmp_path: Path) -> None:
    ours = read_weights(paths.sovits_weights / "anna_e1_s2.safetensors")
    _, vits = write_tiny_vits(tmp_path)
    with pytest.raises(WeightsError, match="another family: mini and v2"):
        fuse_weights(ours, read_weights(vits), 0.5)
    wide = read_weights(paths.sovits_weights / "ben_e1_s2.safetensors")
    key = next(iter(wide.tensors))
    wide.tensors[key] = torch.zeros(3)
    with pytest.raises(WeightsError, match=rf"{key} is \[.*\] in .*but \[3\] in"):
        fuse_weights(ours, wide, 0.5)
    del wide.tensors[key]
    with pytest.raises(WeightsError, match=r"anna_e1_s2\.safetensors alone"):
        fuse_weights(ours, wide, 0.5)


def test_consent_is_asked_for(paths: ProjectPaths) -> None:
    add_tuned_voice(paths, "cy", 3, consent=" ")
    with pytest.raises(InputError, match=r"'cy' has no note of consent; .*voices consent cy"):
        fuse(paths, second="cy")
    voice = fuse(paths, second="cy", without_consent=True).voice
    assert "cy: no consent noted" in voice.consent
