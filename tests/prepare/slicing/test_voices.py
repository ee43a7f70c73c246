"""Clips of one voice come together, and what is alone is not said to be anyone."""

from pathlib import Path

import numpy as np
import pytest

from gpt_sovits.audio.read import read_audio
from gpt_sovits.errors import MissingModelError
from gpt_sovits.paths import PROJECT, ProjectPaths
from gpt_sovits.prepare.slicing import voices
from gpt_sovits.prepare.slicing.voices import (
    ENCODERS,
    UNSURE,
    best_encoder,
    group_voices,
    likeness,
    load_encoder,
)

NOTHING = np.zeros(0)


def clips_of(person: int, count: int, spread: float = 0.3) -> list[np.ndarray]:
    rng = np.random.default_rng(person)
    middle = rng.normal(size=32)
    return [middle + spread * rng.normal(size=32) for _ in range(count)]


def test_voices_are_numbered_by_how_long_they_are_heard() -> None:
    rows = [*clips_of(1, 3), *clips_of(2, 2), *clips_of(3, 4)]
    seconds = [3.0] * 3 + [20.0] * 2 + [5.0] * 4
    assert group_voices(rows, seconds, 0.6) == [2] * 3 + [0] * 2 + [1] * 4


def test_a_clip_that_resembles_no_other_is_unsure() -> None:
    rows = [*clips_of(1, 3), *clips_of(2, 1), NOTHING]
    assert group_voices(rows, [2.0, 2.0, 2.0, 9.0, 9.0], 0.6) == [0, 0, 0, UNSURE, UNSURE]


def test_a_single_clip_is_the_main_voice() -> None:
    assert group_voices(clips_of(1, 1), [2.0], 0.6) == [0]
    assert group_voices([*clips_of(1, 1), *clips_of(2, 1)], [2.0, 3.0], 0.6) == [UNSURE, 0]
    assert group_voices([NOTHING], [2.0], 0.6) == [UNSURE]
    assert group_voices([], [], 0.6) == []


def test_more_clips_than_are_grouped_go_to_the_nearest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(voices, "_MOST", 20)
    rows = [*clips_of(1, 60), *clips_of(2, 40)]
    assert group_voices(rows, [2.0] * 100, 0.6) == [0] * 60 + [1] * 40


def test_likeness_is_the_mean_cosine() -> None:
    a, b = np.array([[2.0, 0], [0, 3]]), np.array([[5.0, 0]])
    assert likeness(a, b) == pytest.approx(0.5)


def test_the_embedded_base_tells_two_voices_apart() -> None:
    mini = next(encoder for encoder in ENCODERS if encoder.name == "style of mini")
    path = mini.file(PROJECT)
    assert path is not None
    embed = load_encoder(mini.name, path)
    audio, _ = read_audio(PROJECT.root / "assets/demo/recording.opus", sample_rate=24_000)
    parts = [audio[second * 24_000 : (second + 5) * 24_000] for second in (1, 12, 25, 40)]
    # Played a third slower she is another person to the ear as well.
    others = [np.interp(np.arange(0, len(part), 0.7), np.arange(len(part)), part) for part in parts]
    rows = [embed(part.astype(np.float32)) for part in (*parts, *others)]
    assert group_voices(rows, [6.0] * 4 + [5.0] * 4, mini.alike) == [0] * 4 + [1] * 4


def test_the_best_network_that_is_here_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(voices, "package_file", lambda *parts: None)
    with pytest.raises(MissingModelError, match="no network that tells voices apart"):
        best_encoder(ProjectPaths(tmp_path))
    mini = tmp_path / "pretrained_models" / "mini" / "sovits.safetensors"
    mini.parent.mkdir(parents=True)
    mini.touch()
    assert best_encoder(ProjectPaths(tmp_path)).name == "style of mini"
    monkeypatch.setattr(voices, "package_file", lambda *parts: mini)
    monkeypatch.setattr(voices, "find_spec", lambda name: object())
    assert best_encoder(ProjectPaths(tmp_path)).name == "resemblyzer"
