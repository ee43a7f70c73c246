"""ARPAbet as the CMU dictionary writes it: 24 consonants, 15 vowels with a stress digit."""

from functools import lru_cache

from gpt_sovits.errors import TextError
from gpt_sovits.text.english.vocabulary import words_of
from gpt_sovits.text.reading import Symbols
from gpt_sovits.text.symbols import in_table

VOWELS = frozenset(words_of("AA AE AH AO AW AY EH ER EY IH IY OW OY UH UW"))
CONSONANTS = frozenset(words_of("B CH D DH F G HH JH K L M N NG P R S SH T TH V W Y Z ZH"))
PHONES = CONSONANTS | {vowel + stress for vowel in VOWELS for stress in "012"}


def parse_arpabet(reading: str) -> tuple[str, ...]:
    """Split a reading such as `JH EY1 S AH0 N` into phones; case does not matter.

    Raises:
        TextError: nothing to say, or a symbol that is not ARPAbet with stress digits.
    """
    phones = tuple(reading.upper().split())
    if not phones:
        raise TextError("An English reading is empty; write ARPAbet such as 'JH EY1 S AH0 N'.")
    for phone in phones:
        if phone in VOWELS:
            raise TextError(
                f"{phone!r} in the English reading {reading!r} is a vowel without its stress; "
                f"write {phone}0, {phone}1 or {phone}2."
            )
        if phone not in PHONES:
            raise TextError(
                f"{phone!r} in the English reading {reading!r} is no ARPAbet symbol; "
                "write CMU dictionary phones such as 'JH EY1 S AH0 N'."
            )
    return phones


@lru_cache(maxsize=1 << 16)
def reading_phones(reading: str, symbols: Symbols) -> tuple[str, ...]:
    """Phones of a reading as symbols of a table.

    Raises:
        TextError: see `parse_arpabet`.
    """
    return in_table(parse_arpabet(reading), symbols)
