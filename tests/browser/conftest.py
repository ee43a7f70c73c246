import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import pytest

from gpt_sovits.config.workbench import WorkbenchSettings, save_settings
from gpt_sovits.jobs.runner import cancel_job, list_jobs
from gpt_sovits.paths import PROJECT, ProjectPaths
from tests.jobs.scripts import wait_for

pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

from playwright.sync_api import Browser, sync_playwright

from tests.browser.subfix_pages import BROKEN, OpenPage, pages_on
from tests.browser.subfix_server import Editor, open_editor

SENTENCE_S = 0.3
"""How long the page's voice takes for a sentence."""


@dataclass
class FakePage:
    """The page on fakes, in a process of its own."""

    paths: ProjectPaths
    process: "subprocess.Popen[str]"
    url: str

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def start_again(self) -> None:
        """Start it anew on the same project."""
        again = start_page(self.paths.root)
        self.process, self.url = again.process, again.url

    def asked(self) -> str:
        """Addresses beyond this machine that the page's process asked for."""
        asked = self.paths.root / "asked.txt"
        return asked.read_text(encoding="utf-8") if asked.exists() else ""


def start_page(root: Path, **more: str) -> FakePage:
    """Start the page and wait until it answers.

    Args:
        root: its project; files of the folder that this lies in may be reached too.
        more: further variables, FAKE_ROOT_PATH or FAKE_PASSWORD.
    """
    save_settings(WorkbenchSettings(folders=(str(root.parent),)), ProjectPaths(root))
    own = {"FAKE_ROOT": str(root), "FAKE_CLONE_S": "0.5", "FAKE_SENTENCE_S": str(SENTENCE_S)}
    own["GRADIO_TEMP_DIR"] = str(ProjectPaths(root).uploads)
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.browser.fake_page"],
        cwd=PROJECT.root,
        env=os.environ | own | more,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    return FakePage(ProjectPaths(root), process, _address(process.stdout))


def _address(stream: IO[str]) -> str:
    for line in stream:
        if line.startswith("http"):
            return line.strip()
    raise AssertionError("the page ended before it was up")


@pytest.fixture(scope="session")
def running_page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FakePage]:
    """One page for all tests: it takes seconds to start."""
    page = start_page(tmp_path_factory.mktemp("project"))
    yield page
    page.kill()


@pytest.fixture
def fake(running_page: FakePage) -> Iterator[FakePage]:
    """The page with a project that is as good as new."""
    if running_page.process.poll() is not None:
        running_page.start_again()
    yield running_page
    jobs = [job for job in list_jobs(running_page.paths) if cancel_job(job)]
    wait_for(lambda: not any(job.active for job in jobs))
    paths = running_page.paths
    left = (paths.output, paths.voices, paths.input, paths.logs)
    for folder in (*left, paths.gpt_weights, paths.sovits_weights):
        shutil.rmtree(folder, ignore_errors=True)
    shutil.copyfile(PROJECT.dictionary, paths.dictionary)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.skip("chromium is not installed: apt-get install chromium")
    own_rights = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=own_rights)
        yield browser
        browser.close()


@pytest.fixture
def editor(tmp_path: Path) -> Iterator[Editor]:
    """The label editor on a list of eight clips and a line that is none."""
    editor = open_editor(tmp_path, more=[BROKEN])
    yield editor
    editor.kill()


@pytest.fixture
def open_page(browser: Browser, editor: Editor) -> Iterator[OpenPage]:
    """Opens pages on that list."""
    with pages_on(browser, editor) as open_one:
        yield open_one
