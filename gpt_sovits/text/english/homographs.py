"""Words that are read in two ways, told apart by the words around them.

Source: the readings are those of g2p_en's list, a verb against everything else, and of our own
`data/homographs.tsv` for what part of speech alone does not decide. The reference asks a
tagger of NLTK; the rules here look at the neighbours and need no model.
"""

from collections.abc import Callable, Sequence
from functools import cache

from gpt_sovits.text.english.dictionary import data_lines
from gpt_sovits.text.english.packaged import packaged_file
from gpt_sovits.text.english.vocabulary import (
    ADVERBS,
    BE,
    CAUSATIVES,
    DETERMINERS,
    FINITE,
    HAVE,
    MARKS,
    MODALS,
    NOT_ADVERBS,
    OBJECTS,
    PAST_TIMES,
    PAST_VERBS,
    PREPOSITIONS,
    PRONOUNS,
    SUBJECTS,
    TO_NOUN,
)

Tokens = Sequence[str]
"""Words and marks of the text, words in small letters."""


def is_homograph(word: str) -> bool:
    """Whether a small-letter word has readings to choose from."""
    return word in _table()


def read_homograph(tokens: Tokens, index: int) -> str:
    """Reading of the homograph at `index`: the first row of the table whose condition holds."""
    words = [token.lower() for token in tokens[max(0, index - 12) : index + 12]]
    at = min(index, 12)
    for condition, reading in _table()[words[at]]:
        if condition == "otherwise" or _holds(condition, words, at, tokens[index]):
            return reading
    raise AssertionError(f"the table has no 'otherwise' for {words[at]}")


@cache
def _table() -> dict[str, list[tuple[str, str]]]:
    """Word to its conditions and readings, the last condition being `otherwise`."""
    table: dict[str, list[tuple[str, str]]] = {}
    for line in packaged_file("g2p_en", "homographs.en").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            word, first, second, tag = line.strip().split("|")
            if tag == "V":
                rows = [("verb", first.strip()), ("otherwise", second.strip())]
                table[word.lower()] = rows
    own: dict[str, list[tuple[str, str]]] = {}
    for line in data_lines("homographs.tsv"):
        word, condition, reading = line.split("\t")
        own.setdefault(word, []).append((condition, reading))
    return table | own


def _holds(condition: str, words: Tokens, at: int, token: str) -> bool:
    """Evaluate one condition of the table.

    `begin` `verb` `noun` `past` `attribute` `capital` look at grammar; `next=a,b`, `prev=a,b` and
    `near=a,b` (three words to either side) look for words; `&` joins two conditions.
    """
    if "&" in condition:
        return all(_holds(part, words, at, token) for part in condition.split("&"))
    name, _, values = condition.partition("=")
    if not values:
        return token[0].isupper() if name == "capital" else _GRAMMAR[name](words, at)
    wanted = values.split(",")
    if name == "next":
        return _word(words, at + 1) in wanted
    if name == "prev":
        return _word(words, at - 1) in wanted
    assert name == "near", f"unknown condition {condition}"
    return not set(wanted).isdisjoint(words[max(0, at - 3) : at + 4])


def _word(words: Tokens, index: int) -> str:
    """The word at an index; empty at the borders of a clause."""
    if not 0 <= index < len(words) or words[index] in MARKS:
        return ""
    return words[index]


def _before(words: Tokens, at: int) -> int:
    """Index of the nearest word before that is no adverb."""
    index = at - 1
    while _is_adverb(_word(words, index)):
        index -= 1
    return index


def _is_adverb(word: str) -> bool:
    return word in ADVERBS or (word.endswith("ly") and word not in NOT_ADVERBS)


def _is_verb(words: Tokens, at: int) -> bool:
    """Whether the word is a verb and not a noun or an adjective."""
    index = _before(words, at)
    previous, following = _word(words, index), _word(words, at + 1)
    third_person = words[at].endswith("s") and not words[at].endswith("ss")
    if previous == "to":
        return not third_person and _word(words, index - 1) not in TO_NOUN
    if previous in MODALS:
        return not third_person
    if previous in SUBJECTS and not (previous in OBJECTS and third_person != (previous == "it")):
        return True
    if previous in OBJECTS and previous != "her" and _word(words, index - 1) in CAUSATIVES:
        return True
    if previous in DETERMINERS | PREPOSITIONS | BE | HAVE or previous.endswith("'s"):
        return _takes_object(following) and previous in ("that", "which", "all", "both")
    if not previous:
        return _takes_object(following) and not third_person
    if following in FINITE or following == "of":
        return False
    if third_person:
        return _takes_object(following)
    return _takes_object(following) and (previous.endswith("s") or previous in ("and", "or", "who"))


def _is_noun(words: Tokens, at: int) -> bool:
    """Whether a word that is mostly a verb is a noun here."""
    previous = _word(words, _before(words, at))
    return previous in DETERMINERS | PREPOSITIONS and not _is_verb(words, at)


def _takes_object(following: str) -> bool:
    """Whether what follows is likely the object of a verb."""
    return following in DETERMINERS | OBJECTS or following == "to"


def _is_past(words: Tokens, at: int) -> bool:
    """Whether `read` is a past tense or a participle."""
    previous = _word(words, _before(words, at))
    clause, begin = _clause(words, at)
    before = clause[: at - begin]
    if previous in HAVE | BE | {"that", "which"}:
        return True
    if previous in MODALS | DETERMINERS | {"to", "", "good", "great", "quick", "long", "must"}:
        return False
    if not MODALS.isdisjoint(before) or not CAUSATIVES.isdisjoint(before[-2:]):
        return not HAVE.isdisjoint(before[-3:])
    if previous in ("i", "you", "we", "they", "and", "or", "who") or previous.endswith("s"):
        return _tells_the_past(before, clause) or (
            previous in SUBJECTS and not HAVE.isdisjoint(before[-2:])
        )
    return True  # he, she, a name: the present would be "reads"


def _tells_the_past(before: Tokens, clause: Tokens) -> bool:
    """Whether a verb in the past comes before, or a time in the past stands anywhere."""
    return (
        not PAST_TIMES.isdisjoint(clause)
        or not PAST_VERBS.isdisjoint(clause if "when" in clause else before)
        or any(word.endswith("ed") and len(word) > 4 for word in before)
    )


def _clause(words: Tokens, at: int) -> tuple[Tokens, int]:
    """Words between the sentence marks around `at`, and the index where they begin."""
    begin = next((i + 1 for i in range(at - 1, -1, -1) if words[i] in MARKS - {","}), 0)
    end = next((i for i in range(at, len(words)) if words[i] in MARKS - {","}), len(words))
    return words[begin:end], begin


def _is_attribute(words: Tokens, at: int) -> bool:
    """Whether the word stands before a noun: a live show, but not "many live in towns"."""
    previous, following = _word(words, at - 1), _word(words, at + 1)
    return bool(following) and previous in DETERMINERS - PRONOUNS


_GRAMMAR: dict[str, Callable[[Tokens, int], bool]] = {
    "begin": lambda words, at: not _word(words, at - 1),
    "verb": _is_verb,
    "noun": _is_noun,
    "past": _is_past,
    "attribute": _is_attribute,
}
