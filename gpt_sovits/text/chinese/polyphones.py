"""Characters with several readings, decided by the text around them.

pypinyin's phrases decide most. Here are the words and contexts it lacks, written for this project
(data/polyphones.tsv), rules that need parts of speech, and patterns: numbers, lengths, surnames.
"""

import re
from functools import cache
from itertools import accumulate
from typing import NamedTuple

from gpt_sovits.text.chinese.lists import data_lines
from gpt_sovits.text.chinese.pinyin import is_phrase
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
_DONE_SO = frozenset(
    ("好好", "好好儿", "重新", "小心", "认真", "仔细", "注意", "努力", "及时", "马上")
)
"""Adjectives in front of a verb, behind 得 "must"."""
_AFTER_REPAID = frozenset("了过完掉清吗吧呢的")


_DIGIT = "[零一二三四五六七八九]"
_NUMERALS = "[零一二三四五六七八九十百千万亿点两半几]+"
_METRES = "[余多]?(?:[厘毫千分微纳]?米|公[里分]|里|尺|寸|丈|英[尺寸里]|小时|分钟|秒)"
_UNIT_BEGINS = "[米克升倍吨元亿万千公厘毫平立版]"
_PATTERNS = (
    # 一点八米, but not 一点五十 and 一点零五分, which are times; 三点一米; 三比一
    (
        "一",
        re.compile(
            f"一(?=点{_DIGIT}(?!{_DIGIT}?[十刻分]))|(?<=点)一(?={_UNIT_BEGINS})|(?<={_DIGIT}比)一(?!比)"
        ),
        "yi1",
    ),
    (
        "长",
        re.compile(f"(?<![^总体边全身条高宽])长(?=[约达近]?{_NUMERALS}{_METRES})"),
        "chang2",
    ),
    # 主频为三点二吉赫兹, but not 为三位老师服务
    (
        "为",
        re.compile(f"为(?=(?:约|负|零下|百分之)?{_NUMERALS}[^{_NUMERALS[1:-2]}]{{0,3}}$)"),
        "wei2",
    ),
)
"""A character, where it is read so, and how."""

_SURNAMES = {
    "单": "shan4", "仇": "qiu2", "解": "xie4", "曾": "zeng1", "盖": "ge3", "区": "ou1",
    "查": "zha1", "华": "hua4", "朴": "piao2", "纪": "ji3", "燕": "yan1", "乐": "yue4",
    "缪": "miao4", "员": "yun4", "冼": "xian3", "黑": "he4", "折": "she2", "召": "shao4",
    "种": "chong2", "隗": "wei3",
}  # fmt: skip
"""Characters that are read so as surnames only: behind 姓, or in front of a title."""

_TITLES = (
    "老师|先生|女士|小姐|太太|夫人|教授|医生|经理|同学|师傅|老板|警官|律师|导演|教练"
    "|爷爷|奶奶|阿姨|叔叔|大爷|大妈|大叔|大哥|大姐|姑娘|公子|某"
)
_TITLED = re.compile("(?<=姓)[{0}]|[{0}](?={1})".format("".join(_SURNAMES), _TITLES))


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
    bounds = {0, *ends}
    found: dict[int, str] = {}
    for number, (token, end) in enumerate(zip(tokens, ends, strict=True)):
        start = end - len(token.text)
        if token.text == "得" and _is_must(tokens, number):
            found[start] = "dei3"
        elif token.text == "得" and _is_gained(tokens, number):
            found[start] = "de2"
        elif token.text[0] == "地" and _is_adverbial(tokens, number):
            found[start] = "de5"
        elif token.text == "还" and _is_repaid(tokens, number):
            found[start] = "huan2"
        for index in range(start, end):
            for context in table.get(text[index], ()):
                if _fits(context, text, index) and _keeps_words(context, index, start, end, bounds):
                    found[index] = context.syllable
                    break
    for char, pattern, syllable in _PATTERNS:
        if char in text:
            found.update((match.start(), syllable) for match in pattern.finditer(text))
    for match in _TITLED.finditer(text):
        if match.start() in bounds or text[match.start() - 1] == "姓":
            found[match.start()] = _SURNAMES[match.group()]
    return found


def _fits(context: _Context, text: str, index: int) -> bool:
    return text.startswith(context.after, index + 1) and text.endswith(context.before, 0, index)


def _keeps_words(context: _Context, index: int, start: int, end: int, bounds: set[int]) -> bool:
    """Tell whether a context cuts no word.

    `不[长]` says nothing of 不 长大, `[为]人` nothing of 为 人类.

    Args:
        context: what surrounds the character.
        index: position of the character.
        start: where the word that it stands in starts.
        end: where that word ends.
        bounds: where the words of the clause begin and end.
    """
    first, last = index - len(context.before), index + 1 + len(context.after)
    begins_well = context.begins_anywhere or (first <= start and first in bounds)
    return begins_well and (context.ends_anywhere or (last >= end and last in bounds))


def is_ambiguous(char: str) -> bool:
    """Tell whether a character is one whose reading the table decides."""
    return char in _contexts()


def _is_must(tokens: list[Token], number: int) -> bool:
    """Tell whether the word 得 means "must" (dei3): 我们得赶紧走, not 跑得快.

    It does at the start, behind a pronoun or one of a few adverbs, if a verb, an adverb or a
    preposition follows.
    """
    if number + 1 == len(tokens) or not (number == 0 or _may_be_subject(tokens[number - 1])):
        return False
    after = tokens[number + 1]
    is_action = after.tag[:1] in ("v", "d", "p", "l") or after.text in _DONE_SO
    return is_action and after.text not in _NOT_AFTER_MUST


def _may_be_subject(token: Token) -> bool:
    return token.tag in ("r", "nr") or token.text in _BEFORE_MUST


def _is_gained(tokens: list[Token], number: int) -> bool:
    """Tell whether the word 得 means "get" (de2): 他得了冠军, 得八十分, not 跑得了."""
    if number + 1 == len(tokens):
        return False
    before, after = tokens[number - 1] if number else None, tokens[number + 1]
    has_subject = before is None or before.tag[:1] == "n" or _may_be_subject(before)
    return has_subject and (after.text in ("了", "过") or after.tag == "m")


def _is_particle_di(word: str) -> bool:
    """Tell whether a word is 地, or begins with it only because the segmentation erred: 地站."""
    return word == "地" or (len(word) == 2 and word[0] == "地" and not is_phrase(word))


def _is_adverbial(tokens: list[Token], number: int) -> bool:
    """Tell whether the word 地 makes an adverb (de5): 高兴地说, 一个一个地走, not 这块地很大."""
    if not _is_particle_di(tokens[number].text):
        return False
    is_last = number + 1 == len(tokens)
    if number == 0 or (
        tokens[number].text == "地" and (is_last or tokens[number + 1].text == "儿")
    ):
        return False
    before = tokens[number - 1]
    if before.tag[:1] == "m":  # 三番五次地, 一个个地, 一步一步地, 一次又一次地
        earlier = [token.text for token in tokens[max(0, number - 3) : number - 1]]
        return len(before.text) > 3 or _is_doubled(before.text) or before.text in earlier
    return before.tag[:1] not in ("r", "q", "p", "") and before.text != "的"


def _is_repaid(tokens: list[Token], number: int) -> bool:
    """Tell whether the word 还 means "give back" (huan2): nothing that it could modify follows."""
    return number + 1 == len(tokens) or tokens[number + 1].text in _AFTER_REPAID


def _is_doubled(word: str) -> bool:
    return len(word) > 1 and word[: len(word) // 2] == word[len(word) // 2 :]
