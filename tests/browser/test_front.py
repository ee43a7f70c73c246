"""The page behind a proxy and behind a password, as a browser sees it."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Response,
    expect,
)

from tests.browser.conftest import FakePage, start_page
from tests.browser.proxy import proxying
from tests.jobs.scripts import wait_for
from tests.subfix.lists import lines_of, make_list
from tests.workbench.fakes import write_tone

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PATIENCE_MS = 60_000
PASSWORD = "open sesame"


@pytest.fixture(scope="module")
def fake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FakePage]:
    """One page below /voice that asks for a password."""
    root = tmp_path_factory.mktemp("behind")
    page = start_page(root, FAKE_ROOT_PATH="/voice", FAKE_PASSWORD=PASSWORD)
    yield page
    page.kill()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A browser that knows nobody; whatever it asks for stays on this machine and is there."""
    context = browser.new_context(locale="en-US")
    context.set_default_timeout(PATIENCE_MS)
    faults: list[str] = []
    hosts: set[str | None] = set()
    context.on("request", lambda request: hosts.add(urlsplit(request.url).hostname))

    def note_answer(answer: Response) -> None:
        if answer.status in (403, 404, 500):
            faults.append(answer.url)

    def note_refusal(message: ConsoleMessage) -> None:
        if "Content Security" in message.text:
            faults.append(message.text)

    context.on("response", note_answer)
    context.on("console", note_refusal)
    yield context
    context.close()
    assert hosts <= {"127.0.0.1", None}
    assert faults == []


def log_in(page: Page) -> None:
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("tab", name="Label")).to_be_visible(timeout=PATIENCE_MS)


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize(("cuts", "tells"), [(True, True), (False, False), (True, False)])
def test_everything_works_below_the_path_of_a_proxy(
    context: BrowserContext, fake: FakePage, tmp_path: Path, cuts: bool, tells: bool, slash: str
) -> None:
    listed = make_list(fake.paths.input / tmp_path.name)
    with proxying(fake.url.removesuffix("/voice/"), "/voice", cuts=cuts, tells=tells) as address:
        page = context.new_page()
        page.goto(address + slash)
        log_in(page)
        page.goto(address + slash)  # the session holds
        upload = page.locator("input[type=file]").first
        upload.set_input_files(write_tone(tmp_path / "My voice.wav"))
        page.get_by_role("tab", name="Label").click()
        page.get_by_label("List of clips").fill(str(listed))
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Open", exact=True).click()
        editor = page.frame_locator("iframe.label-editor")
        said = f"Said {tmp_path.name}."
        editor.locator("#text").fill(said)
        expect(editor.locator("#save-state")).to_have_attribute("data-state", "saved")
        wait_for(lambda: lines_of(listed)[0].endswith(f"|{said}"))
        page.get_by_role("tab", name="Settings").click()
        expect(page.get_by_text("Where everything lies")).to_be_visible(timeout=PATIENCE_MS)
        page.get_by_role("button", name="Log out").click()
        expect(page.get_by_label("Password")).to_be_visible(timeout=PATIENCE_MS)


def test_a_wrong_password_shows_nothing_of_the_page(
    context: BrowserContext, fake: FakePage
) -> None:
    page = context.new_page()
    page.goto(fake.url)
    page.get_by_label("Password").fill("wrong password")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("alert")).to_have_text("That is not the password.")
    page.goto(f"{fake.url}label-editor/")
    expect(page.get_by_label("Password")).to_be_visible()


def test_whoever_comes_from_elsewhere_allows_no_folder(
    context: BrowserContext, fake: FakePage
) -> None:
    page = context.new_page()
    page.goto(fake.url)
    log_in(page)
    page.get_by_role("tab", name="Settings").click()
    expect(page.get_by_label("Folders outside of the project")).to_be_disabled()


def test_a_chosen_language_holds_for_labels_and_sentences(
    context: BrowserContext, fake: FakePage
) -> None:
    page = context.new_page()
    page.goto(fake.url)
    log_in(page)
    for name, label, tab, sentence in (
        ("日本語", "Language of the page", "設定", "フォルダーの場所"),
        ("English", "ページの言語", "Settings", "Where everything lies"),
    ):
        page.get_by_role("tab").last.click()
        page.get_by_label(label).click()
        page.get_by_role("option", name=name).click()
        page.locator("button.primary:visible").click()
        expect(page.get_by_role("tab").last).to_have_text(tab, timeout=PATIENCE_MS)
        page.get_by_role("tab").last.click()
        expect(page.get_by_text(sentence)).to_be_visible(timeout=PATIENCE_MS)
