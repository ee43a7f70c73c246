"""What the front end says of a text: words, the reading each got, what it could not read."""

from dataclasses import dataclass
from typing import Literal

Language = Literal["zh", "en", "ja", "yue", "ko"]
"""Languages that have a reader."""

Symbols = Literal["v1", "v2"]
"""Symbol tables of the published families."""

Source = Literal["user", "dictionary", "rule", "guess", "mark"]
"""Where a reading comes from: the user's dictionary, a pronouncing dictionary, a rule (sandhi,
homograph, spelled letters, numbers), a network's or fallback's guess, or a punctuation mark."""


@dataclass(frozen=True)
class UserWord:
    """One entry of the user's dictionary; it wins over every guess."""

    word: str
    """The word as it is written."""
    language: Language
    """Language it is read in."""
    reading: str
    """zh: pinyin with tone digits, `chong2 qing4`; en: ARPAbet with stress, `JH EH1 S AH0 N`;
    ja: kana with accent marks `[` (rise) and `]` (fall); yue: jyutping; ko: hangul."""


@dataclass(frozen=True)
class Word:
    """One word or punctuation mark of the normalized text, with what will be spoken."""

    text: str
    """The word as in the normalized text."""
    language: Language
    """Language it was read in."""
    reading: str
    """Its reading in the notation of `UserWord.reading`; empty for a mark. Put into the user's
    dictionary as it is, it gives the same phones again."""
    phones: tuple[str, ...]
    """Symbols of the chosen table."""
    source: Source
    """Where the reading comes from."""
    word2ph: tuple[int, ...] | None = None
    """Phones per character of `text`, zh and yue only; sum = len(phones)."""


@dataclass(frozen=True)
class Unread:
    """A character of the text that is not spoken, and why."""

    character: str
    reason: str


@dataclass(frozen=True)
class Reading:
    """How a text, or one stretch of it in one language, is read aloud."""

    norm_text: str
    """The text after normalization: numbers as words, marks unified."""
    words: tuple[Word, ...]
    """In reading order."""
    unread: tuple[Unread, ...] = ()
    """What was left out, nothing in silence."""

    @property
    def phones(self) -> list[str]:
        """Symbols of the whole text, N of them."""
        return [phone for word in self.words for phone in word.phones]

    @property
    def word2ph(self) -> list[int] | None:
        """Phones per character of `norm_text`, or None where a word has no such count."""
        counts: list[int] = []
        for word in self.words:
            if word.word2ph is None:
                return None
            counts.extend(word.word2ph)
        return counts
