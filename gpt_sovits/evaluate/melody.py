"""How lively a clip is: pitch, loudness and tempo."""

import numpy as np

from gpt_sovits.audio.loudness import integrated_loudness
from gpt_sovits.audio.read import read_audio
from gpt_sovits.errors import AudioError
from gpt_sovits.evaluate.clips import Clip
from gpt_sovits.evaluate.figures import Figure, Finding, Judge, Measure, Score
from gpt_sovits.features.content import PAUSE, spoken_phones
from gpt_sovits.paths import ProjectPaths
from gpt_sovits.text.dictionary import load_dictionary
from gpt_sovits.text.frontend import read_text

SAMPLE_RATE = 16_000
FRAME = 1024
"""Samples that pitch and loudness are looked for in, 64 ms."""
HOP = 320
"""Samples from frame to frame, 20 ms."""
PITCH_HZ = (55.0, 600.0)
"""Lowest and highest pitch that a voice is thought to have."""

QUIET_DB = 35.0
"""A frame so far below the loudest is a pause, dB."""

ZERO_HZ = 100.0
"""Where the melodies of the page have their zero."""

_PITCH_STEP = 0.2
"""Of the search, semitones; pYIN takes a fiftieth of the clip's length with it, 0.1 needs five
times as long for the same figures."""

PITCH = Figure(key="pitch_hz", label="pitch", unit="Hz", digits=0)
PITCH_RANGE = Figure(key="pitch_deviation", label="pitch, deviation", unit="semitones")
VOICED = Figure(key="voiced", label="voiced share of the speech", unit="%", digits=0)
LOUDNESS = Figure(key="loudness", label="loudness", unit="LUFS", digits=1)
LOUDNESS_RANGE = Figure(key="loudness_deviation", label="loudness, deviation", unit="dB", digits=1)
TEMPO = Figure(
    key="tempo", label="tempo without pauses", unit="phones/s", digits=1, by_language=True
)


def track_pitch(audio: np.ndarray) -> np.ndarray:
    """Fundamental frequency of a waveform [L] at 16 kHz every 20 ms, Hz [T]; NaN where unvoiced.

    Source: Mauch and Dixon 2014, "pYIN", as librosa has it.
    """
    import librosa

    lowest, highest = PITCH_HZ
    pitch, _, _ = librosa.pyin(
        audio,
        fmin=lowest,
        fmax=highest,
        sr=SAMPLE_RATE,
        frame_length=FRAME,
        hop_length=HOP,
        resolution=_PITCH_STEP,
    )
    return pitch


def level_db(audio: np.ndarray) -> np.ndarray:
    """Level of each frame of a waveform [L] at 16 kHz, dBFS [T], 50/s, as many as of the pitch."""
    padded = np.pad(audio.astype(np.float64), FRAME // 2)
    power = np.cumsum(np.concatenate([[0.0], padded**2]))
    starts = np.arange(0, len(audio) + 1, HOP)
    mean = (power[starts + FRAME] - power[starts]) / FRAME
    return 10 * np.log10(np.maximum(mean, 1e-12))


def find_melody(audio: np.ndarray, n_phones: int) -> Finding:
    """Measure a waveform [L] at 16 kHz.

    Args:
        audio: one speaker.
        n_phones: of its text; 0 where that is not known.

    Raises:
        AudioError: it is shorter than a frame, or silent.
    """
    if len(audio) < FRAME or not np.abs(audio).max() > 1e-4:
        raise AudioError("is too short or silent, so it has no melody")
    levels, pitch = level_db(audio), track_pitch(audio)
    speech = levels > levels.max() - QUIET_DB
    voiced = speech & np.isfinite(pitch)
    scores = {
        LOUDNESS.key: Score(integrated_loudness(audio, SAMPLE_RATE)),
        LOUDNESS_RANGE.key: Score(float(levels[speech].std())),
        VOICED.key: Score(float(voiced.sum() / speech.sum()), float(speech.sum())),
    }
    if n_phones:
        seconds = float(speech.sum()) * HOP / SAMPLE_RATE
        scores[TEMPO.key] = Score(n_phones / seconds, seconds)
    if voiced.any():
        semitones = 12 * np.log2(pitch[voiced] / ZERO_HZ)
        scores[PITCH.key] = Score(float(pitch[voiced].mean()), float(voiced.sum()))
        scores[PITCH_RANGE.key] = Score(float(semitones.std()), float(voiced.sum()))
    curve = np.where(voiced, 12 * np.log2(np.where(voiced, pitch, ZERO_HZ) / ZERO_HZ), np.nan)
    melody = tuple(round(float(each), 1) if np.isfinite(each) else None for each in curve)
    return Finding(scores, melody=melody)


def _open(mode: str, paths: ProjectPaths) -> Judge:
    dictionary = load_dictionary(paths.dictionary)

    def judge(clip: Clip) -> Finding:
        n_phones = 0
        if clip.text:
            report = read_text(clip.text, language=clip.mode, symbols="v2", dictionary=dictionary)
            n_phones = sum(phone != PAUSE for phone in spoken_phones(report.phones))
        audio, _ = read_audio(clip.path, sample_rate=SAMPLE_RATE)
        return find_melody(audio, n_phones)

    return judge


MELODY = Measure(
    name="melody",
    figures=(PITCH, PITCH_RANGE, VOICED, LOUDNESS, LOUDNESS_RANGE, TEMPO),
    open=_open,
)
