"""Read Japanese: phones with the pitch marks of every accent phrase, and the reading of each word.

The order of phones follows ESPnet's `pyopenjtalk_prosody` (Kurihara et al. 2021, "Prosodic features
control by symbols as input of sequence-to-sequence acoustic modeling"): `[` and `]` where the pitch
changes inside an accent phrase, `#` between two phrases that no mark parts. The published tables
have no `#`, and v1 no `[` and `]` either: these become UNK, as the networks were trained.

A mark between two words, and the `#` of a phrase's end, count as phones of the word before it.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import zip_longest
from types import MappingProxyType
from typing import TYPE_CHECKING

from gpt_sovits.text.japanese.kana import (
    FALL,
    RISE,
    Kana,
    begin_with_vowel,
    format_kana,
    mora_phones,
    parse_kana,
    split_moras,
    tokyo_pitch,
)
from gpt_sovits.text.japanese.normalize import normalize_japanese
from gpt_sovits.text.japanese.open_jtalk import MAX_LENGTH, analyse
from gpt_sovits.text.reading import Reading, Source, Symbols, Unread, UserWord, Word
from gpt_sovits.text.symbols import in_table

if TYPE_CHECKING:
    from pyopenjtalk.types import NJDFeature

_BOUNDARY = "#"
_MARKS_OF_PITCH = {RISE, FALL}
_N_CACHED = 4096
"""A few thousand words make up most of any text."""
_MARKS = {
    **dict.fromkeys("、，,､：:；;", ","),
    **dict.fromkeys("。．.｡\n", "."),
    **dict.fromkeys("！!", "!"),
    **dict.fromkeys("？?", "?"),
    **dict.fromkeys("…‥", "…"),
    **dict.fromkeys("—–―−─", "-"),
    # No table has brackets: the reference makes them UNK, which is also what parts two phrases.
    **dict.fromkeys("「」『』（）()［］[]【】〔〕〈〉《》｛｝{}“”‘’'\"«»/／・･〜~|-‐", _BOUNDARY),
    " ": _BOUNDARY,
}
_USER = "\ue000-\uf8ff"
_SPOKEN = (
    r"0-9A-Za-z%&+@×÷α-ωΑ-Ω々〆〇〻仝ぁ-ゖァ-ヺーヽヾゝゞ①-⑳"
    r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
_TOKEN = re.compile(
    rf"(?P<spoken>(?!ー)[{_USER}]?(?:[{_SPOKEN}]|(?<=\d)[.\-](?=\d)){{1,{MAX_LENGTH}}}|[{_USER}])"
    r"|(?P<dots>[。.．]{2,}|[…‥]+)"
    rf"|(?P<space>(?<=[{_SPOKEN}{_USER}]) +(?=[{_SPOKEN}{_USER}]))"
    r"|(?P<line>(?<=\S)(?<![、，,。．.！!？?…‥])\s*\n\s*(?=\S))|(?P<blank>\s+)"
    rf"|(?P<mark>[{re.escape(''.join(_MARKS))}])(?P=mark)*"
    r"|(?P<other>.)",
    re.DOTALL,
)
_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {ord("−"): ord("-")}


@dataclass(frozen=True)
class _Token:
    """A word, or a mark where `kana` is None."""

    text: str
    source: Source
    kana: Kana | None = None
    mark: str = ""
    starts_phrase: bool = False


def read_japanese(
    text: str, symbols: Symbols, fixed: Mapping[str, UserWord] = MappingProxyType({})
) -> Reading:
    """Read a text as Japanese.

    Args:
        text: any text; Latin letters are read as Open JTalk knows them or letter by letter.
        symbols: table of the family.
        fixed: private-use characters that stand for words of the user's dictionary.

    Returns:
        The reading; characters without a Japanese reading stand in `unread`.

    Raises:
        TextError: a reading in `fixed` is not kana.
    """
    user = {
        character: parse_kana(word.reading)
        for character, word in fixed.items()
        if character in text and word.language == "ja"
    }
    unread: list[Unread] = []
    tokens = list(_tokens(normalize_japanese(text), user, unread))
    words = tuple(_words(tokens, symbols, fixed, unread))
    norm_text = "".join(word.text for word in words)
    return Reading(norm_text, words, tuple(dict.fromkeys(unread)))


def _tokens(text: str, user: Mapping[str, Kana], unread: list[Unread]) -> Iterator[_Token]:
    """Cut a normalized text into words and marks; what is neither goes to `unread`."""
    for match in _TOKEN.finditer(text.strip()):
        found = match.group()
        match match.lastgroup:
            case "spoken":
                yield from _spoken(found, user, unread)
            case "dots":
                yield _Token("…", "mark", mark="…")
            case "line":
                yield _Token("\n", "mark", mark=".")
            case "space" | "mark":
                yield _Token(found[0], "mark", mark=_MARKS[found[0]])
            case "blank":  # beside a mark, which parts the words already
                continue
            case _:
                unread.append(Unread(found, _reason(found)))


def _reason(character: str) -> str:
    """Why a character is not spoken."""
    category = unicodedata.category(character)
    if category.startswith("C"):
        return "an invisible or private character"
    if category.startswith("S"):
        return "a sign without a reading"
    return "no reading in Japanese"


def _spoken(text: str, user: Mapping[str, Kana], unread: list[Unread]) -> Iterator[_Token]:
    """Words of a stretch without marks; a word of the user's can only be its first character."""
    if "\ue000" <= text[0] <= "\uf8ff" and text[0] not in user:
        unread.append(Unread(text[0], _reason(text[0])))
        text = text[1:]
        if not text:
            return
    features, unknown = analyse(text, user)
    phrase: list[NJDFeature] = []
    for feature in features:
        # A drawl written behind a word, 行こうーー, has no phrase of its own.
        if phrase and feature["chain_flag"] != 1 and not feature["pron"].startswith("ー"):
            yield from _phrase(phrase, user, unknown)
            phrase = []
        if split_moras(feature["pron"]):
            phrase.append(feature)
        elif feature["string"] == "−":  # between the groups of a telephone number
            yield _Token("-", "mark", mark=",")
        else:
            unread.extend(Unread(character, _reason(character)) for character in feature["string"])
    if phrase:
        yield from _phrase(phrase, user, unknown)


def _phrase(
    phrase: Sequence["NJDFeature"], user: Mapping[str, Kana], unknown: set[str]
) -> Iterator[_Token]:
    """Give every mora of one accent phrase its pitch."""
    moras = [split_moras(feature["pron"]) for feature in phrase]
    pitch, accent = _phrase_pitch(
        phrase[0]["acc"], sum(map(len, moras)), user.get(phrase[0]["string"])
    )
    start = 0
    for index, feature in enumerate(phrase):
        end = start + len(moras[index])
        kana = Kana(moras[index], pitch[start:end], falls_after=accent == end)
        text = feature["string"].translate(_HALF_WIDTH)
        yield _Token(text, _source(feature, user, unknown), kana, starts_phrase=index == 0)
        start = end


def _phrase_pitch(accent: int, n_moras: int, user: Kana | None) -> tuple[tuple[bool, ...], int]:
    """Pitch of each mora and the accent; a word of the user's at its head keeps its own pitch."""
    if user is None:
        return tokyo_pitch(n_moras, accent), accent
    n_user = len(user.moras)
    accent = user.accent or (accent and max(accent, n_user))
    if n_user > 1 and not user.high[-1]:
        rest: tuple[bool, ...] = (False,) * (n_moras - n_user)
    else:
        rest = tokyo_pitch(n_moras, accent)[n_user:]
    return user.high + rest, accent


def _source(feature: "NJDFeature", user: Mapping[str, Kana], unknown: set[str]) -> Source:
    if feature["string"] in user:
        return "user"
    if feature["pos_group1"] == "数":
        return "rule"
    return "guess" if feature["string"] in unknown else "dictionary"


def _words(
    tokens: Sequence[_Token],
    symbols: Symbols,
    fixed: Mapping[str, UserWord],
    unread: list[Unread],
) -> Iterator[Word]:
    """Turn tokens into words with phones."""
    vowel = ""
    for token, following in zip_longest(tokens, tokens[1:]):
        if token.kana is None:
            vowel = ""
            yield Word(token.text, "ja", "", in_table((token.mark,), symbols), "mark")
            continue
        kana = begin_with_vowel(token.kana, vowel)
        phones = _phones(kana)
        if _MARKS_OF_PITCH.issuperset(phones):  # long vowel marks behind no vowel
            unread.extend(Unread(character, _reason(character)) for character in token.text)
            continue
        vowel = phones[-1]
        text = fixed[token.text].word if token.source == "user" else token.text
        phones = in_table((*phones, *_joint(kana, following)), symbols)
        yield Word(text, "ja", format_kana(kana), phones, token.source)


@lru_cache(_N_CACHED)
def _phones(kana: Kana) -> tuple[str, ...]:
    """Phones of a word alone, with the marks of its own pitch."""
    phones: list[str] = []
    high = kana.high[0]
    for mora, is_high in zip(kana.moras, kana.high, strict=True):
        if is_high != high:
            phones.append(RISE if is_high else FALL)
            high = is_high
        before = next((phone for phone in reversed(phones) if phone not in (RISE, FALL)), "")
        phones.extend(mora_phones(mora, before))
    return tuple(phones)


def _joint(kana: Kana, following: _Token | None) -> tuple[str, ...]:
    """The mark between a word and the one that follows."""
    if following is None or following.kana is None:
        return ()
    if following.starts_phrase:
        return (_BOUNDARY,)
    if kana.high[-1] == following.kana.high[0]:
        return ()
    return (RISE,) if following.kana.high[0] else (FALL,)
