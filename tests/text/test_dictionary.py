from pathlib import Path
from typing import cast

import pytest

from gpt_sovits.errors import ConfigError, TextError
from gpt_sovits.paths import PROJECT
from gpt_sovits.text.dictionary import Dictionary, load_dictionary, protect, save_word
from gpt_sovits.text.reading import Language, Symbols, UserWord


def word(text: str, language: Language = "en", reading: str = "T EH1 S T") -> UserWord:
    return UserWord(text, language, reading)


def found(text: str, *words: UserWord, symbols: Symbols = "v2") -> str:
    """The text with every entry that was found in angle brackets."""
    protected, fixed = protect(text, Dictionary(words), symbols, "zh")
    for mark, entry in fixed.items():
        protected = protected.replace(mark, f"<{entry.word}>")
    return protected


# --- finding ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("重庆和重庆", ["重庆"], "<重庆>和<重庆>"),
        ("重庆大学", ["重庆", "重庆大学", "大学"], "<重庆大学>"),
        ("我住重庆大楼", ["重庆大学", "重庆"], "我住<重庆>大楼"),
        ("Java, JavaScript", ["Java"], "<Java>, JavaScript"),
        ("Java in javascript", ["java"], "<java> in javascript"),
        ("Java8 8Java Java", ["Java"], "Java8 8Java <Java>"),
        ("用Java写", ["Java"], "用<Java>写"),
        ("Java's and Java-like", ["Java"], "<Java>'s and <Java>-like"),
        ("New York City", ["New York", "York"], "<New York> City"),
        ("US us Us", ["US", "us"], "<US> <us> <us>"),
        ("5G 5GHz", ["5G"], "<5G> 5GHz"),
        ("C++ and C", ["C++"], "<C++> and C"),
        ("éclair", ["clair"], "éclair"),
        ("ßa SSa", ["ßa"], "<ßa> SSa"),
        ("", ["a"], ""),
        ("abc", [], "abc"),
    ],
)
def test_the_longest_whole_word_is_found(text: str, words: list[str], expected: str) -> None:
    assert found(text, *map(word, words)) == expected


def test_a_table_without_the_language_leaves_the_word_to_the_reader() -> None:
    entry = word("서울", "ko", "서울")
    assert found("서울", entry, symbols="v2") == "<서울>"
    assert found("서울", entry, symbols="v1") == "서울"


def test_more_words_than_stand_ins_is_refused() -> None:
    words = [word(chr(0x4E00 + index)) for index in range(6401)]
    text = "".join(entry.word for entry in words)
    assert len(protect(text[:6400], Dictionary(tuple(words)), "v2", "zh")[1]) == 6400
    with pytest.raises(TextError, match="more than 6400 different words"):
        protect(text, Dictionary(tuple(words)), "v2", "zh")


def test_of_several_entries_the_one_in_the_language_asked_for_wins() -> None:
    dictionary = Dictionary((word("Java", "en"), word("Java", "ja", "ジャワ")))
    for language, chosen in (("ja", "ja"), ("en", "en"), ("zh", "en")):
        fixed = protect("Java", dictionary, "v2", cast(Language, language))[1]
        assert [entry.language for entry in fixed.values()] == [chosen]


def test_what_an_earlier_call_put_in_stays() -> None:
    first, fixed = protect("Java上手", Dictionary((word("Java"),)), "v2", "zh")
    text, both = protect(
        first, Dictionary((word("上手", "zh", "shang4 shou3"),)), "v2", "zh", fixed
    )
    assert [both[mark].word for mark in text] == ["Java", "上手"]


# --- the file -----------------------------------------------------------------------------------


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "dictionary.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_shipped_dictionary_is_right() -> None:
    assert load_dictionary(PROJECT.dictionary).words


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "[]\n", "---\n"])
def test_an_empty_file_is_an_empty_dictionary(tmp_path: Path, text: str) -> None:
    assert load_dictionary(write(tmp_path, text)) == Dictionary()


def test_a_missing_file_is_an_empty_dictionary(tmp_path: Path) -> None:
    assert load_dictionary(tmp_path / "none.yaml") == Dictionary()


ENTRY = "- {{word: {}, language: {}, reading: {}}}\n"
MISTAKES = [
    ("word: a", "must be a list of entries"),
    ("- a: [", "cannot be read as YAML"),
    ("- just text", r"entry 1 \('just text'\)"),
    ("- {word: a, language: en}", r"entry 1 \('a'\): reading: Field required"),
    ("- {word: no, language: en, reading: N OW1}", r"entry 1 \(False\): word: .*valid string"),
    ("- {word: 5, language: en, reading: F AY1 V}", r"entry 1 \(5\): word: .*valid string"),
    (ENTRY.format("a", "fr", "a"), r"entry 1 \('a'\): language: Input should be 'zh', 'en'"),
    ("- {word: a, language: en, reading: AH0, note: x}", r"entry 1 \('a'\): note: Extra inputs"),
    (ENTRY.format("''", "en", "AH0"), r"entry 1 \(''\): word"),
    (ENTRY.format("'…'", "en", "AH0"), r"entry 1 \('…'\): word: must hold a letter"),
    (ENTRY.format("' a'", "en", "AH0"), r"entry 1 \(' a'\): word: .*white space"),
    (ENTRY.format('"a\\nb"', "en", "AH0"), "word: .*line break"),
    (ENTRY.format('"a\\uE000"', "en", "AH0"), "word: must hold"),
    (ENTRY.format("重庆", "zh", "chong2 qin9"), r"entry 1 \('重庆'\): reading: 'qin9'"),
    (ENTRY.format("Tom", "en", "T OM"), r"entry 1 \('Tom'\): reading: 'OM'"),
    (ENTRY.format("花", "ja", "hana"), r"entry 1 \('花'\): reading: .*'h'"),
    (ENTRY.format("香港", "yue", "xx"), r"entry 1 \('香港'\): reading: 'xx'"),
    (
        ENTRY.format("b", "en", "B IY1") + ENTRY.format("a", "en", "EY1") * 2,
        r"entry 3 \('a'\): entry 2 has the same word and language",
    ),
]


@pytest.mark.parametrize(("text", "message"), MISTAKES)
def test_a_mistake_is_named_with_file_and_entry(tmp_path: Path, text: str, message: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(ConfigError, match=message) as caught:
        load_dictionary(path)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)


def test_words_are_kept_in_the_form_that_texts_have(tmp_path: Path) -> None:
    path = write(tmp_path, ENTRY.format("ＡＢＣ", "en", "EY1 B IY1 S IY1"))
    assert load_dictionary(path).words[0].word == "ABC"


FILE = """\
# my words

- word: Tom  # a name
  language: en
  reading: T AA1 M
# places
- word: 重庆
  language: zh
  reading: chong2 qing4
"""


def test_save_word_adds_and_keeps_the_rest_as_written(tmp_path: Path) -> None:
    path = write(tmp_path, FILE)
    save_word(path, word("花", "ja", "ハ[ナ]"))
    assert path.read_text(encoding="utf-8") == (
        FILE + "- word: 花\n  language: ja\n  reading: ハ[ナ]\n"
    )


def test_save_word_replaces_one_entry_and_keeps_comments(tmp_path: Path) -> None:
    path = write(tmp_path, FILE)
    save_word(path, word("Tom", "en", "T OW1 M"))
    assert path.read_text(encoding="utf-8") == FILE.replace("Tom  # a name", "Tom").replace(
        "AA1", "OW1"
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]\n",
        "# head\n[{word: Tom, language: en, reading: T AA1 M}]\n",
        "  - word: Tom\n    language: en\n    reading: T AA1 M",
        "- {word: Tom, language: en, reading: T AA1 M}\n- {word: x, language: en, reading: EH1}",
        "- language: en\n  reading: T AA1 M\n  word: Tom\n",
        "- word: Ｔｏｍ\n  language: en\n  reading: |\n    T AA1 M\n",
    ],
)
@pytest.mark.parametrize("first", ["Tom", "other"])
def test_save_word_leaves_a_right_file_in_any_form(tmp_path: Path, text: str, first: str) -> None:
    path = write(tmp_path, text)
    others = {entry for entry in load_dictionary(path).words if entry.word != "Tom"}
    new = [word("Tom", "en", "T OW1 M"), word("'quoted': #1", "en", "W AH1 N")]
    for entry in new if first == "Tom" else reversed(new):
        save_word(path, entry)
    assert set(load_dictionary(path).words) == others.union(new)
    assert ("# head" in path.read_text(encoding="utf-8")) == ("# head" in text)


def test_save_word_makes_the_file(tmp_path: Path) -> None:
    path = tmp_path / "configs" / "dictionary.yaml"
    save_word(path, word("Tom"))
    assert load_dictionary(path).words == (word("Tom"),)


@pytest.mark.parametrize(
    ("text", "entry"),
    [(FILE, word("Tom", "en", "nonsense")), (FILE, word(" ")), ("- [", word("Tom"))],
)
def test_save_word_leaves_the_file_alone_on_a_mistake(
    tmp_path: Path, text: str, entry: UserWord
) -> None:
    path = write(tmp_path, text)
    with pytest.raises(ConfigError):
        save_word(path, entry)
    assert path.read_text(encoding="utf-8") == text
    assert list(tmp_path.iterdir()) == [path]
