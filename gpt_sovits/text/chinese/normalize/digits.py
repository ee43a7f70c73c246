"""The digits that are left: counting or naming is told by the words around them."""

import re

from gpt_sovits.text.chinese.lists import word_list
from gpt_sovits.text.chinese.normalize.classifiers import counts_before, takes_liang
from gpt_sovits.text.chinese.normalize.numbers import read_decimal, read_digits, read_integer

_DIGITS = re.compile(r"(?:(?<![\dA-Za-z])\.)?\d+(?:\.\d+)*")
_REACHES = re.compile(r"[到至]\d+")
_LETTER = re.compile("[A-Za-z]")
_COUNTED_AFTER = re.compile("的[平立]方|[多余强点比加减乘]|分之|除以|等于")
_NAMED_AFTER = re.compile("热线|电话|客服|专线|[号路室房]|航班|次(?:列车|高铁|动车|航班)|高校|网站")
_LAST_NUMBER = re.compile(r"(?<![\d.,:/-])\d{1,16}(?:\.\d{1,16})?$")
_ENGLISH_UNIT = re.compile(
    r"(?:[KMGTP]i?(?:[Bb](?:/s|ps|it)?)?|fps|FPS|dpi|ppi|bits?|nits?)(?![A-Za-z\d])"
)
_VEHICLE_AFTER = re.compile("次(?:列车|高铁|动车|航班|班车|特快|快车)")
_LONGEST_CUE = 3
"""Characters of the longest entry of counted_before.txt."""


def read_numbers(text: str) -> str:
    """Read every digit that is left."""
    return _DIGITS.sub(_number, text)


def read_count(text: str, unit: str) -> str:
    """Write out the number that a text ends with, if what follows is a unit left in English.

    Args:
        text: ends with a digit, `内存有128`.
        unit: the English text behind it, `GB的`.
    """
    number = _LAST_NUMBER.search(text)
    if number is None or not _ENGLISH_UNIT.match(unit):
        return text
    return text[: number.start()] + read_decimal(number.group())


def _number(match: "re.Match[str]") -> str:
    number, text, end = match[0], match.string, match.end()
    before = text[max(0, match.start() - _LONGEST_CUE) : match.start()]
    if "." in number:
        is_version = number.count(".") > 1 or before.endswith(("v", "V", "版", "版本"))
        return (
            "点".join(map(read_digits, number.split("."))) if is_version else read_decimal(number)
        )
    if number == "2" and not before.endswith(("第", "点", "分之", "周", "期", "拜")):
        reaches = _REACHES.match(text, end)  # 2到3个 is 两到三个
        return "两" if takes_liang(text, reaches.end() if reaches else end) else "二"
    if _is_counted(number, before, text, end):
        return read_integer(number)
    if len(number) < 3:
        return ("零" if len(number) == 2 and number[0] == "0" else "") + read_integer(number)
    return _bare(number, text, end)


def _is_counted(number: str, before: str, text: str, end: int) -> bool:
    cues = word_list("counted_before")
    if any(before[-size:] in cues for size in range(1, _LONGEST_CUE + 1)):
        return True
    if _COUNTED_AFTER.match(text, end):
        return True
    if _VEHICLE_AFTER.match(text, end):
        return False
    if len(number) < 3 or number[0] == "0" or _LETTER.match(before[-1:]):  # G1234次 is a train
        return False
    return counts_before(text, end) or _LETTER.match(text, end) is not None


def _bare(number: str, text: str, end: int) -> str:
    """Read three digits and more that nothing is counted by.

    Round numbers count, years are read plainly, the rest is spelled as on the telephone.
    """
    value = int(number) if len(number) < 10 else 0
    is_round = value % 100 == 0 < value and (len(number) != 4 or value % 1000 == 0)
    if is_round and number[0] != "0" and not _NAMED_AFTER.match(text, end):
        return read_integer(number)
    is_year = len(number) == 4 and 1800 <= value < 2100
    return read_digits(number, telephone=not is_year)
