"""The main path as a person walks it: a real recording, real networks, a fresh copy of the project.

`make walk` runs it, some ten minutes on two cores; `make test` leaves it out. With
`PICTURES=docs/pictures` the pictures of the user guide are made anew.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from gpt_sovits.address import find_port
from gpt_sovits.audio.read import read_audio
from gpt_sovits.inference.voice_file import load_voice_file
from gpt_sovits.jobs.job import Job, JobState
from gpt_sovits.jobs.runner import list_jobs
from gpt_sovits.paths import PROJECT, ProjectPaths
from tests.browser.test_page import PATIENCE_MS, click, expect_text
from tests.subfix.lists import lines_of

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.walk]

TEXT = "你好，nice to meet you，はじめまして。\nThis is my own voice."
TRAINING_S = 600.0
"""Longest time of one training, on a busy machine."""

_CODE = ("gpt_sovits", "subfix", "configs", "assets", "webui.py")


@dataclass
class Workbench:
    """`python webui.py` in a fresh copy of the project."""

    paths: ProjectPaths
    port: int
    process: "subprocess.Popen[bytes]"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self.process = start_webui(self.paths.root, self.port)

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def job(self, kind: str) -> Job:
        """The newest job of a stage."""
        return [job for job in list_jobs(self.paths) if job.kind == kind][-1]

    def losses(self) -> list[str]:
        """Lines of the table that the newest training writes."""
        found = [job.losses() for job in list_jobs(self.paths) if job.kind == "train sovits"]
        path = found[-1] if found else None
        return path.read_text(encoding="utf-8").splitlines() if path else []

    def wait_for(self, kind: str, seconds: float = 240.0) -> Job:
        """The newest job of a stage, once it is through."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            jobs = [job for job in list_jobs(self.paths) if job.kind == kind]
            if jobs and not jobs[-1].active:
                assert jobs[-1].state is JobState.DONE, jobs[-1].problem() or jobs[-1].log()
                return jobs[-1]
            time.sleep(0.5)
        raise AssertionError(f"{kind} is not through after {seconds:.0f} s")


def start_webui(root: Path, port: int) -> "subprocess.Popen[bytes]":
    """Start the page and wait until it answers."""
    command = [sys.executable, "webui.py", "--no-browser", "--port", str(port)]
    process = subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert b"http" in process.stdout.readline(), "the page ended before it was up"
    return process


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workbench]:
    root = tmp_path_factory.mktemp("walk")
    for name in _CODE:
        source = PROJECT.root / name
        if source.is_dir():
            shutil.copytree(source, root / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, root / name)
    shutil.copytree(PROJECT.pretrained_models / "mini", root / "pretrained_models" / "mini")
    port = find_port("127.0.0.1", None, 32_000 + os.getpid() % 1000)
    bench = Workbench(ProjectPaths(root), port, start_webui(root, port))
    yield bench
    bench.kill()


@pytest.fixture(scope="module")
def page(browser: Browser, bench: Workbench) -> Iterator[Page]:
    """One page for the whole path; it asks nobody beyond this machine."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-US")
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    hosts: set[str | None] = set()
    failures: list[str] = []
    page.on("request", lambda request: hosts.add(urlsplit(request.url).hostname))
    page.on("pageerror", lambda error: failures.append(str(error)))
    page.goto(bench.url)
    yield page
    expect.set_options(timeout=None)
    context.close()
    assert hosts <= {"127.0.0.1", None}
    assert failures == []


def show(page: Page, tab: str) -> None:
    page.get_by_role("tab", name=tab, exact=True).click()
    page.wait_for_timeout(1500)  # the tab looks at the project


def picture(page: Page, name: str) -> None:
    """Keep a picture for the guide where that is asked for."""
    if os.environ.get("PICTURES"):
        page.wait_for_timeout(1000)
        page.mouse.move(0, 0)
        page.evaluate("scrollTo(0, 0)")
        page.screenshot(path=Path(os.environ["PICTURES"]) / f"guide-{name}.png")


def start(page: Page, section: str, **values: object) -> None:
    """Fill in fields of a stage and press its button."""
    box = page.locator(f"#section-{section}")
    button = box.locator("button.primary")
    if not button.is_visible():
        box.locator("button.label-wrap").first.click()
    if section != "voice":
        expect(box.locator("textarea, input").first).not_to_have_value("")  # by the project
    for name, value in values.items():
        page.locator(f"#{section}-{name}".replace("_", "-")).locator("input").fill(str(value))
    button.click()


def test_a_recording_is_brought(page: Page, bench: Workbench) -> None:
    picture(page, "begin")
    demo = PROJECT.root / "assets" / "demo"
    page.locator("#new-uploads input[type=file]").set_input_files(demo / "recording.opus")
    expect(page.locator("#new-uploads")).to_contain_text(".opus")
    page.get_by_label("Name of the voice").fill("Anna")
    page.get_by_label("Consent").first.fill("The speaker, for this trial, 2026.")
    click(page, "Only create it, I go step by step")
    expect_text(page, ".next", "Next: Slice")
    picture(page, "home")
    assert (bench.paths.input / "Anna" / "recording.opus").is_file()


def test_it_becomes_labelled_clips(page: Page, bench: Workbench) -> None:
    show(page, "Prepare")
    start(page, "slice")
    bench.wait_for("slice")
    expect_text(page, "#section-slice", "8 written")
    picture(page, "prepare")
    start(page, "transcribe")
    bench.wait_for("transcribe")
    start(page, "check")
    bench.wait_for("check")
    report = page.get_by_role("link", name="Report with players")
    expect(report).to_be_visible()
    with page.expect_popup() as opened:
        report.click()
    expect(opened.value.locator("h1")).to_have_text("Anna.list")
    opened.value.close()


def test_two_labels_are_corrected(page: Page, bench: Workbench) -> None:
    show(page, "Label")
    editor = page.frame_locator("iframe.label-editor")
    text = editor.locator("#text")
    first = "Good morning, and thank you for listening to this short recording."
    text.fill(first)
    text.press("Enter")
    expect(editor.locator("#position, .clip.current, [aria-selected=true]").first).to_be_visible()
    expect(text).not_to_have_value(first)
    second = text.input_value().capitalize() + "."
    text.fill(second)
    picture(page, "label")
    text.press("Enter")
    expect(editor.locator("#save-state")).to_have_attribute("data-state", "saved")
    listed = bench.paths.output / "transcribed" / "Anna.list"
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and not lines_of(listed)[1].endswith(second):
        time.sleep(0.2)
    assert [line.split("|")[3] for line in lines_of(listed)[:2]] == [first, second]


def test_both_networks_are_trained(page: Page, bench: Workbench) -> None:
    """The server is killed in the middle: the job goes on, and the page finds it again."""
    show(page, "Train")
    start(page, "features")
    bench.wait_for("features")
    page.wait_for_timeout(2000)
    start(page, "train_sovits", epochs=4)
    deadline = time.monotonic() + TRAINING_S
    while len(bench.losses()) < 20 and time.monotonic() < deadline:
        time.sleep(0.5)
    expect(page.locator("svg[role=img]:visible").first).to_be_visible()
    picture(page, "train")
    log_before = bench.job("train sovits").log()
    bench.kill()
    assert bench.job("train sovits").active
    bench.start()
    page.reload()
    show(page, "Train")
    expect_text(page, ".job:visible", "Train SoVITS · Anna")
    job = bench.wait_for("train sovits", TRAINING_S)
    assert job.log().startswith(log_before)
    page.wait_for_timeout(2000)
    start(page, "train_gpt", epochs=2)
    bench.wait_for("train gpt", TRAINING_S)
    page.wait_for_timeout(2000)
    start(page, "voice")
    bench.wait_for("voice")
    assert load_voice_file("Anna", bench.paths).consent


def test_two_checkpoints_are_heard(page: Page, bench: Workbench) -> None:
    show(page, "Voices")
    players = page.locator("audio:visible")
    expect(players.nth(1)).to_be_visible()
    for index in (0, 1):
        seconds = players.nth(index).evaluate(
            "async player => { player.preload = 'auto'; player.load();"
            " while (!(player.duration > 0)) await new Promise(go => setTimeout(go, 50));"
            " return player.duration }"
        )
        assert seconds > 0.5
    page.get_by_label("Sentences a language").fill("2")
    click(page, "Hear and measure the checkpoints")
    bench.wait_for("score")
    expect_text(page, ".scores:visible", "★ best")
    picture(page, "voices")


def test_it_speaks_a_mixed_text(page: Page, bench: Workbench) -> None:
    show(page, "Speak")
    expect(page.locator("#speak-voice input")).to_have_value("Anna")
    page.locator("#speak-text textarea").fill(TEXT)
    page.locator("button.primary:visible", has_text="Speak").click()
    expect(page.locator("#speak-state")).to_contain_text("2 of 2 sentences", timeout=180_000)
    picture(page, "speak")
    page.get_by_role("radio", name="mp3").check()
    with page.expect_download() as found:
        click(page, "Join and download")
    audio, rate = read_audio(Path(found.value.path()))
    assert 2 < len(audio) / rate < 30
    assert abs(audio).max() > 0.05


def test_all_jobs_are_there(page: Page, bench: Workbench) -> None:
    show(page, "Jobs")
    expect_text(page, ".job:visible", "Anna")
    picture(page, "jobs")
    show(page, "Models")
    picture(page, "models")
    show(page, "Settings")
    picture(page, "settings")
    assert {job.state for job in list_jobs(bench.paths)} == {JobState.DONE}
