import json
from pathlib import Path

import pytest

from gpt_sovits.errors import TextError
from gpt_sovits.text.english.reader import read_english
from gpt_sovits.text.reading import Symbols, UserWord
from gpt_sovits.text.symbols import symbol_table

TESTS = Path(__file__).parents[2]
ROWS = [
    row.split("\t")
    for row in (TESTS / "text/data/readings_en.tsv").read_text(encoding="utf-8").splitlines()[1:]
]
GOLDEN = [
    case
    for case in json.loads((TESTS / "parity/text_frontend.json").read_text(encoding="utf-8"))
    if case["lang"] == "en"
]
BETTER = {
    "Hello, my name is John and I live in New York.": "I L-IH-v in",
    "I read the book yesterday; now I will read it again.": "past tense, pause at ;",
    "In 1999, the population was 1,234,567.": "thirty-four is two known words",
    "Dr. Smith lives at 42 Baker St. in London.": "doctor, no full stops inside",
    "GPT and NASA are well-known acronyms.": "NASA is a word",
    "We can't believe it's already 3:45 pm!": "one p.m., no a.m.",
    "The wind was too strong to wind the sail.": "noun and verb",
    "What's up? I'm fine -- thanks.": "pause at --",
    "Kubernetes and blockchain are buzzwords.": "koo-ber-net-eez",
}
"""Sentences read better than by the reference; docs/text_deviations_en.md says why."""


@pytest.mark.parametrize(("text", "phones", "note"), ROWS, ids=[row[0] for row in ROWS])
def test_hand_checked_readings(text: str, phones: str, note: str) -> None:
    assert f" {phones} " in f" {' '.join(read_english(text, 'v2').phones)} ", note


@pytest.mark.parametrize("symbols", ["v1", "v2"])
def test_agrees_with_the_reference_but_for_documented_better_readings(symbols: Symbols) -> None:
    different = {
        case["text"]
        for case in GOLDEN
        if read_english(case["text"], symbols).phones != case[symbols]["phones"]
    }
    assert different == set(BETTER)


@pytest.mark.parametrize("text", [row[0] for row in ROWS])
def test_every_reported_reading_gives_the_same_phones_from_the_dictionary(text: str) -> None:
    for word in read_english(text, "v2").words:
        if word.source != "mark":
            entry = UserWord(word.text, "en", word.reading)
            again = read_english("\ue000", "v2", {"\ue000": entry}).words[0]
            assert (again.phones, again.reading) == (word.phones, word.reading)
            assert set(word.phones) <= set(symbol_table("v1"))


def test_user_words_win_and_keep_their_spelling() -> None:
    fixed = {
        "\ue000": UserWord("Jason", "en", "jh ey1 s ah0 n"),
        "\ue001": UserWord("X-9", "en", "K"),
    }
    reading = read_english("Is \ue000's \ue001 near \ue000?", "v2", fixed)
    assert reading.norm_text == "Is Jason's X-9 near Jason?"
    assert [(w.text, w.reading) for w in reading.words if w.source == "user"] == [
        ("Jason's", "JH EY1 S AH0 N Z"),
        ("X-9", "K"),
        ("Jason", "JH EY1 S AH0 N"),
    ]
    assert reading.unread == ()


def test_a_bad_symbol_in_the_user_dictionary_is_named() -> None:
    with pytest.raises(TextError, match="'QX1'"):
        read_english("\ue000", "v2", {"\ue000": UserWord("Jason", "en", "JH QX1 S")})


@pytest.mark.parametrize(
    ("text", "norm_text", "unread"),
    [
        ("", "", ""),
        ("  \n\t ", "", ""),
        ("...!?", ".", ""),
        ("😀🎉😀", "", "😀🎉"),
        ("Hi 😀 there", "Hi there", "😀"),
        ("Привет, all", ", all", "Привет"),
        ("a\x00b", "a b", "\x00"),
        ("a\ud83db", "a b", "\N{REPLACEMENT CHARACTER}"),
        ("a \ue005 b", "a b", "\ue005"),
        ("你好 world", "world", "你好"),
        ("say (it) now", "say it now", "()"),
    ],
)
def test_what_cannot_be_read_is_reported(text: str, norm_text: str, unread: str) -> None:
    reading = read_english(text, "v2")
    assert reading.norm_text == norm_text
    assert "".join(entry.character for entry in reading.unread) == unread
    assert all(entry.reason for entry in reading.unread)


@pytest.mark.parametrize(
    "unit",
    [
        "a",
        "A",
        "1",
        " ",
        "-",
        "'",
        "(",
        ".",
        "s'",
        "a.",
        "1,",
        "1/",
        "1:",
        "ab-",
        "a@",
        "Aa ",
        "+1 ",
    ],
)
def test_a_hundred_thousand_hostile_characters_are_read_in_linear_time(unit: str) -> None:
    reading = read_english(unit * (100_000 // len(unit)), "v2")
    assert all(word.phones for word in reading.words)


def test_long_numbers_are_read_digit_by_digit() -> None:
    assert read_english("7" * 60, "v2").norm_text == " ".join(["seven"] * 60)


def test_sources_say_where_a_reading_comes_from() -> None:
    words = read_english("Hello GPT, zorblaxian chatbot.", "v2").words
    assert [word.source for word in words] == [
        "dictionary",
        "rule",
        "mark",
        "guess",
        "rule",
        "mark",
    ]
