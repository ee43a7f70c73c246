"""How the tests handle the page of the label editor."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.subfix_server import Editor

PATIENCE_MS = 20_000
BROKEN = "clip_9.wav|only two fields"

OpenPage = Callable[..., Page]
Theme = Literal["light", "dark"]


@contextmanager
def pages_on(browser: Browser, editor: Editor) -> Iterator[OpenPage]:
    """Opens pages on the list; none may ask another machine, and nothing may fail in them."""
    contexts: list[BrowserContext] = []
    hosts: set[str | None] = set()
    failures: list[str] = []

    def open_one(*, width: int = 1280, theme: Theme = "light", language: str = "en") -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=theme, locale=language
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("request", lambda request: hosts.add(urlsplit(request.url).hostname))
        page.on("pageerror", lambda error: failures.append(str(error)))
        show(page, editor)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert hosts <= {"127.0.0.1", None}  # None: data: and blob:
    assert failures == []


def show(page: Page, editor: Editor) -> None:
    page.goto(editor.url)
    page.wait_for_selector("main[data-ready]")


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def expect_saved(page: Page) -> None:
    expect(page.locator("#save-state")).to_have_attribute("data-state", "saved")


def expect_clip(page: Page, number: int) -> None:
    expect(page.locator("#focus h2")).to_contain_text(re.compile(rf"^#{number} "))


def expect_sound(page: Page, seconds: float) -> None:
    expect(page.locator("#time")).to_contain_text(f"/ {seconds:.3f} s")


def text_of(page: Page) -> str:
    return page.input_value("#text")


def texts(editor: Editor) -> list[str]:
    return [line.split("|", 3)[-1] for line in editor.lines()]


def wait_for_text(page: Page, editor: Editor, text: str) -> None:
    """Until the list on the disk holds it: it is written a moment after the edit is safe."""
    for _ in range(100):
        if text in texts(editor):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"{text!r} is not in {texts(editor)}")
