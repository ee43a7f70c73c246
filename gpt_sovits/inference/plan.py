"""What is going to be said: options, and a text cut into sentences that have been read."""

import hashlib
import math
from collections import Counter
from dataclasses import dataclass, field

from gpt_sovits.errors import ConfigError, TextError
from gpt_sovits.models.sampling import SamplingOptions
from gpt_sovits.text.cuts import cut_text, parse_cut
from gpt_sovits.text.dictionary import Dictionary
from gpt_sovits.text.frontend import TextReport, read_text
from gpt_sovits.text.languages import parse_mode
from gpt_sovits.text.marks import CLOSING
from gpt_sovits.text.reading import Symbols

SPEEDS = (0.25, 4.0)
"""Slowest and fastest tempo; beyond them nothing can be understood."""

LONGEST_PAUSE_S = 60.0

_CLOSING_MARKS = ",.?!~:;…—-，。？！～：；、"


@dataclass(frozen=True, kw_only=True)
class SpeakingOptions:
    """How a text is spoken. None leaves a choice to the voice's family."""

    language: str = "auto"
    """Language mode of the text, in any spelling that `parse_mode` knows."""
    cut: str = "cut1"
    """How the text is cut into sentences, one of `CUTS`."""
    speed: float = 1.0
    """Tempo, above 1 is faster."""
    pause_s: float = 0.3
    """Silence between two sentences, seconds."""
    top_k: int | None = None
    """See `SamplingOptions`, as the next three."""
    top_p: float | None = None
    temperature: float | None = None
    repetition_penalty: float | None = None
    seed: int = 0
    """The same seed gives the same audio on one machine; -1 takes another one each time."""
    batch_size: int = 1
    """Sentences whose tokens are drawn side by side (VITS families). Above 1 is faster, and how a
    sentence sounds then depends on the ones beside it."""

    def __post_init__(self) -> None:
        # Written so that NaN fails each of them.
        slowest, fastest = SPEEDS
        if not slowest <= self.speed <= fastest:
            raise ConfigError(f"speed must be {slowest} to {fastest:g}, got {self.speed}")
        if not 0 <= self.pause_s <= LONGEST_PAUSE_S:
            raise ConfigError(f"pause_s must be 0 to {LONGEST_PAUSE_S:g}, got {self.pause_s}")
        if not -1 <= self.seed < 2**63:
            raise ConfigError(f"seed must be -1 (another each time) or more, got {self.seed}")
        if self.batch_size < 1:
            raise ConfigError(f"batch_size must be at least 1, got {self.batch_size}")
        parse_cut(self.cut)
        self.sampling(SamplingOptions())

    def sampling(self, defaults: SamplingOptions) -> SamplingOptions:
        """How tokens are drawn, where `defaults` says what is not chosen here.

        Raises:
            ConfigError: a choice is out of range.
        """
        return SamplingOptions(
            top_k=defaults.top_k if self.top_k is None else self.top_k,
            top_p=defaults.top_p if self.top_p is None else self.top_p,
            temperature=defaults.temperature if self.temperature is None else self.temperature,
            repetition_penalty=(
                defaults.repetition_penalty
                if self.repetition_penalty is None
                else self.repetition_penalty
            ),
        )


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
    for part in cut_text(text, parse_cut(options.cut)):
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
