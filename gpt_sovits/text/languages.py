"""Which stretch of a text is read in which language.

The rules, in the order in which they win:

1. A word of the user's dictionary has the language of its entry.
2. An address of the web or of mail is one English word.
3. Kana is Japanese, hangul Korean, Latin English; Han is the mode's language, in `auto` see `han`.
4. Digits glued to Latin belong to that word (GPT-4, H2O, 3D, 5G), unless they count a unit (5kg).
5. Any other number goes with the nearer neighbour: glued, then across a space, a mark, a clause, a
   sentence; with the left one on a tie. "3个apple" is Chinese, "iPhone 15 很贵" says "fifteen".
6. One Latin letter glued to Japanese is Japanese (Tシャツ); in Chinese it is English, by its name.
7. Marks and spaces go with what is left of them, opening quotes and brackets with what they open.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, cast, get_args

from gpt_sovits.errors import TextError
from gpt_sovits.text.han import decide_han
from gpt_sovits.text.marks import COMBINING, OPENING, PRIVATE_USE, SENTENCE_END, closes
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


def parse_mode(name: str, symbols: Symbols = "v2") -> Mode:
    """Understand a language mode in the spellings that users and other programs write.

    Raises:
        TextError: the mode is unknown, or the symbol table has no sounds for it.
    """
    mode = _MODE_OF.get(name.strip().lower())
    known = [mode for mode in MODES if has_sounds(mode, symbols)]
    if mode is None:
        raise TextError(f"unknown language {name!r}; known are {', '.join(known)}")
    if mode not in known:
        raise TextError(
            f"the v1 symbols have no sounds for language {mode!r}; use a later family, or one of "
            f"{', '.join(known)}"
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
    base = _base_language(mode)
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


def _base_language(mode: Mode) -> Language:
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
    base = _base_language(mode)
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
    before = index > 0 and tokens[index - 1].end == start and languages[index - 1] == "ja"
    after = (
        index + 1 < len(tokens) and tokens[index + 1].start == end and languages[index + 1] == "ja"
    )
    return "ja" if before or after else "en"


# --- numbers ------------------------------------------------------------------------------------

_CLAUSE = re.compile(r"[，、：,:]")


def _decide_numbers(
    text: str, tokens: Sequence[Token], languages: list[Language | None], base: Language
) -> None:
    """Give every undecided token the language of its nearest neighbour, the left one on a tie."""
    right_of: list[int | None] = []
    right = None
    for index in range(len(tokens) - 1, -1, -1):
        right_of.append(right)
        right = index if languages[index] else right
    right_of.reverse()
    for index, token in enumerate(tokens):
        if languages[index]:
            continue
        right = right_of[index]
        choices = []
        if index > 0:
            gap = text[tokens[index - 1].end : token.start]
            choices.append((_distance(gap), languages[index - 1]))
        if right is not None:
            gap = text[token.end : tokens[right].start]
            choices.append((_distance(gap), languages[right]))
        languages[index] = min(choices, key=lambda choice: choice[0])[1] if choices else base


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
    language = spans[0][2] if spans else base
    for (_, left_end, _), (right_start, _, right) in pairwise(spans):
        if right != language:
            end = _boundary(text, left_end, right_start)
            segments.append(Segment(text[start:end].strip(), language))
            start, language = end, right
    last = text[start:].strip()
    return [*segments, Segment(last, language)] if last else segments


def _boundary(text: str, start: int, end: int) -> int:
    """Where the marks `text[start:end]` between two segments part: before those that open."""
    while end > start and _opens(text, end - 1):
        end -= 1
    return end


def _opens(text: str, position: int) -> bool:
    """Tell whether a mark or space before a segment belongs to it."""
    mark = text[position]
    if mark in "\"'":
        return not closes(text, position)
    return mark.isspace() or mark in OPENING or mark in "@#$€£¥￥"
