"""Jyutping syllables as the two phones that the published table has for them."""

import re

from gpt_sovits.errors import TextError
from gpt_sovits.text.symbols import symbol_table

_SYLLABLE = re.compile(
    "(?P<initial>ng|[gk]w|[bpmfdtnlgkhwzcsj])?(?P<final>[aeiou][a-z]*|yu[nt]?|m|ng)(?P<tone>[1-6])"
)
# A syllable without an initial was cut behind the first of these that it begins with, and what is
# left, or the last letter if nothing is, took the tone: 愛 oi3 -> Yoi Yi3, 唔 m4 -> Ym Ym4. Read
# off the table, which has these and no others without a tone.
_HEADS = ("aa", "ai", "ak", "au", "a", "e", "on", "ou", "oi", "ok", "o", "uk", "m", "ng")


def parse_jyutping(reading: str) -> tuple[tuple[str, str], ...]:
    """Take a reading such as `gwong2 dung1` apart into the phones of each syllable.

    Raises:
        TextError: not jyutping with tones 1 to 6, or a syllable the symbol table cannot say.
    """
    syllables = reading.split()
    if not syllables:
        raise TextError("the reading is empty: write jyutping with tones, such as gwong2 dung1")
    return tuple(_phones(syllable) for syllable in syllables)


def _phones(syllable: str) -> tuple[str, str]:
    match = _SYLLABLE.fullmatch(syllable)
    for phones in _candidates(match) if match else ():
        if all(phone in symbol_table("v2") for phone in phones):
            return phones
    raise TextError(
        f"{syllable!r} is no jyutping syllable: write an initial, a final and a tone from 1 to 6, "
        "such as gwong2"
    )


def _candidates(match: re.Match[str]) -> list[tuple[str, str]]:
    initial, final, tone = match.group("initial", "final", "tone")
    if initial:
        return [(f"Y{initial}", f"Y{final}{tone}")]
    head = next((head for head in _HEADS if final.startswith(head)), final)
    rest = final[len(head) :] or head[-1]
    # Where the published cut has no symbol (鶯 ang1 -> Yng1), the vowel and the whole final serve.
    return [(f"Y{head}", f"Y{rest}{tone}"), (f"Y{final[0]}", f"Y{final}{tone}")]
