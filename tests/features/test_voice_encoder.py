"""The network of resemblyzer, with a stand-in for WebRTC's detector and random weights."""

import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch

from gpt_sovits.errors import AudioError, WeightsError
from gpt_sovits.features import voice_encoder
from gpt_sovits.features.voice_encoder import (
    LEVEL_DB,
    SAMPLE_RATE,
    WINDOW,
    VoiceFeatures,
    load_voice_encoder,
    mel_windows,
    raise_level,
    speech_of,
    widened,
    window_starts,
)
from gpt_sovits.models.voice_encoder import VoiceEncoder
from gpt_sovits.weights.file import sha256_of


@pytest.fixture(autouse=True)
def detector(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is loud is speech."""

    class Vad:
        def __init__(self, mode: int) -> None:
            assert mode == 3

        def is_speech(self, buffer: bytes, sample_rate: int) -> bool:
            assert sample_rate == SAMPLE_RATE
            assert len(buffer) == 2 * 480
            return bool(np.abs(np.frombuffer(buffer, np.int16)).max() > 300)

    module = ModuleType("webrtcvad")
    module.Vad = Vad  # type: ignore[attr-defined]  # as the package has it
    monkeypatch.setitem(sys.modules, "webrtcvad", module)


def tone(seconds: float, pitch_hz: float = 200.0, peak: float = 0.3) -> np.ndarray:
    time = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return (peak * np.sin(2 * np.pi * pitch_hz * time)).astype(np.float32)


def tiny_features() -> VoiceFeatures:
    torch.manual_seed(0)
    return VoiceFeatures(VoiceEncoder(width=16, n_layers=1).eval())


def test_an_embedding_is_the_mean_over_its_windows() -> None:
    features, audio = tiny_features(), tone(4.0)
    windows = torch.from_numpy(mel_windows(speech_of(audio)))
    assert windows.shape[1:] == (WINDOW, 40)
    alone = np.mean(
        [features.model(window[None])[0].detach().numpy() for window in windows], axis=0
    )
    embedding = features.embed(audio)
    assert np.linalg.norm(embedding) == pytest.approx(1)
    np.testing.assert_allclose(embedding, alone / np.linalg.norm(alone), atol=1e-6)


def test_long_silences_do_not_count() -> None:
    features = tiny_features()
    gap = np.zeros(70 * 480, np.float32)  # 2.1 s, whole windows of the detector
    with_gap = np.concatenate([tone(2.4), gap, tone(2.4, 300.0)])
    assert len(speech_of(with_gap)) < len(with_gap) - SAMPLE_RATE
    other = np.concatenate([tone(2.4), gap, gap, tone(2.4, 300.0)])
    np.testing.assert_allclose(features.embed(with_gap), features.embed(other), atol=1e-6)


def test_silence_has_no_voice() -> None:
    for audio in (np.zeros(SAMPLE_RATE, np.float32), tone(0.01)):
        with pytest.raises(AudioError, match="no speech is found"):
            tiny_features().embed(audio)


def test_quiet_clips_are_raised_and_loud_ones_stay() -> None:
    quiet, loud = tone(1.0, peak=0.001), tone(1.0)
    rms = np.sqrt(np.mean(raise_level(quiet) ** 2))
    assert 20 * np.log10(rms) == pytest.approx(LEVEL_DB, abs=1e-3)
    assert raise_level(loud) is loud


@pytest.mark.parametrize(
    ("seconds", "starts"),
    [(0.5, [0]), (1.6, [0]), (1.9, [0]), (2.1, [0, 77]), (2.6, [0, 77]), (2.9, [0, 77, 154])],
)
def test_windows_cover_the_clip(seconds: float, starts: list[int]) -> None:
    assert window_starts(round(seconds * SAMPLE_RATE)) == starts
    assert len(mel_windows(tone(seconds))) == len(starts)


def test_single_windows_of_speech_are_smoothed_away_and_speech_is_widened() -> None:
    answers = np.zeros(40)
    answers[3] = 1
    answers[20:30] = 1
    kept = np.flatnonzero(widened(answers))
    assert kept.min() > 10
    assert kept.min() < 20
    assert kept.max() > 29
    assert not widened(np.zeros(0)).size


def test_only_the_known_file_is_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "pretrained.pt"
    state = VoiceEncoder().state_dict() | {"similarity_weight": torch.ones(1)}
    torch.save({"model_state": state}, path, _use_new_zipfile_serialization=False)
    with pytest.raises(WeightsError, match=r"pretrained\.pt: is not the file of resemblyzer"):
        load_voice_encoder(path)
    monkeypatch.setattr(voice_encoder, "SHA256", sha256_of(path))
    loaded = load_voice_encoder(path)
    assert torch.equal(loaded.model.linear.weight, state["linear.weight"])
