"""The tab "Jobs" as a person uses it."""

import json
import sys
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Request, expect

from gpt_sovits.jobs.job import Job, JobState
from gpt_sovits.jobs.runner import list_jobs, start_job
from tests.browser.conftest import FakePage
from tests.browser.test_page import PATIENCE_MS, click, expect_text, open_page
from tests.jobs.scripts import SLEEP, wait_for_state

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TRAINING = (
    "import sys, time; from pathlib import Path\n"
    "from gpt_sovits.cli.progress import show_progress\n"
    "path = Path(sys.argv[1]); path.write_text('epoch,step,seconds,mel\\n')\n"
    "with show_progress(sys.stderr, as_json=True, stage='train sovits') as show:\n"
    "    show.follow_losses(path)\n"
    "    for step in range(1, 600):\n"
    "        with path.open('a') as file: file.write(f'1,{step},0.1,{1 / step}\\n')\n"
    "        show(step, 600, f'epoch 1: mel {1 / step:.3g}')\n"
    "        print(f'said at step {step}', file=sys.stderr, flush=True); time.sleep(0.1)\n"
)


@pytest.fixture
def page(browser: Browser, fake: FakePage) -> Iterator[Page]:
    yield from open_page(browser, fake)


def start(fake: FakePage, script: str, title: str, **about: Any) -> Job:
    words = [str(fake.paths.root / "losses.csv")]
    program = (sys.executable, "-c", script)
    return start_job(words, title=title, paths=fake.paths, program=program, **about)


def open_jobs(page: Page) -> None:
    page.get_by_role("tab", name="Jobs").click()


def test_a_training_is_followed_cancelled_started_again_and_removed(
    page: Page, fake: FakePage
) -> None:
    job = start(fake, TRAINING, "Train Anna", kind="train sovits")
    waiting = start(fake, SLEEP, "Train Berta", kind="train gpt")
    open_jobs(page)
    expect_text(page, ".job:visible", "Train Berta")
    expect_text(page, ".job:visible", "as soon as job 1, “Train Anna”, is through")
    page.locator("#job-list").get_by_role("button", name="Train Anna").click()
    expect_text(page, ".job:visible", "Running")
    expect_text(page, ".losses", "mel")
    expect_text(page, ".log pre:visible", "said at step 20")
    click(page, "Cancel")
    expect_text(page, ".job:visible", "Cancelled")
    wait_for_state(waiting, JobState.RUNNING)
    assert job.state is JobState.STOPPED
    click(page, "Start again")
    expect_text(page, ".job:visible", "3 · train sovits")
    row = page.locator(f'tr[data-job="{job.name}"]')
    row.click()
    expect_text(page, ".job:visible", "1 · train sovits")
    sure = page.get_by_role("button", name="Remove it with its log")
    expect(sure).to_be_hidden()
    page.get_by_text("Remove from the history").click()
    sure.click()
    expect(row).to_have_count(0, timeout=PATIENCE_MS)
    assert [one.number for one in list_jobs(fake.paths)] == [2, 3]
    assert not job.folder.exists()


def test_a_tab_that_nobody_looks_at_asks_for_nothing(page: Page, fake: FakePage) -> None:
    start(fake, SLEEP, "Train Anna")
    open_jobs(page)
    expect_text(page, ".job:visible", "Running")
    page.wait_for_timeout(2000)  # for what was under way
    assert {name for name, _ in asked_for(page)} == {"component_server"}, "no event of Gradio"
    page.get_by_role("tab", name="Label").click()
    page.wait_for_timeout(1500)  # for what is under way
    assert asked_for(page) == []
    open_jobs(page)
    page.wait_for_timeout(1500)
    again = asked_for(page)
    assert {name for name, _ in again} == {"component_server"}
    assert len({component for _, component in again}) == 2, "the list and the job"


def asked_for(page: Page) -> list[tuple[str, int]]:
    """What the page asks for by itself within some seconds: the address, and the component."""
    asked: list[tuple[str, int]] = []

    def note(request: Request) -> None:
        if request.method == "POST":
            body = json.loads(request.post_data or "{}")
            asked.append(
                (
                    urlsplit(request.url).path.rstrip("/").rpartition("/")[2],
                    body.get("component_id", -1),
                )
            )

    page.on("request", note)
    page.wait_for_timeout(3500)
    page.remove_listener("request", note)
    return asked
