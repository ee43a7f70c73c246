"""Voices are changed: other weights, a note of consent, out of the way; nothing is lost."""

from pathlib import Path

import pytest

from gpt_sovits.errors import ConfigError, InputError, WeightsError
from gpt_sovits.inference import voice_changes
from gpt_sovits.inference.voice_changes import (
    choose_weights,
    free_name,
    note_consent,
    remove_voice,
)
from gpt_sovits.inference.voice_file import load_voice_file, voice_names
from gpt_sovits.paths import ProjectPaths
from gpt_sovits.weights.saved import saved_weights
from tests.inference.tiny_vits import write_tiny_vits
from tests.inference.voices import add_tuned_voice, everything, tune
from tests.tiny_mini import make_tiny_project


@pytest.fixture
def paths(tmp_path: Path) -> ProjectPaths:
    paths = make_tiny_project(tmp_path / "project")
    add_tuned_voice(paths, "anna", 1)
    return paths


def earlier(paths: ProjectPaths) -> list[Path]:
    return sorted((paths.voices / "earlier").glob("*"))


def test_another_pair_is_chosen_and_the_earlier_file_is_kept(paths: ProjectPaths) -> None:
    before = (paths.voices / "anna.yaml").read_bytes()
    own = paths.gpt_weights / "anna-e1.safetensors"
    newer = tune(own, paths.gpt_weights / "anna-e2.safetensors", 5)
    sovits = paths.sovits_weights / "anna_e1_s2.safetensors"
    choose_weights("anna", newer, sovits, paths=paths)
    assert load_voice_file("anna", paths).gpt == "GPT_weights/anna-e2.safetensors"
    (copy,) = earlier(paths)
    assert copy.read_bytes() == before
    assert voice_names(paths) == ["anna"]
    choose_weights("anna", newer, sovits, paths=paths)
    assert earlier(paths) == [copy]  # nothing changed, nothing to keep


def test_a_note_that_is_made_while_a_pair_is_tried_stays(
    paths: ProjectPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(gpt: Path, sovits: Path, paths: ProjectPaths) -> str:
        note_consent("anna", "2026: Anna agreed", paths=paths)
        return "mini"

    monkeypatch.setattr(voice_changes, "check_weights", slow)
    newer = paths.gpt_weights / "anna-e2.safetensors"
    choose_weights("anna", newer, paths.sovits_weights / "anna_e1_s2.safetensors", paths=paths)
    voice = load_voice_file("anna", paths)
    assert (voice.consent, voice.gpt) == ("2026: Anna agreed", "GPT_weights/anna-e2.safetensors")


def test_a_pair_that_does_not_belong_together_is_refused(
    paths: ProjectPaths, tmp_path: Path
) -> None:
    before = everything(paths)
    gpt, _ = write_tiny_vits(tmp_path)
    sovits = paths.sovits_weights / "anna_e1_s2.safetensors"
    for wrong in (gpt, sovits, tmp_path / "gone.ckpt"):
        with pytest.raises(WeightsError):
            choose_weights("anna", wrong, sovits, paths=paths)
    with pytest.raises(ConfigError, match="unknown voice"):
        choose_weights("gone", gpt, sovits, paths=paths)
    assert everything(paths) == before


def test_a_note_of_consent_is_dated_and_the_earlier_one_stays(paths: ProjectPaths) -> None:
    note_consent("anna", "  Anna agreed\nto audiobooks ", paths=paths)
    note = load_voice_file("anna", paths).consent
    date, _, text = note.partition(": ")
    assert text == "Anna agreed to audiobooks"
    assert len(date) == len("2026-01-02")
    (copy,) = earlier(paths)
    assert "agreed, 2026" in copy.read_text(encoding="utf-8")


@pytest.mark.parametrize(("text", "says"), [(" \n ", "is empty"), ("x" * 5000, "at most 4000")])
def test_a_note_that_says_nothing_is_refused(paths: ProjectPaths, text: str, says: str) -> None:
    with pytest.raises(InputError, match=says) as raised:
        note_consent("anna", text, paths=paths)
    assert raised.value.field == "text"


def test_a_removed_voice_lies_in_output(paths: ProjectPaths) -> None:
    before = everything(paths)
    folder = remove_voice("anna", paths=paths)
    assert folder.parent == paths.output / "removed"
    assert voice_names(paths) == []
    assert {path.read_bytes() for path in folder.rglob("*.*")} == set(before.values())
    with pytest.raises(ConfigError, match="unknown voice"):
        remove_voice("anna", paths=paths)


def test_what_another_voice_uses_stays(paths: ProjectPaths) -> None:
    add_tuned_voice(paths, "ben", 2)
    own = paths.gpt_weights / "anna-e1.safetensors"
    choose_weights("ben", own, paths.sovits_weights / "ben_e1_s2.safetensors", paths=paths)
    remove_voice("anna", paths=paths)
    assert own.is_file()
    assert load_voice_file("ben", paths).parts(paths).gpt == own


def test_a_free_name_is_not_one_of_weights_either(paths: ProjectPaths) -> None:
    assert free_name("ben", paths) == "ben"
    assert free_name("anna", paths) == "anna-2"
    (paths.gpt_weights / "anna-2-e3.safetensors").touch()
    assert free_name("anna", paths) == "anna-3"


def test_saved_weights_are_found_in_the_order_of_training(paths: ProjectPaths) -> None:
    names = ["a-e10.safetensors", "a-e2.ckpt", "a-e2.safetensors", "a-e9.ckpt", "a.safetensors"]
    others = ["ab-e1.safetensors", "a-e1.txt", "a-e.ckpt", "a_e1_s1.safetensors"]
    for name in (*names, *others):
        (paths.gpt_weights / name).touch()
    found = saved_weights("a", "gpt", paths)
    assert [one.path.name for one in found] == [
        "a.safetensors",
        "a-e2.safetensors",  # the .ckpt beside it is the same
        "a-e9.ckpt",
        "a-e10.safetensors",
    ]
    assert [one.label for one in found] == ["a", "e2", "e9", "e10"]
