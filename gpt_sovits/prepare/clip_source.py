"""Clips whose texts are wanted: which they are, and how they are read."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gpt_sovits.audio.read import probe_audio, read_audio
from gpt_sovits.data.annotations import check_listable, read_annotations
from gpt_sovits.data.limits import AudioLimits
from gpt_sovits.errors import AudioError, InputError
from gpt_sovits.paths import ProjectPaths
from gpt_sovits.prepare.engines import SAMPLE_RATE, TranscribeOptions
from gpt_sovits.prepare.stage import recordings_in

LIMITS = AudioLimits()
"""Of clips that can be trained on."""

_SHORTEST_S = 0.1


@dataclass(frozen=True)
class Clip:
    """A clip whose text is wanted."""

    path: Path
    speaker: str
    language: str
    """Mode that a list said it is in, otherwise that of the options."""


def clips_of(
    source: Path, speaker: str, options: TranscribeOptions, paths: ProjectPaths
) -> tuple[list[Clip], list[tuple[Path, str]]]:
    """Clips of a folder, a file or a `.list`, and what of these cannot be used.

    Raises:
        InputError: there is nothing at `source`.
    """
    if source.suffix.lower() != ".list":
        name = speaker or (source if source.is_dir() else source.parent).resolve().name
        name = name.replace("|", " ")
        clips, skipped = [], []
        for path in recordings_in(source):
            try:
                check_listable(paths.name_of(path))
            except InputError as error:
                skipped.append((path, str(error)))
                continue
            clips.append(Clip(path, name, options.language))
        return clips, skipped
    found = read_annotations(source, root=paths.root, blank=True)
    clips = [
        Clip(
            item.audio,
            item.speaker or speaker,
            item.language if options.language == "auto" else options.language,
        )
        for item in found.items
    ]
    return clips, found.skipped


def told_seconds(path: Path) -> float | None:
    """Length as a clip's header tells it; None where it cannot be read, or does not tell."""
    try:
        return probe_audio(path).duration_s
    except AudioError:
        return None


def read_clip(path: Path) -> np.ndarray:
    """A clip at 16 kHz.

    Raises:
        AudioError: it cannot be read, or is too long or too short to be one.
    """
    told = told_seconds(path)
    if told is None or told <= LIMITS.max_s:
        audio, _ = read_audio(path, sample_rate=SAMPLE_RATE)
        told = len(audio) / SAMPLE_RATE
    if told > LIMITS.max_s:
        raise AudioError(
            f"{told:.0f} s are no clip (at most {LIMITS.max_s:g} s); cut it first: python -m"
            " gpt_sovits slice"
        )
    if told < _SHORTEST_S:
        raise AudioError(f"{told:.2f} s hold no word; delete it")
    return audio
