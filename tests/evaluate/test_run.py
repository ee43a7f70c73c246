"""A whole evaluation on tiny networks: spoken once, measured, shown; bad inputs told at once."""

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gpt_sovits.base.engines import Engine
from gpt_sovits.errors import ConfigError, InputError
from gpt_sovits.evaluate import measures, run, speaking
from gpt_sovits.evaluate.figures import Measure
from gpt_sovits.evaluate.hearing import PHONES
from gpt_sovits.evaluate.melody import MELODY
from gpt_sovits.evaluate.options import EvaluationOptions
from gpt_sovits.evaluate.report import EvaluationReport
from gpt_sovits.evaluate.run import Candidate, candidate, evaluate_voices
from gpt_sovits.inference.options import SpeakingOptions
from gpt_sovits.inference.voice import Voice, load_voice
from gpt_sovits.paths import ProjectPaths
from tests.evaluate.conftest import tiny_parts

SAID = ["Good morning.", "今天 is <b>好</b>的。", "。。。"]


@pytest.fixture(autouse=True)
def few_measures(monkeypatch: pytest.MonkeyPatch) -> None:
    """The measures that need neither a package nor a second of work."""
    absent = Measure(
        name="absent",
        figures=PHONES.figures,
        open=PHONES.open,
        needs="bring it",
        is_here=lambda paths: False,
    )
    table = (PHONES, MELODY, measures.SPEED, absent)
    monkeypatch.setattr(measures, "MEASURES", table)


@pytest.fixture
def said(tmp_path: Path) -> EvaluationOptions:
    path = tmp_path / "said.txt"
    path.write_text("\n".join(SAID), encoding="utf-8")
    return EvaluationOptions(sentences=path, seeds=2, device="cpu")


@pytest.fixture
def spoken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What voices are asked to say."""
    texts: list[str] = []
    say = Voice.say

    def noting(self: Voice, text: str, options: SpeakingOptions, **more: Any) -> Any:
        texts.append(text)
        return say(self, text, options, **more)

    monkeypatch.setattr(Voice, "say", noting)
    return texts


def evaluate(
    voices: Sequence[Candidate], options: EvaluationOptions, paths: ProjectPaths, **how: Any
) -> EvaluationReport:
    return evaluate_voices(voices, options, paths.root / "out", paths=paths, **how)


def test_a_voice_is_measured_beside_its_recordings(
    anna: Candidate, said: EvaluationOptions, person: Path, paths: ProjectPaths
) -> None:
    report = evaluate([anna], replace(said, real=person), paths)
    assert [column.name for column in report.columns] == ["anna", "recordings"]
    labels = {row.label: row for row in report.table}
    assert set(labels["phone error rate, en"].values) == {"anna", "recordings"}
    assert set(labels["phone error rate, mixed"].values) == {"anna"}
    assert labels["phone error rate, en"].values["anna"].n_clips == 2
    assert len(labels["phone error rate, en"].values["anna"].by_seed) == 2
    assert labels["real-time factor"].values["anna"].mean > 0
    assert [where.rpartition(":")[2] for where, _ in report.skipped][:1] == ["3"]
    assert report.measured.missing == [("absent", "bring it")]
    spoken = [clip for clip in report.measured.findings if clip.column == "anna"]
    assert {len(clip.sounds_like) for clip in spoken} == {3}


def test_the_summary_holds_every_clip(
    anna: Candidate, said: EvaluationOptions, paths: ProjectPaths
) -> None:
    report = evaluate([anna], said, paths)
    summary = json.loads(report.summary.read_text(encoding="utf-8"))
    assert summary["options"]["seeds"] == 2
    assert {each["figure"] for each in summary["figures"]} >= {"phone_error_rate", "pitch_hz"}
    clips = [each for each in summary["clips"] if each["column"] == "anna"]
    assert sorted((each["name"], each["seed"]) for each in clips) == [
        ("line_001", 0),
        ("line_001", 1),
        ("line_002", 0),
        ("line_002", 1),
    ]
    for each in clips:
        assert Path(each["audio"]).is_file()
        assert each["speaking_seconds"] > 0
        assert each["scores"]["phone_error_rate"] >= 0
    assert report.to_json()["figures"] == summary["figures"]


def test_without_recordings_a_voice_is_compared_with_its_reference(
    anna: Candidate, said: EvaluationOptions, paths: ProjectPaths
) -> None:
    ben = Candidate("ben", tiny_parts(paths, 1))
    report = evaluate([anna, ben], said, paths)
    told = {clip.column: clip.sounds_like for clip in report.measured.findings}
    assert told["anna"] == (anna.parts.reference.audio,)
    assert told["ben"] == (ben.parts.reference.audio,)
    recordings = [clip for clip in report.measured.findings if clip.column == "recordings"]
    assert [clip.text for clip in recordings] == ["Hello.", "Hello."]


def test_what_was_spoken_is_not_spoken_again(
    anna: Candidate, said: EvaluationOptions, paths: ProjectPaths, spoken: list[str]
) -> None:
    first = evaluate([anna], said, paths)
    assert len(spoken) == 4 + 2  # the warm-up: a sentence of each language
    again = evaluate([anna], said, paths)
    assert len(spoken) == 6
    assert again.rows == first.rows
    evaluate([anna], replace(said, seeds=3), paths)
    assert len(spoken) == 6 + 2 + 2
    evaluate([anna], said, paths, how=SpeakingOptions(temperature=0.5))
    assert len(spoken) == 10 + 4 + 2


def test_a_voice_that_cannot_speak_does_not_stop_the_others(
    anna: Candidate, said: EvaluationOptions, paths: ProjectPaths
) -> None:
    broken = paths.root / "broken.safetensors"
    broken.write_bytes(b"nothing")
    ben = Candidate("ben", replace(anna.parts, gpt=broken))
    report = evaluate([ben, anna], said, paths)
    assert [column.name for column in report.columns] == ["anna", "recordings"]
    ((_, reason),) = [each for each in report.skipped if each[0] == "voice ben"]
    assert "broken.safetensors" in reason
    with pytest.raises(InputError, match=r"no voice could speak \(voice cy: .*broken.safetensors"):
        evaluate([replace(ben, name="cy")], said, paths)


def test_recordings_alone_can_be_measured(person: Path, paths: ProjectPaths) -> None:
    report = evaluate([], EvaluationOptions(real=person), paths)
    assert [column.name for column in report.columns] == ["recordings"]
    assert {row.label for row in report.table} >= {"phone error rate, zh", "pitch"}


def test_free_engines_say_the_sentences_of_their_languages(
    anna: Candidate, said: EvaluationOptions, paths: ProjectPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(0)

    def render(text: str, language: str, speaker: object) -> tuple[np.ndarray, int]:
        return rng.normal(0, 0.1, 24_000).astype(np.float32), 24_000

    english = Engine("tin", {"en": ("can",), "mixed": ("can",)}, render)
    japanese = Engine("jay", {"ja": ("mei",)}, render)
    monkeypatch.setattr(run, "find_engines", lambda: ([english, japanese], ["flite is not here"]))
    report = evaluate([anna], replace(said, baselines=True), paths)
    assert [column.name for column in report.columns] == ["anna", "tin", "recordings"]
    assert [c.name for c in report.measured.findings if c.column == "tin"] == ["line_001"]
    assert ("--baselines", "flite is not here") in report.skipped


class Page(HTMLParser):
    """Collects what a page would load, its text, and its elements."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.tags: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.found += [value or "" for name, value in attrs if name in ("src", "href")]

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_page_plays_files_of_its_folder_and_shows_texts_as_they_are(
    anna: Candidate, said: EvaluationOptions, paths: ProjectPaths
) -> None:
    report = evaluate([anna], said, paths)
    html = report.page.read_text(encoding="utf-8")
    page = Page()
    page.feed(html)
    assert "今天 is <b>好</b>的。" in page.text
    assert len(page.found) == 4 + 1
    for address in page.found:
        assert not re.match(r"[a-z]+:|/", address), address
        assert (report.folder / address).is_file()
    assert "phone error rate, en" in page.text
    assert "absent: bring it" in page.text


@pytest.mark.parametrize("name", ["anna", "ANNA", "recordings"])
def test_two_columns_of_one_name_are_refused(
    anna: Candidate, said: EvaluationOptions, paths: ProjectPaths, name: str
) -> None:
    with pytest.raises(ConfigError, match="cannot be told from another column"):
        evaluate([anna, replace(anna, name=name)], said, paths)


def test_an_evaluation_of_nothing_is_refused(said: EvaluationOptions, paths: ProjectPaths) -> None:
    with pytest.raises(InputError, match="name a voice, or give --real"):
        evaluate([], said, paths)


def test_a_folder_that_cannot_be_written_is_told_before_anything_is_spoken(
    anna: Candidate, said: EvaluationOptions, paths: ProjectPaths, spoken: list[str]
) -> None:
    blocked = paths.root / "blocked"
    blocked.write_text("", encoding="utf-8")
    for folder in (blocked, blocked / "inside"):
        with pytest.raises(InputError, match=r"blocked.*cannot be written"):
            evaluate_voices([anna], said, folder, paths=paths)
    assert not spoken


def test_a_second_run_in_the_folder_is_refused(
    anna: Candidate, said: EvaluationOptions, paths: ProjectPaths
) -> None:
    from filelock import FileLock

    (paths.root / "out").mkdir()
    with (
        FileLock(paths.root / "out" / ".evaluate.lock"),
        pytest.raises(InputError, match="another evaluation is at work in it"),
    ):
        evaluate([anna], said, paths)


def test_a_language_that_the_family_does_not_speak_is_named(
    anna: Candidate, tmp_path: Path, paths: ProjectPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = tmp_path / "said.tsv"
    table.write_text("one\ten\tGood morning.\ntwo\tko\t안녕하세요.\n", encoding="utf-8")

    def old_family(*parts: Any, **how: Any) -> Voice:
        voice = load_voice(*parts, **how)
        family = voice.family.model_copy(update={"symbols": "v1"})
        monkeypatch.setattr(type(voice), "family", property(lambda self: family))
        return voice

    monkeypatch.setattr(speaking, "load_voice", old_family)
    report = evaluate([anna], EvaluationOptions(sentences=table, seeds=1), paths)
    assert [clip.name for clip in report.measured.findings if clip.seed == 0] == ["one"]
    assert "v1 symbols" in dict(report.skipped)["anna, two"]


def test_a_stop_keeps_what_was_spoken(
    anna: Candidate, said: EvaluationOptions, paths: ProjectPaths, spoken: list[str]
) -> None:
    def stop(done: int, total: int, what: str) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        evaluate([anna], said, paths, progress=stop)
    before = len(spoken)
    evaluate([anna], said, paths)
    assert len(spoken) - before == 2 + 2


def test_a_voice_comes_by_its_name_or_its_file(paths: ProjectPaths) -> None:
    by_name, by_file = candidate("anna", paths), candidate(paths.voices / "anna.yaml", paths)
    assert by_name == by_file
    assert by_name.about == "mini"
    with pytest.raises(ConfigError, match="unknown voice 'nobody'; known are anna, ben"):
        candidate("nobody", paths)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"seeds": 0}, "seeds must be 1 to 100, got 0"),
        ({"languages": ("en", "xx")}, "languages must be one of en, zh, ja"),
    ],
)
def test_options_out_of_range_are_refused(given: dict[str, Any], says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        EvaluationOptions(**given)
