"""Each voice gets a folder of its own, and another run keeps it in order."""

from pathlib import Path

import numpy as np
import pytest

from gpt_sovits.audio.write import write_audio
from gpt_sovits.prepare.slice import slice_by_voice, slice_folder
from gpt_sovits.prepare.slicing import split
from gpt_sovits.prepare.slicing.levels import SAMPLE_RATE
from gpt_sovits.prepare.slicing.options import SliceOptions
from gpt_sovits.prepare.slicing.voices import Embed, Encoder
from gpt_sovits.state import read_state
from tests.prepare.talk import talk

LEVEL = SliceOptions(method="level")


def loudness(audio: np.ndarray) -> np.ndarray:
    """Whoever is loud is one person, whoever is soft is another."""
    return np.array([1.0, 0.0]) if np.abs(audio).max() > 0.15 else np.array([0.0, 1.0])


def load(path: Path) -> Embed:
    return loudness


@pytest.fixture(autouse=True)
def _encoder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    weights = tmp_path / "weights"
    weights.touch()
    encoder = Encoder("ear", 16_000, 0.5, "hears loudness", lambda paths: weights, load)
    monkeypatch.setattr(split, "best_encoder", lambda paths: encoder)
    monkeypatch.setattr(split, "load_encoder", lambda name, path: loudness)


def conversation(path: Path, *loud: bool) -> None:
    """Turns of 4 s; a host who is loud, a guest who is soft."""
    turns = [0.2 * talk(4, -0.8) + (0.8 * talk(4, -0.8) if each else 0) for each in loud]
    write_audio(path, np.concatenate(turns), SAMPLE_RATE)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    conversation(tmp_path / "in" / "a.wav", True, False, True, False, True)
    conversation(tmp_path / "in" / "b.wav", True, True)
    return tmp_path / "in"


def clips(folder: Path) -> list[str]:
    return sorted(path.name.split("_")[0] for path in folder.glob("*.wav"))


def test_the_main_voice_is_kept_and_others_lie_apart(source: Path, tmp_path: Path) -> None:
    target = tmp_path / "out"
    stages: list[str] = []
    report = slice_by_voice(source, target, "main", LEVEL, on_stage=stages.append)
    assert stages == ["listen", "write"]
    assert clips(target) == ["a.wav"] * 3 + ["b.wav"] * 2
    assert clips(target / "others" / "speaker-2") == ["a.wav"] * 2
    main, guest = report.voices
    assert (main.name, main.folder, main.clips, main.likeness) == ("speaker-1", target, 5, None)
    assert main.seconds == pytest.approx(5 * 4.2, abs=0.5)
    assert guest.likeness == 0
    told = read_state(target / "speakers.json")
    assert told["encoder"] == "ear"
    assert [voice["clips"] for voice in told["voices"]] == [5, 2]


def test_all_voices_get_a_folder(source: Path, tmp_path: Path) -> None:
    slice_by_voice(source, tmp_path / "out", "all", LEVEL)
    assert clips(tmp_path / "out") == []
    assert clips(tmp_path / "out/speaker-1") == ["a.wav"] * 3 + ["b.wav"] * 2
    assert clips(tmp_path / "out/speaker-2") == ["a.wav"] * 2


def test_another_run_writes_nothing_anew(source: Path, tmp_path: Path) -> None:
    first = slice_by_voice(source, tmp_path / "out", "main", LEVEL)
    again = slice_by_voice(source, tmp_path / "out", "main", LEVEL)
    assert again.stage.written == []
    assert sorted(again.stage.kept) == sorted(first.stage.written)
    assert again.voices == first.voices


def test_a_recording_that_is_added_may_change_who_is_the_main_voice(
    source: Path, tmp_path: Path
) -> None:
    target = tmp_path / "out"
    slice_by_voice(source, target, "main", LEVEL)
    conversation(source / "c.wav", *[False] * 6)
    report = slice_by_voice(source, target, "main", LEVEL)
    assert report.stage.skipped == []
    assert clips(target) == ["a.wav"] * 2 + ["c.wav"] * 6
    assert clips(target / "others" / "speaker-2") == ["a.wav"] * 3 + ["b.wav"] * 2


def test_what_was_made_otherwise_or_by_hand_is_not_replaced(source: Path, tmp_path: Path) -> None:
    target = tmp_path / "out"
    plain = slice_folder(source, target, LEVEL)
    report = slice_by_voice(source, target, "main", LEVEL)
    assert len([why for _, why in report.stage.skipped if "in another way" in why]) == 2
    assert all(path.is_file() for path in plain.written)
    replaced = slice_by_voice(source, target, "main", LEVEL, replace=True)
    assert replaced.stage.skipped == []
    assert clips(target) == ["a.wav"] * 3 + ["b.wav"] * 2
    (mine, *_) = target.glob("*.wav")
    mine.write_bytes(b"mine")
    slice_by_voice(source, target, "all", LEVEL, replace=True)
    assert mine.read_bytes() == b"mine"


def test_what_cannot_be_used_is_named_once(source: Path, tmp_path: Path) -> None:
    (source / "bad.wav").write_bytes(b"no sound")
    report = slice_by_voice(source, tmp_path / "out", "main", LEVEL)
    assert [path.name for path, _ in report.stage.skipped] == ["bad.wav"]
    assert len(report.stage.written) == 7
