"""The network of distillmos, with random weights."""

from pathlib import Path

import numpy as np
import pytest
import torch

from gpt_sovits.errors import WeightsError
from gpt_sovits.features.speech_quality import QualityFeatures, load_speech_quality, windows_of
from gpt_sovits.models.speech_quality import SpeechQuality


@pytest.fixture(scope="module")
def features() -> QualityFeatures:
    torch.manual_seed(0)
    return QualityFeatures(SpeechQuality().eval())


def noise(n_samples: int) -> np.ndarray:
    return np.random.default_rng(0).normal(0, 0.1, n_samples).astype(np.float32)


def test_a_score_lies_between_one_and_five_whatever_the_level(features: QualityFeatures) -> None:
    audio = noise(16_000)
    score = features.judge(audio)
    assert 1 < score < 5
    assert features.judge(0.1 * audio) == pytest.approx(score, abs=1e-4)
    assert np.isfinite(features.judge(np.zeros(100, np.float32)))


def test_a_long_clip_has_the_mean_of_its_windows(features: QualityFeatures) -> None:
    size = features.model.n_samples
    audio = noise(size + 20_000)
    windows = windows_of(audio, size)
    assert len(windows) == 3
    np.testing.assert_array_equal(windows[0], audio[:size])
    np.testing.assert_array_equal(windows[-1], audio[-size:])
    scores = [features.judge(window) for window in windows]
    assert features.judge(audio) == pytest.approx(sum(scores) / 3, abs=1e-5)


def test_the_published_file_is_read_without_running_it(
    features: QualityFeatures, tmp_path: Path
) -> None:
    path = tmp_path / "distill_mos_v7.pt"
    state = features.model.state_dict()
    torch.save({"model": state}, path)
    loaded = load_speech_quality(path)
    assert loaded.judge(noise(16_000)) == pytest.approx(features.judge(noise(16_000)), abs=1e-6)
    del state["cnn.cnn.0.bias"]
    torch.save({"model": state}, path)
    with pytest.raises(WeightsError, match=r"needs cnn\.cnn\.0\.bias"):
        load_speech_quality(path)
