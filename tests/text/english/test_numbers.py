import pytest

from gpt_sovits.text.english.numbers import cardinal, number, ordinal, year
from gpt_sovits.text.english.roman import roman_value


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("0", "zero"),
        ("13", "thirteen"),
        ("40", "forty"),
        ("101", "one hundred one"),
        ("1000000", "one million"),
        ("7" + "0" * 33, "seven decillion"),
        ("05", "zero five"),
    ],
)
def test_cardinal(text: str, words: str) -> None:
    assert cardinal(text) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1", "first"),
        ("12", "twelfth"),
        ("20", "twentieth"),
        ("33", "thirty-third"),
        ("100", "one hundredth"),
        ("109", "one hundred ninth"),
    ],
)
def test_ordinal(text: str, words: str) -> None:
    assert ordinal(text) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1066", "ten sixty-six"),
        ("1100", "eleven hundred"),
        ("1901", "nineteen oh-one"),
        ("2000", "two thousand"),
        ("2010", "twenty ten"),
    ],
)
def test_year(text: str, words: str) -> None:
    assert year(text) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1984", "nineteen eighty-four"),
        ("3500", "three thousand, five hundred"),
        ("1,984", "one thousand, nine hundred eighty-four"),
        (".5", "zero point five"),
        ("10.05", "ten point zero five"),
    ],
)
def test_number(text: str, words: str) -> None:
    assert number(text) == words


@pytest.mark.parametrize(("text", "value"), [("I", 1), ("IV", 4), ("XIV", 14), ("XLIX", 49)])
def test_roman_value(text: str, value: int) -> None:
    assert roman_value(text) == value
