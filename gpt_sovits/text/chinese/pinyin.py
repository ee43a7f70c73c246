"""Readings of words from pypinyin's phrases and characters, before sandhi."""

from functools import lru_cache

from gpt_sovits.text.chinese.syllables import standard_syllable

_NO_READING = "?"


@lru_cache(maxsize=65536)
def base_syllables(word: str) -> tuple[str, ...]:
    """Look a word up: its phrase, or the phrases and characters it is made of.

    The result is that of `pypinyin.lazy_pinyin`, read from its tables directly, which is several
    times faster for a word that has not been seen.

    Args:
        word: Han characters for which `is_readable` holds.

    Returns:
        Pinyin with tone digits, one a character.
    """
    from pypinyin.constants import PHRASES_DICT, PINYIN_DICT  # 0.25 s on its first import
    from pypinyin.seg import mmseg

    phrases = (word,) if len(word) == 1 else mmseg.seg.cut(word)
    syllables: list[str] = []
    for phrase in phrases:
        listed = PHRASES_DICT.get(phrase)
        if listed is None:
            listed = [PINYIN_DICT.get(ord(char), "").split(",", 1) for char in phrase]
        syllables += [_with_tone_digit(readings[0]) for readings in listed]
    return tuple(syllables)


def is_readable(char: str) -> bool:
    """Tell whether a character has a reading that the symbol tables can say."""
    return _NO_READING not in base_syllables(char)


def is_phrase(word: str) -> bool:
    """Tell whether pypinyin lists a word as a whole."""
    from pypinyin.constants import PHRASES_DICT

    return word in PHRASES_DICT


@lru_cache(maxsize=4096)
def _with_tone_digit(marked: str) -> str:
    """Write `chóng` as `chong2`."""
    from pypinyin.contrib.tone_convert import to_tone3

    spelled = to_tone3(marked, v_to_u=False, neutral_tone_with_five=True)
    return standard_syllable(spelled) or _NO_READING
