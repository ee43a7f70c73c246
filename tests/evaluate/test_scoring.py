"""Checkpoints are heard and measured: each once, the best one named, what is bad told at once."""

import json
from pathlib import Path
from typing import Any

import pytest

from gpt_sovits.errors import ConfigError, InputError
from gpt_sovits.evaluate import measures
from gpt_sovits.evaluate.hearing import PHONES
from gpt_sovits.evaluate.likeness import STYLE
from gpt_sovits.evaluate.score_options import ScoreRequest
from gpt_sovits.evaluate.score_report import (
    Figures,
    ScoredClip,
    ScoredPair,
    ScoreReport,
    cost_of,
    explain,
    is_close,
    leading_figures,
    read_scores,
    text_table,
)
from gpt_sovits.evaluate.scoring import score_voice
from gpt_sovits.inference.voice import Voice
from gpt_sovits.inference.voice_file import load_voice_file
from gpt_sovits.paths import ProjectPaths
from tests.inference.voices import add_tuned_voice, tune
from tests.tiny_mini import make_tiny_project


@pytest.fixture(autouse=True)
def few_measures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measures, "MEASURES", (PHONES, STYLE))


@pytest.fixture
def paths(tmp_path: Path) -> ProjectPaths:
    """A voice with three GPTs and two synthesizers."""
    paths = make_tiny_project(tmp_path / "project")
    add_tuned_voice(paths, "anna", 1)
    for epoch in (2, 10):
        own = paths.gpt_weights / "anna-e1.safetensors"
        tune(own, paths.gpt_weights / f"anna-e{epoch}.safetensors", epoch)
    own = paths.sovits_weights / "anna_e1_s2.safetensors"
    tune(own, paths.sovits_weights / "anna_e2_s4.safetensors", 2)
    return paths


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the pairs are asked to say."""
    texts: list[str] = []
    say = Voice.say

    def noting(self: Voice, text: str, *more: Any, **named: Any) -> Any:
        texts.append(text)
        return say(self, text, *more, **named)

    monkeypatch.setattr(Voice, "say", noting)
    return texts


def score(paths: ProjectPaths, **more: Any) -> ScoreReport:
    given: dict[str, Any] = {"experiment": "anna", "per_language": 2, "device": "cpu"} | more
    return score_voice(ScoreRequest(**given), paths=paths)


def test_every_synthesizer_and_then_every_gpt_is_heard(
    paths: ProjectPaths, said: list[str]
) -> None:
    report = score(paths)
    labels = {pair.label for pair in report.pairs}
    first = {f"SoVITS {half} + GPT e10" for half in ("e1_s2", "e2_s4")}
    assert first < labels  # the newest GPT, though e2 comes later in the alphabet
    assert len(labels) == 2 + 3 - 1
    assert len(said) == 4 * 2
    assert report.complete
    for pair in report.pairs:
        assert {"phone_errors", "likeness", "pace"} <= pair.figures.keys()
        assert all((paths.root / clip.audio).is_file() for clip in pair.clips)
    costs = [pair.cost for pair in report.pairs]
    assert costs == sorted(costs)
    assert report.reference["pace"] == pytest.approx(1.0)


def test_what_was_said_and_measured_is_not_done_again(
    paths: ProjectPaths, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = score(paths)
    said.clear()
    monkeypatch.setattr("gpt_sovits.evaluate.measuring._open", None)  # no network is opened
    again = score(paths)
    assert said == []
    assert again.pairs == first.pairs


def test_only_new_weights_are_heard(paths: ProjectPaths, said: list[str]) -> None:
    score(paths)
    said.clear()
    own = paths.sovits_weights / "anna_e1_s2.safetensors"
    tune(own, paths.sovits_weights / "anna_e3_s6.safetensors", 9)
    report = score(paths)
    assert len(report.pairs) == 5
    assert 2 <= len(said) <= 2 * 3  # the new one, and the GPTs with it where it is the best
    said.clear()
    tune(own, paths.sovits_weights / "anna_e3_s6.safetensors", 10)  # other weights, the same name
    score(paths)
    assert len(said) >= 2


def test_a_run_that_was_stopped_goes_on(
    paths: ProjectPaths, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    say = Voice.say

    def stopping(self: Voice, *more: Any, **named: Any) -> Any:
        if len(said) == 3:
            raise KeyboardInterrupt
        return say(self, *more, **named)

    with monkeypatch.context() as patch:
        patch.setattr(Voice, "say", stopping)
        with pytest.raises(KeyboardInterrupt):
            score(paths)
    assert len(said) == 3
    score(paths)
    assert len(said) == 8


def test_the_table_is_kept_and_read_again(paths: ProjectPaths) -> None:
    report = score(paths)
    kept = read_scores(paths.logs / "anna")
    assert kept is not None
    assert [pair.label for pair in kept.pairs] == [pair.label for pair in report.pairs]
    assert kept.best.figures == pytest.approx(report.best.figures, abs=1e-4)
    values = json.loads((paths.logs / "anna" / "scores.json").read_text(encoding="utf-8"))
    assert values["best"]["gpt"] == report.best.gpt
    assert values["best"]["why"].startswith(report.best.label)
    assert report.best.label in text_table(report)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"pairs": []}', '{"pairs": [{"label": 1}]}'])
def test_a_damaged_table_is_no_table(tmp_path: Path, content: str) -> None:
    (tmp_path / "scores.json").write_text(content, encoding="utf-8")
    assert read_scores(tmp_path) is None


def test_the_best_pair_is_chosen_when_told(paths: ProjectPaths) -> None:
    before = (paths.voices / "anna.yaml").read_bytes()
    best = score(paths).best
    assert (paths.voices / "anna.yaml").read_bytes() == before
    assert score(paths, choose=True).chosen
    voice = load_voice_file("anna", paths)
    assert (voice.gpt, voice.sovits) == (best.gpt, best.sovits)


def test_damaged_weights_are_told_and_left_out(paths: ProjectPaths) -> None:
    """Even the newest GPT, with which the search begins."""
    (paths.gpt_weights / "anna-e11.safetensors").write_bytes(b"nothing")
    (paths.sovits_weights / "anna_e9_s9.safetensors").write_bytes(b"")
    report = score(paths)
    assert len(report.pairs) == 4
    reasons = " ".join(reason for _, reason in report.skipped)
    assert "anna-e11.safetensors" in reasons
    assert "anna_e9_s9.safetensors" in reasons


def test_sentences_that_cannot_be_said_count_against_a_pair(paths: ProjectPaths) -> None:
    own = paths.root / "said.txt"
    own.write_text("Good morning.\n好的。\n。。。\n", encoding="utf-8")
    report = score(paths, sentences=own)
    assert [sentence["name"] for sentence in report.sentences] == ["line_001", "line_002"]
    assert any("said.txt:3" in where for where, _ in report.skipped)


def test_foreign_weights_are_tried_beside(paths: ProjectPaths) -> None:
    other = paths.root / "other.safetensors"
    tune(paths.sovits_weights / "anna_e1_s2.safetensors", other, 7)
    labels = {pair.label for pair in score(paths, sovits=(other,)).pairs}
    assert "SoVITS other + GPT e10" in labels


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"experiment": "gone"}, "no such experiment, and no voice is called 'gone'"),
        ({"experiment": "../anna"}, "holds '/'"),
        ({"name": "a:b"}, "holds ':'"),
        ({"languages": ("xx",)}, "languages must be one of"),
        ({"per_language": 0}, "per_language must be 1 to 20"),
        ({"sentences": Path("gone.txt")}, "gone.txt: no such file"),
        ({"gpt": (Path("gone.ckpt"),)}, "gone.ckpt: no such file"),
        ({"device": "toaster"}, "toaster"),
    ],
)
def test_what_cannot_be_scored_is_one_sentence(
    paths: ProjectPaths, more: dict[str, Any], says: str
) -> None:
    with pytest.raises(InputError, match=says) as raised:
        score(paths, **more)
    assert "\n" not in str(raised.value)
    assert not (paths.logs / "anna" / "scores.json").exists()


def test_a_voice_without_weights_is_told(tmp_path: Path) -> None:
    paths = make_tiny_project(tmp_path / "project")
    (paths.logs / "ben").mkdir(parents=True)
    with pytest.raises(InputError, match=r"has no gpt weights .*train gpt ben"):
        score(paths, experiment="ben")


def test_two_runs_keep_out_of_each_others_way(paths: ProjectPaths) -> None:
    from gpt_sovits.evaluate.report import open_folder

    with (
        open_folder(paths.logs / "anna" / "scores"),
        pytest.raises(InputError, match="another evaluation is at work"),
    ):
        score(paths)


# --- which pair is the best -----------------------------------------------------------------------


def pair(label: str, errors: list[float], **figures: float) -> ScoredPair:
    whole: Figures = {"phone_errors": sum(errors) / len(errors)} | figures
    clips = tuple(
        ScoredClip(str(n), "a.wav", figures={"phone_errors": each} | figures)
        for n, each in enumerate(errors)
    )
    return ScoredPair(label, "g", "s", whole, clips)


def report_of(*pairs: ScoredPair) -> ScoreReport:
    return ScoreReport("anna", "anna", (), tuple(sorted(pairs, key=lambda each: each.cost)))


def test_figures_cost_what_they_are_worth() -> None:
    assert cost_of({"phone_errors": 0.1, "likeness": 1.0, "pace": 1.2}) == pytest.approx(0.1)
    assert cost_of({"phone_errors": 0.1, "likeness": 0.9}) == pytest.approx(0.15)
    assert cost_of({"phone_errors": 0.1, "pace": 2.5}) == pytest.approx(0.35)
    assert cost_of({"phone_errors": 0.1, "pace": 0.4}) == pytest.approx(0.35)
    assert cost_of({}) == 1.0


def test_a_lead_is_told_from_chance() -> None:
    sure = report_of(pair("a", [0.1, 0.1, 0.1, 0.1]), pair("b", [0.3, 0.31, 0.29, 0.3]))
    assert not is_close(sure)
    assert "within chance" not in explain(sure)
    chance = report_of(pair("a", [0.1, 0.5, 0.1, 0.3]), pair("b", [0.4, 0.1, 0.5, 0.1]))
    assert is_close(chance)
    assert explain(chance).endswith("the next, b, is as good within chance: hear both.")


def test_the_reason_names_what_is_better() -> None:
    one = pair("a", [0.1, 0.1], likeness=0.9)
    other = pair("b", [0.4, 0.4], likeness=0.95)
    report = report_of(other, one)
    assert leading_figures(report) == ["phone_errors"]
    assert explain(report).startswith(
        "a is the best in phone errors, beside the other pair: phone errors 10.0 % (40.0 %)"
    )
    assert "only pair" in explain(report_of(one))
    others = pair("c", [0.09, 0.1], likeness=0.5), pair("d", [0.3, 0.3], likeness=0.95)
    assert "taken together" in explain(report_of(one, *others))


def test_unknown_words_are_refused_at_their_field() -> None:
    with pytest.raises(ConfigError) as raised:
        ScoreRequest(experiment="a", per_language=99)
    assert raised.value.field == "per_language"
