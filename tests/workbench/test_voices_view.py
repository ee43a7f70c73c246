"""What the tab Voices shows: escaped, side by side, in the reader's language."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from gpt_sovits.errors import InputError
from gpt_sovits.evaluate.score_report import ScoredClip, ScoredPair, ScoreReport
from gpt_sovits.paths import ProjectPaths
from gpt_sovits.workbench.texts import LANGUAGES
from gpt_sovits.workbench.voices_acts import choose_pair, export_file
from gpt_sovits.workbench.voices_view import (
    list_voices,
    samples_view,
    scores_key,
    scores_view,
    voice_list,
    weights_choices,
    why,
)
from tests.workbench.fakes import add_voice, make_project, write_tone

EVIL = "<script>alert(1)</script>"


@pytest.fixture
def paths(tmp_path: Path) -> ProjectPaths:
    """A project with anna and her checkpoints, and ben, who was only trained."""
    paths = make_project(tmp_path / "project")
    add_voice(paths, "anna")
    for name in ("anna-e2.safetensors", "anna-e10.safetensors", "ben-e1.safetensors", "x.ckpt"):
        _touch(paths.gpt_weights / name)
    for name in ("anna_e1_s5.safetensors", "ben_e1_s5.safetensors", "note.txt"):
        _touch(paths.sovits_weights / name)
    (paths.logs / "ben").mkdir(parents=True)
    return paths


def _touch(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()


def report(*labels: str, text: str = "Hello.", complete: bool = True) -> ScoreReport:
    pairs = tuple(
        ScoredPair(
            label,
            "pretrained_models/mini/gpt.safetensors",
            "pretrained_models/mini/sovits.safetensors" if index == 0 else "s",
            {"phone_errors": 0.1 + index / 10, "likeness": 0.9},
            (
                ScoredClip("en_01", "logs/anna/scores/a b/en_01.wav", "", {"phone_errors": 0.125}),
                ScoredClip("en_02", "", EVIL),
            ),
        )
        for index, label in enumerate(labels)
    )
    sentences = ({"name": "en_01", "language": "en", "text": text},) * 2
    return ScoreReport("anna", "anna", sentences, pairs, {"pace": 1.0}, complete)


def keep(paths: ProjectPaths, found: ScoreReport) -> None:
    folder = paths.logs / "anna"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "scores.json").write_text(json.dumps(found.to_json()), encoding="utf-8")


def test_voices_and_what_was_only_trained_are_listed(paths: ProjectPaths) -> None:
    voices = list_voices(paths)
    assert [(each.name, each.file is not None) for each in voices] == [
        ("anna", True),
        ("ben", False),
    ]
    html = voice_list(voices, "anna", "en")
    assert "no consent noted" in html
    assert "no pair is chosen yet" in html
    assert html.count('class="chosen"') == 1
    assert "There is no voice yet" in voice_list([], None, "en")


def test_a_damaged_voice_file_is_told_in_the_list(paths: ProjectPaths) -> None:
    (paths.voices / "broken.yaml").write_text("name: [", encoding="utf-8")
    html = voice_list(list_voices(paths), None, "en")
    assert "broken.yaml" in html
    assert "anna" in html


def test_pairs_stand_side_by_side_with_their_sound(paths: ProjectPaths) -> None:
    keep(paths, report("SoVITS e1 + GPT e2", "SoVITS e1 + GPT e10"))
    html = scores_view("anna", paths, "en")
    assert html.count("<audio") == 2
    assert re.search(r'src="gradio_api/file=\S+/logs/anna/scores/a%20b/en_01\.wav\?\d+"', html)
    assert "10.0 %" in html
    assert "12.5 %" in html
    assert html.index("★ best") < html.index("in use") < html.index("SoVITS e1 + GPT e10")
    assert "not measured yet" in scores_view("ben", paths, "en")


def test_nothing_of_a_file_becomes_html(paths: ProjectPaths) -> None:
    keep(paths, report(EVIL, f"{EVIL}2", text=EVIL))
    (paths.voices / "anna.yaml").write_text(
        (paths.voices / "anna.yaml").read_text().replace("consent: ''", f"consent: '{EVIL}'")
    )
    whole = scores_view("anna", paths, "en") + voice_list(list_voices(paths), EVIL, "en")
    assert "&lt;script&gt;" in whole
    assert "<script" not in whole


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("labels", [("a",), ("a", "b"), ("a", "b", "c")])
def test_the_reason_is_told_in_every_language(language: str, labels: tuple[str, ...]) -> None:
    sentence = why(report(*labels, complete=False), language)
    assert "{" not in sentence
    assert "a" in sentence


def test_own_weights_come_first_and_all_others_can_be_chosen(paths: ProjectPaths) -> None:
    labels = [label for label, _ in weights_choices("anna", "gpt", paths)]
    assert labels == ["anna-e10.safetensors", "anna-e2.safetensors", "ben-e1.safetensors", "x.ckpt"]
    assert [value for _, value in weights_choices("anna", "sovits", paths)] == [
        "SoVITS_weights/anna_e1_s5.safetensors",
        "SoVITS_weights/ben_e1_s5.safetensors",
    ]


def test_samples_of_the_training_are_played(paths: ProjectPaths) -> None:
    assert samples_view("anna", paths, "en") == ""
    for name in ("anna-e2_en", "anna-e2_zh", "anna_e1_s5_en", "reference"):
        write_tone(paths.logs / "anna" / "samples" / f"{name}.wav", 0.1)
    html = samples_view("anna", paths, "en")
    assert html.count("<audio") == 3
    assert html.index("SoVITS e1_s5") < html.index("GPT e2")


def test_what_is_shown_changes_with_the_table(paths: ProjectPaths) -> None:
    before = scores_key("anna", paths)
    assert scores_key("anna", paths) == before
    keep(paths, report("a"))
    assert scores_key("anna", paths) != before


@pytest.mark.parametrize(
    "given", [(None, "g", "s"), ("anna", None, "s"), ("anna", "g", None), ("../a", "g", "s")]
)
def test_a_pair_that_is_none_is_refused(paths: ProjectPaths, given: tuple[Any, Any, Any]) -> None:
    with pytest.raises(InputError):
        choose_pair(*given, paths)


def test_an_export_of_the_page_is_a_new_file(paths: ProjectPaths) -> None:
    first = export_file("anna", paths)
    _touch(first)
    second = export_file("anna", paths)
    assert second != first
    assert second.parent == paths.output / "voices"
