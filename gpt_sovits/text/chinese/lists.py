"""The word lists that lie in data/."""

from functools import cache
from importlib.resources import files


def data_lines(name: str) -> list[str]:
    """Read the lines of a file in data/ that are no comment."""
    text = (files("gpt_sovits.text.chinese") / "data" / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


@cache
def word_list(name: str) -> frozenset[str]:
    """All words of a list in data/, separated by spaces and line ends."""
    return frozenset(word for line in data_lines(f"{name}.txt") for word in line.split())
