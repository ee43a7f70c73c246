import pytest
import ToJyutping  # type: ignore[import-untyped]  # the package has no types

from gpt_sovits.errors import TextError
from gpt_sovits.text.cantonese.reader import read_cantonese
from gpt_sovits.text.cantonese.syllables import parse_jyutping
from gpt_sovits.text.reading import UserWord
from gpt_sovits.text.symbols import symbol_table


@pytest.mark.parametrize(
    ("text", "jyutping"),
    [
        ("我哋今日去飲茶。", "ngo5 dei6 gam1 jat6 heoi3 jam2 caa4 ."),
        ("你食咗飯未呀？", "nei5 sik6 zo2 faan6 mei6 aa3 ?"),
        ("唔該，幾多錢呀？", "m4 goi1 , gei2 do1 cin2 aa3 ?"),
        ("香港係一個城市。", "hoeng1 gong2 hai6 jat1 go3 sing4 si5 ."),
        ("佢喺度做緊嘢。", "keoi5 hai2 dou6 zou6 gan2 je5 ."),
        ("我愛你。", "ngo5 oi3 nei5 ."),
        ("屋企有人。", "uk1 kei2 jau5 jan4 ."),
        ("銀行喺邊度？", "ngan4 hong4 hai2 bin1 dou6 ?"),
        ("行路去。", "haang4 lou6 heoi3 ."),
        ("校長長大咗。", "haau6 zoeng2 zoeng2 daai6 zo2 ."),
        ("音樂好快樂。", "jam1 ngok6 hou2 faai3 lok6 ."),
        ("有5個人。", "jau5 ng5 go3 jan4 ."),
        ("幾多錢？50蚊。", "gei2 do1 cin2 ? ng5 sap6 man1 ."),
        ("2024年5月1日", "ji6 ling4 ji6 sei3 nin4 ng5 jyut6 jat1 jat6"),
        ("百分之10", "baak3 fan6 zi1 sap6"),
        ("50%", "baak3 fan6 zi1 ng5 sap6"),
    ],
)
def test_readings(text: str, jyutping: str) -> None:
    reading = read_cantonese(text, "v2")
    assert " ".join(word.reading or word.text for word in reading.words) == jyutping
    assert set(reading.phones) <= set(symbol_table("v2"))
    counts = reading.word2ph
    assert counts is not None
    assert len(counts) == len(reading.norm_text)
    assert sum(counts) == len(reading.phones)


@pytest.mark.parametrize(
    ("jyutping", "phones"),
    [
        ("gwong2", ("Ygw", "Yong2")),
        ("ngo5", ("Yng", "Yo5")),
        ("jyu4", ("Yj", "Yyu4")),
        ("oi3", ("Yoi", "Yi3")),
        ("aa3", ("Yaa", "Ya3")),
        ("uk1", ("Yuk", "Yk1")),
        ("ong1", ("Yon", "Yg1")),
        ("m4", ("Ym", "Ym4")),
        ("ng5", ("Yng", "Yg5")),
        ("ang1", ("Ya", "Yang1")),
    ],
)
def test_two_phones_of_a_syllable(jyutping: str, phones: tuple[str, str]) -> None:
    assert parse_jyutping(jyutping) == (phones,)


def test_nearly_all_syllables_of_the_dictionary_have_symbols() -> None:
    characters = "".join(map(chr, range(0x4E00, 0x9FA6)))
    readings = {jyutping for _, jyutping in ToJyutping.get_jyutping_list(characters) if jyutping}
    bad = []
    for reading in readings:
        try:
            parse_jyutping(reading)
        except TextError:
            bad.append(reading)
    assert len(readings) > 1_000
    assert len(bad) <= 0.02 * len(readings), bad


@pytest.mark.parametrize("reading", ["", "gwong", "gwong7", "xyz1", "广"])
def test_a_bad_reading_is_refused(reading: str) -> None:
    with pytest.raises(TextError):
        parse_jyutping(reading)


def test_a_word_of_the_users_wins() -> None:
    fixed = {"\ue000": UserWord("長大", "yue", "coeng4 daai6")}
    reading = read_cantonese("\ue000。", "v2", fixed)
    assert reading.norm_text == "長大."
    assert reading.phones == ["Yc", "Yoeng4", "Yd", "Yaai6", "."]
    assert reading.word2ph == [2, 2, 1]


def test_a_reported_reading_gives_the_same_phones_again() -> None:
    for word in read_cantonese("我愛香港嘅五月唔該", "v2").words:
        fixed = {"\ue000": UserWord(word.text, "yue", word.reading)}
        assert read_cantonese("\ue000", "v2", fixed).phones == list(word.phones)


@pytest.mark.parametrize("text", ["", " ", "。！？", "😀", "abc", "\ud800", "\ue005", "한", "\0"])
def test_what_cannot_be_read_is_reported(text: str) -> None:
    reading = read_cantonese(text, "v2")
    assert all(word.source == "mark" for word in reading.words)
    if text.strip() and not reading.words:
        assert reading.unread


def test_traditional_characters_stay_beside_numbers() -> None:
    assert read_cantonese("幾多錢？係50蚊。", "v2").norm_text == "幾多錢?係五十蚊."
    assert read_cantonese("第1行\n第2行", "v2").norm_text == "第一行.第二行"


def test_a_long_text_is_read_whole() -> None:
    assert len(read_cantonese("食飯1" * 7_000, "v2").words) == 21_000


def test_v1_has_no_cantonese() -> None:
    with pytest.raises(TextError, match="v1"):
        read_cantonese("你好", "v1")
