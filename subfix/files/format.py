"""What every kind of file has in common: it is a row of lines, and each is written as it stood.

A clip carries its line with it, in `extra`: when it is edited only what changed in the line is
written anew, and quotes, spaces, further columns and line ends around it stay.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from gpt_sovits.data.annotations import clean_path
from gpt_sovits.errors import InputError, TextError
from gpt_sovits.text.languages import parse_mode
from subfix.clip import Clip

NAMES = ("audio", "speaker", "language", "text")

Fields = dict[str, Any]
"""Fields of a clip that its line tells, by name."""

Parts = tuple[str, list[tuple[str, str]], str]
"""A file's head, its clips (what is before each, and its line), and its tail."""

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+")


class Format(ABC):
    """One kind of file; an object of it knows what its file says once for all its lines."""

    name: str
    spans = False
    """Whether its clips are spans of one long recording."""

    def parse(self, text: str) -> tuple[str, list[Clip], str]:
        """Head, clips and tail of a file; together they are the text, letter by letter."""
        head, records, tail = self.divide(text)
        clips = [self.clip_of(line, n, lead) for n, (lead, line) in enumerate(records, 1)]
        return head, clips, tail

    def clip_of(self, line: str, number: int, lead: str = "") -> Clip:
        """The clip of a line; what is wrong with the line stands in it."""
        fields = self.read(cut_end(line)[0])
        return Clip(number, raw=line, lead=lead, extra={"line": line}, **fields)

    def line_of(self, clip: Clip, newline: str) -> str:
        """The line of a clip that was edited or is new.

        Raises:
            InputError: a field cannot stand in such a line.
        """
        line = (clip.extra or {}).get("line")
        if line is None:
            return self.ended(self.write(clip, "", newline), newline)
        line, end = cut_end(line)
        return self.write(clip, line, newline) + end

    def mended(self, line: str, number: int, before: str | None, newline: str) -> Clip:
        """The clip of a line that a person wrote in place of another."""
        end = newline if before is None else cut_end(before)[1]
        line = re.sub(r"[\r\n]+", " ", line.strip("\r\n"))
        return self.clip_of(line + end, number)

    def ended(self, line: str, newline: str) -> str:
        """A line that another one follows."""
        return line if line.endswith(("\r", "\n")) else line + newline

    def divide(self, text: str) -> Parts:
        """Take a file apart; here every line that is not blank is a clip."""
        return "", *with_leads(split_lines(text))

    def numbered(self, lines: list[str], before: Sequence[str]) -> list[str]:
        """The lines of a file with their numbers, where it has some.

        Args:
            lines: as they will stand in the file.
            before: as they stood in it.
        """
        return lines

    @abstractmethod
    def read(self, line: str) -> Fields:
        """What a line, without its end, tells; `problem` where it cannot be used."""

    @abstractmethod
    def write(self, clip: Clip, line: str, newline: str) -> str:
        """The line of a clip, without its end.

        Args:
            clip: the fields.
            line: the line that the clip came from; of it stays what did not change.
            newline: what is between lines, where one clip has several.
        """


def split_lines(text: str) -> list[str]:
    """Lines with their ends, whatever ends they have."""
    return _LINE.findall(text)


def with_leads(lines: Iterable[str]) -> tuple[list[tuple[str, str]], str]:
    """Put blank lines before the line that they precede; what is left is the tail."""
    records = []
    lead = ""
    for line in lines:
        if line.strip():
            records.append((lead, line))
            lead = ""
        else:
            lead += line
    return records, lead


def cut_end(line: str) -> tuple[str, str]:
    """A line and its end."""
    body = line.rstrip("\r\n")
    return body, line[len(body) :]


def one_line(text: str) -> str:
    """A text without line breaks and without space around it."""
    text = text.strip()
    if "\n" in text or "\r" in text:
        text = " ".join(filter(None, map(str.strip, re.split(r"[\r\n]+", text))))
    return text


def told_fields(audio: str, speaker: str, language: str, text: str) -> Fields:
    """What a line of four fields tells, and what is wrong with it."""
    audio, language = clean_path(audio), language.strip()
    problem = _problem_of(language) if language else ""
    if not audio:
        problem = "names no audio file; write its path"
    return {
        "audio": audio,
        "speaker": speaker.strip(),
        "language": language,
        "text": text.strip(),
        "problem": problem,
    }


def spelled(clip: Clip, name: str, before: Fields) -> str:
    """A field as it is written; a language that changed is written in our spelling."""
    value = one_line(getattr(clip, name))
    if name == "language" and before.get(name, value) != value:
        return our_spelling(value)
    return value


def our_spelling(language: str) -> str:
    """A language as we write it; one that nobody knows as it is."""
    return language if _problem_of(language) else parse_mode(language)


@lru_cache(256)
def _problem_of(language: str) -> str:
    try:
        parse_mode(language)
    except TextError as error:
        return str(error)
    return ""


def refuse(values: Iterable[str], letter: str, what: str) -> None:
    """Refuse values that would break their line.

    Raises:
        InputError: one holds the letter or a line break.
    """
    for value in values:
        if letter in value or "\n" in value or "\r" in value:
            raise InputError(
                f"{value!r} holds {letter!r} or a line break, with which no line of {what} can be"
                " written; leave it out"
            )
