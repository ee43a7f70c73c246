"""The tab "Speak" as a person uses it, on a voice that hums."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from gpt_sovits.audio.read import read_audio
from gpt_sovits.inference.take import load_take, takes_folder
from gpt_sovits.inference.take_history import list_takes
from gpt_sovits.text.dictionary import load_dictionary
from gpt_sovits.text.reading import UserWord
from tests.browser.conftest import FakePage
from tests.browser.test_page import PATIENCE_MS, click, expect_text, open_page
from tests.workbench.fakes import add_voice, write_tone

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def page(browser: Browser, fake: FakePage) -> Iterator[Page]:
    add_voice(fake.paths, "Anna")
    for page in open_page(browser, fake):
        show_tab(page)
        yield page
    assert fake.asked() == "", "the page asked another machine"


def show_tab(page: Page) -> None:
    page.get_by_role("tab", name="Speak").click()
    expect(page.get_by_label("Voice", exact=True)).to_have_value("Anna", timeout=PATIENCE_MS)


def speak(page: Page, text: str) -> None:
    page.locator("#speak-text textarea").fill(text)
    click(page, "Speak")


def sentence(page: Page, number: int) -> Locator:
    return page.locator(".sentence").nth(number - 1)


def expect_state(page: Page, number: int, state: str) -> None:
    expect(sentence(page, number)).to_have_attribute("data-state", state, timeout=PATIENCE_MS)


def only_take(fake: FakePage) -> Path:
    ((name, _),) = list_takes(fake.paths).takes
    return takes_folder(fake.paths) / name


def download(page: Page, ending: str) -> Path:
    page.get_by_role("radio", name=ending).check()
    with page.expect_download() as found:
        click(page, "Join and download")
    return Path(found.value.path())


def test_from_a_text_to_a_file(page: Page, fake: FakePage) -> None:
    long = "How are <b>you</b>? ☃ " + "And so it goes on and on and on " * 8  # 20 s
    speak(page, f"One two three.\n{long.strip()}\nThe end.")
    expect_text(page, "#speak-state", "3 of 3 sentences")
    folder = only_take(fake)
    expect(sentence(page, 2).get_by_role("textbox").first).to_have_value(long.strip())
    expect_text(page, ".sentence .notes:visible", "☃")

    sentence(page, 2).get_by_role("button", name="Play sentence 2").click()
    expect(sentence(page, 2)).to_have_attribute("data-playing", "true")
    sentence(page, 2).get_by_role("button", name="Stop sentence 2").click()
    expect(sentence(page, 2)).to_have_attribute("data-playing", "false")
    click(page, "Play all")  # the second follows when the first has ended
    expect(sentence(page, 2)).to_have_attribute("data-playing", "true", timeout=PATIENCE_MS)
    click(page, "Play all")

    words = sentence(page, 1).get_by_label("Sentence 1", exact=True)
    words.fill("Four five.")
    words.press("Enter")
    expect_state(page, 1, "missing")
    sentence(page, 1).get_by_label("Speak it again 1").click()
    expect_state(page, 1, "spoken")
    renderings = sentence(page, 1).get_by_label("Renderings")
    expect(renderings.locator("option")).to_have_count(2)
    renderings.select_option("0")
    expect(words).to_have_value("One two three.")
    expect_state(page, 1, "spoken")
    renderings.select_option("1")
    expect(words).to_have_value("Four five.")

    sentence(page, 1).get_by_label("Pause after it, seconds 1").fill("2")
    page.keyboard.press("Tab")
    plain_s = load_take(folder).seconds + 0.3
    kept = download(page, "mp3")
    audio, rate = read_audio(kept)
    assert len(audio) / rate == pytest.approx(plain_s + 2, abs=0.1)
    assert (folder / f"{folder.name}.mp3").read_bytes() == kept.read_bytes()
    assert "Four five." in download(page, "srt").read_text(encoding="utf-8")


def test_a_word_is_read_otherwise(page: Page, fake: FakePage) -> None:
    speak(page, "重庆很大。")
    expect_state(page, 1, "spoken")
    sentence(page, 1).get_by_label("Readings of its words 1").click()
    reading = sentence(page, 1).locator(".word", has_text="重庆").get_by_role("textbox")
    expect(reading).to_have_value("chong2 qing4", timeout=PATIENCE_MS)
    reading.fill("no such reading")
    reading.press("Enter")
    expect_text(page, ".problem:visible", "重庆")
    expect(reading).to_have_value("no such reading")
    sentence(page, 1).get_by_label("Keep this reading for every text").check()
    reading.fill("zhong4 qing4")
    reading.press("Enter")
    expect_state(page, 1, "missing")
    sentence(page, 1).get_by_label("Speak it again 1").click()
    expect_state(page, 1, "spoken")
    rendering = load_take(only_take(fake)).sentences[0].rendering
    assert rendering is not None
    assert rendering.phones[0] == "zh"
    assert UserWord("重庆", "zh", "zhong4 qing4") in load_dictionary(fake.paths.dictionary).words


def test_a_page_that_is_reloaded_shows_what_is_being_spoken(page: Page, fake: FakePage) -> None:
    n_sentences = 300  # more than are spoken before a busy machine has loaded the page again
    speak(page, "\n".join(f"Sentence {n}." for n in range(n_sentences)))
    expect_state(page, 2, "spoken")
    page.reload()
    show_tab(page)
    expect_text(page, "#speak-state", "Speaking")
    expect(page.locator(".sentence")).to_have_count(n_sentences)
    expect(page.locator("#speak-text textarea")).to_have_value(re.compile("Sentence 19"))
    click(page, "Stop")
    go_on = page.get_by_role("button", name="Speak what is missing")
    expect(go_on).to_be_visible(timeout=PATIENCE_MS)
    take = load_take(only_take(fake))
    n_done = sum(not each.missing for each in take.sentences)
    assert 2 <= n_done < n_sentences
    page.wait_for_timeout(1500)
    assert load_take(only_take(fake)) == take
    go_on.click()
    expect_state(page, n_done + 1, "spoken")
    click(page, "Stop")


def test_takes_are_opened_again_and_deleted_after_asking(page: Page, fake: FakePage) -> None:
    for text in ("The first one.", "The second one."):
        speak(page, text)
        expect(sentence(page, 1).get_by_label("Sentence 1", exact=True)).to_have_value(
            text, timeout=PATIENCE_MS
        )
        expect_state(page, 1, "spoken")
    page.get_by_label("Take", exact=True).click()
    page.get_by_role("option", name="The first one.").click()
    words = sentence(page, 1).get_by_label("Sentence 1", exact=True)
    expect(words).to_have_value("The first one.", timeout=PATIENCE_MS)
    click(page, "Delete")
    click(page, "Keep it")
    assert len(list_takes(fake.paths).takes) == 2
    click(page, "Delete")
    click(page, "Delete it")
    expect(words).to_have_value("The second one.", timeout=PATIENCE_MS)
    assert [take.text for _, take in list_takes(fake.paths).takes] == ["The second one."]


def test_mistakes_are_told_where_they_are_made(page: Page, fake: FakePage, tmp_path: Path) -> None:
    click(page, "Speak")
    expect_text(page, "#speak-text", "no text yet")
    page.locator("#say-speed input").fill("9")
    page.locator("#speak-text textarea").fill("Hello.")
    click(page, "Speak")
    expect_text(page, "#say-speed", "speed must be")
    page.locator("#say-speed input").fill("1")
    page.get_by_role("button", name="Reference clip").click()
    clip = page.locator("#speak-clip input[type=file]")
    clip.set_input_files(write_tone(tmp_path / "short.wav", 0.5))
    expect_text(page, ".problem:visible", "too short")
    page.locator("#speak-clip").get_by_label("Clear").click()
    noise = tmp_path / "noise.wav"
    noise.write_bytes(b"no sound at all")
    clip.set_input_files(noise)
    expect_text(page, ".problem:visible", "noise.wav")
    assert list_takes(fake.paths).takes == []
    assert "Traceback" not in page.content()


def test_without_a_voice_the_base_speaks_like_a_clip(
    browser: Browser, fake: FakePage, tmp_path: Path
) -> None:
    for page in open_page(browser, fake):
        page.get_by_role("tab", name="Speak").click()
        expect_text(page, ".remark:visible", "no voice yet")
        speak(page, "Hello.")
        expect_text(page, ".problem:visible", "reference clip")
        page.locator("#speak-clip input[type=file]").set_input_files(
            write_tone(tmp_path / "mine.wav", 5)
        )
        expect_text(page, "#speak-reference .remark", "5.0 s")
        click(page, "Speak")
        expect_state(page, 1, "spoken")
        assert load_take(only_take(fake)).voice.name == "base:mini"


def test_a_voice_that_was_deleted_meanwhile_is_told(page: Page, fake: FakePage) -> None:
    page.wait_for_timeout(2000)  # what opening the tab has begun
    (fake.paths.voices / "Anna.yaml").unlink()
    speak(page, "Hello.")
    expect_text(page, ".problem:visible", "unknown voice 'Anna'")
    assert "Traceback" not in page.content()


def test_an_uploaded_clip_is_kept_with_the_take(page: Page, fake: FakePage, tmp_path: Path) -> None:
    page.get_by_role("button", name="Reference clip").click()
    recording = write_tone(tmp_path / "mine.wav", 5)
    page.locator("#speak-clip input[type=file]").set_input_files(recording)
    expect_text(page, "#speak-reference .remark", "5.0 s")
    speak(page, "Hello.")
    expect_state(page, 1, "spoken")
    (kept,) = only_take(fake).glob("reference.*")
    assert read_audio(kept)[0].shape == read_audio(recording)[0].shape


def test_three_hundred_sentences_fit_a_phone(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 900})
    speak(page, "\n".join(f"Sentence number {n} is here." for n in range(300)))
    expect(page.locator(".sentence")).to_have_count(300, timeout=PATIENCE_MS)
    expect_state(page, 2, "spoken")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    click(page, "Stop")
