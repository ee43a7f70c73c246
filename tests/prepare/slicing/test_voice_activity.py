"""The network of silero-vad hears speech; a hum and noise are none."""

from pathlib import Path

import numpy as np
import pytest

from gpt_sovits.audio.read import read_audio
from gpt_sovits.errors import MissingModelError, WeightsError
from gpt_sovits.paths import PROJECT
from gpt_sovits.prepare.slicing import voice_activity
from gpt_sovits.prepare.slicing.options import SliceOptions
from gpt_sovits.prepare.slicing.voice_activity import (
    SAMPLE_RATE,
    WINDOW,
    by_frame,
    find_voice,
    load_detector,
    speech_probability,
)
from tests.prepare.talk import buzz

RECORDING = PROJECT.root / "assets" / "demo" / "recording.opus"
OPTIONS = SliceOptions()


@pytest.fixture(scope="module")
def speech() -> np.ndarray:
    return read_audio(RECORDING, sample_rate=SAMPLE_RATE)[0][: 20 * SAMPLE_RATE + 77]


def test_speech_is_heard_and_noise_is_not(speech: np.ndarray) -> None:
    assert np.mean(speech_probability([speech]) > 0.5) > 0.5
    noise = np.random.default_rng(0).normal(0, 0.1, 5 * SAMPLE_RATE).astype(np.float32)
    assert speech_probability([noise]).max() < 0.5
    assert speech_probability([buzz(5, rate=SAMPLE_RATE)])[10:].max() < 0.5


def test_what_is_heard_does_not_hang_on_how_a_recording_is_read(speech: np.ndarray) -> None:
    whole = speech_probability([speech])
    assert len(whole) == -(-len(speech) // WINDOW)
    blocks = np.split(speech, [1, 700, 99_999])
    np.testing.assert_allclose(speech_probability(blocks), whole, atol=1e-5)
    assert len(speech_probability([])) == 0


def test_answers_stand_where_they_were_heard() -> None:
    probability = np.arange(4) / 4  # 32 ms each
    frames = by_frame(probability, 14)
    assert frames[[0, 2, 3, 6, 10, 13]].tolist() == [0, 0, 0.25, 0.5, 0.75, 0.75]


def masks(n_frames: int, *voiced: tuple[int, int, float]) -> np.ndarray:
    probability = np.zeros(n_frames)
    for start, end, sure in voiced:
        probability[start:end] = sure
    return probability


def test_a_sound_beside_speech_belongs_to_it_and_one_alone_does_not() -> None:
    levels = np.full(1000, -70.0)
    levels[95:310] = -20  # begins before the network hears it
    levels[600:700] = -20  # a door
    threshold, spans = find_voice(levels, masks(1000, (105, 300, 0.7)), OPTIONS)
    assert -70 < threshold < -20
    assert [(span.start, span.end) for span in spans] == [(95, 310)]


def test_speech_under_noise_is_kept_where_the_network_is_sure() -> None:
    rng = np.random.default_rng(0)
    levels = rng.normal(-30, 3, 1000)
    _, spans = find_voice(levels, masks(1000, (100, 400, 0.95), (500, 800, 0.95)), OPTIONS)
    assert len(spans) == 2
    assert spans[0].start <= 100
    assert spans[0].end >= 400


def test_a_guess_is_no_speech() -> None:
    levels = np.full(500, -20.0)
    assert find_voice(levels, masks(500, (100, 400, 0.45)), OPTIONS)[1] == []
    levels[:50] = -70
    bold = SliceOptions(certainty=0.4)
    assert find_voice(levels, masks(500, (100, 400, 0.45)), bold)[1]


def test_a_missing_or_damaged_network_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_detector.cache_clear()
    monkeypatch.setattr(voice_activity, "package_file", lambda *parts: None)
    with pytest.raises(MissingModelError, match="--method level"):
        load_detector()
    damaged = tmp_path / "silero.onnx"
    damaged.write_bytes(b"no network")
    monkeypatch.setattr(voice_activity, "package_file", lambda *parts: damaged)
    with pytest.raises(WeightsError, match=r"silero\.onnx: is damaged"):
        load_detector()
