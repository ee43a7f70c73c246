from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from gpt_sovits.jobs.job import JobState
from gpt_sovits.jobs.runner import list_jobs
from gpt_sovits.pipeline.project import project_names
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
    """Begin a voice: the form is closed where one is chosen already."""
    if not page.locator("#new-name").is_visible():
        page.get_by_role("button", name="New voice").click()
    page.locator("#new-uploads input[type=file]").set_input_files(recording)
    expect(page.locator("#new-uploads")).to_contain_text(recording.suffix, timeout=PATIENCE_MS)
    page.get_by_label("Name of the voice").fill(name)


def start_stage(page: Page, section: str, button: str) -> None:
    """Start a stage in its section, and wait until its job is through."""
    box = page.locator(f"#section-{section}")
    if not box.get_by_role("button", name=button, exact=True).is_visible():
        box.get_by_role("button").first.click()
    filled = box.locator("textarea, input").first
    expect(filled).not_to_have_value("", timeout=PATIENCE_MS)  # by the project
    box.get_by_role("button", name=button, exact=True).click()
    expect_text(page, ".job:visible", f"· {section.replace('_', ' ')} ·")
    expect(page.locator(".job:visible .state")).to_have_text("Finished", timeout=PATIENCE_MS)


def expect_rung(page: Page, stage: str, status: str) -> None:
    expect(page.locator(f"#rung-{stage}")).to_contain_text(status, timeout=PATIENCE_MS)


def expect_text(page: Page, where: str, text: str) -> None:
    expect(page.locator(where)).to_contain_text(text, timeout=PATIENCE_MS)


def test_from_a_recording_to_speech(page: Page, fake: FakePage, tmp_path: Path) -> None:
    recording = write_tone(tmp_path / "My voice.wav")
    fill_in(page, recording, "Anna")
    click(page, "Make the voice")
    expect_text(page, ".job:visible", "Running")
    expect_rung(page, "recording", "done")
    expect_rung(page, "voice", "done")
    assert (fake.paths.input / "Anna" / "My voice.wav").read_bytes() == recording.read_bytes()
    click(page, "Speak with it")
    expect(page.get_by_label("Voice", exact=True)).to_have_value("Anna", timeout=PATIENCE_MS)
    page.get_by_label("Text", exact=True).fill("Hello there.\nHow are <b>you</b>? ☃")
    click(page, "Speak")
    expect_text(page, ".remark:visible", "2 sentences")


def test_mistakes_get_one_sentence(page: Page, fake: FakePage, tmp_path: Path) -> None:
    click(page, "Make the voice")
    expect_text(page, "#new-project", "no name yet")
    expect_text(page, "#new-project", "no recording yet")
    noise = tmp_path / "noise.wav"
    noise.write_bytes(b"no sound at all")
    fill_in(page, noise, "Anna")
    click(page, "Make the voice")
    expect_text(page, ".problem", "noise.wav")
    page.reload()
    fill_in(page, write_tone(tmp_path / "good.wav"), "a/b")
    click(page, "Make the voice")
    expect_text(page, ".problem", "'/'")
    assert list_jobs(fake.paths) == []
    assert not (fake.paths.output / "projects").exists() or not project_names(fake.paths)
    assert "Traceback" not in page.content()


def test_a_voice_is_made_step_by_step(page: Page, fake: FakePage, tmp_path: Path) -> None:
    fill_in(page, write_tone(tmp_path / "a.wav", seconds=30.0), "Anna")
    click(page, "Only create it, I go step by step")
    expect_rung(page, "recording", "done")
    page.get_by_role("tab", name="Prepare").click()
    box = page.locator("#section-slice")
    box.get_by_role("button").first.click()
    expect(page.locator("#slice-source textarea")).to_have_value("input/Anna")
    page.locator("#slice-min-s input").fill("99")
    box.get_by_role("button", name="Slice", exact=True).click()
    expect_text(page, "#slice-min-s", "min_s must be")
    page.locator("#slice-min-s input").fill("2")
    start_stage(page, "slice", "Slice")
    expect_text(page, "#section-slice", "3 written")
    expect_text(page, "#section-slice", "silent: record it <b>again</b>")
    start_stage(page, "transcribe", "Transcribe")
    expect_text(page, "#section-transcribe", "hard to hear")
    start_stage(page, "check", "Check")
    expect_text(page, "#section-check", "1 red, 1 yellow, 1 green")
    click(page, "Correct in Label")
    expect(page.get_by_label("List of clips")).to_have_value("output/transcribed/Anna.list")
    editor = page.frame_locator("iframe.label-editor")
    expect(editor.locator("#text")).to_have_value("Clip 0.", timeout=PATIENCE_MS)
    page.get_by_role("tab", name="Train").click()
    start_stage(page, "features", "Extract features")
    start_stage(page, "train_sovits", "Train SoVITS")
    start_stage(page, "train_gpt", "Train GPT")
    expect(page.get_by_label("What it says so far")).to_have_value(
        "Anna-e8_en", timeout=PATIENCE_MS
    )
    page.get_by_role("tab", name="Home").click()
    expect_text(page, ".next:visible", "Both networks are trained")
    page.get_by_role("tab", name="Train").click()
    click(page, "All in one click")
    expect_text(page, ".job:visible", "· clone ·")
    expect(page.locator(".job:visible .state")).to_have_text("Finished", timeout=PATIENCE_MS)
    jobs = list_jobs(fake.paths)
    assert [job.kind for job in jobs] == [
        *("slice", "transcribe", "check", "features", "train sovits", "train gpt"),
        "clone",
    ]
    assert {"--name=Anna", "--sovits-epochs=14", "--gpt-epochs=8"} <= set(jobs[-1].command)
    assert jobs[-1].command[-1].endswith("output/transcribed/Anna.list")
    assert {job.project for job in jobs} == {"Anna"}


def test_what_ends_in_the_background_is_news(page: Page, fake: FakePage, tmp_path: Path) -> None:
    fill_in(page, write_tone(tmp_path / "a.wav"), "Anna")
    click(page, "Make the voice")
    expect_text(page, ".job:visible", "Running")
    hide = "is => Object.defineProperty(document, 'hidden', {value: is, configurable: true})"
    page.evaluate(hide, True)
    (job,) = list_jobs(fake.paths)
    wait_for(lambda: not job.active)
    page.wait_for_timeout(1500)
    page.evaluate(hide, False)
    expect_rung(page, "voice", "done")


def test_a_job_is_cancelled_and_started_again(page: Page, fake: FakePage, tmp_path: Path) -> None:
    fill_in(page, write_tone(tmp_path / "a.wav"), "Slow")
    click(page, "Make the voice")
    expect_text(page, ".job:visible", "Running")
    click(page, "Cancel")
    expect_text(page, ".job:visible", "Cancelled")
    click(page, "Start again")
    expect_text(page, ".job:visible", "Finished")
    assert [job.state for job in list_jobs(fake.paths)] == [JobState.STOPPED, JobState.DONE]


def test_a_job_outlives_a_killed_page(browser: Browser, fake: FakePage, tmp_path: Path) -> None:
    for page in open_page(browser, fake):
        fill_in(page, write_tone(tmp_path / "a.wav"), "Anna")
        click(page, "Make the voice")
        expect_text(page, ".job:visible", "Running")
    fake.kill()
    (job,) = list_jobs(fake.paths)
    assert job.active
    fake.start_again()
    for page in open_page(browser, fake):
        expect_text(page, ".job:visible", "The whole way in one click · Anna")
        expect_text(page, ".job:visible", "Finished")
    assert job.state is JobState.DONE


def test_labels_are_corrected_in_the_page(page: Page, fake: FakePage) -> None:
    listed = make_list(fake.paths.input)
    page.get_by_role("tab", name="Label").click()
    expect(page.get_by_label("List of clips")).to_have_value(
        "input/voice.list", timeout=PATIENCE_MS
    )
    click(page, "Open")
    editor = page.frame_locator("iframe.label-editor")
    editor.locator("#text").fill("Corrected in the page.")
    expect(editor.locator("#save-state")).to_have_attribute(
        "data-state", "saved", timeout=PATIENCE_MS
    )
    page.reload()  # the editor comes back with its list
    page.get_by_role("tab", name="Label").click()
    expect(editor.locator("#text")).to_have_value("Corrected in the page.", timeout=PATIENCE_MS)
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
        click(page, "Make the voice")
        expect_text(page, ".job:visible", "Running")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_another_name_for_this_machine_is_refused(browser: Browser, fake: FakePage) -> None:
    context = browser.new_context()
    answer = context.request.get(fake.url, headers={"Host": "evil.example"})
    assert answer.status == 400
    for path in ("/etc/passwd", str(fake.paths.configs / "mini.yaml")):
        assert context.request.get(f"{fake.url}gradio_api/file={path}").status == 403
    context.close()
