"""The record of what recognisers wrote: one line of JSON a clip, kept as soon as it is heard."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from gpt_sovits.paths import replacing
from gpt_sovits.state import Entries


@dataclass(frozen=True)
class HeardClip:
    """One clip and what a recogniser made of it."""

    key: str
    """Hash of the clip's content, the options and the recogniser."""
    audio: str
    """The clip as it stands in the annotation list."""
    engine: str
    """Recogniser and model, such as `faster-whisper large-v3`."""
    language: str
    text: str
    """Empty where no words are heard."""
    seconds: float
    confidence: float | None = None
    """0 to 1: geometric mean of the recogniser's probability of each token or word."""
    misfit: float | None = None
    """Phone error rate between the text and what the content network hears."""
    words: list[list[Any]] = field(default_factory=list)
    """`[word, start_s, end_s, confidence or null]` of each, where the recogniser tells times."""
    doubts: list[str] = field(default_factory=list)
    """Reasons to look at the text before it is used."""


class HeardRecord:
    """A file of heard clips that survives a run that is killed.

    Args:
        path: it; need not be there yet. A line that is torn or foreign is passed over.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._entries = Entries(path)
        self.clips = {clip.key: clip for clip in _clips(self._entries)}

    def add(self, clip: HeardClip) -> None:
        """Keep a clip at once.

        Raises:
            InputError: it cannot be written.
        """
        self.clips[clip.key] = clip
        values = asdict(clip)
        self._entries.note(values.pop("key"), values)

    def tidy(self, clips: Iterable[HeardClip]) -> None:
        """Put clips first in their order; others that were heard stay behind them.

        They may be heard again: with the options of another run, or in a folder that comes back.
        """
        first = {clip.key: clip for clip in clips}
        kept = {**first, **self.clips, **first}.values()
        lines = [f"{json.dumps(asdict(clip), ensure_ascii=False)}\n" for clip in kept]
        with replacing(self.path) as part:
            part.write_text("".join(lines), encoding="utf-8")


def _clips(entries: Entries) -> Iterator[HeardClip]:
    for key, values in entries.found.items():
        try:
            yield HeardClip(key, **values)
        except TypeError:
            continue
