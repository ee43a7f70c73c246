from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from gpt_sovits.audio.read import read_audio
from gpt_sovits.jobs.job import JobState
from gpt_sovits.jobs.runner import list_jobs
from tests.browser.conftest import FakePage
from tests.jobs.scripts import wait_for
from tests.subfix.lists import lines_of, make_list
from tests.workbench.fakes import add_voice, write_tone

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PATIENCE_MS = 60_000


@pytest.fixture
def page(browser: Browser, fake: FakePage) -> Iterator[Page]:
    yield from open_page(browser, fake)
    assert fake.asked() == "", "the page asked another machine"


def open_page(browser: Browser, fake: FakePage, width: int = 1280) -> Iterator[Page]:
    """Open the page; every request must stay on this machine, and nothing may fail in it."""
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.set_default_timeout(PATIENCE_MS)
    hosts: set[str | None] = set()
    failures: list[str] = []
    page.on("request", lambda request: hosts.add(urlsplit(request.url).hostname))
    page.on("pageerror", lambda error: failures.append(str(error)))
    page.goto(fake.url)
    yield page
    page.close()
    assert hosts <= {"127.0.0.1", None}  # None: data: and blob:
    assert failures == []


def click(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def fill_in(page: Page, recording: Path, name: str) -> None:
    page.get_by_label("Or its path on this machine").fill(str(recording))
    page.get_by_label("Name of the voice").fill(name)


def expect_text(page: Page, where: str, text: str) -> None:
    expect(page.locator(where)).to_contain_text(text, timeout=PATIENCE_MS)


def test_from_a_recording_to_speech(page: Page, fake: FakePage, tmp_path: Path) -> None:
    recording = write_tone(tmp_path / "My voice.wav")
    page.locator("input[type=file]").first.set_input_files(recording)
    expect(page.get_by_label("Name of the voice")).to_have_value("My voice", timeout=PATIENCE_MS)
    page.get_by_label("Name of the voice").fill("Anna")
    click(page, "Start")
    expect_text(page, ".job", "Running")
    click(page, "Speak with Anna")
    expect(page.get_by_label("Voice", exact=True)).to_have_value("Anna", timeout=PATIENCE_MS)
    page.get_by_label("Text", exact=True).fill("Hello there.\nHow are <b>you</b>? ☃")
    click(page, "Speak")
    expect_text(page, ".remark", "2 sentences")
    expect_text(page, ".remark", "kept as output/say/Anna-")
    expect_text(page, ".sentences", "How are <b>you</b>?")
    expect_text(page, ".left-out", "☃")
    with page.expect_download() as download:
        page.get_by_label("Download").click()
    kept = next((fake.paths.output / "say").glob("Anna-*.wav"))
    assert Path(download.value.path()).read_bytes() == kept.read_bytes()
    audio, rate = read_audio(kept)
    assert len(audio) / rate > 1


def test_mistakes_get_one_sentence(page: Page, fake: FakePage, tmp_path: Path) -> None:
    click(page, "Start")
    expect_text(page, ".problem", "no name")
    noise = tmp_path / "noise.wav"
    noise.write_bytes(b"no sound at all")
    fill_in(page, noise, "Anna")
    click(page, "Start")
    expect_text(page, ".problem", "noise.wav")
    fill_in(page, write_tone(tmp_path / "good.wav"), "a/b")
    click(page, "Start")
    expect_text(page, ".problem", "'/'")
    assert list_jobs(fake.paths) == []
    assert "Traceback" not in page.content()


def test_a_job_is_cancelled_and_resumed(page: Page, fake: FakePage, tmp_path: Path) -> None:
    fill_in(page, write_tone(tmp_path / "a.wav"), "Anna")
    click(page, "Start")
    expect_text(page, ".job", "Running")
    click(page, "Start")
    expect_text(page, ".problem", "already")
    click(page, "Cancel")
    expect_text(page, ".job", "Cancelled")
    click(page, "Resume")
    expect_text(page, ".job", "Finished")
    assert [job.state for job in list_jobs(fake.paths)] == [JobState.STOPPED, JobState.DONE]


def test_a_job_outlives_a_killed_page(browser: Browser, fake: FakePage, tmp_path: Path) -> None:
    for page in open_page(browser, fake):
        fill_in(page, write_tone(tmp_path / "a.wav"), "Anna")
        click(page, "Start")
        expect_text(page, ".job", "Running")
    fake.kill()
    (job,) = list_jobs(fake.paths)
    assert job.active
    fake.start_again()
    for page in open_page(browser, fake):
        expect_text(page, ".job", "Fine-tune Anna")
        expect_text(page, ".job", "Finished")
    assert job.state is JobState.DONE


def test_labels_are_corrected_in_the_page(page: Page, fake: FakePage) -> None:
    listed = make_list(fake.paths.input)
    page.get_by_role("tab", name="Label").click()
    expect(page.get_by_label("List of clips")).to_have_value("input/voice.list")
    click(page, "Open")
    editor = page.frame_locator("iframe.label-editor")
    editor.locator("#text").fill("Corrected in the page.")
    expect(editor.locator("#save-state")).to_have_attribute("data-state", "saved")
    page.reload()  # the editor comes back with its list
    page.get_by_role("tab", name="Label").click()
    expect(editor.locator("#text")).to_have_value("Corrected in the page.")
    wait_for(lambda: lines_of(listed)[0].endswith("|Corrected in the page."))
    page.get_by_label("List of clips").fill("none.list")
    page.keyboard.press("Enter")
    click(page, "Open")
    expect_text(page, ".problem", "no such file")


def test_a_phone_needs_no_sideways_scrolling(
    browser: Browser, fake: FakePage, tmp_path: Path
) -> None:
    add_voice(fake.paths, "Anna")
    for page in open_page(browser, fake, width=390):
        fill_in(page, write_tone(tmp_path / "a.wav"), "B" * 100)
        click(page, "Start")
        expect_text(page, ".job", "Running")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_another_name_for_this_machine_is_refused(browser: Browser, fake: FakePage) -> None:
    context = browser.new_context()
    answer = context.request.get(fake.url, headers={"Host": "evil.example"})
    assert answer.status == 400
    for path in ("/etc/passwd", str(fake.paths.configs / "mini.yaml")):
        assert context.request.get(f"{fake.url}gradio_api/file={path}").status == 403
    context.close()
