import json
from pathlib import Path

import numpy as np
import pytest

from gpt_sovits.audio.write import write_audio
from gpt_sovits.config import load_family
from gpt_sovits.data.checked import checked_path
from gpt_sovits.errors import AudioError
from gpt_sovits.paths import PROJECT, ProjectPaths
from gpt_sovits.workbench.speak_reference import check_reference, clips_of, hear_reference
from gpt_sovits.workbench.speak_reference_box import describe_check, describe_clip
from gpt_sovits.workbench.texts import LANGUAGES
from tests.workbench.fakes import make_project, write_tone

RATE = 16000
RNG = np.random.default_rng(0)


def speech(seconds: float, level: float = 0.5, noise: float = 1e-4) -> np.ndarray:
    """A tone that pauses, as a voice does."""
    steps = np.arange(int(seconds * RATE))
    tone = level * np.sin(steps * 2 * np.pi * 220 / RATE) * (steps % RATE < 0.7 * RATE)
    return (tone + noise * RNG.standard_normal(len(steps))).astype(np.float32)


@pytest.mark.parametrize(
    ("audio", "found"),
    [
        (speech(5), []),
        (speech(0.5), ["short"]),
        (speech(20), ["long"]),
        (speech(5, level=0.0, noise=1e-4), ["silent"]),
        (speech(2), ["brief"]),
        (speech(12), ["lengthy"]),
        (speech(5, level=0.05, noise=1e-3), ["quiet"]),
        (np.clip(speech(5, level=3.0), -1, 1), ["clipped"]),
        (speech(5, noise=0.1), ["noisy"]),
    ],
)
def test_a_clip_is_measured_and_what_is_wrong_with_it_is_told(
    tmp_path: Path, audio: np.ndarray, found: list[str]
) -> None:
    path = tmp_path / "clip.wav"
    write_audio(path, audio, RATE)
    checked = check_reference(path, load_family("mini", PROJECT.configs))
    assert checked.faults + checked.doubts == found
    for language in LANGUAGES:
        assert describe_check(checked, language)


def test_a_family_has_limits_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "clip.wav"
    write_audio(path, speech(2), RATE)
    assert check_reference(path, load_family("v2", PROJECT.configs)).faults == ["short"]


def test_a_file_that_is_no_sound_is_named(tmp_path: Path) -> None:
    path = tmp_path / "clip.wav"
    path.write_bytes(b"no sound at all")
    with pytest.raises(AudioError, match=r"clip\.wav"):
        check_reference(path, load_family("mini", PROJECT.configs))


def test_without_a_recogniser_the_text_stays_to_be_typed(tmp_path: Path) -> None:
    paths = make_project(tmp_path)
    assert hear_reference(write_tone(tmp_path / "a.wav"), "auto", paths) is None


@pytest.fixture
def voiced(tmp_path: Path) -> ProjectPaths:
    """A project with a list of six clips of Anna, four of them of a good length."""
    paths = make_project(tmp_path)
    folder = paths.logs / "Anna"
    seconds = [4.0, 5.0, 6.0, 1.0, 20.0, 7.0]
    for number, length in enumerate(seconds):
        write_tone(folder / f"{number}.wav", length)
    lines = [f"{number}.wav|Anna|en|Number {number}." for number in range(6)]
    (folder / "Anna.list").write_text("\n".join(lines), encoding="utf-8")
    return paths


def check_line(number: int, light: str, fit: float) -> str:
    values = {
        "audio": f"{number}.wav",
        "speaker": "Anna",
        "language": "en",
        "text": f"Number {number}.",
        "light": light,
        "findings": [],
        "fit": fit,
        "snr_db": 30.0,
        "clipped": 0.0,
        "rate": 10.0,
        "confidence": None,
        "seconds": 4.0 + number,
        "words": [],
    }
    return json.dumps(values)


def test_clips_of_a_voice_are_offered_the_best_first(voiced: ProjectPaths) -> None:
    assert [clip.text for clip in clips_of({"Anna"}, voiced)] == [
        f"Number {number}." for number in (0, 1, 2, 5)
    ]
    rows = [check_line(0, "green", 0.5), check_line(1, "red", 0.1), check_line(2, "green", 0.9)]
    listed = voiced.logs / "Anna" / "Anna.list"
    checked_path(listed).write_text("\n".join(rows), encoding="utf-8")
    clips = clips_of({"Anna"}, voiced)
    assert [clip.text for clip in clips] == ["Number 2.", "Number 0.", "Number 5."]
    assert describe_clip(clips[0], "en") == "6.0 s · fit 90 % · 30 dB · Number 2."
    assert clips_of({"Berta"}, voiced) == []


def test_a_damaged_list_offers_nothing(voiced: ProjectPaths) -> None:
    (voiced.logs / "Anna" / "Anna.list").write_bytes(b"\xff\xfe\x00")
    assert clips_of({"Anna"}, voiced) == []
