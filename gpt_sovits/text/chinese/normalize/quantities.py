"""Money, measures, percentages, fractions and ranges of them."""

import re

from gpt_sovits.text.chinese.normalize.numbers import read_decimal, read_digits
from gpt_sovits.text.chinese.units import UNIT_PATTERN, UNITS

_NUMBER = r"\d+(?:\.\d+)?"

_THOUSANDS = re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3})+(?![\d,])")

_CURRENCIES = {
    "US$": "美元", "HK$": "港元", "NT$": "新台币", "$": "美元", "＄": "美元", "¥": "元", "￥": "元",
    "€": "欧元", "£": "英镑", "￡": "英镑", "₩": "韩元", "₽": "卢布", "₹": "卢比",
    "฿": "泰铢", "RMB": "元",
}  # fmt: skip
_SIGN = "|".join(map(re.escape, sorted(_CURRENCIES, key=len, reverse=True)))
_MONEY = re.compile(
    rf"({_SIGN})\s*({_NUMBER}(?:\s*[-–—~～至到]\s*(?:{_SIGN})?{_NUMBER})?)\s*([十百千]?[万亿]?)(?:美元|元)?"
)
_NO_CENTS = re.compile(r"\.0+(?!\d)")
_MONEY_BEHIND = re.compile(rf"(?<![\d.])({_NUMBER}\s*[万亿]?)\s*({_SIGN})(?!\s*\d)")

_NO_CENTS_BEHIND = re.compile(r"(?<=\d)\.00(?=元|块|美元|欧元|港元)")

_AFFIX = rf"[%‰]|{UNIT_PATTERN.pattern}"
_RANGE = re.compile(
    rf"(?<![\d.A-Za-z-])(-?{_NUMBER})\s*({_AFFIX})?\s*([-–—~～]{{1,2}})\s*(-?{_NUMBER})\s*({_AFFIX})?"
    rf"(?![\d-]|\s*[=×÷+])"
)
_RANGE_BEHIND_WORD = re.compile(
    r"(?<=[年月日号点分时度元米克斤个岁级楼章])\s*([-–~～]|—{1,2})\s*(?=\d)"
)

_BELOW_ZERO = re.compile(rf"(?<![\dA-Za-z])[-−]\s*({_NUMBER})\s*(?=℃|°C|摄氏度|度)")
_UNIT = re.compile(rf"(\d\s?[十百千万亿]{{0,2}})\s?({UNIT_PATTERN.pattern})")
_PERCENT = re.compile(
    rf"(?<![\dA-Za-z])([-−+])?\s*({_NUMBER})\s*([%‰])|(?<![\d.])({_NUMBER})\s*([%‰])"
)
_FRACTION = re.compile(r"(?<![\d./])([-−])?(\d+)/(\d+)(?![\d/.])")
_PER = re.compile(r"(?<=[元块角分克斤米里升吨次人个度])/(?=[\u4e00-\u9fff])")

_PARTS = {"%": "百分之", "‰": "千分之"}


def join_thousands(text: str) -> str:
    """Take the separators out of `1,234,567`."""
    return _THOUSANDS.sub(lambda match: match[0].replace(",", ""), text)


def read_money(text: str) -> str:
    """Put the currency behind the amount: `$5` as 5美元."""
    text = _MONEY.sub(_amount, text)
    text = _NO_CENTS_BEHIND.sub("", text)
    return _MONEY_BEHIND.sub(lambda match: match[1] + _CURRENCIES[match[2]], text)


def read_ranges(text: str) -> str:
    """Say what joins two numbers: `3-5天` as 3到5天, `3~5天` as 3至5天; `5-3` as 5减3."""
    text = _RANGE.sub(_range, text)
    return _RANGE_BEHIND_WORD.sub(lambda match: _joint(match[1]), text)


def read_measures(text: str) -> str:
    """Write units, percentages and fractions out; the numbers in front of units stay digits."""
    text = _BELOW_ZERO.sub(r"零下\1", text)
    text = _UNIT.sub(lambda match: match[1] + UNITS[match[2]], text)
    text = _PERCENT.sub(_percentage, text)
    text = _FRACTION.sub(_fraction, text)
    return _PER.sub("每", text)


def _amount(match: "re.Match[str]") -> str:
    amount = _NO_CENTS.sub("", re.sub(_SIGN, "", match[2]))
    return amount + match[3] + _CURRENCIES[match[1]]


def _joint(sign: str) -> str:
    return "至" if sign[0] in "~～" else "到"


def _range(match: "re.Match[str]") -> str:
    low, low_unit, sign, high, high_unit = match.groups(default="")
    following = match.string[match.end() : match.end() + 1]
    if sign == "-" and not low_unit and low[0] != "-" and float(low) > float(high):
        joint = "到" if following and following in "月日号点周" else "减"
    else:
        joint = _joint(sign)
    if high_unit in _PARTS or low[0] == "-":
        low_unit = low_unit or high_unit
    if _is_year(low) and _is_year(high) and not high_unit:
        low, high = read_digits(low), read_digits(high)
    return f"{low}{low_unit}{joint}{high}{high_unit}"


def _is_year(number: str) -> bool:
    return len(number) == 4 and number.isdigit() and "1000" <= number <= "2100"


def _percentage(match: "re.Match[str]") -> str:
    sign, number, mark = match[1], match[2] or match[4], match[3] or match[5]
    prefix = {"-": "负", "−": "负", "+": "正"}.get(sign, "")
    return prefix + _PARTS[mark] + read_decimal(number)


def _fraction(match: "re.Match[str]") -> str:
    sign, numerator, denominator = match.groups()
    return f"{'负' if sign else ''}{read_decimal(denominator)}分之{read_decimal(numerator)}"
