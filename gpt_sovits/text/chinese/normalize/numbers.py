"""Numbers in Chinese characters."""

_DIGITS = "零一二三四五六七八九"
_PLACES = ("", "十", "百", "千")
_MYRIADS = ("", "万", "亿", "万亿")
MAX_PLACES = 16
"""Longer integers have no common name and are read digit by digit."""


def read_digits(digits: str, *, telephone: bool = False) -> str:
    """Read digit by digit, `2024` as 二零二四.

    Args:
        digits: ASCII digits.
        telephone: say 幺 for 1, as in telephone and room numbers.
    """
    spoken = "".join(_DIGITS[int(digit)] for digit in digits)
    return spoken.replace("一", "幺") if telephone else spoken


def read_integer(digits: str) -> str:
    """Read as a quantity, `1024` as 一千零二十四; without 两, which depends on what follows."""
    digits = digits.lstrip("0")
    if not digits:
        return "零"
    if len(digits) > MAX_PLACES:
        return read_digits(digits)
    spoken = ""
    groups = -(-len(digits) // 4)
    padded = digits.zfill(groups * 4)
    for index in range(groups):
        group = padded[index * 4 : index * 4 + 4]
        if group != "0000":
            gap = spoken and (group[0] == "0" or spoken.endswith("零"))
            spoken = spoken.rstrip("零") + ("零" if gap else "") + _read_group(group)
            spoken += _MYRIADS[groups - 1 - index]
        elif spoken and not spoken.endswith("零"):
            spoken += "零"
    spoken = spoken.rstrip("零")
    return spoken[1:] if spoken.startswith("一十") else spoken


def read_decimal(number: str) -> str:
    """Read a number with at most one point, `3.50` as 三点五."""
    whole, _, fraction = number.partition(".")
    spoken = read_integer(whole)
    if not fraction:
        return spoken
    return spoken + "点" + read_digits(fraction.rstrip("0") or "0")


def _read_group(group: str) -> str:
    """Read four digits that are not all zero, without a leading 零."""
    spoken = ""
    for digit, place in zip(group, reversed(_PLACES), strict=True):
        if digit != "0":
            spoken += _DIGITS[int(digit)] + place
        elif spoken and not spoken.endswith("零"):
            spoken += "零"
    return spoken.rstrip("零")
