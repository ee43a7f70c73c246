"""What was said: audio, and when each sentence and phone sounds in it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from gpt_sovits.errors import InputError
from gpt_sovits.features.content import TimedPhone
from gpt_sovits.paths import replacing

TIMING_ENDINGS = (".json", ".srt")
"""Endings of the files that `write_timings` can write."""


@dataclass(frozen=True)
class SpokenSentence:
    """One sentence of a speech."""

    text: str
    """As it stands in the text."""
    phones: list[str]
    """How it was read."""
    start_s: float
    """Where it begins, seconds from the start of the audio."""
    end_s: float
    """Where it ends."""
    phone_times: tuple[TimedPhone, ...] | None = None
    """When each phone sounds; None where the family does not know."""

    def to_json(self) -> dict[str, Any]:
        """The sentence as the command line and the API show it."""
        values: dict[str, Any] = {
            "text": self.text,
            "start_s": round(self.start_s, 4),
            "end_s": round(self.end_s, 4),
            "phones": self.phones,
        }
        if self.phone_times is not None:
            values["phone_times"] = [
                [each.phone, round(each.start_s, 4), round(each.end_s, 4)]
                for each in self.phone_times
            ]
        return values


@dataclass(frozen=True)
class Speech:
    """A text that was spoken."""

    audio: np.ndarray
    """Waveform, float32 [L] in [-1, 1]."""
    sample_rate: int
    """Hz."""
    sentences: list[SpokenSentence]
    """In the order of the text."""
    skipped: list[tuple[str, str]] = field(default_factory=list)
    """Parts and characters of the text that were left out, each with its reason."""
    seed: int = 0
    """The seed with which the same speech comes again."""

    @property
    def seconds(self) -> float:
        """Length of the audio."""
        return len(self.audio) / self.sample_rate


def join_speech(pieces: Sequence[Speech]) -> Speech:
    """Join what a stream gave, at least one piece; their times already count from its start."""
    return Speech(
        audio=np.concatenate([piece.audio for piece in pieces]),
        sample_rate=pieces[0].sample_rate,
        sentences=[sentence for piece in pieces for sentence in piece.sentences],
        skipped=[part for piece in pieces for part in piece.skipped],
        seed=pieces[0].seed,
    )


def write_timings(path: Path, sentences: Sequence[SpokenSentence]) -> None:
    """Write when each sentence sounds: `.json` with phones, or `.srt` subtitles.

    Raises:
        InputError: another ending, or the file cannot be written.
    """
    check_timings_path(path)
    if path.suffix.lower() == ".srt":
        content = "\n".join(_subtitle(number, each) for number, each in enumerate(sentences, 1))
    else:
        values = [sentence.to_json() for sentence in sentences]
        content = json.dumps(values, ensure_ascii=False, indent=1) + "\n"
    try:
        with replacing(path) as part:
            part.write_text(content, encoding="utf-8", errors="replace")
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror})") from error


def check_timings_path(path: Path) -> None:
    """Refuse an ending of which no timings can be written.

    Raises:
        InputError: the ending is not one of `TIMING_ENDINGS`.
    """
    if path.suffix.lower() not in TIMING_ENDINGS:
        raise InputError(f"{path}: timings end in {' or '.join(TIMING_ENDINGS)}")


def _subtitle(number: int, sentence: SpokenSentence) -> str:
    # An empty line would end the subtitle.
    text = " ".join(sentence.text.split())
    return f"{number}\n{_clock(sentence.start_s)} --> {_clock(sentence.end_s)}\n{text}\n"


def _clock(seconds: float) -> str:
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02},{rest % 1000:03}"
