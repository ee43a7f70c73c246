"""The suffix 儿: the published tables give it a syllable, with the tone of the one it colours."""

from gpt_sovits.text.chinese.lists import word_list

_PLAIN_TAGS = frozenset(("a", "j", "nr"))
"""Adjectives, abbreviations and names of people stay as they are, as in the published readings."""


def colour(word: str, tag: str, syllables: list[str]) -> None:
    """Give a final 儿 the tone of the syllable in front of it, in place.

    Args:
        word: a word of Han characters.
        tag: jieba's part of speech.
        syllables: its pinyin after sandhi, one a character.
    """
    if len(word) < 2 or word[-1] != "儿" or syllables[-1] not in ("er2", "er5"):
        return
    plain = word_list("plain_er")
    is_plain = word in plain or word[-2:] in plain or tag in _PLAIN_TAGS
    if word in word_list("coloured_er") or not is_plain:
        syllables[-1] = "er" + syllables[-2][-1]
