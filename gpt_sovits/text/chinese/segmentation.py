"""Words and their parts of speech, exactly as jieba finds them, without jieba's own start-up.

jieba writes its dictionary's prefix table as a pickle-like file into the shared temporary folder,
reads back whatever lies there under that name, and logs to stderr. Here its packaged word list is
read directly instead (0.25 s); the same best path through it, the same model for unknown words.

Source: Sun Junyi, "jieba", the maximum-probability path over a word graph; unknown words by a
hidden Markov model (`tagging.py`).
"""

import re
from functools import cache, lru_cache
from importlib.resources import files
from math import log
from typing import NamedTuple

HAN = "\u4e00-\u9fd5"
"""The characters that jieba's word list and models are made for."""

_HAN_RUN = re.compile(f"[{HAN}]+")


class Token(NamedTuple):
    """A word with its part of speech."""

    text: str
    tag: str
    """jieba's tag: n noun, v verb, r pronoun, m numeral, ...; empty for a mark or letter."""


class _Lexicon:
    """jieba's word list: frequencies and tags of 349,000 words."""

    def __init__(self) -> None:
        listing = (files("jieba") / "dict.txt").read_text(encoding="utf-8").split()
        words = listing[0::3]
        counts = list(map(int, listing[1::3]))
        self.counts = dict(zip(words, counts, strict=True))
        self.tags = dict(zip(words, listing[2::3], strict=True))
        self.long_heads = {word[:4] for word in words if len(word) > 4}
        self.longest = max(map(len, words))
        self.log_total = log(sum(counts))


@cache
def _lexicon() -> _Lexicon:
    return _Lexicon()


def segment(text: str) -> list[Token]:
    """Split a clause into words; a character outside `HAN` is a token of its own, without a tag."""
    tokens: list[Token] = []
    end = 0
    for run in _HAN_RUN.finditer(text):
        tokens += [Token(char, "") for char in text[end : run.start()]]
        tokens += _tagged(run.group())
        end = run.end()
    return tokens + [Token(char, "") for char in text[end:]]


@lru_cache(maxsize=4096)
def split_word(word: str) -> tuple[str, str]:
    """Split a word of two characters or more, `老朋友` to `老 朋友`.

    The shortest word inside it stands first if the word begins with it, else last.
    """
    inner = min(_inner_words(word), key=len)
    middle = len(inner) if word.startswith(inner) else len(word) - len(inner)
    return word[:middle], word[middle:]


def _tagged(run: str) -> list[Token]:
    tags = _lexicon().tags
    tokens: list[Token] = []
    for is_unknown, word in _pieces(run):
        if is_unknown:
            from gpt_sovits.text.chinese.tagging import tag_unknown  # 0.3 s on its first import

            tokens += map(Token._make, tag_unknown(word))
        else:
            tokens.append(Token(word, tags.get(word, "x")))
    return tokens


def _inner_words(word: str) -> list[str]:
    """Words inside a word, in the order in which a search index would list them."""
    counts = _lexicon().counts
    found: list[str] = []
    for is_unknown, piece in _pieces(word):
        for part in _cut_unknown(piece) if is_unknown else [piece]:
            for size in (2, 3):
                if len(part) > size:
                    grams = (part[i : i + size] for i in range(len(part) - size + 1))
                    found += [gram for gram in grams if counts.get(gram)]
            found.append(part)
    return found


def _cut_unknown(run: str) -> list[str]:
    from jieba import finalseg  # type: ignore[import-untyped]  # jieba carries no types

    return list(finalseg.cut(run))


def _pieces(run: str) -> list[tuple[bool, str]]:
    """Cut a run of Han characters along its best path.

    Returns:
        `(False, word)` for each word of the list, `(True, run)` for neighbouring single characters
        that may hide a word the list does not have.
    """
    counts = _lexicon().counts
    pieces: list[tuple[bool, str]] = []
    singles = ""
    start = 0
    for end in _word_ends(run):
        if end - start == 1:
            singles += run[start]
        else:
            pieces += _pieces_of_singles(singles, counts)
            pieces.append((False, run[start:end]))
            singles = ""
        start = end
    return pieces + _pieces_of_singles(singles, counts)


def _pieces_of_singles(singles: str, counts: dict[str, int]) -> list[tuple[bool, str]]:
    if len(singles) > 1 and not counts.get(singles):
        return [(True, singles)]
    return [(False, char) for char in singles]


def _word_ends(run: str) -> list[int]:
    """Ends of the words on the most probable path through a run."""
    lexicon = _lexicon()
    counts, long_heads, log_total = lexicon.counts, lexicon.long_heads, lexicon.log_total
    size = len(run)
    scores = [0.0] * (size + 1)
    ends = [0] * size
    for start in range(size - 1, -1, -1):
        best, best_end = log(counts.get(run[start]) or 1) - log_total + scores[start + 1], start + 1
        reach = lexicon.longest if run[start : start + 4] in long_heads else 4
        for end in range(start + 2, min(start + reach, size) + 1):
            count = counts.get(run[start:end])
            if count:
                score = log(count) - log_total + scores[end]
                if score >= best:  # of equal paths the longer word wins
                    best, best_end = score, end
        scores[start], ends[start] = best, best_end
    path = [ends[0]]
    while path[-1] < size:
        path.append(ends[path[-1]])
    return path
