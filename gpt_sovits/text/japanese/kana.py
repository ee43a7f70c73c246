"""Readings in kana with accent marks, and the phones they stand for.

A reading is written as it sounds, `ト[ーキョー`: `[` where the pitch rises, `]` where it falls.
Where no `[` is written, the pitch rises after the first mora, as in every Tokyo accent that does
not fall there. A mark in front of the first mora is not spoken; it says that the word begins high,
`[ノデ`, or stays low, `]マス`, as words do inside an accent phrase.
"""

import re
import unicodedata
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from gpt_sovits.errors import TextError

RISE, FALL = "[", "]"

# A row: the consonant, then its kana for a i u e o. Consonants without a symbol of their own are
# written as two that have one (`kw` -> `k w`), which the reference turns into UNK.
_ROWS = """
- ア イ ウ エ オ
- ァ ィ ゥ ェ ォ
- . ヰ . ヱ ヲ
k カ キ ク ケ コ
k ヵ . . ヶ .
ky キャ . キュ キェ キョ
k,w クァ クィ クゥ クェ クォ
k,w クヮ . . . .
g ガ ギ グ ゲ ゴ
gy ギャ . ギュ ギェ ギョ
g,w グァ グィ グゥ グェ グォ
g,w グヮ . . . .
s サ スィ ス セ ソ
s . シィ . . .
sh シャ シ シュ シェ ショ
z ザ ズィ ズ ゼ ゾ
z . . ヅ . .
j ジャ ジ ジュ ジェ ジョ
j ヂャ ヂ ヂュ ヂェ ヂョ
t タ ティ トゥ テ ト
t,y テャ . テュ . テョ
ts ツァ ツィ ツ ツェ ツォ
ch チャ チ チュ チェ チョ
d ダ ディ ドゥ デ ド
dy デャ . デュ デェ デョ
n ナ ニ ヌ ネ ノ
ny ニャ . ニュ ニェ ニョ
h ハ ヒ . ヘ ホ
hy ヒャ . ヒュ ヒェ ヒョ
f ファ フィ フ フェ フォ
f,y フャ . フュ . フョ
b バ ビ ブ ベ ボ
by ビャ . ビュ ビェ ビョ
v ヴァ ヴィ ヴ ヴェ ヴォ
by ヴャ . ヴュ . ヴョ
p パ ピ プ ペ ポ
py ピャ . ピュ ピェ ピョ
m マ ミ ム メ モ
my ミャ . ミュ ミェ ミョ
y ヤ . ユ イェ ヨ
y ャ . ュ . ョ
r ラ リ ル レ ロ
ry リャ . リュ リェ リョ
w ワ ウィ . ウェ ウォ
w ヮ . . . .
"""


def _table() -> dict[str, tuple[str, ...]]:
    """Phones of every mora except the long vowel, which repeats the vowel before it."""
    table: dict[str, tuple[str, ...]] = {"ン": ("N",), "ッ": ("cl",)}
    for row in _ROWS.split("\n")[1:-1]:
        consonant, *moras = row.split()
        consonants = () if consonant == "-" else tuple(consonant.split(","))
        for mora, vowel in zip(moras, "aiueo", strict=True):
            if mora != ".":
                table[mora] = (*consonants, vowel)
    return table


_PHONES = _table()
_LONG = "ー"
_N_CACHED = 4096
"""A few thousand words make up most of any text."""
_MORA = re.compile("|".join(sorted([*_PHONES, _LONG], key=len, reverse=True)))
_VOWEL_KANA = dict(zip("aiueoN", "アイウエオン", strict=True))
_LARGE = dict(zip("ァィゥェォ", "アイウエオ", strict=True))
_KATAKANA = {code: code + 0x60 for code in range(ord("ぁ"), ord("ゖ") + 1)}


@dataclass(frozen=True)
class Kana:
    """A reading taken apart."""

    moras: tuple[str, ...]
    """Katakana of each mora."""
    high: tuple[bool, ...]
    """Whether a mora is spoken at high pitch."""
    falls_after: bool = False
    """Whether the pitch falls behind the last mora, when something follows in its phrase."""

    @property
    def accent(self) -> int:
        """Morae before the fall, 0 where the pitch stays up."""
        for index, (here, following) in enumerate(pairwise(self.high), 1):
            if here and not following:
                return index
        return len(self.high) if self.falls_after else 0


@lru_cache(_N_CACHED)
def split_moras(kana: str) -> tuple[str, ...]:
    """Cut katakana into moras; what is no kana is left out."""
    return tuple(_MORA.findall(kana))


def mora_phones(mora: str, vowel: str) -> tuple[str, ...]:
    """Phones of one mora; `vowel` is the phone before it, which a long vowel repeats."""
    if mora == _LONG:
        return (vowel,) if vowel in _VOWEL_KANA else ()
    return _PHONES[mora]


def begin_with_vowel(kana: Kana, vowel: str) -> Kana:
    """Write out a leading long vowel, so that the word can be read without the one before it.

    Small vowels behind it become large ones, or イ and ェ would be read as one mora.
    """
    if kana.moras[0] != _LONG or vowel not in _VOWEL_KANA:
        return kana
    rest = (_LARGE.get(mora, mora) for mora in kana.moras[1:])
    return replace(kana, moras=(_VOWEL_KANA[vowel], *rest))


def tokyo_pitch(n_moras: int, accent: int) -> tuple[bool, ...]:
    """Pitch of a phrase: low, then high up to the accent, then low; high at once if it is 1."""
    if accent == 1:
        return (True, *[False] * (n_moras - 1))
    return tuple(index > 0 and (accent == 0 or index < accent) for index in range(n_moras))


@lru_cache(_N_CACHED)
def format_kana(kana: Kana) -> str:
    """Write a reading so that `parse_kana` returns it."""
    parts = [kana.moras[0]]
    for (before, after), mora in zip(pairwise(kana.high), kana.moras[1:], strict=True):
        if before != after:
            parts.append(RISE if after else FALL)
        parts.append(mora)
    if kana.falls_after:
        parts.append(FALL)
    text = "".join(parts)
    implied = RISE in text or kana.high == tokyo_pitch(len(kana.moras), kana.accent)
    if implied or len(kana.moras) == 1:
        return text
    return (RISE if kana.high[0] else FALL) + text


def parse_kana(reading: str) -> Kana:
    """Take a reading apart; hiragana and half-width kana are accepted.

    Raises:
        TextError: a character is no kana, a mark is out of place, or nothing is spoken.
    """
    text = unicodedata.normalize("NFKC", reading).translate(_KATAKANA)
    moras: list[str] = []
    marks: dict[str, int] = {}  # mark -> moras before it
    leading = ""
    position = 0
    while position < len(text):
        character = text[position]
        if character in (RISE, FALL):
            if not moras and not leading:
                leading = character
            elif not moras or character in marks or FALL in marks or leading == character:
                raise TextError(
                    f"the reading {reading!r} has {character!r} out of place: write one '[' where "
                    "the pitch rises, then one ']' where it falls"
                )
            else:
                marks[character] = len(moras)
            position += 1
        elif match := _MORA.match(text, position):
            moras.append(match.group())
            position = match.end()
        else:
            raise TextError(
                f"the reading {reading!r} holds {character!r}, which is no kana: write it in kana "
                "with '[' where the pitch rises and ']' where it falls, such as ト[ーキョー"
            )
    if not moras or moras == [_LONG] * len(moras):
        raise TextError(f"the reading {reading!r} is empty: write it in kana, such as ト[ーキョー")
    return Kana(tuple(moras), _pitch(len(moras), leading, marks), marks.get(FALL) == len(moras))


def _pitch(n_moras: int, leading: str, marks: dict[str, int]) -> tuple[bool, ...]:
    """Pitch of each mora from the marks that were written."""
    fall = marks.get(FALL, n_moras)
    if leading:
        rise = 0 if leading == RISE else marks.get(RISE, n_moras)
    elif RISE in marks:
        rise = marks[RISE]
    else:
        return tokyo_pitch(n_moras, marks.get(FALL, 0))
    return tuple(rise <= index < fall for index in range(n_moras))
