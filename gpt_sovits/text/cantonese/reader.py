"""Read Cantonese: normalized text, one jyutping syllable and two phones per character."""

import re
from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher
from types import MappingProxyType

from gpt_sovits.errors import TextError
from gpt_sovits.text.cantonese.syllables import parse_jyutping
from gpt_sovits.text.chinese.normalize.characters import unify_characters
from gpt_sovits.text.chinese.normalize.marks import MARKS, unify_marks
from gpt_sovits.text.chinese.normalize.pipeline import normalize
from gpt_sovits.text.reading import Reading, Symbols, Unread, UserWord, Word

_SENTENCE = re.compile("[^。！？!?]*[。！？!?]*")

_MAX_ALIGNED = 300
"""Characters of a sentence whose traditional form is brought back; the cost grows by the square."""


def read_cantonese(
    text: str, symbols: Symbols, fixed: Mapping[str, UserWord] = MappingProxyType({})
) -> Reading:
    """Read a text as Cantonese, traditional or simplified characters.

    Args:
        text: any text; letters have no Cantonese reading and are reported.
        symbols: table of the family.
        fixed: private-use characters that stand for words of the user's dictionary.

    Returns:
        The reading, with `word2ph`.

    Raises:
        TextError: the table is v1's, which has no Cantonese; or a reading in `fixed` is not
            jyutping.
    """
    if symbols == "v1":
        raise TextError(
            "the v1 family has no symbols for Cantonese: choose v2 or a later family, or read the "
            "text as Chinese (zh)"
        )
    from ToJyutping import get_jyutping_list  # type: ignore[import-untyped]  # it has no types

    unread: list[Unread] = []
    syllables = get_jyutping_list(_normalize(text))
    words = tuple(_words(syllables, fixed, unread))
    norm_text = "".join(word.text for word in words)
    return Reading(norm_text, words, tuple(dict.fromkeys(unread)))


def _normalize(text: str) -> str:
    """Write numbers as words and unify marks; characters stay traditional where they are."""
    if not re.search("[0-9０-９]", text):
        return unify_marks(text)
    return "".join(_normalize_sentence(sentence) for sentence in _SENTENCE.findall(text))


def _normalize_sentence(sentence: str) -> str:
    """Normalize as Chinese, then bring back what had only been simplified.

    ToJyutping reads 幾多錢 better than 几多钱: a simplified character stands for several.
    """
    simplified, spoken = unify_characters(sentence), normalize(sentence)
    if len(simplified) != len(sentence) or len(spoken) > _MAX_ALIGNED:
        return spoken
    result = list(spoken)
    for block in SequenceMatcher(None, simplified, spoken, autojunk=False).get_matching_blocks():
        result[block.b : block.b + block.size] = sentence[block.a : block.a + block.size]
    return unify_marks("".join(result))


def _words(
    syllables: list[tuple[str, str | None]], fixed: Mapping[str, UserWord], unread: list[Unread]
) -> Iterator[Word]:
    """One word per character, mark or entry of the user's dictionary."""
    for text, jyutping in syllables:
        entry = fixed.get(text)
        if entry and entry.language == "yue":
            phones = [phone for pair in parse_jyutping(entry.reading) for phone in pair]
            counts = _spread(len(phones), len(entry.word))
            yield Word(entry.word, "yue", entry.reading, tuple(phones), "user", counts)
        elif text in MARKS:
            yield Word(text, "yue", "", (text,), "mark", (1,))
        elif jyutping and (phones := _try(jyutping)):
            counts = _spread(len(phones), len(text))
            yield Word(text, "yue", jyutping, tuple(phones), "dictionary", counts)
        else:
            unread.extend(Unread(each, "no reading in Cantonese") for each in text.strip())


def _try(jyutping: str) -> list[str]:
    """Phones of a dictionary reading; nothing for the few interjections no table can say (hm2)."""
    try:
        return [phone for pair in parse_jyutping(jyutping) for phone in pair]
    except TextError:
        return []


def _spread(n_phones: int, n_characters: int) -> tuple[int, ...]:
    """Phones per character: two each where a character is a syllable, else as even as it goes."""
    share, rest = divmod(n_phones, n_characters)
    return tuple(share + (index < rest) for index in range(n_characters))
