"""What is going to be said: options, and a text cut into sentences that have been read."""

import hashlib
import math
from collections import Counter
from dataclasses import dataclass, field

from gpt_sovits.errors import TextError
from gpt_sovits.inference.options import SpeakingOptions
from gpt_sovits.text.cuts import cut_text
from gpt_sovits.text.dictionary import Dictionary
from gpt_sovits.text.frontend import TextReport, read_text
from gpt_sovits.text.languages import parse_mode
from gpt_sovits.text.marks import CLOSING
from gpt_sovits.text.reading import Symbols

_CLOSING_MARKS = ",.?!~:;…—-，。？！～：；、"


@dataclass(frozen=True)
class PlannedSentence:
    """One sentence and how it is read."""

    text: str
    """As it stands in the whole text."""
    report: TextReport
    """Its phones."""
    repeat: int = 0
    """How many times the same sentence stands before it."""

    def seed(self, seed: int) -> int:
        """The seed of this sentence alone, 63 bits.

        It hangs on the sentence's own words: a sentence sounds the same when others are edited,
        added or taken away.
        """
        told = f"{seed}\n{self.repeat}\n{self.text}".encode("utf-8", "surrogatepass")
        return int.from_bytes(hashlib.sha256(told).digest()[:8], "big") >> 1


@dataclass(frozen=True)
class Plan:
    """A text, ready to be spoken."""

    sentences: list[PlannedSentence]
    skipped: list[tuple[str, str]] = field(default_factory=list)
    """Parts and single characters that cannot be read, each with its reason."""


def plan_text(
    text: str, options: SpeakingOptions, *, symbols: Symbols, dictionary: Dictionary | None = None
) -> Plan:
    """Cut a text and find out how each sentence is read.

    Args:
        text: anything a user may type.
        options: language and cut.
        symbols: table of the voice's phones.
        dictionary: the user's own readings.

    Raises:
        TextError: the language is unknown, or nothing in the text can be read.
    """
    parse_mode(options.language, symbols)

    def read(part: str) -> TextReport:
        return read_sentence(part, options, symbols=symbols, dictionary=dictionary)

    plan = Plan([])
    met: Counter[str] = Counter()
    for part in cut_text(text, options.cut):
        try:
            report = read(part)
        except TextError as error:
            plan.skipped.append((part, str(error)))
            continue
        plan.sentences.append(PlannedSentence(part, report, met[part]))
        plan.skipped.extend((each.character, each.reason) for each in report.unread)
        met[part] += 1
    if not plan.sentences:
        # The text as a whole says best what is wrong with it.
        plan.sentences.append(PlannedSentence(text.strip(), read(text)))
    return plan


def read_sentence(
    text: str, options: SpeakingOptions, *, symbols: Symbols, dictionary: Dictionary | None = None
) -> TextReport:
    """Find out how one sentence is read; arguments as for `plan_text`.

    Raises:
        TextError: the language is unknown, or nothing in it can be read.
    """
    return read_text(
        with_end(text), language=options.language, symbols=symbols, dictionary=dictionary
    )


def with_end(text: str) -> str:
    """Give a sentence the mark at its end without which the published networks swallow words."""
    bare = text.rstrip().rstrip(CLOSING + "\"'").rstrip()
    if not bare or bare[-1] in _CLOSING_MARKS:
        return text
    return text.rstrip() + ("." if bare[-1].isascii() else "。")


def pause_samples(pause_s: float, sample_rate: int) -> int:
    """Silence between two sentences, samples."""
    return math.floor(pause_s * sample_rate + 0.5)
