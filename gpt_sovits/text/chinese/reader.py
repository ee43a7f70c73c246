"""Mandarin: a text becomes words, each with its pinyin and the two phones of every syllable.

`normalize` goes from what is written to what is said, `segmentation` finds words, `merging` joins
those that lean on each other, `pinyin` and `polyphones` find readings, `sandhi`, `neutral` and
`erhua` do what the neighbours do to them, `syllables` gives the phones.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import pairwise
from types import MappingProxyType

from gpt_sovits.text.chinese.erhua import colour
from gpt_sovits.text.chinese.letters import LETTER_NAMES
from gpt_sovits.text.chinese.merging import merge
from gpt_sovits.text.chinese.neutral import neutralize
from gpt_sovits.text.chinese.normalize.marks import MARKS
from gpt_sovits.text.chinese.normalize.pipeline import normalize
from gpt_sovits.text.chinese.pinyin import base_syllables, is_phrase, is_readable
from gpt_sovits.text.chinese.polyphones import is_ambiguous, readings_by_context
from gpt_sovits.text.chinese.sandhi import change_bu, change_third_tones, change_yi
from gpt_sovits.text.chinese.segmentation import Token, segment
from gpt_sovits.text.chinese.syllables import parse_pinyin, syllable_phones
from gpt_sovits.text.reading import Reading, Source, Symbols, Unread, UserWord, Word

_CLAUSE = re.compile(f"[^{re.escape(MARKS)}]+|[{re.escape(MARKS)}]")
_IDEOGRAPH = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_KANA = re.compile("[\u3040-\u30ff]")
_NO_WORDS: Mapping[str, UserWord] = MappingProxyType({})


def read_chinese(text: str, symbols: Symbols, fixed: Mapping[str, UserWord] = _NO_WORDS) -> Reading:
    """Read a text aloud in Mandarin.

    Args:
        text: any text; what is no Chinese is spelled (Latin letters) or reported.
        symbols: table to write phones in; v1 has no erhua.
        fixed: entries of the user's dictionary by the one private-use character that stands for
            each in `text`.

    Returns:
        Words with phones and word2ph; their readings are final, after sandhi.

    Raises:
        TextError: the reading of an entry in `fixed` is no pinyin.
    """
    spoken, unread = _keep_readable(normalize(text), fixed)
    words: list[Word] = []
    for clause in _CLAUSE.findall(spoken):
        words += _read_clause(clause, symbols, fixed)
    return Reading("".join(word.text for word in words), tuple(words), unread)


def _keep_readable(text: str, fixed: Mapping[str, UserWord]) -> tuple[str, tuple[Unread, ...]]:
    """Take out what has no sound, and say why; letters lose their accents."""
    if all(map(_has_sound, text)):
        return text, ()
    kept: list[str] = []
    unread: dict[str, Unread] = {}
    for char in text:
        plain = unicodedata.normalize("NFD", char)[0]
        if char in fixed or _has_sound(char):
            kept.append(char)
        elif _has_sound(plain):
            kept.append(plain)
        elif not char.isspace():
            unread.setdefault(char, Unread(char, _reason(char)))
    return "".join(kept), tuple(unread.values())


@lru_cache(maxsize=32768)
def _has_sound(char: str) -> bool:
    if _IDEOGRAPH.match(char):
        return is_readable(char)
    return char in MARKS or char.lower() in LETTER_NAMES


def _reason(char: str) -> str:
    if _IDEOGRAPH.match(char):
        return "a rare character without a known reading"
    if _KANA.match(char):
        return "kana are not read in a Chinese stretch"
    category = unicodedata.category(char)
    if category[0] == "C":
        return "a control, private-use or damaged character"
    return "a letter of another script" if category[0] == "L" else "a sign without a Chinese name"


def _read_clause(clause: str, symbols: Symbols, fixed: Mapping[str, UserWord]) -> Iterator[Word]:
    """Read what stands between two marks, or a mark."""
    if clause in MARKS:
        yield Word(clause, "zh", "", (clause,), "mark", (1,))
        return
    tokens = segment(clause)
    decided = readings_by_context(tokens) | _leaning_on_user_words(tokens, fixed)
    start = 0
    for token in merge(tokens):
        if token.tag:
            yield _read_word(token, start, decided, symbols)
        elif token.text in fixed:
            word = fixed[token.text]
            yield _word(word.word, parse_pinyin(word.reading), "user")
        elif token.text.lower() in LETTER_NAMES:
            yield _word(token.text, parse_pinyin(LETTER_NAMES[token.text.lower()]), "rule")
        else:
            yield _word(token.text, base_syllables(token.text), "dictionary")
        start += len(token.text)


def _leaning_on_user_words(tokens: list[Token], fixed: Mapping[str, UserWord]) -> dict[int, str]:
    """Tones of 不 and 一 in front of an entry of the user's dictionary, which joins no word."""
    found: dict[int, str] = {}
    start = 0
    for token, following in pairwise(tokens):
        if token.text in ("不", "一") and following.text in fixed:
            is_fourth = parse_pinyin(fixed[following.text].reading)[0].endswith("4")
            base = "bu" if token.text == "不" else "yi"
            found[start] = base + ("2" if is_fourth else "4")
        start += len(token.text)
    return found


def _read_word(token: Token, start: int, decided: Mapping[int, str], symbols: Symbols) -> Word:
    word, tag = token
    base = _base(word)
    syllables = list(base)
    fixed = frozenset(index for index in range(len(word)) if start + index in decided)
    for index in fixed:
        syllables[index] = decided[start + index]
    change_bu(word, syllables)
    change_yi(word, syllables, fixed)
    neutralize(word, tag, syllables, fixed)
    change_third_tones(word, syllables)
    if symbols != "v1":
        colour(word, tag, syllables)
    return _word(word, tuple(syllables), _source(word, base, tuple(syllables)))


def _base(word: str) -> tuple[str, ...]:
    """Readings before sandhi; 不 in front of a phrase leaves it whole, 不 便宜 is no 不便 宜."""
    if word[0] == "不" and is_phrase(word[1:]) and not is_phrase(word):
        return ("bu4", *base_syllables(word[1:]))
    return base_syllables(word)


def _source(word: str, base: tuple[str, ...], syllables: tuple[str, ...]) -> Source:
    if syllables != base:
        return "rule"
    return "guess" if len(word) == 1 and is_ambiguous(word) else "dictionary"


def _word(text: str, syllables: tuple[str, ...], source: Source) -> Word:
    """Put a word together; where it has not one syllable a character they are spread evenly."""
    phones = tuple(phone for syllable in syllables for phone in syllable_phones(syllable))
    if len(syllables) == len(text):
        word2ph = (2,) * len(text)
    else:
        bounds = [index * len(syllables) // len(text) for index in range(len(text) + 1)]
        word2ph = tuple(2 * (end - start) for start, end in pairwise(bounds))
    return Word(text, "zh", " ".join(syllables), phones, source, word2ph)
