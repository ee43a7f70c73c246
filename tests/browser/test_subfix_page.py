import json
import os
import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from gpt_sovits.audio.read import read_audio
from tests.browser.subfix_server import RATE, Editor, open_editor

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PATIENCE_MS = 20_000
BROKEN = "clip_9.wav|only two fields"
WORDS = ("the", "quick", "brown", "fox", "jumps", "over", "the", "lazy", "dog")
KEPT = "() => Object.keys(localStorage).filter((key) => key.startsWith('subfix/kept/'))"


@pytest.fixture
def editor(tmp_path: Path) -> Iterator[Editor]:
    editor = open_editor(tmp_path, more=[BROKEN])
    yield editor
    editor.kill()


OpenPage = Callable[..., Page]
Theme = Literal["light", "dark"]


@pytest.fixture
def open_page(browser: Browser, editor: Editor) -> Iterator[OpenPage]:
    """Opens pages on the list; none may ask another machine, and nothing may fail in them."""
    contexts, hosts, failures = [], set(), []

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


def test_a_persons_path_by_keyboard_only(open_page: OpenPage, editor: Editor) -> None:
    before = editor.lines()
    page = open_page()
    press(page, "Alt+x")
    expect(page.locator("#text")).to_be_focused()
    press(page, "End")
    page.keyboard.type(" Indeed.")
    press(page, "Enter")
    expect_clip(page, 2)
    expect(page.locator("#text")).to_be_focused()
    wait_for_text(page, editor, "The quick brown fox jumps over the lazy dog. Indeed.")
    press(page, "Shift+Enter")
    expect_clip(page, 1)
    # Split the clip at 1.5 s: half of the sound, and what the person chose of the text.
    expect_sound(page, 3)
    page.wait_for_timeout(100)
    press(page, "Control+Space")  # it was playing
    press(page, *["Alt+ArrowLeft"] * 40, *["Alt+ArrowRight"] * 15)
    expect(page.locator("#time")).to_contain_text("1.500 /")
    press(page, "Alt+s")
    expect(page.locator("#split")).to_be_visible()
    press(page, "Home", *["ArrowRight"] * 4, "Enter")
    expect_sound(page, 1.5)
    assert text_of(page) == "The quick brown fox"
    wait_for_text(page, editor, "jumps over the lazy dog. Indeed.")
    pieces = [read_audio(editor.path.parent / line.split("|")[0])[0] for line in editor.lines()[:2]]
    assert [piece.shape[-1] for piece in pieces] == [RATE * 3 // 2] * 2
    # Merged again, it is one clip with both texts.
    press(page, "Alt+m")
    expect(page.locator("dialog")).to_be_visible()
    press(page, "Enter")
    expect_sound(page, 3)
    expect(page.locator("#text")).to_have_value(
        "The quick brown fox jumps over the lazy dog. Indeed."
    )
    # Trimmed from 0.5 s to 1 s.
    press(page, *["Alt+ArrowLeft"] * 40, *["Alt+ArrowRight"] * 5, "Alt+[")
    press(page, *["Alt+ArrowRight"] * 5, "Alt+]", "Alt+t")
    expect_sound(page, 0.5)
    press(page, "Alt+d")
    expect_clip(page, 2)
    expect(page.locator("#progress")).to_contain_text("1 deleted")
    for _ in range(20):
        press(page, "Control+z")
    expect(page.get_by_role("button", name="Undo", exact=True)).to_be_disabled()
    expect_saved(page)
    expect(page.locator("#progress")).not_to_contain_text("deleted")
    for _ in range(100):
        if editor.lines() == before:
            break
        page.wait_for_timeout(50)
    assert editor.lines() == before


def test_a_reload_in_the_middle_of_a_word_keeps_it(open_page: OpenPage, editor: Editor) -> None:
    page = open_page()
    page.click("#text")
    press(page, "Control+a")
    page.keyboard.type("Written up to he")
    page.reload()  # at once: nothing was sent yet
    page.wait_for_selector("main[data-ready]")
    expect(page.locator("#text")).to_have_value("Written up to he")
    expect_saved(page)
    wait_for_text(page, editor, "Written up to he")
    assert page.evaluate(KEPT) == []


def test_the_server_is_killed_while_one_types(open_page: OpenPage, editor: Editor) -> None:
    page = open_page()
    page.click("#text")
    press(page, "Control+a", "Delete")
    for round_ in range(5):
        page.keyboard.type(f"before{round_} ", delay=15)
        editor.kill()
        page.keyboard.type(f"without{round_} ", delay=15)
        expect(page.locator("#save-state")).to_contain_text("your text is kept here")
        if round_ == 2:  # the page goes too, and comes again
            editor.start()
            page.reload()
            page.wait_for_selector("main[data-ready]")
            page.click("#text")
            press(page, "End")
        else:
            editor.start()
        page.keyboard.type(f"after{round_} ", delay=15)
    expect_saved(page)
    wanted = "".join(f"before{n} without{n} after{n} " for n in range(5))
    assert text_of(page) == wanted
    page.reload()
    expect(page.locator("#text")).to_have_value(wanted)
    journal = (editor.path.parent / "voice.list.subfix" / "journal.jsonl").read_text("utf-8")
    keys = [key for line in journal.splitlines() if (key := json.loads(line).get("key"))]
    assert len(keys) == len(set(keys)), "something was done twice"


def test_the_server_is_killed_while_it_splits(open_page: OpenPage, editor: Editor) -> None:
    page = open_page()
    press(page, "Alt+x")
    for round_ in range(5):
        expect_sound(page, 3)
        page.evaluate("document.querySelector('#text').setSelectionRange(10, 10)")
        press(page, "Alt+Shift+s")
        expect(page.locator("#split")).to_be_visible()
        press(page, "Enter")
        page.wait_for_timeout(random.Random(round_).uniform(0, 60))
        editor.kill()
        editor.start()
        expect(page.locator("#grid")).to_have_attribute("aria-rowcount", "10")
        expect(page.locator("#text")).to_have_value("The quick")
        press(page, "Control+z")
        expect(page.locator("#grid")).to_have_attribute("aria-rowcount", "9")
        expect_saved(page)
    page.wait_for_timeout(800)
    assert texts(editor)[0] == "The quick brown fox jumps over the lazy dog."


def test_a_name_that_is_refused_stays_until_it_is_right(open_page: OpenPage) -> None:
    page = open_page()
    page.click("#speaker")
    press(page, "End")
    page.keyboard.type("|x")
    expect(page.locator(".conflict")).to_contain_text("What you wrote stays here")
    expect(page.locator("#speaker")).to_have_value("Anna|x")
    press(page, "Backspace", "Backspace")
    page.keyboard.type("bel")
    expect(page.locator(".conflict")).to_have_count(0)
    expect_saved(page)
    expect(page.locator("#grid .row.active")).to_contain_text("Annabel")


def test_two_pages_on_one_clip(open_page: OpenPage, editor: Editor) -> None:
    mine, other = open_page(), open_page()
    # Another field is another matter: it arrives, and the cursor stays.
    mine.click("#text")
    press(mine, "Home", "ArrowRight", "ArrowRight")
    other.fill("#speaker", "Bert")
    expect(mine.locator("#speaker")).to_have_value("Bert")
    assert mine.evaluate("document.querySelector('#text').selectionStart") == 2
    # The same field: both texts are there, and mine stands where it stood.
    mine.route("**/api/edit", lambda route: route.abort())
    press(mine, "End")
    mine.keyboard.type(" Mine.")
    other.click("#text")
    press(other, "End")
    other.keyboard.type(" Theirs.")
    expect_saved(other)
    mine.unroute("**/api/edit")
    box = mine.locator(".conflict")
    expect(box).to_contain_text("lazy dog. Mine.")
    expect(box).to_contain_text("lazy dog. Theirs.")
    assert text_of(mine).endswith("lazy dog. Mine.")
    mine.keyboard.type(" More.")
    mine.reload()  # an undecided conflict outlives the page
    expect(mine.locator("#text")).to_have_value(re.compile(r"Mine\. More\.$"))
    mine.get_by_role("button", name="Keep mine").click()
    expect(box).to_have_count(0)
    expect(other.locator("#text")).to_be_focused()
    # The other page has the cursor in that text: it is asked, not overwritten.
    assert text_of(other).endswith("Theirs.")
    expect(other.locator(".conflict")).to_contain_text("Mine. More.")
    other.get_by_role("button", name="Take theirs").click()
    expect(other.locator("#text")).to_have_value(re.compile(r"Mine\. More\.$"))
    wait_for_text(mine, editor, text_of(other))


def test_an_input_method_triggers_no_command(open_page: OpenPage, editor: Editor) -> None:
    page = open_page(language="zh-CN")
    expect(page.locator("html")).to_have_attribute("lang", "zh")
    press(page, "Alt+ArrowDown", "Alt+x")
    session = page.context.new_cdp_session(page)
    press(page, "End")
    session.send(
        "Input.imeSetComposition", {"text": "ni hao", "selectionStart": 6, "selectionEnd": 6}
    )
    page.evaluate(
        """() => document.activeElement.dispatchEvent(new KeyboardEvent("keydown",
            {key: "Enter", isComposing: true, keyCode: 229, bubbles: true, cancelable: true}))"""
    )
    expect_clip(page, 2)
    page.wait_for_timeout(400)
    assert "ni hao" not in "".join(texts(editor)), "half of a word was saved"
    session.send("Input.insertText", {"text": "你好"})
    wait_for_text(page, editor, "今天的天气很好，我们一起去公园散步吧。你好")


def test_replace_shows_each_change_and_is_one_step(open_page: OpenPage, editor: Editor) -> None:
    page = open_page()
    press(page, "Alt+h")
    page.get_by_label("Find", exact=True).fill(r"\bs(\w+)")
    page.get_by_label("Replace with").fill("z$1")
    page.get_by_label("Regular expression", exact=True).check()
    results = page.locator(".results label")
    expect(results).to_have_count(2)
    expect(results.first.locator("ins").first).to_have_text("zhe")
    results.first.get_by_role("checkbox").uncheck()
    page.get_by_role("button", name="Replace", exact=True).click()
    expect_saved(page)
    wait_for_text(page, editor, "zhe zells zea zhells by the zea zhore.")
    assert texts(editor).count("She sells sea shells by the sea shore.") == 1
    press(page, "Control+z")
    expect(page.get_by_role("button", name=re.compile("Redo: replace"))).to_be_enabled()
    press(page, "Alt+h")
    page.get_by_label("Regular expression", exact=True).check()
    page.get_by_label("Find", exact=True).fill("(")
    expect(page.locator("dialog .problem")).to_contain_text("cannot be read")
    page.get_by_label("Find", exact=True).fill(r"(\w+\s?)+$!")
    expect(page.locator("dialog .problem")).to_contain_text("longer than two seconds")
    press(page, "Escape")
    expect(page.locator("dialog")).to_have_count(0)


def test_many_are_changed_in_one_step(open_page: OpenPage, editor: Editor) -> None:
    page = open_page()
    press(page, "Alt+v", "Control+a", "Alt+b")
    page.get_by_role("dialog").get_by_label("Speaker").fill("Cleo")
    press(page, "Enter")
    expect_saved(page)
    page.wait_for_timeout(800)
    assert [line.split("|")[1] for line in editor.lines()[:8]] == ["Cleo"] * 8
    assert editor.lines()[8] == BROKEN
    press(page, "Control+z")
    page.wait_for_timeout(800)
    assert [line.split("|")[1] for line in editor.lines()[:8]] == ["Anna"] * 8


def test_keys_can_be_changed(open_page: OpenPage) -> None:
    page = open_page()
    press(page, "F1")
    page.get_by_role("button", name=re.compile("^Next clip: ")).click()
    press(page, "Alt+s")
    expect(page.locator(".key-note")).to_contain_text("belongs to “Split at the playhead”")
    press(page, "Escape")
    page.get_by_role("button", name=re.compile("^Next clip: ")).click()
    press(page, "Control+j", "Escape")
    page.reload()
    page.wait_for_selector("main[data-ready]")
    press(page, "Control+j")
    expect_clip(page, 2)
    press(page, "F1")
    page.get_by_role("button", name="All keys as they were given out").click()
    press(page, "Escape", "Alt+ArrowDown")
    expect_clip(page, 3)


def test_words_are_heard_and_place_the_split(open_page: OpenPage) -> None:
    words = [
        {"text": word, "start_s": 0.1 + 0.3 * n, "end_s": 0.3 + 0.3 * n, "score": 0.2 + 0.1 * n}
        for n, word in enumerate(WORDS)
    ]

    def answer(route: Route) -> None:
        route.fulfill(json=words)

    page = open_page()
    page.route("**/api/words/*", answer)
    page.reload()
    page.wait_for_selector("main[data-ready]")
    shown = page.locator("#words button")
    expect(shown).to_have_count(9)
    shown.nth(3).click()
    expect(page.locator("#time")).to_contain_text(re.compile(r"^1\.[0-3]"))
    page.wait_for_timeout(500)
    assert float((page.text_content("#time") or "").split()[0]) < 1.4, "only the word is heard"
    page.evaluate("document.querySelector('#text').setSelectionRange(20, 20)")
    press(page, "Alt+Shift+s")
    expect(page.locator(".half.before")).to_have_text("The quick brown fox ")
    expect(page.locator("#split output")).to_have_text("at 1.250 s")
    press(page, "Escape")
    expect(page.locator("#split")).to_be_hidden()


def test_a_stretch_is_marked_looped_and_slowed(open_page: OpenPage) -> None:
    page = open_page()
    expect_sound(page, 3)
    box = page.locator("#wave").bounding_box()
    assert box is not None
    height = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] / 3, height)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, height, steps=8)
    page.mouse.up()
    marked = re.findall(r"\d\.\d{3}", page.text_content("#marked") or "")
    assert [float(each) for each in marked] == pytest.approx([1, 1.5], abs=0.05)
    press(page, "Alt+l", "Alt+-", "Control+Shift+Space")
    assert page.input_value("#speed") == "0.9"
    page.wait_for_timeout(1500)  # longer than what is marked
    times = []
    for _ in range(10):
        page.wait_for_timeout(100)
        times.append(float((page.text_content("#time") or "").split()[0]))
    assert all(0.95 < time < 1.65 for time in times), times
    assert len(set(times)) > 1, "it plays"
    page.get_by_role("button", name="Unmark").click()
    expect(page.locator("#marked")).to_have_text("")


def test_a_broken_line_is_mended(open_page: OpenPage, editor: Editor) -> None:
    page = open_page()
    page.get_by_label("Show").select_option("broken")
    press(page, "Alt+v", "End")
    expect(page.locator("#raw")).to_have_value(BROKEN)
    page.fill("#raw", "clip_001.wav|Anna|en|Mended.")
    page.click("#repair")
    wait_for_text(page, editor, "Mended.")
    expect(page.locator("#text")).to_have_value("Mended.")


def test_another_program_changes_the_list(open_page: OpenPage, editor: Editor) -> None:
    page = open_page()
    content = editor.path.read_text(encoding="utf-8")
    editor.path.write_text(content.replace("lazy dog", "lazy cat", 1), encoding="utf-8")
    expect(page.locator("#outside")).to_contain_text("1 line changed")
    page.click("#take-outside")
    expect(page.locator("#outside")).to_be_hidden()
    expect(page.locator("#text")).to_have_value(re.compile("lazy cat"))


def test_what_is_shown_is_exported(open_page: OpenPage, editor: Editor) -> None:
    page = open_page()
    page.fill("#search", "/fox|shells/")
    expect(page.locator("#count")).to_have_text("4 of 9 clips")
    press(page, "Alt+e")
    page.get_by_role("combobox", name="Form").select_option("jsonl")
    page.get_by_role("combobox", name="Which clips").select_option("filtered")
    page.get_by_role("button", name="Export", exact=True).click()
    expect(page.locator("dialog [role=status]")).to_contain_text("4 clips written")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    lines = Path(download.value.path()).read_text(encoding="utf-8").splitlines()
    assert len(lines) == 4
    page.get_by_role("button", name="Export", exact=True).click()
    expect(page.locator("dialog .problem")).to_contain_text("voice-export.jsonl")


def test_only_rows_in_sight_are_drawn(browser: Browser, tmp_path: Path) -> None:
    more = [f"clip_001.wav|Anna|en|Sentence number {number}." for number in range(2, 3001)]
    editor = open_editor(tmp_path, 1, more=more)
    page = browser.new_page()
    show(page, editor)
    rows = page.locator("#grid .row")
    expect(page.locator("#grid")).to_have_attribute("aria-rowcount", "3000")
    assert rows.count() < 40
    page.locator("#grid").focus()
    press(page, "End")
    expect_clip(page, 3000)
    expect(page.locator("#grid .row.active")).to_have_attribute("aria-rowindex", "3000")
    assert rows.count() < 40
    press(page, "Home", *["Shift+ArrowDown"] * 3)
    expect(page.locator("#count")).to_have_text("4 clips chosen")
    page.fill("#search", "number 2999")
    expect(page.locator("#grid")).to_have_attribute("aria-rowcount", "2")  # and the one in focus
    page.close()
    editor.kill()


PICTURES = [
    ("light-en", {}),
    ("dark-zh", {"theme": "dark", "language": "zh"}),
    ("light-ja", {"language": "ja"}),
    ("phone-en", {"width": 390}),
]


@pytest.mark.parametrize(("name", "look"), PICTURES)
def test_pictures(open_page: OpenPage, tmp_path: Path, name: str, look: dict[str, Any]) -> None:
    """SUBFIX_PICTURES names a folder where they stay, to be looked at."""
    page = open_page(**look)
    page.route("**/api/words/*", lambda route: route.fulfill(json=words_of(text_of(page))))
    press(page, "Alt+ArrowDown", "Alt+x")
    expect(page.locator("#words button").first).to_be_visible()
    press(page, *["Alt+ArrowRight"] * 15)
    page.wait_for_timeout(500)
    folder = Path(os.environ.get("SUBFIX_PICTURES", tmp_path))
    folder.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=folder / f"subfix-{name}.png")
    assert (folder / f"subfix-{name}.png").stat().st_size > 20_000


def words_of(text: str) -> list[dict[str, Any]]:
    """As if `check` had laid the words over the six tones."""
    words = text.split() if " " in text else re.findall(r"\w", text)
    step = 2.8 / len(words)
    return [
        {"text": word, "start_s": n * step, "end_s": (n + 0.8) * step, "score": 1 - n % 5 * 0.15}
        for n, word in enumerate(words)
    ]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "zh", "ja"])
def test_every_text_can_be_read(open_page: OpenPage, theme: str, language: str) -> None:
    page = open_page(theme=theme, language=language)
    page.wait_for_timeout(300)
    assert page.evaluate(CONTRAST) == []
    for keys in (["F1"], ["Alt+h"], ["Alt+m"], ["Alt+e"]):
        press(page, *keys)
        expect(page.locator("dialog")).to_be_visible()
        assert page.evaluate(CONTRAST) == []
        press(page, "Escape")
    nameless = page.evaluate(
        """() => [...document.querySelectorAll("button, input, select, textarea")]
            .filter((e) => e.offsetParent && !(e.getAttribute("aria-label") || e.textContent.trim()
                || [...(e.labels ?? [])].some((label) => label.textContent.trim())))
            .map((e) => e.outerHTML)"""
    )
    assert nameless == []
    assert not re.search(r"\b(key|status|save|light)\.\w", page.inner_text("body"))


@pytest.mark.parametrize("width", [390, 640])
def test_a_narrow_page_needs_no_sideways_scrolling(open_page: OpenPage, width: int) -> None:
    page = open_page(width=width)
    page.fill("#text", "A" * 200)
    page.click("#more-filters")
    for key in ("F1", "Alt+h", "Alt+e", "Alt+m"):
        press(page, key)
        expect(page.locator("dialog")).to_be_visible()
        assert page.evaluate("document.querySelector('dialog').scrollWidth") <= width
        press(page, "Escape")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


CONTRAST = """() => {
  const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const rgb = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => [r, g, b]
    .map((c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const colour = rgb(getComputedStyle(e).backgroundColor);
      if (colour[3] > 250) return colour;
    }
    return [255, 255, 255];
  };
  const poor = [];
  for (const element of document.body.querySelectorAll("*")) {
    const own = [...element.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
    if (!own || !element.checkVisibility()) continue;
    if (element.closest(":disabled, option, .hidden")) continue;
    const [a, b] = [light(rgb(getComputedStyle(element).color)), light(ground(element))];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (contrast < 4.5) poor.push([element.outerHTML.slice(0, 80), contrast.toFixed(2)]);
  }
  return poor;
}"""
