"""Clips as they come out of measuring, made by hand."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from gpt_sovits.data.annotations import Annotation
from gpt_sovits.prepare.check.fit import Fit
from gpt_sovits.prepare.check.measuring import Measured
from gpt_sovits.prepare.check.sound import Sound
from gpt_sovits.prepare.check.text import TextFacts

SOUND = Sound(
    seconds=4.0,
    sample_rate=44100,
    lufs=-20.0,
    peak=0.7,
    clipped=0.0,
    flat=0.0,
    snr_db=40.0,
    silence=0.2,
    lead_s=0.1,
    tail_s=0.1,
    bandwidth_hz=16000.0,
    offset=0.0,
)


def made(number: int, *, fit: float | None = 0.8, text: str = "", **sound: Any) -> Measured:
    """A good clip, but for what is given."""
    item = Annotation(Path(f"{number}.wav"), "anna", "en", text or f"sentence {number}", number + 1)
    facts = TextFacts(n_characters=30, n_phones=40, written_in="en", languages=["en"])
    return Measured(
        item,
        facts,
        audio_hash=str(number),
        sound=replace(SOUND, **sound),
        fit=None if fit is None else Fit(fit, 0.5),
    )
