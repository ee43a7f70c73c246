"""The words of a text as it is written, each with the phones that are spoken for it.

A reader speaks of its normalized text, `nineteen ninety-nine`; a person points at what stands
there, `1999`. The two are laid side by side by their letters.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np

from gpt_sovits.text.marks import OPENING, closing_quotes
from gpt_sovits.text.reading import Word

_UNSPACED = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff]")
"""Letters of Chinese and Japanese, whose words stand without spaces."""

_READ_SIGNS = "%&@#‰/"
"""Punctuation, to Unicode, that is read as a word."""

_MARKS = ",.!?…-"

_MOST_STEPS = 1 << 24
"""No text of a clip needs so many to be laid beside its reading; a longer one stays whole."""

_TWINS = str.maketrans("。、", ".,")
"""Marks that readers write in another way."""


@dataclass(frozen=True)
class WrittenWord:
    """A word as it is written, with the marks and spaces behind it."""

    text: str
    phones: tuple[str, ...]
    """What is spoken for it and the marks behind it."""


@dataclass(frozen=True)
class _Piece:
    """What has phones of its own: a word, a mark, or one character of Chinese."""

    letters: str
    """As `_letters` gives them; none of a space."""
    phones: tuple[str, ...]


@dataclass(frozen=True)
class _Group:
    """Letters that are written and the pieces that are spoken for them."""

    letters: range
    pieces: range

    def __add__(self, following: "_Group") -> "_Group":
        return _Group(
            range(self.letters.start, following.letters.stop),
            range(self.pieces.start, following.pieces.stop),
        )


def written_words(text: str, words: Sequence[Word]) -> list[WrittenWord]:
    """Cut a text into words; joined they are the text again.

    A word ends at a space. Where none are written Chinese is cut into its characters, Japanese into
    the words of its reader, and both where another script begins. What is read in other words than
    it is written, such as a number, stays whole.

    Args:
        text: as a person wrote it.
        words: how it is read, from `read_text`.
    """
    signs = [(letter, place) for place, sign in enumerate(text) for letter in _letters(sign)]
    pieces = [piece for word in words for piece in _pieces(word) if piece.phones]
    groups = _lay_beside("".join(letter for letter, _ in signs), pieces)
    group_at: dict[int, _Group] = {}
    spoken_at: dict[int, list[str]] = defaultdict(list)
    for group in groups:
        places = [signs[each][1] for each in group.letters]
        of_words = [place for place in places if not _is_mark(text[place])]
        group_at |= dict.fromkeys(of_words, group)
        spoken_at[(of_words or places or [0])[0]] += [
            phone for each in group.pieces for phone in pieces[each].phones
        ]
    return [
        WrittenWord(
            text[start:end],
            tuple(phone for place in range(start, end) for phone in spoken_at.get(place, ())),
        )
        for start, end in pairwise([0, *_cuts(text, group_at), len(text)])
    ]


def _pieces(word: Word) -> Iterator[_Piece]:
    """The word, or each character of it where the reader tells their phones."""
    if word.word2ph is None or len(word.word2ph) != len(word.text):
        yield _Piece("".join(map(_letters, word.text)), word.phones)
        return
    start = 0
    for character, count in zip(word.text, word.word2ph, strict=True):
        yield _Piece(_letters(character), word.phones[start : start + count])
        start += count


@lru_cache(maxsize=4096)
def _letters(sign: str) -> str:
    """What of a sign can be compared: in one form, and nothing of what is never read."""
    folded = unicodedata.normalize("NFKC", sign).casefold().translate(_TWINS)
    return "".join(
        letter
        for letter in folded
        if letter.isalnum()
        or letter in _MARKS + _READ_SIGNS
        or unicodedata.category(letter) in ("Sc", "Sm")
    )


# --- side by side -------------------------------------------------------------------------------


def _lay_beside(written: str, pieces: Sequence[_Piece]) -> list[_Group]:
    """Groups in order and without a gap; none is empty on one side where there are two."""
    groups: list[_Group] = []
    letter = number = 0
    for place, own in _found(written, pieces):
        between = _Group(range(letter, place), range(number, own))
        groups += _pair(between, pieces)
        letter, number = place + len(pieces[own].letters), own + 1
        groups.append(_Group(range(place, letter), range(own, number)))
    groups += _pair(_Group(range(letter, len(written)), range(number, len(pieces))), pieces)
    return _without_empty(groups)


def _found(written: str, pieces: Sequence[_Piece]) -> list[tuple[int, int]]:
    """Pieces that are spoken as they are written: where they stand, and their number.

    Of all ways to find them in order the one with the most letters, the later where two have as
    many. A number has letters in common with its words by chance, but hardly ever a whole word.
    """
    if len(written) * len(pieces) > _MOST_STEPS:
        return []
    # Most letters that are found of the first pieces in the first letters of the text.
    most = np.zeros((len(pieces) + 1, len(written) + 1), np.int32)
    ends = [_ends_of(piece.letters, written) for piece in pieces]
    for before, after, piece, own in zip(most[:-1], most[1:], pieces, ends, strict=True):
        size = len(piece.letters)
        after[:] = before
        after[own] = np.maximum(after[own], before[own - size] + size)
        np.maximum.accumulate(after, out=after)
    found = []
    letter = len(written)
    for number in range(len(pieces) - 1, -1, -1):
        size = len(pieces[number].letters)
        gains = most[number, ends[number] - size] + size == most[number + 1, letter]
        fitting = ends[number][gains & (ends[number] <= letter)]
        if len(fitting):
            letter = int(fitting[-1]) - size
            found.append((letter, number))
    return found[::-1]


def _ends_of(letters: str, written: str) -> np.ndarray:
    """Behind which letters of a text some others have just stood."""
    ends = []
    start = written.find(letters) if letters else -1
    while start >= 0:
        ends.append(start + len(letters))
        start = written.find(letters, start + 1)
    return np.array(ends, np.int64)


def _pair(group: _Group, pieces: Sequence[_Piece]) -> Iterator[_Group]:
    """Part what is spoken in other letters, where there are as many: 轉個 and 转个."""
    counts = [len(pieces[each].letters) for each in group.pieces]
    if sum(counts) != len(group.letters):
        yield group
        return
    letter = group.letters.start
    for number, count in zip(group.pieces, counts, strict=True):
        yield _Group(range(letter, letter + count), range(number, number + 1))
        letter += count


def _without_empty(groups: Sequence[_Group]) -> list[_Group]:
    """What has no letters or no phones belongs to what stands before it, at the start behind."""
    joined: list[_Group] = []
    for group in groups:
        is_empty = not (group.letters and group.pieces)
        if joined and (is_empty or not (joined[-1].letters and joined[-1].pieces)):
            joined[-1] += group
        elif group.letters or group.pieces:
            joined.append(group)
    return joined


# --- where words begin --------------------------------------------------------------------------


def _is_mark(sign: str) -> bool:
    return _letters(sign)[0] in _MARKS


def _cuts(text: str, group_at: Mapping[int, _Group]) -> Iterator[int]:
    """Where words begin but for the first.

    Args:
        text: the text.
        group_at: to which group each letter belongs, in order; marks are not in it.
    """
    closing = closing_quotes(text)
    for last, place in pairwise(group_at):
        if group_at[last] == group_at[place]:
            continue
        spaces = [at for at in range(last, place) if text[at].isspace()]
        if spaces:
            yield spaces[-1] + 1
        elif _UNSPACED.match(text[last]) or _UNSPACED.match(text[place]):
            start = place
            while start - 1 > last and _opens(text, start - 1, closing):
                start -= 1
            yield start


def _opens(text: str, place: int, closing: set[int]) -> bool:
    return text[place] in OPENING or (text[place] in "\"'" and place not in closing)
