import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

from gpt_sovits.errors import TextError
from gpt_sovits.text.chinese.reader import read_chinese
from gpt_sovits.text.reading import Reading, Symbols, UserWord
from gpt_sovits.text.symbols import symbol_table

TESTS = Path(__file__).parents[2]
ROWS = [
    row.split("\t")
    for row in (TESTS / "text/data/readings_zh.tsv").read_text(encoding="utf-8").splitlines()[1:]
]
GOLDEN = [
    case
    for case in json.loads((TESTS / "parity/text_frontend.json").read_text(encoding="utf-8"))
    if case["lang"] == "zh"
]
BETTER = {
    "这个银行的行长走了很长的路。": "a long way, chang2",
    "请拨打电话13812345678或者010-62345678。": "no minus in a telephone number",
    "一个一个地数，一共一百一十一个。": "the particle de5, the verb shu3",
    "我们得赶紧走，不然就来不及了。": "must, dei3",
    "这道题的答案是x等于5。": "x is read",
    "长江长，黄河黄，长城长又长。": "long, chang2",
}
"""Sentences read better than by the reference; docs/text_deviations_zh.md says why."""

TEXTS = [row[0] for row in ROWS]


def pinyin(reading: Reading) -> str:
    return " ".join(word.reading or word.text for word in reading.words)


def assert_consistent(reading: Reading) -> None:
    assert reading.word2ph is not None
    assert sum(reading.word2ph) == len(reading.phones)
    assert len(reading.word2ph) == len(reading.norm_text)
    assert "".join(word.text for word in reading.words) == reading.norm_text
    assert set(reading.phones) <= set(symbol_table("v1"))


@pytest.mark.parametrize(("text", "expected", "note"), ROWS, ids=TEXTS)
def test_hand_checked_readings(text: str, expected: str, note: str) -> None:
    reading = read_chinese(text, "v2")
    assert pinyin(reading) == expected, note
    assert_consistent(reading)


@pytest.mark.parametrize("symbols", ["v1", "v2"])
def test_agrees_with_the_reference_but_for_documented_better_readings(symbols: Symbols) -> None:
    different = set()
    for case in GOLDEN:
        reading = read_chinese(case["text"], symbols)
        golden = case[symbols]
        ours = (reading.phones, reading.word2ph, reading.norm_text)
        if ours != (golden["phones"], golden["word2ph"], golden["norm"]):
            different.add(case["text"])
    assert different == set(BETTER)


@pytest.mark.parametrize("text", TEXTS)
def test_every_reported_reading_gives_the_same_phones_from_the_dictionary(text: str) -> None:
    for word in read_chinese(text, "v2").words:
        if word.source != "mark":
            entry = UserWord(word.text, "zh", word.reading)
            again = read_chinese("\ue000", "v2", {"\ue000": entry}).words[0]
            assert (again.phones, again.word2ph) == (word.phones, word.word2ph)
            assert again.reading == word.reading


def test_only_later_families_colour_er() -> None:
    assert pinyin(read_chinese("胡同儿", "v1")) == "hu2 tong5 er2"
    assert pinyin(read_chinese("胡同儿", "v2")) == "hu2 tong5 er5"


def test_user_words_win_and_keep_their_spelling() -> None:
    fixed = {
        "\ue000": UserWord("重庆", "zh", "zhong4 qing4"),
        "\ue001": UserWord("GPT", "zh", "ji4 pi4 ti4 a5"),
        "\ue002": UserWord("AB", "zh", "yi1"),
    }
    reading = read_chinese("去\ue000，用\ue0013次\ue002。", "v2", fixed)
    assert reading.norm_text == "去重庆,用GPT三次AB."
    assert pinyin(reading) == "qu4 zhong4 qing4 , yong4 ji4 pi4 ti4 a5 san1 ci4 yi1 ."
    assert [word.source for word in reading.words if word.text in ("重庆", "GPT")] == ["user"] * 2
    assert_consistent(reading)


@pytest.mark.parametrize(
    ("reading", "expected"),
    [("da4", "bu2 da4 , yi2 da4"), ("xiao3", "bu4 xiao3 , yi4 xiao3")],
)
def test_bu_and_yi_lean_on_user_words(reading: str, expected: str) -> None:
    fixed = {"\ue000": UserWord("字", "zh", reading)}
    assert pinyin(read_chinese("不\ue000，一\ue000", "v2", fixed)) == expected


def test_a_user_word_that_is_no_pinyin_is_refused() -> None:
    with pytest.raises(TextError, match="'chon2'"):
        read_chinese("\ue000", "v2", {"\ue000": UserWord("重庆", "zh", "chon2 qing4")})


@pytest.mark.parametrize(
    ("text", "source"),
    [("重庆", "dictionary"), ("很好", "rule"), ("长", "guess"), ("A", "rule"), ("，", "mark")],
)
def test_words_say_where_their_reading_comes_from(text: str, source: str) -> None:
    assert read_chinese(text, "v2").words[0].source == source


@pytest.mark.parametrize(
    ("text", "norm_text", "unread"),
    [
        ("", "", ""),
        (" \n\t　", "", ""),
        ("，。！？…", ",", ""),
        ("😀👍🏽", "", "😀👍🏽"),
        ("你\0好\x07", "你好", "\0\x07"),
        ("你\ud800好\udfff", "你好", "\ud800\udfff"),
        ("你\ue000好", "你好", "\ue000"),
        ("𠮷野家的㐀", "吉野家的㐀", ""),
        ("兙你\U0003134f", "你", "兙\U0003134f"),
        ("ひらカタ好", "好", "ひらカタ"),
        ("Привет你", "你", "Привет"),
        ("café好", "cafe好", ""),
        ("好#*_^|\\™", "好", "#*_^|\\™"),
        ("（）「」\"'", "", ""),
        ("第一行\r\n\r\n第二行\u2028", "第一行.第二行", ""),
    ],
)
def test_what_cannot_be_read_is_reported(text: str, norm_text: str, unread: str) -> None:
    reading = read_chinese(text, "v2")
    assert reading.norm_text == norm_text
    assert [entry.character for entry in reading.unread] == list(unread)
    assert all(entry.reason for entry in reading.unread)
    assert_consistent(reading)


@pytest.mark.parametrize(
    "text",
    [
        "中文没有标点的很长的句子" * 834,
        "1" * 60,
        "1" * 3000,
        "-1" * 3000,
        "1,1" * 2000,
        "1.1" * 2000,
        "12:30" * 1000,
        "1/1" * 2000,
        "1+1=" * 2000,
        "$1%" * 2000,
        "儿一不" * 1000,
        "." * 10000 + "—" * 10000,
        "a" * 3000,
    ],
    ids=lambda text: text[:12],
)
def test_long_and_odd_texts_are_read(text: str) -> None:
    assert_consistent(read_chinese(text, "v2"))


def test_random_text_never_breaks_the_counts() -> None:
    rng = random.Random(0)
    alphabet = "的一不儿长得还2310.:-/%~年月日个kgx²。，“）\ue000\ud800あ兙$第Ⅳ点半万亿"
    for _ in range(500):
        assert_consistent(read_chinese("".join(rng.choices(alphabet, k=20)), "v1"))


def test_a_new_process_reads_without_a_word_on_stderr_or_a_file(tmp_path: Path) -> None:
    program = (
        "from gpt_sovits.text.chinese.reader import read_chinese\n"
        "print(len(read_chinese('蒉熹在北京。', 'v2').phones))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=TESTS.parent,
        env={"TMPDIR": str(tmp_path), "PATH": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    assert (done.stdout, done.stderr) == ("11\n", "")
    assert list(tmp_path.iterdir()) == []
