"""Similarity is told against a person's recordings, each of them against the others."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from gpt_sovits.errors import AudioError
from gpt_sovits.evaluate import likeness
from gpt_sovits.evaluate.clips import Clip
from gpt_sovits.evaluate.likeness import LIKENESS, STYLE, likeness_judge
from gpt_sovits.paths import ProjectPaths
from gpt_sovits.weights.local import package_file
from tests.tiny_mini import make_tiny_project, write_recording

VECTORS = {1.0: (2.0, 0.0), 1.1: (0.0, 5.0), 1.2: (1.0, 1.0)}


def embed(audio: np.ndarray) -> np.ndarray:
    """An embedding that hangs on the clip's length."""
    seconds = round(len(audio) / 16_000, 1)
    if seconds not in VECTORS:
        raise AudioError("no speech is found in it")
    return np.array(VECTORS[seconds])


def recording(folder: Path, seconds: float) -> Path:
    return write_recording(folder / f"{seconds}.wav", seconds, rate=16_000)


def score(path: Path, sounds_like: tuple[Path, ...]) -> float | None:
    clip = Clip("anna", "one", path, "en", "en", sounds_like=sounds_like)
    finding = likeness_judge(embed, "k")(clip)
    return None if finding is None else finding.scores["k"].value


def test_a_clip_is_compared_with_the_mean_direction_of_the_others(tmp_path: Path) -> None:
    one, two, three = (recording(tmp_path, seconds) for seconds in VECTORS)
    assert score(three, (one, two)) == pytest.approx(1.0)
    assert score(one, (two,)) == pytest.approx(0.0)
    assert score(one, (one, two, three)) == pytest.approx(np.cos(3 * np.pi / 8))


def test_one_recording_alone_cannot_be_compared_with_itself(tmp_path: Path) -> None:
    one = recording(tmp_path, 1.0)
    assert score(one, (one,)) is None
    assert score(one, ()) is None


def test_a_recording_without_speech_does_not_spoil_the_mean(tmp_path: Path) -> None:
    one, two, silent = (recording(tmp_path, seconds) for seconds in (1.0, 1.1, 3.0))
    assert score(two, (one, silent)) == pytest.approx(0.0)
    with pytest.raises(AudioError, match="no speech"):
        score(silent, (one,))


def test_networks_that_are_not_here_say_how_to_get_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(likeness, "find_spec", lambda name: None)
    paths = ProjectPaths(tmp_path)
    assert not any(measure.is_here(paths) for measure in LIKENESS)
    needs = {measure.name: measure.needs for measure in LIKENESS}
    assert "requirements-evaluate.txt" in needs["similarity by resemblyzer"]
    assert "models download speaker" in needs["similarity by ERes2NetV2"]


def test_a_package_is_found_without_being_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "hostile_package"
    package.mkdir()
    (package / "__init__.py").write_text("raise SystemExit('was run')", encoding="utf-8")
    (package / "weights.pt").write_bytes(b"x")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert package_file("hostile_package", "weights.pt") == package / "weights.pt"
    assert package_file("hostile_package", "other.pt") is None
    assert package_file("package_that_nobody_has", "weights.pt") is None


def test_each_network_is_loaded_from_where_it_lies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: dict[str, Path] = {}

    def loader(name: str, embed: Callable[[Any], Any]) -> Callable[[Path], SimpleNamespace]:
        def load(path: Path) -> SimpleNamespace:
            asked[name] = path
            return SimpleNamespace(embed=embed)

        return load

    monkeypatch.setattr(likeness, "load_voice_encoder", loader("load_voice_encoder", embed))
    for name in ("load_speaker", "load_wavlm"):
        of_tensors = loader(name, lambda audio: torch.from_numpy(embed(audio.numpy())))
        monkeypatch.setattr(likeness, name, of_tensors)
    paths = ProjectPaths(tmp_path / "project")
    package = tmp_path / "packages" / "resemblyzer"
    speaker = paths.pretrained_models / "sv" / "pretrained_eres2netv2w24s4ep4.ckpt"
    wavlm = paths.pretrained_models / "wavlm-base-sv"
    for path in (package / "pretrained.pt", wavlm / "config.json", wavlm / "model.safetensors"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    speaker.parent.mkdir()
    with speaker.open("wb") as file:
        file.truncate(107_528_697)  # as many bytes as the published file, none of them on the disk
    (package / "__init__.py").write_text("", encoding="utf-8")
    (package.parent / "webrtcvad.py").write_text("", encoding="utf-8")
    monkeypatch.syspath_prepend(str(package.parent))
    one, two = recording(tmp_path, 1.0), recording(tmp_path, 1.2)
    clip = Clip("anna", "one", one, "en", "en", sounds_like=(two,))
    for measure in LIKENESS:
        if measure is STYLE:
            continue
        assert measure.is_here(paths), measure.name
        finding = measure.open("", paths)(clip)
        assert finding is not None
        assert finding.scores[measure.figures[0].key].value == pytest.approx(2**-0.5)
    assert asked == {
        "load_voice_encoder": package / "pretrained.pt",
        "load_speaker": speaker,
        "load_wavlm": wavlm,
    }


def test_the_embedded_base_tells_how_alike_two_clips_are(tmp_path: Path) -> None:
    paths = make_tiny_project(tmp_path / "project")
    own, other = recording(tmp_path, 1.0), recording(tmp_path, 2.5)
    judge = STYLE.open("", paths)

    def alike(path: Path, like: Path) -> float:
        finding = judge(Clip("anna", "a", path, "en", "en", sounds_like=(like,)))
        assert finding is not None
        return finding.scores["similarity_mini"].value

    copy = tmp_path / "copy.wav"
    copy.write_bytes(own.read_bytes())
    assert alike(copy, own) == pytest.approx(1.0, abs=1e-5)
    assert alike(other, own) < 1.0
    assert STYLE.is_here(paths)
    (paths.pretrained_models / "mini" / "sovits.safetensors").unlink()
    assert not STYLE.is_here(paths)
