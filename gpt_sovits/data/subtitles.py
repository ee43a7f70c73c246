"""Subtitles as files: their times, where a cue begins and ends, and the recording beside them."""

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from gpt_sovits.data.tables import AUDIO_ENDINGS
from gpt_sovits.text.scripts import HAN

ENDINGS = (".srt", ".vtt", ".ass", ".ssa")

_TIME = r"(?:(\d{1,4}):)?(\d{1,2}):(\d{1,2})[,.](\d{1,3})"
TIMES = re.compile(rf"\s*{_TIME}\s*-->\s*{_TIME}")
"""The line of a cue that says when it is read."""
ASS_TIME = re.compile(rf"\s*{_TIME}\s*\Z")
VOICE = re.compile(r"\s*+<v(?P<classes>[.\w]*+)\s++(?P<speaker>[^>]++)>")
"""Who speaks, at the beginning of a cue."""
DRAWING = re.compile(r"\\p[1-9]")
"""A line of ASS that draws instead of telling a text."""

_TAG = re.compile(r"<[^>]*>|\{[^}]*\}")
_NOTE = re.compile(r"\[[^\]]*\]|\([^)]*\)|（[^）]*）|【[^】]*】|[♪♫#]+[^♪♫#]*[♪♫#]+|[♪♫]+")
"""What is heard besides speech, as subtitles for the deaf tell it: [music], (laughs), ♪ ... ♪."""

_BETWEEN_WIDE = re.compile(rf"(?<=[{HAN}\u3000-\u30ff\uff01-\uff60]) +(?=[{HAN}\u3000-\u30ff])")


@dataclass(frozen=True)
class CueLines:
    """Where a cue stands among the lines of its file."""

    first: int
    """Its number or name, or its times where it has none."""
    times: int
    end: int
    """One behind its last line."""


def find_cues(lines: Sequence[str]) -> Iterator[CueLines]:
    """Find the cues of SRT and VTT, also where the empty line between two is missing."""
    times = [number for number, line in enumerate(lines) if "-->" in line and TIMES.match(line)]
    last = 0
    for number, following in zip_longest(times, times[1:], fillvalue=len(lines)):
        end = number + 1
        while end < following and lines[end].strip():
            end += 1
        is_touching = number + 1 < end == following < len(lines)
        if is_touching and lines[end - 1].strip().isdigit():
            end -= 1
        first = number - 1 if number > last and lines[number - 1].strip() else number
        yield CueLines(first, number, end)
        last = end


def seconds_of(parts: Sequence[str | None]) -> float:
    """Seconds of hours, minutes, seconds and their fraction."""
    hours, minutes, seconds, fraction = (part or "0" for part in parts)
    whole = int(hours) * 3600 + int(minutes) * 60 + int(seconds)
    return whole + int(fraction.ljust(3, "0")) / 1000


def spoken_words(text: str) -> str:
    """What is said in a cue: without markup, notes on sounds and dashes of speakers."""
    lines = [html.unescape(_TAG.sub("", line)) for line in text.split("\n")]
    lines = [re.sub(r"^\s*[-–—]\s*", "", _NOTE.sub(" ", line)) for line in lines]
    joined = join_words(lines)
    return joined if any(letter.isalnum() for letter in joined) else ""


def join_words(texts: Sequence[str]) -> str:
    """Texts in one line, without spaces between Chinese or Japanese characters."""
    return _BETWEEN_WIDE.sub("", " ".join(" ".join(texts).split()))


def recording_beside(subtitles: Path) -> Path | None:
    """The recording that has the name of subtitles; None where there is none."""
    # Names such as talk.en.srt tell the language, too.
    stems = (subtitles.stem, subtitles.stem.rpartition(".")[0])
    endings = [each for ending in AUDIO_ENDINGS for each in (ending, ending.upper())]
    places = (subtitles.with_name(stem + end) for stem in stems if stem for end in endings)
    return next((path for path in places if path.is_file()), None)
