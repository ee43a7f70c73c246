"""What a text tells without its recording: its language, its length, what is unreadable in it."""

from collections import Counter
from dataclasses import dataclass, field

from gpt_sovits.errors import TextError
from gpt_sovits.text.dictionary import Dictionary
from gpt_sovits.text.frontend import TextReport, read_text
from gpt_sovits.text.languages import Mode, base_language, split_languages
from gpt_sovits.text.marks import clean_text
from gpt_sovits.text.reading import Symbols
from gpt_sovits.text.scripts import find_tokens

WORD_WEIGHT = 2
"""Characters of Chinese or kana that a word of Latin letters counts as much as."""


@dataclass(frozen=True)
class TextFacts:
    """What is known of one text."""

    fault: str = ""
    """Why it cannot be read aloud; nothing else is known then."""
    n_characters: int = 0
    """Letters, digits and characters; marks and spaces do not count."""
    n_phones: int = 0
    """As training counts them."""
    phones: list[str] = field(default_factory=list)
    written_in: str = ""
    """Language that its script tells; empty for numbers alone."""
    languages: list[str] = field(default_factory=list)
    """Languages in which its stretches are read."""
    unread: list[tuple[str, str]] = field(default_factory=list)
    """Characters that are not read, each with the reason."""


def read_facts(text: str, mode: str, symbols: Symbols, dictionary: Dictionary) -> TextFacts:
    """Find out what there is to know of a text in a language mode."""
    written_in = script_language(text)
    try:
        report = read_text(text, language=mode, symbols=symbols, dictionary=dictionary)
    except TextError as error:
        return TextFacts(fault=str(error), written_in=written_in)
    return TextFacts(
        n_characters=sum(letter.isalnum() for letter in text),
        n_phones=len(report.phones),
        phones=report.phones,
        written_in=written_in,
        languages=languages_of(report),
        unread=[(each.character, each.reason) for each in report.unread],
    )


def languages_of(report: TextReport) -> list[str]:
    """Languages of what is spoken, sorted."""
    return sorted({word.language for word in report.words if word.source != "mark"})


def script_language(text: str) -> str:
    """Language that most of a text is written in, by its script; empty where there is no letter."""
    weights: Counter[str] = Counter()
    for segment in split_languages(clean_text(text)[0], "auto", "v2"):
        for token in find_tokens(segment.text):
            if token.kind == "en":
                weights["en"] += WORD_WEIGHT
            elif token.kind != "number":
                weights[segment.language] += token.end - token.start
    return max(weights, key=weights.__getitem__, default="")


def misfit_of_language(mode: Mode, written_in: str) -> str:
    """Why a language tag does not fit a script, in words that follow "is tagged"; or empty."""
    base = base_language(mode)
    if not written_in or mode.startswith("auto") or written_in == base:
        return ""
    if (written_in, base) == ("zh", "yue"):
        return ""  # Han alone does not tell Cantonese
    return f"{mode} but written in {_NAMES.get(written_in, written_in)}"


_NAMES = {"zh": "Chinese", "en": "Latin letters", "ja": "Japanese", "ko": "Korean"}
