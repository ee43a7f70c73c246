import pytest

from gpt_sovits.errors import TextError
from gpt_sovits.text.korean.normalize import normalize_korean, read_native, read_sino
from gpt_sovits.text.korean.pronunciation import pronounce, pronounce_phrase
from gpt_sovits.text.korean.reader import parse_hangul, read_korean
from gpt_sovits.text.reading import UserWord
from gpt_sovits.text.symbols import symbol_table


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("안녕하세요", "안녕하세요"),
        ("감사합니다", "감사함니다"),
        ("같이", "가치"),
        ("굳이", "구지"),
        ("닫히다", "다치다"),
        ("굳혀", "구처"),
        ("값이", "갑씨"),
        ("없다", "업따"),
        ("앉아", "안자"),
        ("앉고", "안꼬"),
        ("많다", "만타"),
        ("많은", "마는"),
        ("좋아", "조아"),
        ("좋다", "조타"),
        ("놓는", "논는"),
        ("싫소", "실쏘"),
        ("뚫는", "뚤른"),
        ("못하다", "모타다"),
        ("입학", "이팍"),
        ("읽다", "익따"),
        ("읽고", "일꼬"),
        ("닭고기", "닥꼬기"),
        ("읽히다", "일키다"),
        ("국물", "궁물"),
        ("독립", "동닙"),
        ("대통령", "대통녕"),
        ("신라", "실라"),
        ("설날", "설랄"),
        ("학교", "학꾜"),
        ("꽃", "꼳"),
        ("옷이", "오시"),
        ("있어요", "이써요"),
        ("강아지", "강아지"),
        ("희망", "히망"),
        ("의사", "의사"),
        ("가져", "가저"),
        ("핥다", "할따"),
        ("부엌에", "부어케"),
    ],
)
def test_pronounce(written: str, spoken: str) -> None:
    assert pronounce(written) == spoken
    assert pronounce(spoken) == spoken


def test_sounds_meet_across_spaces() -> None:
    assert pronounce_phrase(["밥", "먹는다"]) == ["밤", "멍는다"]
    assert pronounce_phrase(["할", "수", "있다"]) == ["할", "쑤", "읻따"]
    assert pronounce_phrase(["나를", "것"]) == ["나를", "걷"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("사과 3개", "사과 세 개"),
        ("20살", "스무 살"),
        ("25명", "스물다섯 명"),
        ("100명", "백 명"),
        ("2024년 6월 10일", "이천이십사년 유월 십일"),
        ("10월", "시월"),
        ("15:30", "십오 시 삼십 분"),
        ("3:00", "세 시"),
        ("010-1234-5678", "공일공, 일이삼사, 오육칠팔"),
        ("1,234원", "천이백삼십사원"),
        ("10000원", "만원"),
        ("₩5만", "오만원"),
        ("3.14", "삼점일사"),
        ("-5도", "마이너스 오도"),
        ("50%", "오십퍼센트"),
        ("1/2", "이분의 일"),
        ("5km", "오킬로미터"),
        ("10~20", "십에서 이십"),
        ("KBS", "케이비에스"),
    ],
)
def test_normalize_korean(text: str, expected: str) -> None:
    assert normalize_korean(text) == expected


def test_numbers() -> None:
    assert read_sino("0") == "영"
    assert read_sino("100010000") == "일억일만"
    assert read_sino("110000") == "십일만"
    assert len(read_sino("1" * 60)) == 60
    assert [read_native(number) for number in (1, 20, 21, 99)] == [
        "한",
        "스무",
        "스물한",
        "아흔아홉",
    ]


def test_phones_are_letters_of_the_table() -> None:
    reading = read_korean("같이 가요.", "v2")
    assert reading.phones == ["ㄱ", "ㅏ", "ㅊ", "ㅣ", "空", "ㄱ", "ㅏ", "ㅇ", "ㅣ", "ㅗ", "."]
    assert reading.norm_text == "같이 가요."
    everything = "".join(map(chr, range(ord("가"), ord("힣") + 1)))
    assert set(read_korean(everything + "「ㅋㅠ」…", "v2").phones) <= set(symbol_table("v2"))


def test_a_word_of_the_users_wins() -> None:
    fixed = {"\ue000": UserWord("Jason", "ko", "제이슨")}
    reading = read_korean("\ue000은", "v2", fixed)
    assert reading.norm_text == "Jason은"
    assert "".join(reading.phones) == "ㅈㅔㅇㅣㅅㅡㄴㅇㅡㄴ"


def test_a_reported_reading_gives_the_same_phones_again() -> None:
    for word in read_korean("값이 없는 밥 먹는 할 것을 ㅋ 읽고, 3개!", "v2").words:
        if word.source != "mark":
            fixed = {"\ue000": UserWord(word.text, "ko", word.reading)}
            assert read_korean("\ue000", "v2", fixed).phones == list(word.phones)


@pytest.mark.parametrize("reading", ["", " ", "abc", "가a", "漢"])
def test_a_bad_reading_is_refused(reading: str) -> None:
    with pytest.raises(TextError):
        parse_hangul(reading)


@pytest.mark.parametrize(
    ("text", "unread"),
    [
        ("", ""),
        (" ", ""),
        (".!", ""),
        ("😀", "😀"),
        ("\ud800", "\ud800"),
        ("漢", "漢"),
        ("\0", "\0"),
    ],
)
def test_what_cannot_be_read_is_reported(text: str, unread: str) -> None:
    reading = read_korean(text, "v2")
    assert all(word.source == "mark" for word in reading.words)
    assert [item.character for item in reading.unread] == list(unread)


def test_a_long_text_is_read_whole() -> None:
    assert len(read_korean("가" * 20_000, "v2").phones) == 40_000


def test_v1_has_no_korean() -> None:
    with pytest.raises(TextError, match="v1"):
        read_korean("안녕", "v1")
