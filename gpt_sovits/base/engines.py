"""Free speech engines as one function each: text and a speaker in, a waveform out."""

import math
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gpt_sovits.audio.read import read_audio
from gpt_sovits.audio.resample import resample
from gpt_sovits.base.sentences import SpokenLanguage
from gpt_sovits.errors import AudioError, InputError
from gpt_sovits.text.frontend import read_text

TIMEOUT_S = 60
"""An engine that takes longer for one sentence hangs."""


@dataclass(frozen=True)
class Speaker:
    """A pseudo-speaker: an engine's voice, changed."""

    voice: str
    """The engine's name of it."""
    pitch: float
    """Factor of its fundamental frequency."""
    formant: float
    """Factor of its resonances: above 1 a smaller head."""
    tempo: float
    """Factor of its speed."""


@dataclass(frozen=True)
class Engine:
    """One free engine that is on this machine."""

    name: str
    voices: dict[SpokenLanguage, tuple[str, ...]]
    """Voices by the language that they speak."""
    render: Callable[[str, SpokenLanguage, Speaker], tuple[np.ndarray, int]]
    """The waveform [L] and its rate in Hz; takes no notice of `Speaker.formant`."""


def speak(
    engine: Engine, text: str, language: SpokenLanguage, speaker: Speaker, sample_rate: int
) -> np.ndarray:
    """Let an engine say a text as a pseudo-speaker.

    Resonances move by playing faster or slower; the engine speaks that much lower and slower.

    Args:
        engine: which engine.
        text: the sentence.
        language: one that the engine speaks.
        speaker: one of its voices, changed.
        sample_rate: Hz of the result.

    Returns:
        float32 waveform [L].

    Raises:
        InputError: the engine failed, or said nothing.
    """
    formant = speaker.formant
    compensated = Speaker(speaker.voice, speaker.pitch / formant, 1.0, speaker.tempo / formant)
    audio, rate = engine.render(text, language, compensated)
    if not np.abs(audio).max(initial=0) > 1e-3:
        raise InputError(f"{engine.name} said nothing for {text!r}")
    return resample(audio, round(rate * formant), sample_rate)


def find_engines() -> tuple[list[Engine], list[str]]:
    """The engines on this machine, and a sentence for each that is not."""
    engines = [Engine("openjtalk", {"ja": ("mei",)}, _open_jtalk)]
    missing = []
    for program, package, engine in (
        ("espeak-ng", "espeak-ng", Engine("espeak", _ESPEAK_VOICES, _espeak)),
        ("flite", "flite", Engine("flite", {"en": tuple(_FLITE_PITCH_HZ)}, _flite)),
    ):
        if shutil.which(program):
            engines.append(engine)
        else:
            missing.append(f"{program} is not on this machine; install the package {package}")
    return engines, missing


def _open_jtalk(text: str, language: SpokenLanguage, speaker: Speaker) -> tuple[np.ndarray, int]:
    import pyopenjtalk

    audio, rate = pyopenjtalk.tts(
        text,
        speed=speaker.tempo,
        half_tone=12 * math.log2(speaker.pitch),
        use_sudachi_kanji_yomi=False,  # as our reader has it
        predict_nani=False,
    )
    return (audio / 32768).astype(np.float32), rate


_ESPEAK_VARIANTS = (
    *(f"m{number}" for number in range(1, 9)),
    *(f"f{number}" for number in range(1, 6)),
    *("Alex", "Andrea", "Annie", "Denis", "Diogo", "Gene", "Hugo", "Lee", "Mario", "Michael"),
    *("anika", "belinda", "linda", "paul", "pedro", "quincy", "steph", "steph2", "zac"),
)
"""espeak-ng's speakers that sound like people."""

_ESPEAK_LANGUAGES = {"zh": "cmn-latn-pinyin", "en": "en-us"}

_ESPEAK_VOICES: dict[SpokenLanguage, tuple[str, ...]] = {
    "zh": _ESPEAK_VARIANTS,
    "en": _ESPEAK_VARIANTS,
    "mixed": _ESPEAK_VARIANTS,
}

_ESPEAK_WORDS_A_MINUTE = 165
_ESPEAK_PITCH_OCTAVE = 66
"""Steps of its pitch, 0 to 99 around 50, that are an octave (measured)."""


def _espeak(text: str, language: SpokenLanguage, speaker: Speaker) -> tuple[np.ndarray, int]:
    """Mixed text is spoken piece by piece, each with the voice of its language."""
    mode = "en" if language == "en" else "zh"
    pieces = []
    rate = 0
    for segment in read_text(text, language=mode, symbols="v2").segments:
        # Its Mandarin needs a dictionary that is rarely there; pinyin also says our own readings.
        words = (word.reading or word.text for word in segment.words)
        spoken = " ".join(words) if segment.language == "zh" else segment.norm_text
        pitch = round(50 + _ESPEAK_PITCH_OCTAVE * math.log2(speaker.pitch))
        audio, rate = _run(
            "espeak-ng",
            *("-v", f"{_ESPEAK_LANGUAGES[segment.language]}+{speaker.voice}"),
            *("-p", str(min(99, max(0, pitch)))),
            *("-s", str(round(_ESPEAK_WORDS_A_MINUTE * speaker.tempo))),
            *("-w", "{out}", "--", spoken),
        )
        pieces.append(_without_silence(audio, rate) if language == "mixed" else audio)
    return np.concatenate(pieces), rate


_FLITE_PITCH_HZ = {"slt": 174, "rms": 107, "awb": 128, "kal16": 91}
"""Voices of flite and their mean pitch (measured); rms keeps his whatever is asked for."""


def _flite(text: str, language: SpokenLanguage, speaker: Speaker) -> tuple[np.ndarray, int]:
    pitch_hz = _FLITE_PITCH_HZ[speaker.voice] * speaker.pitch
    return _run(
        "flite",
        *("-voice", speaker.voice),
        *("--setf", f"int_f0_target_mean={pitch_hz:.1f}"),
        *("--setf", f"duration_stretch={1 / speaker.tempo:.3f}"),
        *("-o", "{out}", "-t", text),
    )


def _run(*command: str) -> tuple[np.ndarray, int]:
    """Run a program that writes the wav file `{out}`; its waveform and rate."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "speech.wav"
        words = [str(out) if word == "{out}" else word for word in command]
        try:
            subprocess.run(words, check=True, capture_output=True, timeout=TIMEOUT_S)
            return read_audio(out)
        except (OSError, subprocess.SubprocessError, AudioError) as error:
            raise InputError(f"{command[0]} could not say {command[-1]!r} ({error})") from error


def _without_silence(audio: np.ndarray, rate: int) -> np.ndarray:
    """Cut what is silent at both ends of a waveform [L], but for 60 ms."""
    loud = np.flatnonzero(np.abs(audio) > 0.01)
    if not len(loud):
        return audio
    margin = round(0.06 * rate)
    return audio[max(0, loud[0] - margin) : loud[-1] + margin]
