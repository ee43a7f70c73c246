from pathlib import Path

import numpy as np
import pytest
import torch

from gpt_sovits.errors import AudioError, WeightsError
from gpt_sovits.features import speaker
from gpt_sovits.features.speaker import SpeakerFeatures, load_speaker
from gpt_sovits.models.speaker import SpeakerEncoder, SpeakerSizes, kaldi_fbank

TINY = SpeakerSizes(n_mels=16, channels=8, blocks=(1, 1, 1, 1), base_width=32, n_embedding=6)


def tiny_model() -> SpeakerEncoder:
    torch.manual_seed(0)
    return SpeakerEncoder(TINY).eval()


def noise(seconds: float) -> torch.Tensor:
    rng = np.random.default_rng(0)
    return torch.from_numpy(rng.normal(0, 0.1, round(seconds * 16000)).astype(np.float32))


def test_a_clip_gives_the_vector_of_its_filter_banks() -> None:
    model = tiny_model()
    vector = SpeakerFeatures(model, TINY.n_mels).encode(noise(1.0))
    assert vector.shape == (TINY.speaker_width,)
    with torch.no_grad():
        expected = model(kaldi_fbank(noise(1.0), TINY.n_mels).unsqueeze(0))[0]
    torch.testing.assert_close(vector, expected)


def test_an_embedding_does_not_hang_on_the_level() -> None:
    features = SpeakerFeatures(tiny_model(), TINY.n_mels)
    embedding = features.embed(noise(1.0))
    assert embedding.shape == (TINY.n_embedding,)
    torch.testing.assert_close(features.embed(noise(1.0) * 0.5), embedding, atol=1e-3, rtol=1e-3)
    with pytest.raises(AudioError, match=r"0\.10 s is too short"):
        features.embed(noise(0.1))


def test_a_clip_without_one_frame_is_one_sentence() -> None:
    with pytest.raises(AudioError, match="too short to tell its speaker"):
        SpeakerFeatures(tiny_model(), TINY.n_mels).encode(noise(0.01))


def test_a_checkpoint_is_loaded_into_the_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = tiny_model()
    torch.save(model.state_dict(), tmp_path / "sv.ckpt")
    monkeypatch.setattr("gpt_sovits.models.speaker.SpeakerSizes", lambda: TINY)
    loaded = load_speaker(tmp_path / "sv.ckpt")
    loaded.n_mels = TINY.n_mels
    expected = SpeakerFeatures(model, TINY.n_mels).encode(noise(1.0))
    torch.testing.assert_close(loaded.encode(noise(1.0)), expected)


def test_another_checkpoint_is_refused(tmp_path: Path) -> None:
    torch.save({"a": torch.zeros(2)}, tmp_path / "sv.ckpt")
    with pytest.raises(WeightsError, match="SpeakerEncoder needs"):
        load_speaker(tmp_path / "sv.ckpt")


def test_the_rate_is_that_of_the_network() -> None:
    from gpt_sovits.models.speaker import SAMPLE_RATE

    assert speaker.SAMPLE_RATE == SAMPLE_RATE
