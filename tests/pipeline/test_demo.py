"""The demo ends with speech, figures and a page that asks no network."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from gpt_sovits.audio.read import probe_audio
from gpt_sovits.errors import InputError
from gpt_sovits.inference.voice_file import load_voice_file, save_voice_file
from gpt_sovits.paths import ProjectPaths
from gpt_sovits.pipeline.demo import NAME, SENTENCES, DemoReport, bundled_recording, run_demo
from gpt_sovits.text.frontend import read_text
from tests.pipeline.test_clone import TEXT, tiny_options, write_source
from tests.tiny_mini import make_tiny_project

SAID = ("Good <b>morning</b>.", "Why?")


class Addresses(HTMLParser):
    """Collects what a page would load, and its text."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for name, value in attrs if name in ("src", "href")]

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[DemoReport, ProjectPaths]:
    paths = make_tiny_project(tmp_path_factory.mktemp("demo"))
    source = write_source(paths.input)
    return run_demo(source, tiny_options(NAME), sentences=SAID, paths=paths), paths


def test_the_summary_holds_seconds_losses_and_error_rates(
    demo: tuple[DemoReport, ProjectPaths],
) -> None:
    report, paths = demo
    assert report.summary == paths.output / "demo" / "summary.json"
    summary = json.loads(report.summary.read_text(encoding="utf-8"))
    assert list(summary["stage_seconds"])[-1] == "speak"
    assert summary["losses"]["gpt"]["before"]["tokens"] > 0
    for text, each in zip(SAID, summary["sentences"], strict=True):
        assert each["text"] == text
        assert each["phone_error_rate"] >= 0
        duration_s = probe_audio(Path(each["audio"])).duration_s
        assert duration_s == pytest.approx(each["audio_seconds"], abs=0.01)


def test_the_page_loads_nothing_and_shows_texts_as_they_are(
    demo: tuple[DemoReport, ProjectPaths],
) -> None:
    html = demo[0].page.read_text(encoding="utf-8")
    page = Addresses()
    page.feed(html)
    # Two pictures or sounds for each sentence and the reference.
    assert len(page.found) == 2 * (len(SAID) + 1)
    assert all(address.startswith("data:") for address in page.found)
    assert not re.search(r"url\(|@import|https?://", html)
    assert all(text in page.text for text in (*SAID, TEXT))


def test_a_demo_of_another_recording_replaces_its_own_voice_only(
    demo: tuple[DemoReport, ProjectPaths],
) -> None:
    _, paths = demo
    other = write_source(paths.root / "other", seed=3)
    run_demo(other, tiny_options(NAME), sentences=SAID[1:], paths=paths)
    users = load_voice_file(NAME, paths).model_copy(update={"name": "mine"})
    save_voice_file(users, paths)
    with pytest.raises(InputError, match="--name"):
        run_demo(other, tiny_options("mine"), sentences=SAID[1:], paths=paths)


@pytest.mark.parametrize("sentence", SENTENCES)
def test_each_sentence_is_in_three_languages(sentence: str) -> None:
    segments = read_text(sentence, language="auto", symbols="v2").segments
    assert {segment.language for segment in segments} == {"zh", "en", "ja"}


def test_the_bundled_recording_is_a_minute_with_its_text() -> None:
    recording = bundled_recording()
    duration_s = probe_audio(recording).duration_s
    assert duration_s is not None
    assert 55 < duration_s < 70
    assert recording.stat().st_size < 1_000_000
    assert recording.with_suffix(".txt").is_file()
    assert "Licence" in (recording.parent / "README.md").read_text(encoding="utf-8")
