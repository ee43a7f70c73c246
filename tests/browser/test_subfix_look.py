import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Route, expect

from tests.browser.subfix_pages import (
    OpenPage,
    expect_clip,
    expect_sound,
    press,
    show,
    texts,
    wait_for_text,
)
from tests.browser.subfix_server import Editor, open_editor

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WORDS = ("the", "quick", "brown", "fox", "jumps", "over", "the", "lazy", "dog")


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
