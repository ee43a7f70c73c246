"""What `check` found of each clip of a list, as it wrote it beside the list."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

ENDING = ".check.jsonl"


@dataclass(frozen=True, slots=True)
class CheckedFinding:
    """Something that is wrong with a clip."""

    kind: str
    light: str
    what: str
    """One clause about the clip."""
    remedy: str
    """What to do, in one sentence."""


@dataclass(frozen=True, slots=True)
class CheckedWord:
    """A word of the text, with the marks behind it, and where it is heard."""

    text: str
    start_s: float
    end_s: float
    score: float
    """0 to 1: how well it is heard there; comparable between the words of one clip."""


@dataclass(frozen=True, slots=True)
class CheckedLine:
    """One clip of the list and what was found."""

    audio: str
    """The recording as the list names it, without quotes and invisible marks around it."""
    speaker: str
    language: str
    """Language mode in our own spelling."""
    text: str
    """As it was checked; what was found says nothing of another one."""
    light: str
    """green, yellow or red."""
    findings: tuple[CheckedFinding, ...]
    fit: float | None
    """How well text and sound fit, 0 to 1; None where the network does not know the language."""
    snr_db: float | None
    clipped: float | None
    """Share of samples in cut tops."""
    rate: float | None
    """Phones a second."""
    confidence: float | None
    """Of the recogniser that wrote the text, 0 to 1."""
    seconds: float
    """Length; 0 where the recording cannot be read."""
    words: tuple[CheckedWord, ...]
    """In order; empty where the text was not found in the sound. Joined by the text's own spaces
    they are the text."""


def checked_path(listed: Path) -> Path:
    """Where `check` writes what it finds in a list.

    The list's whole name is in it: anna.list and anna.csv are two lists.
    """
    return listed.with_name(listed.name + ENDING)


def read_checked(listed: Path) -> dict[str, CheckedLine]:
    """What was found in a list, by the name of the recording; empty where it was not checked.

    A line that is torn, or that something else wrote, is passed over.
    """
    return {line.audio: line for line in _lines(checked_path(listed))}


def _lines(path: Path) -> Iterator[CheckedLine]:
    try:
        content = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return
    decode = json.JSONDecoder(parse_constant=_no_number).decode
    for line in content.split("\n"):
        try:
            yield _parse(decode(line))
        except (ValueError, TypeError, KeyError, RecursionError):
            continue


def to_json(line: CheckedLine) -> dict[str, Any]:
    """A clip as its line in the file says it: a word is `[text, start_s, end_s, score]`."""
    words = [[word.text, word.start_s, word.end_s, word.score] for word in line.words]
    return {**asdict(line), "words": words}


def _parse(values: dict[str, Any]) -> CheckedLine:
    """A clip from its line; an error where a value is missing or is none of its kind."""
    return CheckedLine(
        audio=_text(values["audio"]),
        speaker=_text(values["speaker"]),
        language=_text(values["language"]),
        text=_text(values["text"]),
        light=_text(values["light"]),
        findings=tuple(
            CheckedFinding(*(_text(each[name]) for name in ("kind", "light", "what", "remedy")))
            for each in values["findings"]
        ),
        fit=_measure(values["fit"]),
        snr_db=_measure(values["snr_db"]),
        clipped=_measure(values["clipped"]),
        rate=_measure(values["rate"]),
        confidence=_measure(values["confidence"]),
        seconds=float(values["seconds"]),
        words=tuple(
            CheckedWord(_text(text), float(start), float(end), float(score))
            for text, start, end, score in values["words"]
        ),
    )


def _measure(value: Any) -> float | None:
    return None if value is None else float(value)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no measure")
