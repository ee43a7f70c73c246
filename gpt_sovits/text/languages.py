"""Which stretch of a text is read in which language.

The rules, in the order in which they win:

1. A word of the user's dictionary has the language of its entry.
2. An address of the web or of mail is one English word.
3. Kana is Japanese, hangul Korean, Latin English; Han is the mode's language, in `auto` see `han`.
4. Digits behind Latin belong to that word (GPT-4, H2O); so do digits in front of it (3D, 5G),
   unless they count a unit (5kg), or the sentence is Chinese.
5. In a Chinese sentence (Mandarin or Cantonese) every other number is Chinese, as Chinese speakers
   read it: "iPhone 15 很贵", "128GB", "5G网络" and "3v3". It is English only inside a phrase of
   English that no Chinese touches: "Chapter 3 of the book", "(3 apples)".
   Elsewhere a number goes with the nearer neighbour: glued, then across a space, a mark, a clause,
   a sentence; with the left one on a tie.
6. One Latin letter glued to Japanese is Japanese (Tシャツ); in Chinese it is English, by its name.
7. Marks and spaces go with what is left of them, opening quotes and brackets with what they open.
"""

import re
from bisect import bisect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, cast, get_args

from gpt_sovits.errors import TextError
from gpt_sovits.text.han import decide_han
from gpt_sovits.text.marks import COMBINING, OPENING, PRIVATE_USE, SENTENCE_END, closing_quotes
from gpt_sovits.text.reading import Language, Symbols, UserWord
from gpt_sovits.text.scripts import Token, find_tokens

Mode = Literal[
    "zh", "en", "ja", "yue", "ko", "all_zh", "all_ja", "all_yue", "all_ko", "auto", "auto_yue"
]
"""`zh ja yue ko`: that language plus English; `en`, `all_*`: everything as that language;
`auto`: found out; `auto_yue`: the same, with Chinese read as Cantonese."""

MODES: tuple[Mode, ...] = get_args(Mode)

_SPELLINGS: Mapping[Mode, str] = {
    "zh": "zh-cn zh_cn cn chinese 中文 汉语 漢語 普通话 国语 中英混合",
    "en": "en-us en_us en-gb en_gb english 英文 英语",
    "ja": "jp ja-jp ja_jp japanese 日文 日语 日本語 日英混合",
    "yue": "zh-hk zh_hk cantonese 粤语 粵語 广东话 粤英混合",
    "ko": "kr ko-kr ko_kr korean 韩文 韩语 한국어 韩英混合",
    "auto": "多语种混合",
    "auto_yue": "多语种混合(粤语)",
}
_MODE_OF: Mapping[str, Mode] = {mode: mode for mode in MODES} | {
    spelling: mode for mode, spellings in _SPELLINGS.items() for spelling in spellings.split()
}


@dataclass(frozen=True)
class Segment:
    """A stretch of a text that one reader reads."""

    text: str
    """As it stands in the text, without the white space at its ends."""
    language: Language


def parse_mode(name: str, symbols: Symbols = "v2", *, field: str = "language") -> Mode:
    """Understand a language mode in the spellings that users and other programs write.

    Args:
        name: the mode.
        symbols: table of the voice that is to speak.
        field: the option that it was given for, told with an error.

    Raises:
        TextError: the mode is unknown, or the symbol table has no sounds for it.
    """
    mode = _MODE_OF.get(name.strip().lower())
    known = [mode for mode in MODES if has_sounds(mode, symbols)]
    if mode is None:
        raise TextError(f"unknown language {name!r}; known are {', '.join(known)}", field=field)
    if mode not in known:
        raise TextError(
            f"the v1 symbols have no sounds for language {mode!r}; use a later family, or one of "
            f"{', '.join(known)}",
            field=field,
        )
    return mode


def has_sounds(language: str, symbols: Symbols) -> bool:
    """Tell whether a symbol table can speak a language or mode: v1 has no Cantonese and Korean."""
    return symbols == "v2" or not language.endswith(("yue", "ko"))


def split_languages(
    text: str, mode: Mode, symbols: Symbols, fixed: Mapping[str, UserWord] | None = None
) -> list[Segment]:
    """Split a text, cleaned by `clean_text`, into stretches of one language.

    The segments hold every character of the text in order, except white space at their ends.

    Args:
        text: what will be read.
        mode: from `parse_mode`.
        symbols: table of the phones; with v1 hangul stays with its neighbours.
        fixed: words of the user's dictionary by the private-use character that stands for them.
    """
    base = base_language(mode)
    if mode == "en" or mode.startswith("all_"):
        spans = _fixed_spans(text, base, fixed or {})
    else:
        tokens = find_tokens(text)
        languages = _by_script(text, tokens, mode, symbols, fixed or {})
        _decide_numbers(text, tokens, languages, base)
        spans = [
            (token.start, token.end, language or base)
            for token, language in zip(tokens, languages, strict=True)
        ]
    return _join_spans(text, spans, base)


def base_language(mode: Mode) -> Language:
    """Language of what nothing else decides."""
    name = mode.removeprefix("all_").removeprefix("auto_")
    return "zh" if name == "auto" else cast(Language, name)


_FIXED = re.compile(
    f"[{PRIVATE_USE}]|[^{PRIVATE_USE}{COMBINING}\\s](?:[^{PRIVATE_USE}]*[^{PRIVATE_USE}\\s])?"
)

Span = tuple[int, int, Language]
"""Start, end and language of a run."""


def _fixed_spans(text: str, base: Language, fixed: Mapping[str, UserWord]) -> list[Span]:
    """Split where only the user's words may leave the one language of the mode."""
    if not fixed:
        return []
    words = [(match.span(), fixed.get(match.group())) for match in _FIXED.finditer(text)]
    return [(*span, word.language if word else base) for span, word in words]


def _by_script(
    text: str,
    tokens: Sequence[Token],
    mode: Mode,
    symbols: Symbols,
    fixed: Mapping[str, UserWord],
) -> list[Language | None]:
    """Decide what the script decides; None for numbers and what has no reader."""
    base = base_language(mode)
    language_of: dict[str, Language] = {"en": "en", "kana": "ja", "han": base}
    if has_sounds("ko", symbols):
        language_of["hangul"] = "ko"
    languages = [
        fixed[text[token.start]].language
        if token.kind == "fixed" and text[token.start] in fixed
        else language_of.get(token.kind)
        for token in tokens
    ]
    if mode in ("auto", "auto_yue"):
        for index, han in enumerate(decide_han(text, tokens)):
            if han is not None:
                languages[index] = base if han == "zh" else "ja"
    for index, token in enumerate(tokens):
        if token.kind == "en" and token.end - token.start == 1:
            languages[index] = _letter_language(tokens, languages, index)
    return languages


def _letter_language(
    tokens: Sequence[Token], languages: Sequence[Language | None], index: int
) -> Language:
    """Language of a single letter: Japanese where it is glued to Japanese."""
    start, end = tokens[index].start, tokens[index].end
    if _counts_letters(tokens, index - 1):
        return "en"
    before = index > 0 and tokens[index - 1].end == start and languages[index - 1] == "ja"
    after = (
        index + 1 < len(tokens) and tokens[index + 1].start == end and languages[index + 1] == "ja"
    )
    return "ja" if before or after else "en"


# --- numbers ------------------------------------------------------------------------------------

_CLAUSE = re.compile(r"[，、：,:]")


_SMALL_WORDS = frozenset((
    "a", "an", "and", "are", "as", "at", "be", "by", "can", "do", "for", "from", "has", "have",
    "he", "I", "in", "is", "it", "me", "my", "of", "on", "or", "our", "she", "that", "the",
    "they", "this", "to", "was", "we", "were", "will", "with", "you", "your",
))  # fmt: skip
"""Words that hardly an English phrase does without, and no name of a product has."""

_MAX_PHRASE = 12
"""Runs to each side of a number in which such a word is looked for."""


def _decide_numbers(
    text: str, tokens: Sequence[Token], languages: list[Language | None], base: Language
) -> None:
    """Decide every undecided token, from left to right."""
    if all(languages):
        return
    chinese = _in_chinese(text, tokens, languages) if "en" in languages else []
    right_of = _decided_after(languages)
    for index, token in enumerate(tokens):
        if languages[index] is None:
            nearest = _nearest(text, tokens, languages, index, right_of[index]) or base
            inside = nearest == "en" and token.kind == "number" and chinese[index]
            if inside and not _is_in_english_phrase(text, tokens, index):
                nearest = cast(Language, chinese[index])
            languages[index] = nearest


def _decided_after(languages: Sequence[Language | None]) -> list[int | None]:
    """Index of the first decided token behind each token."""
    found: list[int | None] = []
    right = None
    for index in range(len(languages) - 1, -1, -1):
        found.append(right)
        right = index if languages[index] else right
    return found[::-1]


def _nearest(
    text: str,
    tokens: Sequence[Token],
    languages: Sequence[Language | None],
    index: int,
    right: int | None,
) -> Language | None:
    """Language of the nearest neighbour: a Latin word glued behind, else the left one on a tie."""
    if right == index + 1 and _counts_letters(tokens, index):
        return "en"
    choices = []
    if index > 0:
        gap = text[tokens[index - 1].end : tokens[index].start]
        choices.append((_distance(gap), languages[index - 1]))
    if right is not None:
        gap = text[tokens[index].end : tokens[right].start]
        choices.append((_distance(gap), languages[right]))
    return min(choices, key=lambda choice: choice[0])[1] if choices else None


def _counts_letters(tokens: Sequence[Token], index: int) -> bool:
    """Tell whether a number and the Latin word behind it are written as one: 3D."""
    if not 0 <= index < len(tokens) - 1 or tokens[index].kind != "number":
        return False
    following = tokens[index + 1]
    return following.kind == "en" and following.start == tokens[index].end


def _in_chinese(
    text: str, tokens: Sequence[Token], languages: Sequence[Language | None]
) -> list[Language | None]:
    """For each token: zh or yue where the nearest of its sentence that is no English is that."""
    ends = [match.start() for match in SENTENCE_END.finditer(text)]
    before = _nearest_in_sentence(tokens, languages, ends, range(len(tokens)))
    after = _nearest_in_sentence(tokens, languages, ends, range(len(tokens) - 1, -1, -1))
    found: list[Language | None] = []
    for index, pair in enumerate(zip(before, after, strict=True)):
        sides = [side for side in pair if side is not None]
        nearest = min(sides, key=lambda side: abs(side - index), default=None)
        language = None if nearest is None else languages[nearest]
        found.append(language if language in ("zh", "yue") else None)
    return found


def _nearest_in_sentence(
    tokens: Sequence[Token],
    languages: Sequence[Language | None],
    ends: Sequence[int],
    order: Sequence[int],
) -> list[int | None]:
    """Going in one order, the last decided token passed in a sentence that is not English."""
    found: list[int | None] = [None] * len(tokens)
    last = None
    sentence = -1
    for index in order:
        here = bisect(ends, tokens[index].start)
        if here != sentence:
            last, sentence = None, here
        found[index] = last
        if languages[index] not in (None, "en"):
            last = index
    return found


def _is_in_english_phrase(text: str, tokens: Sequence[Token], index: int) -> bool:
    """Tell whether a number belongs to English that no Chinese touches.

    The row of English words and numbers around it has a small word, or begins with the number and
    goes on with a plain word.
    """
    before = _phrase_words(text, tokens, index, -1)
    after = _phrase_words(text, tokens, index, 1)
    if before is None or after is None:
        return False
    words = {word if len(word) == 1 else word.lower() for word in before + after}
    if words & _SMALL_WORDS:  # the letter A is no article
        return True
    apart = index + 1 < len(tokens) and tokens[index + 1].start > tokens[index].end
    return not before and bool(after) and apart and after[0].islower() and len(after[0]) > 2


def _phrase_words(text: str, tokens: Sequence[Token], index: int, step: int) -> list[str] | None:
    """English words and numbers to one side, parted by spaces only; None where Chinese touches."""
    words: list[str] = []
    for place in range(index + step, index + step * (_MAX_PHRASE + 1), step):
        if not 0 <= place < len(tokens):
            break
        left, right = sorted((place - step, place))
        if text[tokens[left].end : tokens[right].start].strip():
            break
        if tokens[place].kind not in ("en", "number"):
            return words or None
        words.append(text[tokens[place].start : tokens[place].end])
    return words


def _distance(gap: str) -> int:
    """How far apart two runs are, by what lies between them."""
    if not gap:
        return 0
    if gap.isspace() and "\n" not in gap:
        return 1
    if SENTENCE_END.search(gap):
        return 4
    return 3 if _CLAUSE.search(gap) else 2


# --- segments -----------------------------------------------------------------------------------


def _join_spans(text: str, spans: Sequence[Span], base: Language) -> list[Segment]:
    """Make one segment of neighbours in one language and share out what lies between them."""
    segments = []
    start = 0
    quotes = closing_quotes(text)
    language = spans[0][2] if spans else base
    for (_, left_end, _), (right_start, _, right) in pairwise(spans):
        if right != language:
            end = _boundary(text, left_end, right_start, quotes)
            segments.append(Segment(text[start:end].strip(), language))
            start, language = end, right
    last = text[start:].strip()
    return [*segments, Segment(last, language)] if last else segments


def _boundary(text: str, start: int, end: int, quotes: set[int]) -> int:
    """Where the marks `text[start:end]` between two segments part: before those that open."""
    while end > start and _opens(text, end - 1, quotes):
        end -= 1
    return end


def _opens(text: str, position: int, quotes: set[int]) -> bool:
    """Tell whether a mark or space before a segment belongs to it."""
    mark = text[position]
    if mark in "\"'":
        return position not in quotes
    return mark.isspace() or mark in OPENING or mark in "@#$€£¥￥"
