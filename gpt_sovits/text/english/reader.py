"""Read English aloud: normalize, find the words, give each its phones."""

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from gpt_sovits.text.english.arpabet import reading_phones
from gpt_sovits.text.english.dictionary import look_up
from gpt_sovits.text.english.homographs import is_homograph, read_homograph
from gpt_sovits.text.english.normalization import normalize
from gpt_sovits.text.english.spelling import pronounce_token
from gpt_sovits.text.english.vocabulary import MARKS, words_of
from gpt_sovits.text.english.words import PREFIXES, Pronunciation, add_s
from gpt_sovits.text.reading import Reading, Symbols, UserWord, Word

AFTER_LETTER = frozenset(words_of("is was and or to at dot dash slash underscore plus minus"))
"""Words before which a capital A at a beginning is the letter."""

NO_WORDS: Mapping[str, UserWord] = MappingProxyType({})

_TOKEN = re.compile(
    r"[\ue000-\uf8ff](?:'s\b)?|'?[A-Za-z]+(?:'[A-Za-z]+)*(?:-[A-Za-z]+(?:'[A-Za-z]+)*)*'?|[,.!?]"
)


def read_english(text: str, symbols: Symbols, fixed: Mapping[str, UserWord] = NO_WORDS) -> Reading:
    """Read a text as English.

    Args:
        text: any text; what English cannot read is reported, not spoken.
        symbols: symbol table of the phones.
        fixed: words of the user's dictionary, each by the private-use character (U+E000 and
            up) that stands for it in `text`.

    Raises:
        TextError: a reading of `fixed` is not ARPAbet.
    """
    norm_text, unread = normalize(text, fixed)
    tokens = list(_tokens(norm_text))
    shouting = _is_shouted(text)
    words = []
    for index, token in enumerate(tokens):
        if token in MARKS:
            words.append(Word(token, "en", "", (token,), "mark"))
        elif (user_word := fixed.get(token[0])) is not None:
            words.append(_user_word(user_word, token[1:], symbols))
        else:
            reading, source = _pronounce(tokens, index, shouting)
            words.append(Word(token, "en", reading, reading_phones(reading, symbols), source))
    originals = {ord(character): word.word for character, word in fixed.items()}
    return Reading(norm_text.translate(originals), tuple(words), tuple(unread))


def _tokens(norm_text: str) -> Iterator[str]:
    """Words and marks; quotes are stripped, hyphens kept where the dictionary has them."""
    for token in _TOKEN.findall(norm_text):
        if "'" in token and (token[0] == "'" or token[-1] == "'"):
            token = _without_quotes(token)
        if "-" in token and not _is_one_word(token.lower()):
            yield from token.split("-")
        else:
            yield token


def _is_one_word(hyphenated: str) -> bool:
    """Whether the dictionary has the word with its hyphen, or it is one with a prefix: re-enter."""
    prefix, _, stem = hyphenated.partition("-")
    return look_up(hyphenated) is not None or (prefix in PREFIXES and look_up(stem) is not None)


def _without_quotes(token: str) -> str:
    """Strip apostrophes that quote: 'hello' but not 'em, goin' or dogs'."""
    for whole in (token, token.removesuffix("'")):
        if look_up(whole.lower()) is not None:
            return whole
    token = token.removeprefix("'")
    if token.endswith("s'") or look_up(token.lower()) is not None:
        return token
    return token.removesuffix("'")


def _is_shouted(text: str) -> bool:
    """Whether capitals say nothing: three words or more, all in capitals."""
    return text.isupper() and len(text.split()) >= 3


def _user_word(user_word: UserWord, ending: str, symbols: Symbols) -> Word:
    reading = " ".join(reading_phones(user_word.reading, symbols))
    if ending:
        reading = add_s(reading)
    phones = reading_phones(reading, symbols)
    return Word(user_word.word + ending, "en", reading, phones, "user")


def _pronounce(tokens: list[str], index: int, shouting: bool) -> Pronunciation:
    token = tokens[index]
    lower = token.lower()
    if lower == "a":
        return ("AH0" if _is_article(tokens, index, shouting) else "EY1"), "rule"
    if is_homograph(lower) and (shouting or not token.isupper()):
        return read_homograph(tokens, index), "rule"
    return pronounce_token(token, shouting=shouting)


def _is_article(tokens: list[str], index: int, shouting: bool) -> bool:
    """Whether a lone A is the article: in small print, or before a small word at a beginning."""
    following = tokens[index + 1] if index + 1 < len(tokens) else ""
    if tokens[index] == "a":
        return following not in MARKS | {""}
    if shouting:
        return len(following) > 1
    begins = index == 0 or tokens[index - 1] in MARKS
    return begins and following.islower() and following not in AFTER_LETTER
