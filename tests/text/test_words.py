import time

import pytest

from gpt_sovits.text.frontend import read_text
from gpt_sovits.text.reading import Word
from gpt_sovits.text.words import WrittenWord, written_words


def words_of(text: str, language: str) -> list[WrittenWord]:
    return written_words(text, read_text(text, language=language, symbols="v2").words)


@pytest.mark.parametrize(
    ("language", "text", "words"),
    [
        ("en", "Good morning, everyone!", "Good |morning, |everyone!"),
        ("en", "  Oh,  well ", "  Oh,  |well "),
        ("en", 'In 1999 he said: "type-setting (really) is..."', None),
        ("en", "He paid $5.50, e.g. for tea.", "He |paid |$5.50, |e.g. |for |tea."),
        ("en", "Salt & pepper - 5 % of it", "Salt |& |pepper - |5 % |of |it"),
        ("en", "1, 2 or 3,000", "1, |2 |or |3,000"),
        ("en", "Ça va, naïve café?", "Ça |va, |naïve |café?"),
        ("en", "Dr. Smith's co-workers don't", "Dr. |Smith's |co-workers |don't"),
        ("en", "“Yes,” he said 🙂 twice.", "“Yes,” |he |said 🙂 |twice."),
        ("en", "Hi!", "Hi!"),
        ("zh", "今天天气很好。", "今|天|天|气|很|好。"),
        ("zh", '他说：「你好」，真的"好"吗？', '他|说：|「你|好」，|真|的|"好"|吗？'),
        ("zh", "2023年花了3.5%。", "2023|年|花|了|3.5%。"),
        ("zh", "10元买了十一个", "10|元|买|了|十|一|个"),
        ("zh", "轉個彎就到", "轉|個|彎|就|到"),
        ("zh", "我用 iPhone 15 Pro拍", "我|用 |iPhone |15 |Pro|拍"),
        ("zh", "玩儿——好……", "玩|儿——|好……"),
        ("yue", "去3間餐廳", "去|3|間|餐|廳"),
        ("ja", "今日は良い天気ですね。", "今日|は|良い|天気|です|ね。"),
        ("ja", "ﾊﾟｿｺﾝ「データ」は、GPT-4を", "ﾊﾟｿｺﾝ|「データ」|は、|GPT-4|を"),
        ("ja", "か\u3099っこう", "か\u3099っこう"),
        ("auto", "我喜欢machine learning，明天见", "我|喜|欢|machine |learning，|明|天|见"),
        ("ko", "안녕하세요 반갑습니다", "안녕하세요 |반갑습니다"),
    ],
)
def test_a_text_is_cut_where_a_person_would_point(
    language: str, text: str, words: str | None
) -> None:
    found = words_of(text, language)
    assert "".join(word.text for word in found) == text
    if words is not None:
        assert [word.text for word in found] == words.split("|")


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", 'In 1999 he said: "type-setting (really) is..." - 2 x 3 @ 10:30!'),
        ("zh", "——２０２３年，他用iPhone拍了1000亿张“照片”……吗？"),
        ("ja", "ヴァイオリン〜を、2023年に3個買った！？"),
        ("auto", "明天去東京で会いましょう, ok?"),
    ],
)
def test_every_phone_belongs_to_one_word_in_order(language: str, text: str) -> None:
    report = read_text(text, language=language, symbols="v2")
    words = written_words(text, report.words)
    assert [phone for word in words for phone in word.phones] == report.phones


def test_what_is_read_in_other_words_has_all_their_phones() -> None:
    words = {word.text: word.phones for word in words_of("In 1999, really", "en")}
    spoken = read_text("nineteen ninety-nine,", language="en", symbols="v2").phones
    assert list(words["1999, "]) == spoken


def test_a_text_without_words_is_one_piece() -> None:
    assert written_words("?!", []) == [WrittenWord("?!", ())]
    assert written_words("🙂", [Word("x", "en", "", ("EH1",), "rule")]) == [
        WrittenWord("🙂", ("EH1",))
    ]
    assert written_words("a b", [Word("x", "en", "", ("EH1",), "rule")])[0].phones == ("EH1",)


@pytest.mark.parametrize(
    ("language", "text"), [("en", "1 a " * 500), ("zh", "一1" * 500), ("en", "1" + " tea" * 9000)]
)
def test_a_long_text_takes_no_time(language: str, text: str) -> None:
    words = read_text(text, language=language, symbols="v2").words
    start = time.process_time()
    assert "".join(word.text for word in written_words(text, words)) == text
    assert time.process_time() - start < 3
