"""Characters with several readings, decided by the text around them.

pypinyin's phrases decide most. Here are the words and contexts it lacks, written for this project
(data/polyphones.tsv), and three rules that need parts of speech.
"""

from functools import cache
from itertools import accumulate
from typing import NamedTuple

from gpt_sovits.text.chinese.lists import data_lines
from gpt_sovits.text.chinese.segmentation import Token


class _Context(NamedTuple):
    before: str
    after: str
    syllable: str
    begins_anywhere: bool
    ends_anywhere: bool


# What may stand between a subject and 得 "must", and what behind 得 tells that it is none.
_BEFORE_MUST = frozenset("都也还就又可总非只") | frozenset(
    ("必须", "至少", "起码", "恐怕", "可能", "今天", "明天", "后天", "现在", "今晚", "以后")
)
_NOT_AFTER_MUST = frozenset("很太更最真不多极挺出到了起过住好上下罪票奖逞") | frozenset(
    ("非常", "特别", "这么", "那么", "如此", "十分")
)
_AFTER_REPAID = frozenset("了过完掉清吗吧呢的")


@cache
def _contexts() -> dict[str, tuple[_Context, ...]]:
    """Contexts of each character, the longest first; of equal ones, more text behind it first."""
    found: dict[str, list[_Context]] = {}
    for line in data_lines("polyphones.tsv"):
        phrase, syllable = line.split("\t")
        before, rest = phrase.split("[")
        char, after = rest.split("]")
        context = _Context(
            before.lstrip("~"), after.rstrip("~"), syllable, before[:1] == "~", after[-1:] == "~"
        )
        found.setdefault(char, []).append(context)
    return {
        char: tuple(sorted(contexts, key=lambda c: (-len(c.before + c.after), -len(c.after))))
        for char, contexts in found.items()
    }


def readings_by_context(tokens: list[Token]) -> dict[int, str]:
    """Decide characters of a clause by the words around them.

    Returns:
        Syllable by position in the clause, only where a context of the table or a rule fits.
    """
    table = _contexts()
    text = "".join(token.text for token in tokens)
    ends = list(accumulate(len(token.text) for token in tokens))
    found: dict[int, str] = {}
    for number, (token, end) in enumerate(zip(tokens, ends, strict=True)):
        start = end - len(token.text)
        if token.text == "得" and _is_must(tokens, number):
            found[start] = "dei3"
        elif token.text == "地" and _is_adverbial(tokens, number):
            found[start] = "de5"
        elif token.text == "还" and _is_repaid(tokens, number):
            found[start] = "huan2"
        for index in range(start, end):
            for context in table.get(text[index], ()):
                if _fits(context, text, index) and _keeps_words(context, index, start, end, ends):
                    found[index] = context.syllable
                    break
    return found


def _fits(context: _Context, text: str, index: int) -> bool:
    return text.startswith(context.after, index + 1) and text.endswith(context.before, 0, index)


def _keeps_words(context: _Context, index: int, start: int, end: int, ends: list[int]) -> bool:
    """Tell whether a context cuts no word.

    `不[长]` says nothing of 不 长大, `[为]人` nothing of 为 人类.

    Args:
        context: what surrounds the character.
        index: position of the character.
        start: where the word that it stands in starts.
        end: where that word ends.
        ends: where the words of the clause end.
    """
    first, last = index - len(context.before), index + 1 + len(context.after)
    begins_well = context.begins_anywhere or (first <= start and (first == 0 or first in ends))
    return begins_well and (context.ends_anywhere or (last >= end and last in ends))


def is_ambiguous(char: str) -> bool:
    """Tell whether a character is one whose reading the table decides."""
    return char in _contexts()


def _is_must(tokens: list[Token], number: int) -> bool:
    """Tell whether the word 得 means "must" (dei3): 我们得赶紧走, not 跑得快.

    It does behind a pronoun or one of a few adverbs, if a verb, an adverb or a preposition follows.
    """
    if number == 0 or number + 1 == len(tokens):
        return False
    before, after = tokens[number - 1], tokens[number + 1]
    is_subject = before.tag in ("r", "nr") or before.text in _BEFORE_MUST
    return is_subject and after.tag[:1] in ("v", "d", "p") and after.text not in _NOT_AFTER_MUST


def _is_adverbial(tokens: list[Token], number: int) -> bool:
    """Tell whether the word 地 makes an adverb (de5): 高兴地说, 一个一个地走, not 这块地很大."""
    if number == 0 or number + 1 == len(tokens):
        return False
    before = tokens[number - 1]
    if before.tag[:1] == "m":
        return _is_doubled(before.text) or (number > 1 and tokens[number - 2].text == before.text)
    return before.tag[:1] not in ("r", "q", "p", "") and before.text != "的"


def _is_repaid(tokens: list[Token], number: int) -> bool:
    """Tell whether the word 还 means "give back" (huan2): nothing that it could modify follows."""
    return number + 1 == len(tokens) or tokens[number + 1].text in _AFTER_REPAID


def _is_doubled(word: str) -> bool:
    return len(word) > 1 and word[: len(word) // 2] == word[len(word) // 2 :]
