"""Roman numerals in titles and after the names of rulers."""

import re
from re import Match

from gpt_sovits.text.english.numbers import cardinal, ordinal
from gpt_sovits.text.english.vocabulary import words_of

_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}

_NUMERAL = r"(?=[IVXLC])(C{0,3}(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3}))(?![\w'-])"
_TITLES = words_of(
    "Chapter Part Volume Vol Act Scene Section Book Article Appendix Episode Season Level "
    "Phase Stage Type Class Figure Table Step Title Tier Grade Category War Bowl"
)
_RULERS = words_of(
    "Henry Louis Elizabeth Charles George Edward Richard James William Napoleon Paul Benedict "
    "Pius Leo Alexander Peter Catherine Nicholas Philip Frederick Wilhelm Ivan Ramses "
    "Ferdinand Otto Ptolemy Francis Gregory Innocent Clement Urban Gustav Christian Mary "
    "Stephen Robert"
)

_AFTER_TITLE = re.compile(rf"\b({'|'.join(_TITLES)})\.? {_NUMERAL}")
_AFTER_RULER = re.compile(
    rf"\b({'|'.join(_RULERS)}) (?=[IVX])(?!I\b(?! of\b)){_NUMERAL}(?!\.\s?[A-Z])"
)
_AFTER_NAME = re.compile(rf"\b([A-Z][a-z]+) (?=[IVX]{{2}}){_NUMERAL}")


def roman_value(numeral: str) -> int:
    """Value of a well-formed numeral below 400: `XIV` gives 14."""
    values = [_VALUES[letter] for letter in numeral]
    following = [*values[1:], 0]
    return sum(-v if v < after else v for v, after in zip(values, following, strict=True))


def read_romans(text: str) -> str:
    """Write out "Chapter IV" as four, "Henry VIII" as the eighth, "Rocky II" as two.

    A lone I is a numeral only in a title ("World War I") or before "of" ("Charles I of England");
    everywhere else it is the pronoun.
    """
    text = _AFTER_TITLE.sub(_cardinal, text)
    text = _AFTER_RULER.sub(_ordinal, text)
    return _AFTER_NAME.sub(_cardinal, text)


def _cardinal(match: Match[str]) -> str:
    return f"{match[1]} {cardinal(str(roman_value(match[2])))}"


def _ordinal(match: Match[str]) -> str:
    return f"{match[1]} the {ordinal(str(roman_value(match[2])))}"
