"""Roman numerals in titles and in the names of monarchs."""

import re
import unicodedata
from functools import cache

from gpt_sovits.text.chinese.lists import word_list
from gpt_sovits.text.chinese.normalize.numbers import read_integer

_ROMAN_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}
_ROMAN_SIGN = re.compile("[\u2160-\u216d]+")  # one character for each of I to XII, L and C
_ROMAN_TITLE = re.compile(
    "第(X{0,3}(?:IX|IV|V?I{0,3}))(?=[章卷部节篇册集届世类期幕季编回条型代场])"
)


def read_romans(text: str) -> str:
    """Write roman numerals as numbers where they can be nothing else: `第Ⅳ章`, `路易XIV`.

    Only what Chinese words surround is touched, so a text of several languages may be given whole.
    """
    text = _ROMAN_SIGN.sub(lambda m: str(_roman(unicodedata.normalize("NFKC", m[0]))), text)
    text = _ROMAN_TITLE.sub(lambda m: f"第{_roman(m[1])}", text)
    return _roman_name().sub(lambda m: f"{m[1]}{read_integer(str(_roman(m[2])))}世", text)


@cache
def _roman_name() -> "re.Pattern[str]":
    monarchs = "|".join(word_list("monarchs"))
    return re.compile(f"({monarchs})([IVX]+)世?(?![A-Za-z])")


def _roman(numeral: str) -> int:
    values = [_ROMAN_VALUES[letter] for letter in numeral]
    following = [*values[1:], 0]
    return sum(-now if now < after else now for now, after in zip(values, following, strict=True))
