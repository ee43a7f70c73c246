"""How one word is read: dictionary, its inflections, compounds, letters, and a guess at last."""

import re
from functools import cache, lru_cache

from gpt_sovits.text.english.dictionary import data_lines, letter_name, look_up
from gpt_sovits.text.english.vocabulary import words_of
from gpt_sovits.text.reading import Source

Pronunciation = tuple[str, Source]
"""A reading in ARPAbet and where it comes from."""

VOICELESS = frozenset(words_of("P T K F TH"))
SIBILANTS = frozenset(words_of("S Z SH ZH CH JH"))

LONGEST_WORD = 40
"""Letters; what is longer (keys, random text) is no word and is spelled."""

SPELLED_UNKNOWN = 3
"""Letters; an unknown word this short is spelled, as in the reference."""

PREFIXES = {"un": "AH0 N", "re": "R IY0"}
CLITICS = {"ll": "AH0 L", "ve": "AH0 V", "re": "ER0", "d": "D", "m": "M"}
SUFFIXES = {"ly": "L IY0", "ness": "N AH0 S", "less": "L AH0 S", "ful": "F AH0 L", "ish": "IH0 SH"}

STRETCHED = frozenset(words_of("no so yes oh ah wow hey hi way ugh huh yay to do go me he"))
"""Words meant by a stretched letter although the dictionary has a name with the letter doubled."""
_STRETCH = re.compile(r"([a-z])\1{2,}")


@lru_cache(maxsize=1 << 16)
def pronounce(word: str) -> Pronunciation:
    """Reading of a lower-case word: letters, perhaps apostrophes or a hyphen; never empty."""
    if known := look_up(word):
        return known, "dictionary"
    letters = re.sub("[^a-z]", "", word)
    if len(letters) > LONGEST_WORD:
        return spell(letters), "rule"
    for rule in (_with_clitic, _inflected, _derived, _compound, _drawn_out):
        if reading := rule(word):
            return reading, "rule"
    if len(letters) <= SPELLED_UNKNOWN or not re.search("[aeiouy]", letters):
        return spell(letters), "rule"
    from gpt_sovits.text.english.network import guess  # brings numpy, which most texts do not need

    if reading := guess(letters):
        return reading, "guess"
    return spell(letters), "rule"


def spell(letters: str) -> str:
    """Reading of a row of letters, each by its name."""
    return " ".join(map(letter_name, letters))


def add_s(reading: str) -> str:
    """Reading with the ending of a plural or a possessive: voiced, voiceless or with a vowel."""
    last = reading.rpartition(" ")[2]
    if last in SIBILANTS:
        return f"{reading} AH0 Z"
    return f"{reading} S" if last in VOICELESS else f"{reading} Z"


def _add_d(reading: str) -> str:
    last = reading.rpartition(" ")[2]
    if last in ("T", "D"):
        return f"{reading} IH0 D"
    return f"{reading} T" if last in VOICELESS | SIBILANTS - {"Z", "ZH", "JH"} else f"{reading} D"


def _with_clitic(word: str) -> str | None:
    """Reading of a word with 's, s' or a shortened verb after it."""
    stem, apostrophe, ending = word.rpartition("'")
    if not stem or not apostrophe:
        return None
    if ending == "s":
        return add_s(pronounce(stem)[0])
    if ending == "":
        return pronounce(stem)[0]
    return f"{pronounce(stem)[0]} {CLITICS[ending]}" if ending in CLITICS else None


def _inflected(word: str) -> str | None:
    """Reading of a known word with -s, -ed or -ing."""
    if word.endswith("s") and not word.endswith("ss") and (known := _stem(word[:-1])):
        return add_s(known)
    if word.endswith("es") and (known := _stem(word[:-2])):
        return add_s(known) if known.rpartition(" ")[2] in SIBILANTS else None
    if word.endswith("ed") and (known := _verb(word[:-2])):
        return _add_d(known)
    if word.endswith("ing") and (known := _verb(word[:-3])):
        return f"{known} IH0 NG"
    return None


def _verb(stem: str) -> str | None:
    """Reading of the verb before its ending: streamed, googl(e)d, vlog(g)ed."""
    doubled = len(stem) > 3 and stem[-1] == stem[-2] and stem[-1] not in "aeious"
    return _stem(stem + "e") or (_stem(stem[:-1]) if doubled else None) or _stem(stem)


def _stem(word: str) -> str | None:
    """A known word or compound that an ending may follow."""
    return (look_up(word) or _compound(word)) if len(word) > 2 else None


def _derived(word: str) -> str | None:
    """Reading of a known word with a prefix or a suffix that leaves its sound alone."""
    for suffix, reading in SUFFIXES.items():
        stem = word.removesuffix(suffix)
        if 3 < len(stem) < len(word) and (known := look_up(stem)):
            return f"{known} {reading}"
    for prefix, reading in PREFIXES.items():
        stem = word.removeprefix(prefix).removeprefix("-")
        if 3 < len(stem) < len(word) and (known := look_up(stem)):
            return f"{reading} {known}"
    return None


def _drawn_out(word: str) -> str | None:
    """Reading of a word stretched for emphasis: nooo, yesss, cooool."""
    if not _STRETCH.search(word):
        return None
    short = _STRETCH.sub(r"\1", word)
    double = _STRETCH.sub(r"\1\1", word)
    return look_up(short) if short in STRETCHED else look_up(double) or look_up(short)


@cache
def _compound_parts() -> frozenset[str]:
    return frozenset(" ".join(data_lines("compounds.txt")).split())


def _compound(word: str) -> str | None:
    """Reading of two known words written as one, where one of them is known to join.

    Of several such splits the one with the longest shorter part is taken.
    """
    best: tuple[int, str] | None = None
    parts = _compound_parts()
    for cut in range(3, len(word) - 2):
        head, tail = word[:cut], word[cut:]
        if f"{head}-" not in parts and f"-{tail}" not in parts:
            continue
        first, second = look_up(head), look_up(tail)
        shorter = min(len(head), len(tail))
        if first and second and (best is None or shorter > best[0]):
            best = shorter, f"{first} {second}"
    return best[1] if best else None
