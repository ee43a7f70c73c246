"""Capitals: which are acronyms, which are spelled, and words written in camelCase."""

import re
from functools import lru_cache

from gpt_sovits.text.english.dictionary import look_up
from gpt_sovits.text.english.vocabulary import words_of
from gpt_sovits.text.english.words import Pronunciation, add_s, pronounce, spell

SPELLED = frozenset(
    words_of(
        "AC AE AI AL AM AMA AP API AR ATA BA BI CA CIS CIT CO COD CV DA DAS DE DEA DI EC ED EM EN "
        "EP EPA ER ES ESA EU EV EX FA GA GI GIS GUI HA ID IDE IDS IE IL IM IO IOS IP IRA IRS ISA "
        "ISO ISS IT LA LE LED LI MA MAS MBA MI MIT MS NA NE NES NG NI NIH OS OSS PA PE POS PR RA "
        "RES ROI RNA SA SAS SAT SDN SE SEC SEO SI SOS SS SSN SUV TA TI UFO UI UN UPS URI URL US "
        "USA VA VI WA WHO WI XI"
    )
)
"""Acronyms that the dictionary would read as words, in capitals within a text that is not."""

_CONSONANT = "[bcdfghjklmnpqrstvwxyz]"
_PRONOUNCEABLE = re.compile(
    rf"(?:(?:{_CONSONANT}|[bcdfgkpst]h?[lr]|[cst]h|s[cklmnptw])?[aeiouy]{{1,2}}[lmnrst]?){{2,}}"
    rf"(?:{_CONSONANT}|ck|ll|ss|nt|nd|st|rt|rk|mp|ng|th|sh)?"
)
"""Syllables of the kind that make people read an acronym as a word."""

_STRESS = re.compile("[012]")
_HUMPS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_PLURAL_ACRONYM = re.compile(r"[A-Z]{2,}s")


def pronounce_token(token: str, *, shouting: bool = False) -> Pronunciation:
    """Reading of a word as it is written, its capitals considered.

    Args:
        token: letters and inner apostrophes.
        shouting: the whole text is in capitals, so that they say nothing.
    """
    if len(token) == 1:
        return spell(token), "rule"
    lower = token.lower()
    if shouting or token == lower or token[1:] == lower[1:]:
        return pronounce(lower)
    if token.endswith("'s"):
        return add_s(pronounce_token(token[:-2])[0]), "rule"
    if token.isupper():
        return _pronounce_acronym(token)
    if known := look_up(lower):
        return known, "dictionary"
    if _PLURAL_ACRONYM.fullmatch(token):
        return add_s(_pronounce_acronym(token[:-1])[0]), "rule"
    humps = _HUMPS.findall(token)
    if len(humps) < 2:
        return pronounce(lower)
    return " ".join(pronounce_token(hump)[0] for hump in humps), "rule"


@lru_cache(maxsize=1 << 12)
def _pronounce_acronym(token: str) -> Pronunciation:
    """NASA as a word, GPT letter by letter."""
    lower = token.lower()
    if "'" in token:
        return pronounce(lower)
    spelled: Pronunciation = (spell(token), "rule")
    if token in SPELLED:
        return spelled
    if known := look_up(lower):
        # Where the dictionary spells it too, the letters keep their own stress as in the reference.
        same = _STRESS.sub("", known) == _STRESS.sub("", spelled[0])
        return spelled if same else (known, "dictionary")
    if len(token) > 3 and _PRONOUNCEABLE.fullmatch(lower):
        return pronounce(lower)
    return spelled
