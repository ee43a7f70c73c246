"""The order in which a text is normalized; every step is a function from text to text."""

import re

from gpt_sovits.text.chinese.normalize.characters import unify_characters
from gpt_sovits.text.chinese.normalize.dates import read_dates, read_times
from gpt_sovits.text.chinese.normalize.digits import read_numbers
from gpt_sovits.text.chinese.normalize.formulas import read_formulas, read_signs
from gpt_sovits.text.chinese.normalize.marks import unify_marks
from gpt_sovits.text.chinese.normalize.quantities import (
    join_thousands,
    read_measures,
    read_money,
    read_ranges,
)
from gpt_sovits.text.chinese.normalize.romans import read_romans
from gpt_sovits.text.chinese.normalize.sequences import read_sequences

_DIGIT_STEPS = (
    join_thousands,
    read_dates,
    read_sequences,
    read_times,
    read_money,
    read_ranges,
    read_measures,
    read_formulas,
    read_numbers,
)
"""From the most particular to the most general: each leaves fewer digits to those behind it."""

_DIGIT = re.compile("[0-9]")
_ROMAN = re.compile("[\u2160-\u216dIVX]")
_POWER_SIGN = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹ⁿ^]")


def normalize(text: str) -> str:
    """Write a text as it is spoken.

    Returns:
        Simplified Chinese without digits, marks unified. Letters, and characters that nobody knows
        how to read, are left in it for the caller to judge.
    """
    text = unify_characters(text)
    if _ROMAN.search(text):
        text = read_romans(text)
    if _DIGIT.search(text):
        for step in _DIGIT_STEPS:
            text = step(text)
    elif _POWER_SIGN.search(text):
        text = read_formulas(text)
    return unify_marks(read_signs(text))
