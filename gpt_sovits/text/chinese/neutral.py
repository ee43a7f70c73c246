"""Neutral tones: particles, suffixes, doubled words, and words that are said so.

Source: PaddleSpeech's front end, which the published models were trained with; its rules by word
ending and part of speech, without those that misread (see docs/text_deviations_zh.md).
"""

from gpt_sovits.text.chinese.lists import word_list
from gpt_sovits.text.chinese.pinyin import is_phrase
from gpt_sovits.text.chinese.segmentation import split_word

_PARTICLES = frozenset("吧呢啊呐噻嘛吖哦哒哩哟喽啰耶喔诶")
_PARTICLES_ALONE = frozenset("哈嗨呀吗的得么")
_ASPECTS = {("了", "ul"), ("着", "uz"), ("过", "ug")}

_MEASURED = frozenset("几有两半多各整每做是这那哪")
_PLACES = frozenset("上下里")
_DIRECTIONS = frozenset("上下进出回过起开")


def neutralize(word: str, tag: str, syllables: list[str], fixed: frozenset[int]) -> None:
    """Make syllables neutral, in place.

    Args:
        word: a word of Han characters.
        tag: jieba's part of speech.
        syllables: its pinyin, one a character.
        fixed: positions whose reading the context has decided.
    """
    for index in _neutral_positions(word, tag):
        if index not in fixed:
            syllables[index] = syllables[index][:-1] + "5"


def _neutral_positions(word: str, tag: str) -> set[int]:
    last = len(word) - 1
    found = _doubled(word, tag)
    measure = word.find("个")
    if _ends_neutral(word, tag):
        found.add(last)
    elif word == "个" or (measure > 0 and _is_counted(word[measure - 1])):
        found.add(measure)
    elif _is_listed(word):
        found.add(last)
    if last >= 2:
        first, second = split_word(word)
        if _is_listed(first):
            found.add(len(first) - 1)
        if _is_listed(second):
            found.add(last)
        found.update(index for index in range(1, last) if _is_complement(word, index))
    return found


def _ends_neutral(word: str, tag: str) -> bool:
    ending = word[-1]
    if len(word) == 1:
        return ending in _PARTICLES or ending in _PARTICLES_ALONE or (word, tag) in _ASPECTS
    if ending in _PARTICLES or ending == "的":  # a phrase knows better: 酒吧, 目的
        return not is_phrase(word)
    if ending == "地":  # 慢慢地 as one word, but not 特地 and 土地
        return tag in ("d", "z") and len(word) > 2
    if ending == "得":
        return False
    if ending in "们子":
        return tag in ("r", "n")
    if ending in _PLACES:
        return tag in ("s", "l", "f")
    return ending in "来去" and word[-2] in _DIRECTIONS


def _is_counted(char: str) -> bool:
    return char.isnumeric() or char in _MEASURED


def _is_listed(word: str) -> bool:
    neutral = word_list("neutral")
    return word in neutral or (len(word) > 2 and word[-2:] in neutral)


def _is_complement(word: str, index: int) -> bool:
    """Tell whether 得 joins a verb to what follows, 说得对, and is no part of 获得者 or 得到."""
    parts = (word, word[index - 1 : index + 1], word[index : index + 2])
    return word[index] == "得" and not any(map(is_phrase, parts))


def _doubled(word: str, tag: str) -> set[int]:
    """Find the second of doubled syllables in a noun or verb: 爸爸 看看 爸爸妈妈, not 银行行长."""
    if tag[:1] not in ("n", "v"):
        return set()
    full = word_list("full_doubles")
    seconds = (1, 3) if len(word) == 4 else range(1, len(word))
    pairs = {index: word[index - 1 : index + 1] for index in seconds}
    return {index for index, pair in pairs.items() if pair[0] == pair[1] and pair not in full}
