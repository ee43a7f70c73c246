"""What lies between two ends (Mon–Fri, 9am–5pm), and what stands against something else (3:2)."""

import re
from re import Match

from gpt_sovits.text.english.dates import MONTH_OF, WEEKDAY_OF
from gpt_sovits.text.english.vocabulary import words_of

_NAME_OF = MONTH_OF | WEEKDAY_OF
_NAMES = "|".join(sorted(_NAME_OF, key=len, reverse=True))
_MONTHS = "|".join(sorted(MONTH_OF, key=len, reverse=True))
_DASH = r" ?[-–] ?"
_NAME_SPAN = re.compile(rf"\b({_NAMES})\b\.?{_DASH}({_NAMES})\b(?:\.(?= [\da-z]))?")
_DAY = r"([12]?\d|3[01])(?:st|nd|rd|th)?"
_MONTH_DAYS = re.compile(rf"\b({_MONTHS})\b\.? {_DAY}{_DASH}{_DAY}(?![\w/:-]|\.\d)")
_DAYS_MONTH = re.compile(rf"(?<![\w.,/:-]){_DAY}{_DASH}{_DAY} ({_MONTHS})\b\.?")
_TIME = r"(?:[01]?\d|2[0-4])(:[0-5]\d)?(?: ?([apAP][mM])\b)?"
_TIME_SPAN = re.compile(rf"(?<![\w:.,/-])({_TIME}){_DASH}({_TIME})(?![\w:/-]|\.\d)")

_VERSES = words_of(
    "Genesis Exodus Leviticus Numbers Deuteronomy Joshua Judges Samuel Kings Psalm Psalms Proverbs "
    "Ecclesiastes Isaiah Jeremiah Ezekiel Daniel Matthew Mark Luke John Acts Romans Corinthians "
    "Galatians Ephesians Philippians Timothy Hebrews James Peter Revelation Quran Surah"
)
"""Books whose places are written like a ratio, chapter and verse."""
_CONTESTS = words_of("ratio odds score scored won win lost lead led leads tied")
"""In front of a ratio that could be a time of day: these make it one, perhaps with "of"."""
_COMPARED = words_of(
    "ratio aspect screen monitor display panel format video widescreen odds mixture scale win "
    "victory defeat loss"
)
"""Behind a ratio that could be a time of day: these make it one."""
_RATIO = re.compile(
    rf"(?:\b(?:({'|'.join(_VERSES)})|({'|'.join(_CONTESTS)})(?: of)?) )?"
    rf"(?<![\w:.,])(\d{{1,4}}):(\d{{1,4}})(?![\w:]|\.\d)"
)
_COMPARED_NEXT = re.compile(rf" (?:{'|'.join(_COMPARED)})\b")


def read_spans(text: str) -> str:
    """Write "to" between days, months, times of day and the two sides of a ratio or a score.

    Numbers stay figures, for the rules of dates and quantities that follow.
    """
    if "-" in text or "–" in text:
        text = _NAME_SPAN.sub(lambda m: f"{_NAME_OF[m[1]]} to {_NAME_OF[m[2]]}", text)
        text = _MONTH_DAYS.sub(lambda m: f"{m[1]} {m[2]} to {m[3]}th", text)
        text = _DAYS_MONTH.sub(lambda m: f"{m[3]} {m[1]} to {m[2]}th", text)
        text = _TIME_SPAN.sub(_times, text)
    return _RATIO.sub(_ratio, text) if ":" in text else text


def _times(match: Match[str]) -> str:
    """9am–5pm and 10:00–11:30, but not the bare numbers 9–5, which are read as a range."""
    first, *marks, last, minutes, half = match.groups()
    return f"{first} to {last}" if any([*marks, minutes, half]) else match[0]


def _ratio(match: Match[str]) -> str:
    """3:2 is no time of day; 16:10 is one unless a word beside it speaks of a ratio."""
    verse, contest, first, second = match.groups()
    like_a_time = len(second) == 2 and int(first) <= 24 and int(second) < 60
    if verse or (
        like_a_time and not contest and not _COMPARED_NEXT.match(match.string, match.end())
    ):
        return match[0]
    return f"{match[0][: -len(first) - len(second) - 1]}{first} to {second}"
