"""What the page of the label editor thinks, without a server: its modules are called one by one."""

import json
import re
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from gpt_sovits.prepare.check.findings import KINDS
from subfix.operations import join_texts

UI = Path(__file__).resolve().parents[2] / "subfix" / "ui"
LANGUAGES = ("en", "zh", "ja")

pytestmark = [pytest.mark.browser, pytest.mark.slow]


class Files(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    """A page where `ui(module)` imports a module of the editor."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Files, directory=str(UI)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    page = browser.new_page()
    page.goto(f"http://127.0.0.1:{server.server_port}/types.js")
    page.evaluate("() => { window.ui = (name) => import(`/${name}.js`) }")
    yield page
    page.close()
    server.shutdown()


def test_words_are_found_in_the_text(page: Page) -> None:
    placed = page.evaluate(
        """async () => (await ui("words")).placeWords("„Café“, 3 times – Don’t.", [
            {text: "cafe", start_s: 0, end_s: 1}, {text: "three", start_s: 1, end_s: 2},
            {text: "TIMES", start_s: 2, end_s: 3}, {text: "don't", start_s: 3, end_s: 4},
        ]).map(({text, from, to}) => [text, from, to])"""
    )
    assert placed == [["cafe", 1, 5], ["TIMES", 10, 15], ["don't", 18, 23]]


@pytest.mark.parametrize(
    ("text", "language", "seconds", "place"),
    [
        ("one two three four", "en", 1.0, 8),  # without words: by proportion, at a word
        ("one two three four", "en", 0.1, 4),
        ("今天天气很好", "zh", 1.0, 2),
        ("word", "en", 1.0, 4),  # nowhere to divide it: all of it stays before
        ("", "en", 1.0, 0),
    ],
)
def test_a_moment_has_a_place_in_the_text(
    page: Page, text: str, language: str, seconds: float, place: int
) -> None:
    found = page.evaluate(
        """async ([text, language, time]) =>
            (await ui("words")).placeAt(text, [], time, 2, language)""",
        [text, language, seconds],
    )
    assert found == place


def test_place_and_time_belong_together(page: Page) -> None:
    times = page.evaluate(
        """async () => {
            const {placeWords, placeAt, timeAt} = await ui("words");
            const text = "one two three";
            const words = placeWords(text, [
                {text: "one", start_s: 0.5, end_s: 1}, {text: "two", start_s: 1.2, end_s: 2},
                {text: "three", start_s: 2.5, end_s: 3},
            ]);
            return [4, 8].map((place) => {
                const time = timeAt(text, words, place, 4);
                return [time, placeAt(text, words, time, 4, "en")];
            });
        }"""
    )
    assert times == [[1.1, 4], [2.25, 8]]


@pytest.mark.parametrize(
    ("scores", "lights"),
    [
        ([0.9, 0.9, 0.3, 0.1], ["green", "green", "yellow", "red"]),
        ([0.5, 0.5, 0.25, 0.05], ["green", "green", "green", "red"]),  # another voice
        ([0.01, 0.02, 0.02], ["red", "red", "red"]),  # the text is another one
        ([None, 0.8], ["", "green"]),
    ],
)
def test_a_word_is_judged_beside_the_others(
    page: Page, scores: list[float | None], lights: list[str]
) -> None:
    code = """async (scores) => {
        const {lightOf, usualScore} = await ui("words");
        const usual = usualScore(scores.map((score) => ({score})));
        return scores.map((score) => lightOf(score, usual));
    }"""
    assert page.evaluate(code, scores) == lights


@pytest.mark.parametrize(
    ("texts", "joined"),
    [
        (["One,", " two. "], "One, two."),
        (["你好，", "世界。"], "你好，世界。"),
        (["カタカナ", "と漢字"], "カタカナと漢字"),
        (["用 Python", "写"], "用 Python 写"),
        (["", "only"], "only"),
    ],
)
def test_texts_are_joined_as_they_are_written(page: Page, texts: list[str], joined: str) -> None:
    code = "async (texts) => (await ui('merge_dialog')).joinTexts(texts.map((text) => ({text})))"
    assert page.evaluate(code, texts) == joined
    assert join_texts(texts) == joined, "the store joins alike"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", ""),
        ("", "all new"),
        ("gone", ""),
        ("the quick fox", "the slow fox jumps"),
        ("今天天气很好", "今天的天气好"),
        ("a a a a", "a a"),
        ("👩‍👩‍👧 x", "x 👩‍👩‍👧"),
    ],
)
def test_a_difference_holds_both_texts(page: Page, before: str, after: str) -> None:
    pieces = page.evaluate(
        "async ([before, after]) => (await ui('diff')).difference(before, after)", [before, after]
    )
    assert "".join(piece["text"] for piece in pieces if piece["kind"] != "added") == before
    assert "".join(piece["text"] for piece in pieces if piece["kind"] != "removed") == after
    if before == after:
        assert all(piece["kind"] == "same" for piece in pieces)


CLIPS = [
    {"id": 1, "text": "Hello there", "speaker": "A", "language": "en", "done": True},
    {"id": 2, "text": "hello again", "speaker": "B", "language": "en", "flag": "noise"},
    {"id": 3, "text": "你好", "speaker": "A", "language": "zh", "edited": True},
    {"id": 4, "text": "gone", "speaker": "A", "language": "en", "deleted": True},
    {"id": 5, "text": "", "raw": "broken hello", "problem": "2 fields", "language": ""},
]


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ({}, [1, 2, 3, 5]),
        ({"search": "HELLO"}, [1, 2, 5]),
        ({"search": "noise"}, [2]),
        ({"status": "todo"}, [2, 3]),
        ({"status": "done"}, [1]),
        ({"status": "edited"}, [3]),
        ({"status": "flagged"}, [2]),
        ({"status": "deleted"}, [4]),
        ({"status": "broken"}, [3, 5]),
        ({"speaker": "=A"}, [1, 3]),
        ({"language": "=zh", "speaker": "=B"}, []),
        ({"light": "red"}, [2]),
        ({"light": "none"}, [3, 5]),
        ({"shortest": 2}, [2]),
        ({"longest": 2}, [1]),
        ({"least": 50}, [1]),
        ({"sort": "worst"}, [3, 5, 2, 1]),
        ({"sort": "longest"}, [2, 1, 3, 5]),
        ({"search": "/x/", "matched": [2, 3]}, [2, 3]),
    ],
)
def test_clips_are_chosen_and_sorted(page: Page, query: dict[str, Any], ids: list[int]) -> None:
    found = page.evaluate(
        """async ([clips, {matched, ...query}]) => {
            const {ALL, choose} = await ui("filters");
            const {State} = await ui("state");
            const state = new State();
            const blank = {start_s: null, end_s: null, audio: "", flag: "", problem: "",
                speaker: "", done: false, deleted: false, edited: false};
            state.load({n: 0, clips: clips.map((clip) => ({...blank, ...clip})), jobs: [],
                facts: {1: [1, 8000, 8000], 2: [3, 8000, 24000], 3: {error: "no file"}},
                quality: {1: {light: "green", fit: 0.9}, 2: {light: "red", fit: 0.1}},
                suggestions: {}, history: {}, outside: null, languages: [], engines: []});
            return choose(state, {...ALL, ...query}, matched ? new Set(matched) : null);
        }""",
        [CLIPS, query],
    )
    assert found == ids


@pytest.mark.parametrize(
    ("event", "chord"),
    [
        ({"key": "Enter"}, "Enter"),
        ({"key": "Enter", "isComposing": True}, None),
        ({"key": "Enter", "keyCode": 229}, None),
        ({"key": "z", "ctrlKey": True}, "Ctrl+Z"),
        ({"key": "Z", "ctrlKey": True, "shiftKey": True}, "Ctrl+Shift+Z"),
        ({"key": "z", "metaKey": True}, "Ctrl+Z"),
        ({"key": "ß", "code": "KeyS", "altKey": True}, "Alt+S"),
        ({"key": "я", "code": "KeyZ", "ctrlKey": True}, "Ctrl+Z"),
        ({"key": "Dead", "code": "KeyE", "altKey": True}, "Alt+E"),
        ({"key": "?", "shiftKey": True}, "?"),
        ({"key": " ", "ctrlKey": True}, "Ctrl+Space"),
        ({"key": "Shift", "shiftKey": True}, None),
    ],
)
def test_keys_have_one_name_on_every_keyboard(
    page: Page, event: dict[str, Any], chord: str | None
) -> None:
    code = "async (event) => (await ui('keys')).chordOf(new KeyboardEvent('keydown', event))"
    assert page.evaluate(code, event) == chord


def test_letters_are_no_commands_in_a_text(page: Page) -> None:
    allowed = page.evaluate(
        """async () => {
            const {DEFAULTS, isAllowed} = await ui("keys");
            return Object.values(DEFAULTS).flat().filter((chord) => isAllowed(chord, "text"))
                .filter((chord) => !/Ctrl|Alt/.test(chord)).sort();
        }"""
    )
    assert allowed == ["Enter", "Escape", "F1", "Shift+Enter"]


QUEUE = """async (script) => {
    const {Queue} = await ui("queue");
    const {Unreachable, Refused} = await ui("api");
    const log = {sent: [], kept: [], refused: [], answered: 0};
    const answers = [...script.answers];
    const queue = new Queue({
        send: async (path, body) => {
            log.sent.push(body);
            const answer = answers.length ? answers.shift() : "ok";
            await new Promise((resolve) => setTimeout(resolve, 5));
            if (answer === "away") throw new Unreachable("away");
            if (answer === "break") throw new Unreachable("broken", 500);
            if (answer === "no") throw new Refused(409, {error: "no"});
            return {n: log.sent.length};
        },
        keep: (operations) => log.kept.push(operations.length),
        onAnswer: () => log.answered++,
        onRefused: (operation, error) => log.refused.push(error.message),
        onChange: () => {},
    });
    for (const text of script.typed) {
        const edit = {id: 1, values: {text}, expected: {text: ""}, label: "text"};
        queue.type({...edit, visit: "v", by: "p"});
        if (script.pause_ms) await new Promise((resolve) => setTimeout(resolve, script.pause_ms));
    }
    if (script.undo) queue.push({path: "api/undo", body: {}});
    const end = performance.now() + 20000;
    while (queue.operations.length && performance.now() < end) {
        queue.retry();
        await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return {...log, status: queue.status, texts: log.sent.map((b) => b.changes?.[0].values.text),
        keys: log.sent.map((b) => b.key), expected: log.sent.map((b) => b.changes?.[0].expected)};
}"""


def test_typing_is_sent_once_after_a_pause(page: Page) -> None:
    log = page.evaluate(QUEUE, {"typed": ["H", "He", "Hel"], "answers": []})
    assert log["texts"] == ["Hel"]
    assert log["expected"] == [{"text": ""}]
    assert log["kept"][0] == 1, "it is kept from the first key on"
    assert log["kept"][-1] == 0
    assert log["status"] == "saved"


def test_what_follows_sends_the_typing_first(page: Page) -> None:
    log = page.evaluate(QUEUE, {"typed": ["Hel"], "undo": True, "answers": []})
    assert log["texts"] == ["Hel", None]


def test_a_lost_answer_is_asked_again_with_the_same_key(page: Page) -> None:
    log = page.evaluate(QUEUE, {"typed": ["A", "AB"], "pause_ms": 300, "answers": ["away", "away"]})
    first = [key for key, text in zip(log["keys"], log["texts"], strict=True) if text == "A"]
    assert len(first) == 3
    assert len(set(first)) == 1
    assert log["texts"][-1] == "AB", "what was typed meanwhile is an operation of its own"


def test_what_always_breaks_does_not_block_the_rest(page: Page) -> None:
    log = page.evaluate(QUEUE, {"typed": ["A"], "undo": True, "answers": ["break"] * 6})
    assert log["refused"] == ["broken"]
    assert log["answered"] == 1
    assert log["status"] == "saved"


def test_the_languages_say_the_same_things() -> None:
    locales = {
        name: json.loads((UI / "locales" / f"{name}.json").read_text("utf-8")) for name in LANGUAGES
    }
    english = locales["en"]
    for name, messages in locales.items():
        assert messages.keys() == english.keys(), name
        for key, message in messages.items():
            forms = message.values() if isinstance(message, dict) else [message]
            wanted = _blanks(english[key])
            assert all(_blanks(form) <= wanted and form for form in forms), f"{name}: {key}"
    used = set()
    for path in [*UI.glob("*.js"), UI / "index.html"]:
        source = path.read_text(encoding="utf-8")
        used |= set(re.findall(r'\bt\(\s*"([\w.-]+)"', source))
        used |= set(re.findall(r'data-i18n(?:-\w+)?="([\w.-]+)"', source))
    assert used <= english.keys()
    for kind in KINDS:
        assert {f"finding.{kind}", f"remedy.{kind}"} <= english.keys()


def _blanks(message: Any) -> set[str]:
    forms = message.values() if isinstance(message, dict) else [message]
    return {blank for form in forms for blank in re.findall(r"\{(\w+)\}", form)}


def test_the_page_runs_no_script_of_its_text() -> None:
    page = (UI / "index.html").read_text(encoding="utf-8")
    assert re.findall(r"<script(?![^>]*\bsrc=)", page) == []
    assert re.findall(r"\son\w+=", page) == []
    for path in [*UI.glob("*.js"), *UI.glob("*.css"), UI / "index.html"]:
        source = path.read_text(encoding="utf-8").replace("http://www.w3.org/", "")
        assert not re.search(r"https?://|\beval\(|innerHTML|new Function", source), path.name
