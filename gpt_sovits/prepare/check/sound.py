"""What can be measured of one recording without knowing its text."""

from dataclasses import dataclass

import numpy as np

from gpt_sovits.audio.loudness import integrated_loudness
from gpt_sovits.data.recordings import AudioFacts, measure

FRAME_S, HOP_S = 0.025, 0.01
"""Length of a frame whose level is taken, and the step to the next."""

DIGITAL_SILENCE_DB = -95.0
"""Below the rounding of 16 bits: tells of a cut or a gate and not of the room."""

PAUSE_HEIGHT = 0.35
"""How far up from the noise to the speech, in dB, a frame stops being silence."""
PAUSE_DEPTH_DB = 45.0
"""What lies further below the speech is silence whatever the noise is."""
SOUND_FRAMES = 5
"""Frames in a row that are sound and not a click."""

FLAT_RUN = 3
"""Neighbours at one height that make a flat top."""
FLAT_FROM = 0.98
"""Share of the highest peak from which on a flat stretch is a cut top."""

WINDOW = 2048
"""Samples of one spectrum."""
BANDWIDTH_DB = 60.0
"""What lies further below the strongest frequency is no part of the voice."""
SMOOTHED_HZ = 150.0
"""Width over which a spectrum is averaged, so that no single tone decides."""


@dataclass(frozen=True)
class Sound:
    """Measures of one recording."""

    seconds: float
    sample_rate: int
    lufs: float | None
    """Loudness by EBU R128; None where nothing is louder than -70."""
    peak: float
    """Highest sample; 1 is full scale."""
    clipped: float
    """Share of samples in clipped peaks at full scale, as training counts them."""
    flat: float
    """Share of samples in flat tops at whatever height the recording ends."""
    snr_db: float | None
    """Loud frames over quiet ones; None where there is no difference to be seen."""
    silence: float
    """Share of frames without speech."""
    lead_s: float
    """Silence before the first sound."""
    tail_s: float
    """Silence behind the last sound."""
    bandwidth_hz: float
    """Highest frequency that carries energy."""
    offset: float
    """Mean of all samples; 1 is full scale."""

    @property
    def facts(self) -> AudioFacts:
        """What decides whether training takes it."""
        return AudioFacts(self.seconds, self.peak, self.clipped)


def measure_sound(audio: np.ndarray, sample_rate: int) -> Sound:
    """Measure a waveform [L] at its own rate."""
    facts = measure(audio, sample_rate)
    levels = frame_levels(audio, sample_rate)
    lufs = integrated_loudness(audio, sample_rate)
    is_sound = find_sound(levels)
    where = np.flatnonzero(is_sound)
    lead, tail = (where[0], len(levels) - 1 - where[-1]) if len(where) else (len(levels), 0)
    return Sound(
        seconds=round(facts.seconds, 4),
        sample_rate=sample_rate,
        lufs=round(lufs, 2) if np.isfinite(lufs) else None,
        peak=round(facts.peak, 6),
        clipped=facts.clipped,
        flat=flat_share(audio),
        snr_db=signal_to_noise(levels),
        silence=round(1 - float(is_sound.mean()), 4),
        lead_s=round(HOP_S * int(lead), 3),
        tail_s=round(HOP_S * int(tail), 3),
        bandwidth_hz=bandwidth(audio, sample_rate),
        offset=round(float(audio.mean(dtype=np.float64)), 6),
    )


def frame_levels(audio: np.ndarray, sample_rate: int) -> np.ndarray:
    """Level of each frame of a waveform [L] in dBFS, without its mean; at least one frame."""
    length, hop = max(round(FRAME_S * sample_rate), 1), max(round(HOP_S * sample_rate), 1)
    centred = audio.astype(np.float64) - audio.mean(dtype=np.float64)
    power = np.concatenate([[0.0], np.cumsum(centred**2)])
    starts = np.arange(0, max(len(audio) - length, 0) + 1, hop)
    ends = np.minimum(starts + length, len(audio))
    return 10 * np.log10(np.maximum((power[ends] - power[starts]) / (ends - starts), 1e-12))


def signal_to_noise(levels: np.ndarray) -> float | None:
    """How far the loud frames stand out of the quiet ones, dB.

    The noise is the quietest tenth of all frames that are not digital silence, the speech is what
    lies in the upper half between the 5th and the 95th percentile of the levels, less the noise.
    White noise added at 40, 30, 20, 10 and 5 dB to an English reader reads 35, 30, 21, 12 and 8.
    """
    alive = levels[levels > DIGITAL_SILENCE_DB]
    if len(alive) < 2 * SOUND_FRAMES:
        return None
    low, high = np.percentile(alive, [5, 95])
    power = 10 ** (alive / 10)
    noise = power[alive <= np.percentile(alive, 10)].mean()
    speech = power[alive >= (low + high) / 2].mean() - noise
    return round(10 * float(np.log10(max(speech / noise, 0.1))), 1)


def find_sound(levels: np.ndarray) -> np.ndarray:
    """Which frames are louder than the pauses of the same recording."""
    alive = levels[levels > DIGITAL_SILENCE_DB]
    if not len(alive):
        return np.zeros(len(levels), bool)
    low, high = np.percentile(alive, [5, 95])
    threshold = max(low + PAUSE_HEIGHT * (high - low), high - PAUSE_DEPTH_DB)
    is_loud = levels >= threshold
    edges = np.flatnonzero(np.diff(is_loud, prepend=False, append=False))
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        if end - start < min(SOUND_FRAMES, len(levels)):
            is_loud[start:end] = False
    return is_loud


def flat_share(audio: np.ndarray) -> float:
    """Share of samples in runs that lie flat at the top, whatever its height.

    None of 270 clips of human speech that were never clipped has one.
    """
    height = np.abs(audio)
    peak = float(height.max(initial=0.0))
    if peak == 0:
        return 0.0
    is_high = height >= FLAT_FROM * peak
    step = max(1.5 / 32768, 5e-4 * peak)  # a step of 16 bits is as flat as it gets
    is_flat = is_high[1:] & is_high[:-1] & (np.abs(np.diff(audio)) <= step)
    edges = np.flatnonzero(np.diff(is_flat, prepend=False, append=False))
    runs = edges[1::2] - edges[::2] + 1
    return float(runs[runs >= FLAT_RUN].sum() / len(audio))


def bandwidth(audio: np.ndarray, sample_rate: int) -> float:
    """Highest frequency, Hz, that loud frames carry; a recording that was resampled ends early."""
    peak = float(np.abs(audio).max(initial=0.0))
    if not peak:
        return 0.0
    # A float recording may be so loud that its squares are infinite.
    padded = np.pad(audio / np.float32(peak), (0, max(WINDOW - len(audio), 0)))
    frames = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[:: WINDOW // 2]
    power = np.abs(np.fft.rfft(frames * np.hanning(WINDOW).astype(np.float32), axis=1)) ** 2
    energy = power.sum(axis=1)
    loud = power[energy >= np.quantile(energy, 0.3)]
    spectrum = 10 * np.log10(np.quantile(loud, 0.95, axis=0) + 1e-12)
    width = max(1, round(SMOOTHED_HZ * WINDOW / sample_rate))
    spectrum = np.convolve(spectrum, np.ones(width) / width, "same")
    carried = np.flatnonzero(spectrum > spectrum.max() - BANDWIDTH_DB)
    return round(float(carried[-1]) * sample_rate / WINDOW)
