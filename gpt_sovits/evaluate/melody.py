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
HOP = 320
"""Samples of a frame, 20 ms."""
SHORTEST = 1024
"""Samples without which there is no melody, 64 ms."""

QUIET_DB = 35.0
"""A frame so far below the loudest is a pause, dB."""

ZERO_HZ = 100.0
"""Where the melodies of the page have their zero."""

PITCH = Figure(key="pitch_hz", label="pitch", unit="Hz", digits=0)
PITCH_RANGE = Figure(key="pitch_deviation", label="pitch, deviation", unit="semitones")
VOICED = Figure(key="voiced", label="voiced share of the speech", unit="%", digits=0)
LOUDNESS = Figure(key="loudness", label="loudness", unit="LUFS", digits=1)
LOUDNESS_RANGE = Figure(key="loudness_deviation", label="loudness, deviation", unit="dB", digits=1)
TEMPO = Figure(
    key="tempo", label="tempo without pauses", unit="phones/s", digits=1, by_language=True
)


def level_db(audio: np.ndarray) -> np.ndarray:
    """Level of each frame of a waveform [L], dBFS [L // HOP], 50/s."""
    frames = audio[: len(audio) // HOP * HOP].astype(np.float64).reshape(-1, HOP)
    return 10 * np.log10(np.maximum(np.square(frames).mean(axis=1), 1e-12))


def find_melody(audio: np.ndarray, n_phones: int) -> Finding:
    """Measure a waveform [L] at 16 kHz.

    Args:
        audio: one speaker.
        n_phones: of its text; 0 where that is not known.

    Raises:
        AudioError: it is shorter than `SHORTEST`, or silent.
    """
    if len(audio) < SHORTEST or not np.abs(audio).max() > 1e-4:
        raise AudioError("is too short or silent, so it has no melody")
    import torch

    from gpt_sovits.audio.pitch import track_pitch

    levels = level_db(audio)
    pitch = track_pitch(torch.from_numpy(audio.copy()), SAMPLE_RATE, HOP).numpy()
    speech = levels > levels.max() - QUIET_DB
    voiced = speech & (pitch > 0)
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
