"""Recordings to training audio: what can be used, and at which level."""

from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from gpt_sovits.audio.loudness import peak_db
from gpt_sovits.audio.read import probe_audio, read_audio
from gpt_sovits.data.limits import PHONES_PER_SECOND, AudioLimits
from gpt_sovits.errors import AudioError, TextError

FULL_SCALE = (0.999, 1.0)
"""Between these a sample lies at full scale; float recordings may truly go beyond."""

CLIPPED_RUN = 3
"""Neighbours at full scale that make a clipped peak; one alone may be a true one."""


@dataclass(frozen=True)
class AudioFacts:
    """What decides whether a recording can be used."""

    seconds: float
    peak: float
    """Highest sample; 1 is full scale."""
    clipped: float
    """Share of samples in clipped peaks."""

    def to_json(self) -> dict[str, float]:
        """Plain values that `AudioFacts(**values)` takes back."""
        return asdict(self)


def measure(audio: np.ndarray, sample_rate: int) -> AudioFacts:
    """Measure a waveform [L] at its own rate: resampling would round off what is clipped."""
    lowest, highest = FULL_SCALE
    height = np.abs(audio)
    at_full_scale = (height >= lowest) & (height <= highest)
    edges = np.flatnonzero(np.diff(at_full_scale, prepend=False, append=False))
    runs = edges[1::2] - edges[::2]
    n_clipped = int(runs[runs >= CLIPPED_RUN].sum())
    return AudioFacts(
        seconds=len(audio) / sample_rate,
        peak=float(height.max(initial=0.0)),
        clipped=n_clipped / max(len(audio), 1),
    )


def check_facts(facts: AudioFacts, limits: AudioLimits) -> None:
    """Refuse a recording beyond the limits.

    Raises:
        AudioError: says what is wrong with it and what to do.
    """
    if facts.seconds < limits.min_s:
        raise AudioError(
            f"too short: {facts.seconds:.2f} s, at least {limits.min_s:g} s are needed; merge it"
            " with its neighbour or leave it out"
        )
    if facts.seconds > limits.max_s:
        raise AudioError(
            f"too long: {facts.seconds:.1f} s, at most {limits.max_s:g} s can be used; slice it"
        )
    level = peak_db(np.array([facts.peak]))
    if level < limits.min_peak_db:
        raise AudioError(f"silent: its highest peak is {level:.0f} dBFS; record it again")
    if facts.peak > limits.max_peak:
        raise AudioError(
            f"overloaded: its highest sample is {facts.peak:.2f} times full scale; record or export"
            " it again at a lower level"
        )
    if facts.clipped > limits.max_clipped:
        raise AudioError(
            f"clipped: {100 * facts.clipped:.1f} % of its samples lie flat at full scale; record"
            " it again at a lower level"
        )


def check_pace(
    n_phones: int, seconds: float, limits: tuple[float, float] = PHONES_PER_SECOND
) -> None:
    """Refuse a text that is too short or too long for its clip.

    Raises:
        TextError: says how fast it would have to be spoken.
    """
    slowest, fastest = limits
    pace = n_phones / max(seconds, 1e-6)
    if not slowest <= pace <= fastest:
        raise TextError(
            f"its text has {pace:.1f} phones a second, speech has {slowest:g} to {fastest:g};"
            " check that the text is what the clip says"
        )


def read_recording(path: Path, limits: AudioLimits) -> tuple[np.ndarray, int, AudioFacts]:
    """Read a recording that can be trained on, mono, at its own rate.

    Raises:
        AudioError: it cannot be read or is beyond the limits.
    """
    told = probe_audio(path).duration_s
    if told is not None and told > 2 * limits.max_s:  # not worth decoding
        check_facts(AudioFacts(told, 1.0, 0.0), limits)
    audio, sample_rate = read_audio(path)
    facts = measure(audio, sample_rate)
    check_facts(facts, limits)
    return audio, sample_rate, facts


def mix_level(audio: np.ndarray) -> np.ndarray:
    """Bring audio halfway to a peak of 0.95, in steps of 16 bits, as the published recipe does.

    What would go beyond full scale is clipped and does not wrap round.
    """
    peak = float(np.abs(audio).max(initial=0.0))
    mixed = 0.5 * audio + (0.475 / peak) * audio if peak else audio
    steps = np.clip(np.rint(mixed * 32768.0), -32768, 32767)
    return (steps / 32768.0).astype(np.float32)
