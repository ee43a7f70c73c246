"""Joining of words that are said as one, so that tone sandhi sees them together.

Source: the published models were trained with the readings of PaddleSpeech's front end; the rules
are those: 不 and 一 lean on what follows, 儿 on what precedes, short third tones on each other.
"""

from collections.abc import Callable, Iterable

from gpt_sovits.text.chinese.pinyin import base_syllables
from gpt_sovits.text.chinese.segmentation import Token

_Meeting = Callable[[tuple[str, ...], tuple[str, ...]], bool]

_MAX_THIRD_TONES = 3
"""Longest word, in characters, that third tones are joined to."""


def merge(tokens: Iterable[Token]) -> list[Token]:
    """Join words; tokens without a tag (marks, letters, the user's words) stay alone."""
    merged = _join_bu(tokens)
    merged = _join_yi(merged)
    merged = _join_repeated(merged)
    merged = _join_third_tones(merged, _all_third)
    merged = _join_third_tones(merged, _third_meets_third)
    return _join_er(merged)


def _join_bu(tokens: Iterable[Token]) -> list[Token]:
    """不 + 要."""
    merged: list[Token] = []
    for token in tokens:
        if merged and merged[-1].text == "不" and token.tag:
            merged[-1] = Token("不" + token.text, token.tag)
        else:
            merged.append(token)
    return merged


def _join_yi(tokens: list[Token]) -> list[Token]:
    """看 + 一 + 看, then 一 + whatever follows."""
    merged: list[Token] = []
    index = 0
    while index < len(tokens):
        token = tokens[index]
        following = tokens[index + 1] if index + 1 < len(tokens) else None
        if token.text != "一" or following is None or not following.tag:
            merged.append(token)
        elif merged and merged[-1] == following and following.tag == "v":
            merged[-1] = Token(f"{following.text}一{following.text}", "v")
            index += 1
        else:
            merged.append(Token("一" + following.text, token.tag))
            index += 1
        index += 1
    return merged


def _join_repeated(tokens: list[Token]) -> list[Token]:
    """看 + 看."""
    merged: list[Token] = []
    for token in tokens:
        if merged and token.tag and merged[-1].text == token.text:
            merged[-1] = Token(merged[-1].text + token.text, merged[-1].tag)
        else:
            merged.append(token)
    return merged


def _join_third_tones(tokens: list[Token], meet: _Meeting) -> list[Token]:
    """想 + 洗澡; a word joins once, so that a long row falls into pairs."""
    merged: list[Token] = []
    just_joined = False
    previous = Token("", "")
    for token in tokens:
        if (
            previous.tag
            and token.tag
            and not just_joined
            and not _is_repeated(previous.text)
            and len(previous.text) + len(token.text) <= _MAX_THIRD_TONES
            and meet(base_syllables(previous.text), base_syllables(token.text))
        ):
            merged[-1] = Token(merged[-1].text + token.text, merged[-1].tag)
            just_joined = True
        else:
            merged.append(token)
            just_joined = False
        previous = token
    return merged


def _join_er(tokens: list[Token]) -> list[Token]:
    """胡同 + 儿."""
    merged: list[Token] = []
    for token in tokens:
        if token.text == "儿" and merged and merged[-1].tag:
            merged[-1] = Token(merged[-1].text + "儿", merged[-1].tag)
        else:
            merged.append(token)
    return merged


def _all_third(first: tuple[str, ...], second: tuple[str, ...]) -> bool:
    return all(syllable.endswith("3") for syllable in first + second)


def _third_meets_third(first: tuple[str, ...], second: tuple[str, ...]) -> bool:
    return first[-1].endswith("3") and second[0].endswith("3")


def _is_repeated(word: str) -> bool:
    return len(word) == 2 and word[0] == word[1]
