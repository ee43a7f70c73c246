"""What can be wrong with a clip: kinds of findings, and the rules that need no other clip."""

import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from gpt_sovits.audio.loudness import peak_db
from gpt_sovits.data.recordings import check_facts, check_pace
from gpt_sovits.errors import AudioError, TextError
from gpt_sovits.prepare.check.measuring import Measured
from gpt_sovits.prepare.check.options import CheckOptions
from gpt_sovits.prepare.check.sound import Sound
from gpt_sovits.prepare.check.text import misfit_of_language
from gpt_sovits.text.languages import parse_mode

Light = Literal["green", "yellow", "red"]
"""green: use it; yellow: look at it, training takes it; red: leave it out, or mend it first."""

LIGHTS: tuple[Light, ...] = ("green", "yellow", "red")


@dataclass(frozen=True)
class Kind:
    """One kind of finding."""

    key: str
    label: str
    remedy: str
    """What to do, in one sentence; LIST and FOLDER stand for the list and the clips' folder."""

    def remedy_for(self, listed: Path, folder: Path) -> str:
        """The remedy with paths that can be pasted into a terminal."""
        meant = {"LIST": listed, "FOLDER": folder}
        return re.sub(r"\b(?:LIST|FOLDER)\b", lambda m: shlex.quote(str(meant[m[0]])), self.remedy)


KINDS = {
    kind.key: kind
    for kind in (
        Kind(
            "unreadable",
            "cannot be read",
            "Open it in an audio program and export it as WAV, or delete its line.",
        ),
        Kind(
            "length", "too short or too long", "Cut it anew: python -m gpt_sovits slice RECORDING."
        ),
        Kind("silent", "silent", "Record it again, or delete its line."),
        Kind(
            "clipped",
            "clipped",
            "Record or export it again at a lower level: what was cut off does not come back.",
        ),
        Kind(
            "noisy",
            "noisy",
            "Take the noise out: python -m gpt_sovits denoise FOLDER --engine"
            " none --target-lufs -23.",
        ),
        Kind(
            "pauses",
            "much silence",
            "Cut it anew at its pauses: python -m gpt_sovits slice RECORDING.",
        ),
        Kind(
            "dull",
            "no high frequencies",
            "Look for the original: a telephone's or a strongly compressed recording makes a dull"
            " voice.",
        ),
        Kind("offset", "off centre", "Export it again through a high-pass filter of 40 Hz."),
        Kind(
            "loudness",
            "other loudness than the rest",
            "Bring all clips to one level: python -m gpt_sovits denoise FOLDER --engine"
            " none --target-lufs -23.",
        ),
        Kind(
            "text",
            "text does not fit",
            "Listen and correct the text: python -m subfix LIST; or have all written anew:"
            " python -m gpt_sovits transcribe FOLDER.",
        ),
        Kind(
            "language",
            "language tag does not fit",
            "Correct the language or the text: python -m subfix LIST.",
        ),
        Kind(
            "characters",
            "characters that are not read",
            "Write what is said, in words: python -m subfix LIST.",
        ),
        Kind(
            "pace",
            "text too short or too long for its clip",
            "Listen and correct the text: python -m subfix LIST.",
        ),
        Kind(
            "duplicate",
            "the same sound twice",
            "Delete one of the two lines: python -m subfix LIST.",
        ),
        Kind(
            "same_text",
            "the same text with another sound",
            "Listen to both; one of the texts may be wrong: python -m subfix LIST.",
        ),
        Kind(
            "confidence",
            "the recogniser was unsure",
            "Listen and correct the text: python -m subfix LIST.",
        ),
        Kind(
            "line",
            "line that cannot be used",
            "Correct the line: python -m subfix LIST.",
        ),
    )
}
"""Every kind of finding, in the order in which they are shown."""


@dataclass(frozen=True)
class Finding:
    """Something that is wrong with one clip."""

    kind: str
    light: Light
    what: str
    """One clause about the clip."""


LIMITS_KIND = {"too": "length", "silent": "silent", "overloaded": "clipped", "clipped": "clipped"}
"""Kind of what `check_facts` refuses, by the first word of its sentence."""

FLAT = (0.0003, 0.003)
"""Share of samples in cut tops from which on a clip is yellow, and red."""
NOISE_DB = (15.0, 8.0)
"""Signal-to-noise ratio below which a clip is yellow, and red; see `signal_to_noise`."""
LONG_SILENCE_S = 1.0
MOSTLY_SILENCE = 0.6
TELEPHONE_HZ, DULL_HZ = 4500.0, 7000.0
"""Highest frequency of a telephone, and of speech that begins to sound dull."""
OFFSET = 0.01
"""Mean of all samples from which on every cut clicks."""
UNREAD = 0.3
"""Share of a text's characters that makes the rest useless when it is not read."""


def judge_alone(measured: Measured, options: CheckOptions) -> list[Finding]:
    """What is wrong with a clip by itself."""
    if measured.fault:
        kind = LIMITS_KIND.get(_first_word(measured.fault), "unreadable")
        found = [_refusal(kind, measured.fault)]
    else:
        assert measured.sound is not None, "a clip without a fault was measured"
        found = list(_judge_sound(measured.sound, options))
    return [*found, *_judge_text(measured)]


def _judge_sound(sound: Sound, options: CheckOptions) -> Iterator[Finding]:
    try:
        check_facts(sound.facts, options)
    except AudioError as error:
        yield _refusal(LIMITS_KIND[_first_word(str(error))], str(error))
        if sound.peak < 10 ** (options.min_peak_db / 20):
            return  # nothing else can be said of silence
    else:
        if light := _from(sound.flat, FLAT):
            ceiling = peak_db_of(sound)
            yield Finding(
                "clipped",
                light,
                f"{100 * sound.flat:.2g} % of its samples lie flat at its top ({ceiling:.1f} dBFS)",
            )
    if sound.snr_db is not None and (light := _below(sound.snr_db, NOISE_DB)):
        told = f"speech is {sound.snr_db:.0f} dB above the noise"
        yield Finding(
            "noisy", light, told if sound.snr_db > 0 else "nothing stands out of the noise"
        )
    yield from _judge_pauses(sound)
    if sound.bandwidth_hz < DULL_HZ:
        told = f"has nothing above {sound.bandwidth_hz / 1000:.1f} kHz"
        if sound.bandwidth_hz < 0.4 * sound.sample_rate:
            told += f", though it is a file of {sound.sample_rate / 1000:g} kHz"
        yield Finding("dull", "yellow", told)
    if abs(sound.offset) > OFFSET:
        yield Finding("offset", "yellow", f"lies {100 * sound.offset:+.1f} % off the middle")


def _judge_pauses(sound: Sound) -> Iterator[Finding]:
    ends = [
        f"{seconds:.1f} s at its {end}"
        for end, seconds in (("beginning", sound.lead_s), ("end", sound.tail_s))
        if seconds > LONG_SILENCE_S
    ]
    if sound.silence > MOSTLY_SILENCE:
        yield Finding("pauses", "yellow", f"{100 * sound.silence:.0f} % of it is silence")
    elif ends:
        yield Finding("pauses", "yellow", f"silence of {' and '.join(ends)}")


def _judge_text(measured: Measured) -> Iterator[Finding]:
    text = measured.text
    if text.fault:
        yield Finding("characters", "red", _clause(text.fault))
        return
    if measured.seconds:
        try:
            check_pace(text.n_phones, measured.seconds)
        except TextError as error:
            yield Finding("pace", "red", _clause(str(error)))
    mode = parse_mode(measured.item.language)
    if misfit := misfit_of_language(mode, text.written_in):
        # English inside another language is read as English; the other way round it is not.
        light: Light = "red" if mode == "en" else "yellow"
        yield Finding("language", light, f"is tagged {misfit}")
    if text.unread:
        letters = "".join(character for character, _ in text.unread)
        count = sum(measured.item.text.count(character) for character, _ in text.unread)
        light = "red" if count > UNREAD * (text.n_characters + count) else "yellow"
        shown = " ".join(_shown(letter) for letter in letters[:10])
        yield Finding("characters", light, f"holds {shown}, not read: {text.unread[0][1]}")


def _refusal(kind: str, sentence: str) -> Finding:
    return Finding(kind, "red", _clause(sentence).removeprefix(f"{KINDS[kind].label}: "))


def _first_word(sentence: str) -> str:
    return re.split(r"\W", sentence, maxsplit=1)[0]


def _clause(sentence: str) -> str:
    """What is wrong, without what to do: the kind of finding has a remedy."""
    return sentence.partition(";")[0]


def _shown(letter: str) -> str:
    return letter if letter.isprintable() and not letter.isspace() else f"U+{ord(letter):04X}"


def peak_db_of(sound: Sound) -> float:
    """Highest sample in dBFS."""
    import numpy as np

    return peak_db(np.array([sound.peak]))


def _from(value: float, limits: tuple[float, float]) -> Light | None:
    yellow, red = limits
    return "red" if value >= red else "yellow" if value >= yellow else None


def _below(value: float, limits: tuple[float, float]) -> Light | None:
    yellow, red = limits
    return "red" if value < red else "yellow" if value < yellow else None


def worst(findings: Sequence[Finding]) -> Light:
    """The light of a clip with these findings."""
    return max((finding.light for finding in findings), key=LIGHTS.index, default="green")
