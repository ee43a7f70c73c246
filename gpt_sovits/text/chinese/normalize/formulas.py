"""Arithmetic, powers, comparisons, and letters and signs that have a Chinese name."""

import re
from functools import cache

from gpt_sovits.text.chinese.lists import data_lines
from gpt_sovits.text.chinese.normalize.numbers import read_decimal, read_integer

_NUMBER = r"\d+(?:\.\d+)?"
_EXPRESSION = re.compile(
    rf"(?<![\d.]){_NUMBER}(?:\s*[-−+×÷*/xX=≈≠<>≤≥±]\s*[-−]?{_NUMBER})+(?![\d.])"
)
_SURE_SIGN = re.compile(r"[+×÷*xX=≈≠<>≤≥±]")

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻ⁿ", "0123456789-n")
_POWER = re.compile(r"(?<=[\dA-Za-z)）\u4e00-\u9fff])(?:([⁰¹²³⁴⁵⁶⁷⁸⁹⁻ⁿ]+)|\^\(?(-?\d+|[a-z])\)?)")
_COMPARED = re.compile(
    r"([<>])\s*(?=[\d\u4e00-\u9fff]*\d)|(?<=[\dA-Za-z])\s*([<>])\s*(?=[\dA-Za-z])"
)
_AND_MORE = re.compile(r"(?<=\d)\+(?=[\u4e00-\u9fff]|$)")
_NEGATIVE = re.compile(r"(?<![\dA-Za-z\u4e00-\u9fff])[-−](?=\d)|(?<=[为是到至负达于])[-−](?=\d)")


@cache
def _names(file_name: str) -> dict[str, str]:
    return dict(line.split("\t") for line in data_lines(file_name))


def _operator(sign: str) -> str:
    return _names("operators.tsv")[sign]


def read_formulas(text: str) -> str:
    """Write arithmetic out: `3+5=8` as 三加五等于八, `x²` as x的平方, `100+人` as 100多人."""
    text = _POWER.sub(_power, text)
    text = _EXPRESSION.sub(_expression, text)
    text = _AND_MORE.sub("多", text)
    text = _COMPARED.sub(lambda match: _operator(match[1] or match[2]), text)
    return _NEGATIVE.sub("负", text)


def read_signs(text: str) -> str:
    """Write Greek letters, circled numbers and signs by name."""
    names = _names("sign_names.tsv")
    return text if names.keys().isdisjoint(text) else "".join(names.get(c, c) for c in text)


def _power(match: "re.Match[str]") -> str:
    exponent = (match[1] or match[2]).translate(_SUPERSCRIPTS)
    if exponent == "2":
        return "的平方"
    if exponent == "3" and not match.string[match.start() - 1].isdigit():  # 10³米 is no 立方米
        return "的立方"
    if exponent.lstrip("-").isdigit():
        return "的" + exponent.count("-") * "负" + read_integer(exponent.lstrip("-")) + "次方"
    return f"的{exponent}次方"


def _expression(match: "re.Match[str]") -> str:
    expression = match[0]
    if not _SURE_SIGN.search(expression):
        return expression
    spoken = ""
    for part in re.findall(rf"{_NUMBER}|\S", expression):
        if part[0].isdigit():
            spoken += read_decimal(part)
        elif part in "-−" and (
            not spoken or spoken.endswith(tuple(_names("operators.tsv").values()))
        ):
            spoken += "负"
        else:
            spoken += _operator(part)
    return spoken
