"""Digits that name something instead of counting it: telephone numbers, card numbers, rooms."""

import re

from gpt_sovits.text.chinese.normalize.numbers import read_digits

_MOBILE = re.compile(r"(?<![\d.])(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?![\d.])")
_LANDLINE = re.compile(
    r"(?<![\d.])(?:\+?86[- ]?)?[（(]?0\d{2,3}[）)]?[- ]?\d{3,4}[- ]?\d{4}(?:-\d{1,5})?(?![\d.])"
)
_HOTLINE = re.compile(r"(?<![\d.])[48]00(?:[- ]\d{3}[- ]?\d{4}|[- ]\d{4}[- ]\d{3}|\d{7})(?!\d)")
_GROUPS = re.compile(r"(?<![\d.-])\d{3,}(?:[- ]\d{3,}){2,}(?![\d-])")
_AFTER_CUE = re.compile(
    r"(?<=[话线机打码真号])([是为：:]?\s*)(\d{3,4}[- ]\d{3,4}(?:[- ]\d{3,4})*)(?![\d.])"
)
_ROOM = re.compile(
    r"(?<![\d-])\d+(?:-\d+)+(?=[室号户幢栋]|单元)|(?<![\d-])\d+(?:-\d+){2,}(?![\d-])"
)


def read_sequences(text: str) -> str:
    """Write names made of digits out: `010-62345678` as 零幺零，六二三四五六七八."""
    for pattern in (_MOBILE, _LANDLINE, _HOTLINE, _GROUPS):
        text = pattern.sub(lambda match: _groups(match[0]), text)
    text = _AFTER_CUE.sub(lambda match: match[1] + _groups(match[2]), text)
    return _ROOM.sub(lambda match: "杠".join(map(_short, match[0].split("-"))), text)


def _groups(number: str) -> str:
    return "，".join(read_digits(part, telephone=True) for part in re.findall(r"\d+", number))


def _short(number: str) -> str:
    return read_digits(number, telephone=len(number) > 1)
