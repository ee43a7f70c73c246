"""Dates, years, decades and times of day as words."""

import re
from re import Match

from gpt_sovits.text.english.numbers import cardinal, digits, ordinal, year
from gpt_sovits.text.english.vocabulary import words_of

MONTHS = words_of(
    "January February March April May June July August September October November December"
)
WEEKDAYS = words_of("Monday Tuesday Wednesday Thursday Friday Saturday Sunday")

MONTH_OF = {name[:n]: name for name in MONTHS for n in (3, len(name))} | {"Sept": "September"}
"""Full and shortened names to the full ones; so for the weekdays."""
WEEKDAY_OF = {name[:n]: name for name in WEEKDAYS for n in (3, 4, 5, len(name))}

_MONTH = rf"\b({'|'.join(sorted(MONTH_OF, key=len, reverse=True))})\b\.?"
_DAY = r"(0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?"
_YEAR = r"([12]\d{3})\b"
_HALF_OF_DAY = r"\s*(?P<half>[apAP])[mM]\b"
"""Written a.m. in the text; abbreviations have lost their points before."""

_ISO = re.compile(rf"(?<![\w/-]){_YEAR}([-/.])(0?[1-9]|1[0-2])\2(0?[1-9]|[12]\d|3[01])(?![\w/-])")
_SLASHED = re.compile(r"(?<![\w/])(\d\d?)/(\d\d?)/([12]\d{3}|\d\d)(?![\w/])")
_MONTH_DAY = re.compile(rf"{_MONTH} {_DAY}(?!\w|[:,.]\d)(?:,? {_YEAR})?")
_DAY_MONTH = re.compile(rf"(?<![\w.,-]){_DAY} (of )?{_MONTH}(?:,? {_YEAR})?")
_MONTH_YEAR = re.compile(rf"{_MONTH} {_YEAR}")
_WEEKDAY = re.compile(rf"\b({'|'.join(sorted(WEEKDAY_OF, key=len, reverse=True))})\.(?=,|\s*\d)")
_DECADE = re.compile(r"(?<![\w.,])(?:'(?=\d\ds))?(\d\d)?(\d0)'?s\b")
_SLASHED_AFTER = re.compile(
    r"\b([Oo]n|[Dd]ue|[Uu]ntil|[Ss]ince|[Dd]ated) "
    r"(1[0-2]|[1-9])/(3[01]|[12]\d|[1-9])(?![\w/]|\.\d| of\b)"
)
_ERA_YEAR = re.compile(r"\b(\d{1,4}) ?(BCE|BC|AD|CE)\b")
_SHORT_YEAR = re.compile(r"(?<![\w'])'(\d\d)\b")

_CLOCK = re.compile(
    rf"(?<![\w:.,])([01]?\d|2[0-4]):([0-5]\d)(?::([0-5]\d))?(?![\d:])(?:{_HALF_OF_DAY})?"
)
_HOUR = re.compile(rf"(?<![\w:.,$£€¥])(1[0-2]|[1-9]){_HALF_OF_DAY}")


def read_dates(text: str) -> str:
    """Write out dates, years with an era, decades and shortened months and weekdays."""
    text = _ISO.sub(lambda m: _date(int(m[3]), m[4], m[1]), text)
    text = _SLASHED.sub(_slashed, text)
    text = _SLASHED_AFTER.sub(lambda m: f"{m[1]} {_date(int(m[2]), m[3], None)}", text)
    text = _DAY_MONTH.sub(_day_month, text)
    text = _MONTH_DAY.sub(lambda m: _date(_month_number(m[1]), m[2], m[3]), text)
    text = _MONTH_YEAR.sub(lambda m: f"{MONTH_OF[m[1]]} {year(m[2])}", text)
    text = _WEEKDAY.sub(lambda m: WEEKDAY_OF[m[1]], text)
    text = _ERA_YEAR.sub(
        lambda m: f"{year(m[1]) if len(m[1]) == 4 else cardinal(m[1])} {m[2]}", text
    )
    text = _DECADE.sub(_decade, text)
    return _SHORT_YEAR.sub(lambda m: _short_year(m[1]), text)


def read_times(text: str) -> str:
    """Write out times of day: "three forty-five PM", "ten o'clock", "three PM" for 15:00."""
    return _HOUR.sub(lambda m: f"{cardinal(m[1])} {m['half'].upper()}M", _CLOCK.sub(_clock, text))


def _month_number(name: str) -> int:
    return MONTHS.index(MONTH_OF[name]) + 1


def _date(month: int, day: str, year_text: str | None) -> str:
    words = f"{MONTHS[month - 1]} {ordinal(str(int(day)))}"
    return f"{words}, {year(year_text)}" if year_text else words


def _day_month(match: Match[str]) -> str:
    """1 May is May first, but "the 1st of May" stays in its order."""
    day, of, month, year_text = match.groups()
    if not of:
        return _date(_month_number(month), day, year_text)
    words = f"{ordinal(day)} of {MONTH_OF[month]}"
    return f"{words}, {year(year_text)}" if year_text else words


def _slashed(match: Match[str]) -> str:
    """5/1/2024 is May first; where that is no date, 31/12/2024, the day comes first."""
    first, second = int(match[1]), int(match[2])
    month, day = (first, second) if first <= 12 else (second, first)
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return match[0]
    if len(match[3]) == 4:
        return _date(month, str(day), match[3])
    return f"{_date(month, str(day), None)}, {_short_year(match[3])}"


def _short_year(two_digits: str) -> str:
    return f"oh {digits(two_digits[1])}" if two_digits[0] == "0" else cardinal(two_digits)


def _decade(match: Match[str]) -> str:
    """1990s, 2010s, '90s, 90s; 1900s and 2000s are whole centuries."""
    century, tens = match[1], match[2]
    if tens == "00" and not century:
        return match[0]
    words = year(century + tens) if century else cardinal(tens)
    return f"{words[:-1]}ies" if words.endswith("y") else f"{words}s"


def _clock(match: Match[str]) -> str:
    """Half of the day is said where it is written, or where the 24-hour clock leaves no doubt."""
    hour, minute, second = int(match[1]), match[2], match[3]
    half = match["half"].upper() + "M" if match["half"] else ""
    if not half and (hour == 0 or hour > 12):
        half = "PM" if 12 <= hour < 24 else "AM"
    words = [cardinal(str((hour - 1) % 12 + 1))]
    if minute != "00":
        words.append(f"oh {digits(minute[1])}" if minute[0] == "0" else cardinal(minute))
    elif not half and not second:
        words.append("o'clock")
    if second:
        words.append(f"and {cardinal(str(int(second)))} seconds")
    return " ".join([*words, half]).rstrip()
