"""The clip that a voice sounds like."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gpt_sovits.audio.loudness import peak_db
from gpt_sovits.audio.read import read_audio
from gpt_sovits.errors import AudioError, TextError
from gpt_sovits.inference.plan import with_end
from gpt_sovits.text.dictionary import Dictionary
from gpt_sovits.text.frontend import TextReport, read_text
from gpt_sovits.text.reading import Symbols

SILENT_DB = -50.0
"""A reference whose highest peak lies below holds no speech, dBFS."""

MORE_SECONDS = (1.0, 60.0)
"""Shortest and longest of the further references, which give timbre alone."""


@dataclass(frozen=True)
class ReferenceClip:
    """A recording of the speaker, and what is said in it."""

    audio: Path
    """An audio or video file."""
    text: str | None = None
    """What is said, word by word; None takes timbre from the clip but no way of speaking."""
    language: str = "auto"
    """Language mode of the text."""
    more: tuple[Path, ...] = ()
    """Further recordings of the speaker; the timbre is the mean over all."""


def read_reference(path: Path, sample_rate: int, seconds: tuple[float, float]) -> np.ndarray:
    """Read a reference, mono.

    Args:
        path: the recording.
        sample_rate: wanted rate, Hz.
        seconds: shortest and longest that the family can use.

    Returns:
        Waveform, float32 [L].

    Raises:
        AudioError: it cannot be read, is too short, too long or silent.
    """
    audio, _ = read_audio(path, sample_rate=sample_rate)
    shortest, longest = seconds
    length = len(audio) / sample_rate
    # Cutters round to whole frames: a clip of 10.004 s counts as one of 10 s.
    if not shortest - 0.01 <= length <= longest + 0.01:
        problem = "short" if length < shortest else "long"
        raise AudioError(
            f"{path}: {length:.1f} s is too {problem} for a reference; give a clip of"
            f" {shortest:g} to {longest:g} s"
        )
    if peak_db(audio) < SILENT_DB:
        raise AudioError(f"{path}: is silent; give a clip in which someone speaks")
    return audio


def read_reference_text(
    reference: ReferenceClip, symbols: Symbols, dictionary: Dictionary | None
) -> TextReport | None:
    """Find out how the reference's text is read; None where it has none.

    Raises:
        TextError: the text cannot be read; the message names it as the reference's.
    """
    if reference.text is None or not reference.text.strip():
        return None
    try:
        return read_text(
            with_end(reference.text),
            language=reference.language,
            symbols=symbols,
            dictionary=dictionary,
        )
    except TextError as error:
        raise TextError(f"text of the reference: {error}") from error
