"""Pictures of the label editor for docs/, of the bundled recording.

`PICTURES=docs/pictures python -m pytest tests/browser/test_subfix_pictures.py` makes them anew;
without PICTURES they go into a temporary folder, and are looked at for being there at all.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from gpt_sovits.address import find_port
from gpt_sovits.paths import PROJECT, ProjectPaths
from gpt_sovits.pipeline.labels import LabelOptions, label_source
from gpt_sovits.prepare.check.options import CheckOptions
from gpt_sovits.prepare.check.run import check_list
from tests.browser.subfix_server import Editor

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FALSE_TEXT = "Something else that nobody says in this clip, not one word of it."


@pytest.fixture(scope="module")
def editor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Editor]:
    """The editor on the bundled minute of speech, cut, labelled and checked."""
    root = tmp_path_factory.mktemp("project")
    for name in ("configs", "pretrained_models"):
        (root / name).symlink_to(PROJECT.root / name)
    paths = ProjectPaths(root)
    recording = PROJECT.root / "assets" / "demo" / "recording.opus"
    listed = label_source(recording, "anna", LabelOptions(language="en"), paths=paths).path
    content = listed.read_text(encoding="utf-8")
    lines = content.replace("logs/anna/", "").splitlines()  # names beside the list
    lines[2] = "|".join([*lines[2].split("|")[:3], FALSE_TEXT])
    lines.append(f"{lines[0].split('|')[0]}|the language is missing")
    listed.write_text("\n".join(lines) + "\n", encoding="utf-8")
    check_list(listed, root / "check", CheckOptions(processes=1), paths=paths)
    editor = Editor(listed, find_port("127.0.0.1", None, 31_000 + os.getpid() % 1000))
    editor.start()
    yield editor
    editor.kill()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where pictures go."""
    named = os.environ.get("PICTURES")
    return PROJECT.root / named if named else tmp_path


def show(browser: Browser, editor: Editor, language: str, theme: str, width: int = 1280) -> Page:
    context = browser.new_context(
        viewport={"width": width, "height": 800},
        locale=language,
        color_scheme="dark" if theme == "dark" else "light",
    )
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{editor.port}/")  # of the only list
    page.wait_for_selector("main[data-ready]")
    expect(page.locator("#words button").first).to_be_visible()
    page.wait_for_timeout(1500)  # small waveforms arrive
    return page


def take(page: Page, path: Path) -> None:
    """Take a picture, and make sure that there is something on it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=path)
    shown = np.frombuffer(path.read_bytes(), np.uint8)
    assert len(shown) > 30_000, "an empty page makes a small file"


@pytest.mark.parametrize(
    ("language", "theme"), [("en", "light"), ("zh-CN", "dark"), ("ja", "light")]
)
def test_pictures_in_each_language(
    browser: Browser, editor: Editor, folder: Path, language: str, theme: str
) -> None:
    page = show(browser, editor, language, theme)
    take(page, folder / f"subfix-{language[:2]}-{theme}.png")
    page.context.close()


def test_a_picture_on_a_phone(browser: Browser, editor: Editor, folder: Path) -> None:
    page = show(browser, editor, "en", "light", width=390)
    take(page, folder / "subfix-phone.png")
    page.context.close()


def test_a_picture_of_a_split(browser: Browser, editor: Editor, folder: Path) -> None:
    page = show(browser, editor, "en", "light")
    page.locator("#words button").nth(6).click()
    page.get_by_role("button", name="Spectrogram").click()
    page.keyboard.press("Alt+s")
    expect(page.locator("#split")).to_be_visible()
    page.wait_for_timeout(1500)
    take(page, folder / "subfix-split.png")
    page.context.close()


def test_a_picture_of_a_text_that_does_not_fit(
    browser: Browser, editor: Editor, folder: Path
) -> None:
    page = show(browser, editor, "en", "light")
    page.get_by_role("button", name="Worst first").click()
    page.locator("#grid [role=row]").nth(1).click()
    page.wait_for_timeout(1500)
    take(page, folder / "subfix-worst.png")
    page.context.close()
