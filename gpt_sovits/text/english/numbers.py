"""Numbers as English words: cardinal, ordinal, year, decimal, digit by digit."""

from gpt_sovits.text.english.vocabulary import words_of

ONES = words_of(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen"
)
TENS = words_of("zero ten twenty thirty forty fifty sixty seventy eighty ninety")
SCALES = words_of(
    "thousand million billion trillion quadrillion quintillion sextillion septillion octillion "
    "nonillion decillion"
)
ORDINALS = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
}
LONGEST = 36
"""Digits of the largest number that has a name here; longer ones are read digit by digit."""


def digits(text: str) -> str:
    """Read digit by digit: `007` gives "zero zero seven"."""
    return " ".join(ONES[int(digit)] for digit in text)


def _below_hundred(n: int) -> str:
    if n < 20:
        return ONES[n]
    tens, ones = divmod(n, 10)
    return f"{TENS[tens]}-{ONES[ones]}" if ones else TENS[tens]


def _below_thousand(n: int) -> str:
    hundreds, rest = divmod(n, 100)
    if not hundreds:
        return _below_hundred(rest)
    return (
        f"{ONES[hundreds]} hundred {_below_hundred(rest)}" if rest else f"{ONES[hundreds]} hundred"
    )


def cardinal(text: str) -> str:
    """Read a whole number of ASCII digits: "one thousand, two hundred thirty-four".

    Groups are parted by commas as in the reference. A number with a zero in front, or with more
    than 36 digits, is read digit by digit.
    """
    if len(text) > LONGEST or (len(text) > 1 and text[0] == "0"):
        return digits(text)
    n = int(text)
    if n == 0:
        return ONES[0]
    groups = []
    for scale in ("", *SCALES):
        n, group = divmod(n, 1000)
        if group:
            groups.append(f"{_below_thousand(group)} {scale}".rstrip())
    return ", ".join(reversed(groups))


def ordinal(text: str) -> str:
    """Read a whole number as a place in a row: `22` gives "twenty-second"."""
    words = cardinal(text)
    cut = max(words.rfind(" "), words.rfind("-")) + 1
    head, last = words[:cut], words[cut:]
    if last in ORDINALS:
        return head + ORDINALS[last]
    return f"{head}{last[:-1]}ieth" if last.endswith("y") else f"{head}{last}th"


def year(text: str) -> str:
    """Read four digits as a year: "nineteen ninety-nine", "nineteen oh-five", "two thousand"."""
    century, rest = int(text[:2]), int(text[2:])
    if text[1] == "0" and rest < 10:  # 1000..1009, 2000..2009
        return cardinal(text).replace(",", "")
    if rest == 0:
        return f"{_below_hundred(century)} hundred"
    if rest < 10:
        return f"{_below_hundred(century)} oh-{ONES[rest]}"
    return f"{_below_hundred(century)} {_below_hundred(rest)}"


def number(text: str) -> str:
    """Read a number as written: `1,234`, `3.14`, `1999`; the sign is not part of it.

    Four bare digits from 1000 to 2999 are read like a year, as in the reference.
    """
    whole, point, decimals = text.partition(".")
    if point:
        return f"{number(whole) if whole else ONES[0]} point {digits(decimals)}"
    if "," not in whole and len(whole) == 4 and whole[0] in "12":
        return year(whole)
    return cardinal(whole.replace(",", ""))
