import json
import random
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from gpt_sovits.audio.read import read_audio
from tests.browser.subfix_pages import (
    BROKEN,
    OpenPage,
    expect_clip,
    expect_saved,
    expect_sound,
    press,
    text_of,
    texts,
    wait_for_text,
)
from tests.browser.subfix_server import RATE, Editor

pytestmark = [pytest.mark.browser, pytest.mark.slow]

KEPT = "() => Object.keys(localStorage).filter((key) => key.startsWith('subfix/kept/'))"


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


def test_a_merge_has_what_was_just_typed_and_nothing_that_vanishes(
    open_page: OpenPage, editor: Editor
) -> None:
    page, other = open_page(), open_page()
    page.click("#text")
    press(page, "End")
    page.keyboard.type(" Typed.")
    press(page, "Alt+m")  # at once: nothing was sent yet
    expect(page.locator("dialog textarea")).to_have_value(re.compile("Typed"))
    other.get_by_role("button", name="Next clip").click()
    other.fill("#text", "Written on the other page.")
    wait_for_text(other, editor, "Written on the other page.")
    press(page, "Enter")
    expect(page.locator("#message")).to_contain_text("changed elsewhere")
    press(page, "Escape", "Alt+m", "Enter")
    wait_for_text(
        page,
        editor,
        "The quick brown fox jumps over the lazy dog. Typed. Written on the other page.",
    )


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
        # Where the answer was lost on its way, the page may take its own split for another's: then
        # it asks, with both texts in sight.
        page.wait_for_function(
            "document.querySelector('#text').value === 'The quick'"
            " || document.querySelector('.conflict button')"
        )
        if page.locator(".conflict").count():
            page.get_by_role("button", name="Take theirs").click()
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
