"""Cut a text into the pieces that are spoken one at a time."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Literal

from gpt_sovits.text.marks import CLOSING, COMBINING, closing_quotes

Cut = Literal["cut0", "cut1", "cut2", "cut3", "cut4", "cut5"]
"""Ways to cut, by the names that existing clients send."""

CUTS: dict[Cut, str] = {
    "cut0": "only where a line ends",
    "cut1": "every four clauses",
    "cut2": "every 50 characters or so",
    "cut3": "at every Chinese full stop 。",
    "cut4": "at every English full stop .",
    "cut5": "at every mark",
}
"""Each way to cut with its line of description, for the command line, the API and the page."""

MAX_PIECE = 510
"""Characters that the text features see at once: BERT's 512 positions less its two marks."""

_CLAUSE_MARKS = "，。？！,.?!~:：—…"
_ALL_MARKS = ",.;?!、，。？！；：…"
_CLAUSES_A_PIECE = 4
_PIECE_LENGTH = 50
_LOOK_BACK = 12
_DIGIT = re.compile(r"\d")
_LETTER_OR_DIGIT = re.compile("[A-Za-z0-9]")

# A full stop after one of these ends no sentence: an abbreviation, the number of a list's item, at
# the start or behind a mark; and, before a number only, the last group.
_ABBREVIATION = re.compile(
    r"(?:\b(?:Dr|Mr|Mrs|Ms|Prof|St|Sr|Jr|Mt|vs|etc|Gen|Col|Lt|Capt|Sgt|Rev|Hon|Inc|Ltd|Co|Corp"
    r"|approx|al|cf|[A-Z])|\b(?:[A-Za-z]\.)+[A-Za-z]"
    r"|(?:^|[。！？；：]|(?<!\d)[!?;:]|[!?;:]\s|(?<!\bNo)(?<!\d)\.)\s*\d{1,3})$"
    r"|\b(?:No|Fig|Vol|Ch|Sec|pp|p)$(?P<number>)"
)


def cut_text(text: str, how: Cut) -> list[str]:
    """Cut a text into pieces; nothing but white space at their ends is lost.

    Lines are cut in every way. A piece without a letter, digit or character joins its neighbour,
    closing quotes and brackets stay with their sentence, and no piece has more than `MAX_PIECE`
    characters, but for such marks.
    """
    pieces = (piece for line in text.splitlines() for piece in _WAYS[how](line))
    short = (part.strip() for piece in pieces for part in split_long(piece.strip(), MAX_PIECE))
    return _join_unreadable(short)


def split_long(text: str, limit: int) -> list[str]:
    """Split a text into parts of at most `limit` characters, each after the best mark or space.

    Together the parts are the text. A combining mark stays with its letter, unless more than
    `limit` of them follow each other.
    """
    parts = []
    start = 0
    while len(text) - start > limit:
        end = start + _best_end(text[start : start + limit + 1])
        parts.append(text[start:end])
        start = end
    return [*parts, text[start:]]


_BEST_ENDS = (
    re.compile(rf".*[。！？!?…\n][{re.escape(CLOSING)}]*|.*\.(?![A-Za-z0-9])", re.DOTALL),
    re.compile(r".*[，、；：;:—]|.*,(?!\d)", re.DOTALL),
    re.compile(r".*\s", re.DOTALL),
)
_STAYS = re.compile(f"[{COMBINING}\u200d\ufe00-\ufe0f\U000e0100-\U000e01ef]")


def _best_end(window: str) -> int:
    """Where to end a part inside `window`, whose last character is one too many."""
    limit = len(window) - 1
    for pattern in _BEST_ENDS:
        match = pattern.match(window, 0, limit)
        if match and match.end() > limit // 3:
            return match.end()
    end = limit
    while end > 1 and _STAYS.match(window[end]):
        end -= 1
    return end if end > 1 else limit


# --- the ways -----------------------------------------------------------------------------------


def _clauses(line: str, marks: str) -> Iterator[str]:
    """Split a line after every run of marks that ends something, closing quotes included."""
    start = 0
    quotes = closing_quotes(line)
    for match in re.finditer(f"[{re.escape(marks)}]+", line):
        if match.start() < start or not _ends_clause(line, match.start(), match.end()):
            continue
        end = _after_closing(line, match.end(), marks, quotes)
        yield line[start:end]
        start = end
    if start < len(line):
        yield line[start:]


def _ends_clause(line: str, start: int, end: int) -> bool:
    """Tell whether the run of marks `line[start:end]` ends a clause.

    A single ASCII mark inside a word, number, time or address does not, nor does the full stop of
    an abbreviation.
    """
    mark = line[start:end]
    if len(mark) > 1 or not mark.isascii() or mark == ";":
        return True
    before, after = line[max(0, start - _LOOK_BACK) : start], line[end : end + 1]
    if mark == ".":
        if after.isascii() and after.isalnum():
            return not before[-1:].isascii()
        return not _is_abbreviation(before, line[end : end + _LOOK_BACK])
    if mark == ":" and after == "/":
        return False
    inside = _DIGIT if mark in ",:~" else _LETTER_OR_DIGIT
    return not (inside.match(before[-1:]) and inside.match(after))


def _is_abbreviation(before: str, after: str) -> bool:
    """Tell whether the full stop between `before` and `after` belongs to an abbreviation."""
    match = _ABBREVIATION.search(before)
    if match is None:
        return False
    return match["number"] is None or after.lstrip()[:1].isdigit()


def _after_closing(line: str, end: int, marks: str, quotes: set[int]) -> int:
    """Move past the closing quotes, and marks among them, that follow a clause."""
    while end < len(line):
        inner_mark = line[end] in marks and line[end - 1] in CLOSING
        if not (end in quotes or inner_mark or line[end] in CLOSING):
            break
        end += 1
    return end


def _every_four(line: str) -> list[str]:
    clauses = list(_clauses(line, _CLAUSE_MARKS))
    return [
        "".join(clauses[first : first + _CLAUSES_A_PIECE])
        for first in range(0, len(clauses), _CLAUSES_A_PIECE)
    ]


def _about_fifty(line: str) -> list[str]:
    pieces = [""]
    for clause in _clauses(line, _CLAUSE_MARKS):
        if len(pieces[-1]) > _PIECE_LENGTH:
            pieces.append("")
        pieces[-1] += clause
    if len(pieces) > 1 and len(pieces[-1]) < _PIECE_LENGTH:
        last = pieces.pop()
        pieces[-1] += last
    return pieces


_WAYS: dict[Cut, Callable[[str], Iterable[str]]] = {
    "cut0": lambda line: [line],
    "cut1": _every_four,
    "cut2": _about_fifty,
    "cut3": lambda line: _clauses(line, "。"),
    "cut4": lambda line: _clauses(line, "."),
    "cut5": lambda line: _clauses(line, _ALL_MARKS),
}


def _join_unreadable(pieces: Iterable[str]) -> list[str]:
    """Join pieces of nothing but marks to the piece before, at the start to the one after."""
    joined: list[str] = []
    lead = ""
    for piece in filter(None, pieces):
        if any(map(str.isalnum, piece)):
            joined.append(lead + piece)
            lead = ""
        elif joined:
            joined[-1] += piece
        else:
            lead += piece
    return joined or ([lead] if lead else [])
