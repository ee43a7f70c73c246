"""Which weights and which clip speak when a training saves."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from gpt_sovits.audio.read import probe_audio
from gpt_sovits.data.experiment import Experiment
from gpt_sovits.errors import InputError, TextError
from gpt_sovits.inference.options import SpeakingOptions
from gpt_sovits.inference.reference import ReferenceClip
from gpt_sovits.paths import ProjectPaths
from gpt_sovits.pipeline import samples
from gpt_sovits.pipeline.samples import SENTENCES, speak_at_saves
from gpt_sovits.training.options import gpt_options
from gpt_sovits.training.train import train_gpt
from tests.training.tiny import dropping_family, tiny_clip, tiny_experiment, tiny_project

LOUD = np.full(800, 0.1, np.float32)


class Loaded:
    """What was loaded, and a voice that knows no Japanese."""

    def __init__(self) -> None:
        self.calls: list[tuple[Path, Path, ReferenceClip]] = []
        self.said: list[str] = []

    def load(self, gpt: Path, sovits: Path, reference: ReferenceClip, **how: Any) -> "Loaded":
        self.calls.append((gpt, sovits, reference))
        return self

    def say(self, text: str, options: SpeakingOptions) -> SimpleNamespace:
        if options.language == "ja":
            raise TextError("no Japanese")
        self.said.append(text)
        return SimpleNamespace(audio=LOUD, sample_rate=8000)


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch) -> Loaded:
    voice = Loaded()
    monkeypatch.setattr(samples, "load_voice", voice.load)
    return voice


@pytest.fixture
def paths(tmp_path: Path) -> ProjectPaths:
    return tiny_project(ProjectPaths(tmp_path))


def experiment_of(paths: ProjectPaths, *n_tokens: int) -> Experiment:
    clips = [tiny_clip(f"{n}.wav", n) for n in n_tokens]
    return Experiment.from_clips(paths.logs / "exp", dropping_family(), clips)


def test_the_base_speaks_for_the_half_that_is_not_trained(
    paths: ProjectPaths, loaded: Loaded
) -> None:
    speak_at_saves(experiment_of(paths, 80, 120, 240), "ann", "gpt", paths=paths)(
        paths.gpt_weights / "ann-e3.safetensors", 3
    )
    ((gpt, sovits, reference),) = loaded.calls
    assert gpt == paths.gpt_weights / "ann-e3.safetensors"
    assert sovits == paths.pretrained_models / "mini" / "sovits.safetensors"
    assert probe_audio(reference.audio).duration_s == pytest.approx(120 / 25)


def test_the_voices_own_half_speaks_once_it_is_trained(paths: ProjectPaths, loaded: Loaded) -> None:
    experiment = tiny_experiment(paths)
    options = gpt_options(experiment.family, epochs=1, clips_per_epoch=1)
    (own,) = train_gpt(experiment, "ann", options, paths=paths).weights
    foreign = train_gpt(tiny_experiment(paths, "other"), "bob", options, paths=paths).weights[0]
    foreign.rename(own.with_name("ann-e9.safetensors"))
    clip = ReferenceClip(Path("a.wav"), "안녕", "ko")
    speak = speak_at_saves(experiment, "ann", "sovits", reference=clip, paths=paths)
    speak(paths.sovits_weights / "ann_e1_s1.safetensors", 1)
    assert loaded.calls == [(own, paths.sovits_weights / "ann_e1_s1.safetensors", clip)]
    assert SENTENCES["ko"] in loaded.said


def test_a_language_that_fails_keeps_no_other_from_being_spoken(
    paths: ProjectPaths, loaded: Loaded, caplog: pytest.LogCaptureFixture
) -> None:
    speak = speak_at_saves(experiment_of(paths, 100), "ann", "gpt", paths=paths)
    speak(paths.gpt_weights / "ann-e3.safetensors", 3)
    spoken = {path.name for path in (paths.logs / "exp/samples").iterdir()}
    assert spoken == {"reference.wav", "ann-e3_zh.wav", "ann-e3_en.wav"}
    assert "no sample ann-e3_ja.wav: no Japanese" in caplog.text


def test_without_a_clip_of_a_references_length_nothing_is_said(
    paths: ProjectPaths, loaded: Loaded
) -> None:
    speak = speak_at_saves(experiment_of(paths, 20, 400), "ann", "gpt", paths=paths)
    with pytest.raises(InputError, match="no clip is 1 to 15 s long"):
        speak(paths.gpt_weights / "ann-e3.safetensors", 3)
