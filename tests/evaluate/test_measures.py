"""The table of measures."""

from pathlib import Path

import pytest
import torch

from gpt_sovits.evaluate import measures
from gpt_sovits.evaluate.clips import Clip
from gpt_sovits.evaluate.measures import MEASURES, NATURALNESS, SPEED, measures_here
from gpt_sovits.models.speech_quality import SpeechQuality
from gpt_sovits.paths import ProjectPaths
from tests.tiny_mini import write_recording


def clip(tmp_path: Path, mode: str = "en", spent_s: float | None = None) -> Clip:
    path = write_recording(tmp_path / "clip.wav", 2.0)
    return Clip("anna", "one", path, mode, mode, "Hi.", spent_s=spent_s)


def test_figures_and_measures_have_names_of_their_own() -> None:
    keys = [figure.key for measure in MEASURES for figure in measure.figures]
    assert len(set(keys)) == len(keys)
    assert len({measure.name for measure in MEASURES}) == len(MEASURES)


def test_every_measure_that_can_be_absent_says_how_to_get_it(tmp_path: Path) -> None:
    nothing = ProjectPaths(tmp_path)
    here, missing = measures_here([clip(tmp_path), clip(tmp_path, "zh")], nothing)
    assert {measure.name for measure in here} >= {"melody", "speed"}
    told = dict(missing)
    assert {"phones by the content network", "faster-whisper", "funasr"} <= set(told)
    assert all(told.values())


def test_recognisers_of_other_languages_are_not_asked_for(tmp_path: Path) -> None:
    here, missing = measures_here([clip(tmp_path, "ja")], ProjectPaths(tmp_path))
    named = {measure.name for measure in here} | {name for name, _ in missing}
    assert "funasr" in named, "SenseVoice writes Japanese"
    assert "pocketsphinx" not in named


def test_the_real_time_factor_is_time_over_length(tmp_path: Path) -> None:
    judge = SPEED.open("", ProjectPaths(tmp_path))
    finding = judge(clip(tmp_path, spent_s=0.5))
    assert finding is not None
    score = finding.scores["real_time_factor"]
    assert (score.value, score.weight) == pytest.approx((0.25, 2.0))
    assert judge(clip(tmp_path)) is None


def test_an_opinion_is_predicted_where_the_package_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = ProjectPaths(tmp_path)
    monkeypatch.setattr(measures, "package_file", lambda *parts: None)
    assert not NATURALNESS.is_here(paths)
    file = tmp_path / "distill_mos_v7.pt"
    torch.save({"model": SpeechQuality().state_dict()}, file)
    monkeypatch.setattr(measures, "package_file", lambda *parts: file)
    assert NATURALNESS.is_here(paths)
    finding = NATURALNESS.open("", paths)(clip(tmp_path))
    assert finding is not None
    assert 1 < finding.scores["predicted_opinion"].value < 5
