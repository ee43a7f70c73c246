"""A text in any mixture of languages to phones: clean, protect, split, read, join."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Any

from gpt_sovits.errors import InputError, TextError
from gpt_sovits.text.dictionary import Dictionary, protect
from gpt_sovits.text.languages import base_language, parse_mode, split_languages
from gpt_sovits.text.marks import CLOSING, OPENING, clean_text
from gpt_sovits.text.reading import Language, Reading, Symbols, Unread, UserWord, Word

_MIN_ENGLISH_PHONES = 4
"""The published networks were given a "," in front of an English text with fewer phones."""

_QUOTES = OPENING + CLOSING + '"'
"""Quotes and brackets: nobody expects to hear them, so they are not reported as left out."""

_FINAL_MARKS = "。．.，,、！!？?；;：:…—~～- "

_ROMAN = re.compile("[\u2160-\u216d]|[\u3400-\u9fff][IVXLC]")

_SHOWN = 20
"""Characters of an unreadable text that an error repeats."""


@dataclass(frozen=True)
class SegmentReading(Reading):
    """How one stretch of one language is read."""

    language: Language = "zh"


@dataclass(frozen=True)
class TextReport(Reading):
    """How a whole text is read: each word with its reading, and what was left out."""

    segments: tuple[SegmentReading, ...] = ()
    """The same words by stretch of one language, in order, for features that need the language."""

    def to_json(self, *, words: bool = False) -> dict[str, Any]:
        """The report as the command line prints it.

        Args:
            words: add each word with its reading. What was left out stands in `unread`, with
                words always, otherwise where there is something.
        """
        values: dict[str, Any] = {
            "phones": self.phones,
            "word2ph": self.word2ph,
            "norm_text": self.norm_text,
        }
        if words:
            values["words"] = [
                {
                    "text": word.text,
                    "language": word.language,
                    "reading": word.reading,
                    "source": word.source,
                }
                for word in self.words
            ]
        if words or self.unread:
            values["unread"] = [[unread.character, unread.reason] for unread in self.unread]
        return values


def read_text(
    text: str, *, language: str, symbols: Symbols, dictionary: Dictionary | None = None
) -> TextReport:
    """Find out how a text is read aloud.

    Args:
        text: anything a user may type.
        language: a language mode, in any spelling that `parse_mode` knows.
        symbols: table of the phones.
        dictionary: the user's own readings; they win over every guess.

    Raises:
        TextError: the mode is unknown, or nothing in the text can be read.
    """
    mode = parse_mode(language, symbols)
    cleaned, unread = clean_text(text)
    base = base_language(mode)
    entries = dictionary or Dictionary()
    # What is declared English holds no Chinese or Japanese around a word of Han.
    forcing = entries if mode == "en" else entries.forcing
    protected, fixed = protect(cleaned, forcing, symbols, base)
    if base in ("zh", "yue"):
        protected = _with_romans_read(protected)
    segments: list[SegmentReading] = []
    stretches = split_languages(protected, mode, symbols, fixed)
    for stretch, following in zip_longest(stretches, stretches[1:]):
        # What is quoted inside a sentence is no phrase of its own for the reader of its language.
        bare = _without_outer_quotes(stretch.text) if len(stretches) > 1 else stretch.text
        own = entries.in_language(stretch.language)
        if following is not None and stretch.language in ("zh", "yue"):
            bare = _with_count_read(bare, following.text)
        bare, known = protect(bare, own, symbols, stretch.language, fixed)
        reading = _read(bare, stretch.language, symbols, known)
        unread.extend(reading.unread)
        reading = _without_doubled_mark(reading, segments[-1] if segments else None)
        if reading.words:
            segments.append(
                SegmentReading(reading.norm_text, reading.words, reading.unread, stretch.language)
            )
    words = [word for segment in segments for word in segment.words]
    if all(word.source == "mark" for word in words):
        raise TextError(_nothing_to_read(text, unread))
    return _report(segments, unread)


def phones_lines(
    lines: Iterable[str],
    *,
    symbols: Symbols,
    dictionary: Dictionary | None = None,
    words: bool = False,
) -> Iterator[dict[str, Any]]:
    """Read JSON lines `{"lang": ..., "text": ...}`; empty lines are passed over.

    Args:
        lines: the lines.
        symbols: table of the phones.
        dictionary: the user's own readings.
        words: see `TextReport.to_json`.

    Yields:
        A line's `TextReport.to_json`, or `{"error": ...}` that names the line and what is wrong.
    """
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            language, text = _parse_line(line)
            report = read_text(text, language=language, symbols=symbols, dictionary=dictionary)
        except InputError as error:
            yield {"error": f"line {number}: {error}"}
        else:
            yield report.to_json(words=words)


def _parse_line(line: str) -> tuple[str, str]:
    """Language and text of one JSON line.

    Raises:
        TextError: not JSON, or not the two strings.
    """
    try:
        values = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise TextError(f"not JSON ({error})") from error
    if not isinstance(values, dict):
        raise TextError('must be an object {"lang": ..., "text": ...}')
    for key in ("lang", "text"):
        if not isinstance(values.get(key), str):
            raise TextError(f"{key!r} must be a string")
    return values["lang"], values["text"]


# --- reading ------------------------------------------------------------------------------------


def _read(
    text: str, language: Language, symbols: Symbols, fixed: Mapping[str, UserWord]
) -> Reading:
    """Read one stretch with the reader of its language; only that one is imported."""
    if language == "zh":
        from gpt_sovits.text.chinese.reader import read_chinese as read
    elif language == "en":
        from gpt_sovits.text.english.reader import read_english as read
    elif language == "ja":
        from gpt_sovits.text.japanese.reader import read_japanese as read
    elif language == "yue":
        from gpt_sovits.text.cantonese.reader import read_cantonese as read
    else:
        from gpt_sovits.text.korean.reader import read_korean as read
    return read(text, symbols, fixed)


def _with_romans_read(text: str) -> str:
    """Write roman numerals of Chinese titles as digits, before the split takes them for English."""
    if not _ROMAN.search(text):
        return text
    from gpt_sovits.text.chinese.normalize.romans import read_romans

    return read_romans(text)


def _with_count_read(text: str, unit: str) -> str:
    """Write out the number that a stretch of Chinese ends with, where an English unit follows."""
    if not text[-1:].isdigit():
        return text
    from gpt_sovits.text.chinese.normalize.digits import read_count

    return read_count(text, unit)


def _without_outer_quotes(text: str) -> str:
    """Take away the quotes that a stretch begins with and those among its final marks."""
    text = text.lstrip(_QUOTES)
    inner = text.rstrip(_QUOTES + _FINAL_MARKS)
    return inner + "".join(mark for mark in text[len(inner) :] if mark not in _QUOTES)


def _without_doubled_mark(reading: Reading, before: Reading | None) -> Reading:
    """Drop the mark that a stretch begins with where the one before it has ended with a mark."""
    if before is None or not reading.words:
        return reading
    first = reading.words[0]
    if first.source != "mark" or before.words[-1].source != "mark":
        return reading
    norm_text = reading.norm_text.removeprefix(first.text)
    return replace(reading, norm_text=norm_text, words=reading.words[1:])


# --- joining ------------------------------------------------------------------------------------


def _report(segments: list[SegmentReading], unread: list[Unread]) -> TextReport:
    """Join what the readers said."""
    n_phones = sum(len(word.phones) for segment in segments for word in segment.words)
    english = all(segment.language == "en" for segment in segments)
    if english and n_phones < _MIN_ENGLISH_PHONES:
        comma = Word(",", "en", "", (",",), "mark")
        first = replace(segments[0], words=(comma, *segments[0].words))
        segments = [first, *segments[1:]]
    return TextReport(
        norm_text="".join(segment.norm_text for segment in segments),
        words=tuple(word for segment in segments for word in segment.words),
        unread=tuple(dict.fromkeys(each for each in unread if each.character not in _QUOTES)),
        segments=tuple(segments),
    )


def _nothing_to_read(text: str, unread: list[Unread]) -> str:
    shown = text.strip()
    if not shown:
        return "the text is empty; write something to say"
    shown = shown if len(shown) <= _SHOWN else shown[:_SHOWN] + "…"
    reasons = "; ".join(dict.fromkeys(each.reason for each in unread)) or "it holds only marks"
    return f"nothing in the text {shown!r} can be read ({reasons}); write words or numbers"
