"""Pinyin syllables, and the two phones that the published symbol tables give each of them."""

import re
from functools import cache

from gpt_sovits.errors import TextError

# The syllables of standard Mandarin as they are spelled, finals by initial.
_SPELLINGS = {
    "b": "a ai an ang ao ei en eng i ian iao ie in ing o u",
    "p": "a ai an ang ao ei en eng i ian iao ie in ing o ou u",
    "m": "a ai an ang ao e ei en eng i ian iao ie in ing iu o ou u",
    "f": "a an ang ei en eng iao o ou u",
    "d": "a ai an ang ao e ei en eng i ia ian iao ie ing iu ong ou u uan ui un uo",
    "t": "a ai an ang ao e ei eng i ian iao ie ing ong ou u uan ui un uo",
    "n": "a ai an ang ao e ei en eng i ia ian iang iao ie in ing iu ong ou u uan un uo v ve",
    "l": "a ai an ang ao e ei eng i ia ian iang iao ie in ing iu o ong ou u uan un uo v ve",
    "g": "a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo",
    "k": "a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo",
    "h": "a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo",
    "j": "i ia ian iang iao ie in ing iong iu u uan ue un",
    "q": "i ia ian iang iao ie in ing iong iu u uan ue un",
    "x": "i ia ian iang iao ie in ing iong iu u uan ue un",
    "zh": "a ai an ang ao e ei en eng i ong ou u ua uai uan uang ui un uo",
    "ch": "a ai an ang ao e en eng i ong ou u ua uai uan uang ui un uo",
    "sh": "a ai an ang ao e ei en eng i ou u ua uai uan uang ui un uo",
    "r": "an ang ao e en eng i ong ou u ua uan ui un uo",
    "z": "a ai an ang ao e ei en eng i ong ou u uan ui un uo",
    "c": "a ai an ang ao e ei en eng i ong ou u uan ui un uo",
    "s": "a ai an ang ao e en eng i ong ou u uan ui un uo",
    "y": "a an ang ao e i in ing o ong ou u uan ue un",
    "w": "a ai an ang ei en eng o u",
    "": "a ai an ang ao e ei en eng er o ou",
}

# Where the tables write a final otherwise than pinyin does: the sound that "i" is after sibilants,
# the front rounded vowel behind j q x y, and the open vowels of ye and yan.
_FRONT_ROUNDED = {"u": "v", "uan": "van", "ue": "ve", "un": "vn"}
_RESPELLED = {
    **{initial: {"i": "ir"} for initial in ("zh", "ch", "sh", "r")},
    **{initial: {"i": "i0"} for initial in ("z", "c", "s")},
    **{initial: _FRONT_ROUNDED for initial in ("j", "q", "x")},
    "y": _FRONT_ROUNDED | {"e": "E", "an": "En"},
}

_OPENING = {"a": "AA", "o": "OO", "e": "EE"}
"""The phone that stands where a syllable has no initial."""

_INTERJECTIONS = {
    "m": "mu", "n": "en", "ng": "en", "hm": "heng", "hng": "heng", "ê": "ei", "yai": "ya",
}  # fmt: skip
"""Sounds that dictionaries give but the symbol tables lack, with the nearest syllable."""

_ONE_SYLLABLE = re.compile(r"([a-zê]+)([0-5])")


@cache
def _phone_pairs() -> dict[str, tuple[str, str]]:
    """Initial and toneless final of every syllable."""
    pairs: dict[str, tuple[str, str]] = {}
    for initial, finals in _SPELLINGS.items():
        respelled = _RESPELLED.get(initial, {})
        for final in finals.split():
            pairs[initial + final] = (initial or _OPENING[final[0]], respelled.get(final, final))
    return pairs


def syllable_phones(syllable: str) -> tuple[str, str]:
    """Phones of a syllable that `parse_pinyin` would return: `zhong4` gives `zh`, `ong4`."""
    initial, final = _phone_pairs()[syllable[:-1]]
    return initial, final + syllable[-1]


def parse_pinyin(reading: str) -> tuple[str, ...]:
    """Read pinyin with tone digits, as people write it in a dictionary.

    `ü` may be written `v` or `u:`, the neutral tone 5 or 0.

    Args:
        reading: syllables separated by spaces, `lü4 se4`.

    Returns:
        Syllables in one spelling, `("lv4", "se4")`.

    Raises:
        TextError: nothing is there, or a syllable does not exist in Mandarin; it is named.
    """
    spelled = reading.lower().replace("u:", "v").replace("ü", "v").split()
    if not spelled:
        raise TextError("The reading is empty; write pinyin with tone digits, like chong2 qing4.")
    return tuple(_checked(syllable, reading) for syllable in spelled)


def standard_syllable(spelled: str) -> str | None:
    """Bring one syllable with a tone digit into our spelling, or None where there is none."""
    match = _ONE_SYLLABLE.fullmatch(spelled)
    if match is None:
        return None
    base, tone = match.groups()
    base = _INTERJECTIONS.get(base, base)
    if base in ("lue", "nue"):
        base = base[0] + "ve"
    if base not in _phone_pairs():
        return None
    return base + ("5" if tone == "0" else tone)


def _checked(spelled: str, reading: str) -> str:
    syllable = standard_syllable(spelled)
    if syllable is None:
        remedy = "" if spelled[-1] in "012345" else f"; add a tone digit, like {spelled}1"
        raise TextError(
            f"{spelled!r} in the reading {reading!r} is no syllable of Mandarin{remedy}."
        )
    return syllable
