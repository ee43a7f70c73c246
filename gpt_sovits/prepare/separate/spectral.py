"""The embedded method: what lasts and what is struck is accompaniment, the rest is the voice.

Source: Fitzgerald & Gainza 2010, "Single channel vocal separation using median filtering and
factorisation techniques". A voice glides: over 0.4 s no frequency of it lasts, while the tones of
an instrument do; over 20 ms it is a tone, while a drum is not. Medians along time and along
frequency tell the two apart. The method knows nothing of voices: it is far weaker than a network,
and of use where no model is.

Repetition by nearest neighbours (REPET-SIM) was measured beside it and left out: the frames of a
steady voice are neighbours too, and the voice was taken for accompaniment.
"""

import numpy as np

from gpt_sovits.prepare.separate.part import RATE, fit

_LONG, _SHORT = 16384, 1024
"""Sizes of the two Fourier transforms, samples; frames are a quarter of that apart."""
_KERNEL = 17
"""Frames, or frequencies, that a median is taken of."""
_FAVOUR = 0.5
"""How much the accompaniment counts beside the voice where both are; 1 is fair to both and takes
more of the voice away."""
_LOWEST_HZ = 80.0
"""Below the lowest voice everything is accompaniment."""


class Spectral:
    """Splits a window without a model."""

    sample_rate = RATE
    window = 30 * RATE

    def __call__(self, audio: np.ndarray) -> np.ndarray:
        """See `Separator`."""
        gliding = _masked(fit(audio, max(audio.shape[1], _LONG)), _LONG, voice_axis=0)
        voice = fit(_masked(gliding, _SHORT, voice_axis=1), audio.shape[1])
        return np.stack([voice, audio - voice])


def _masked(audio: np.ndarray, size: int, *, voice_axis: int) -> np.ndarray:
    """Keep of waveforms [2, L] what is even along one axis of the spectrogram: 0 frequency, 1 time.

    One mask for both channels leaves the voice at its place between them.
    """
    import librosa

    specs = librosa.stft(audio, n_fft=size, hop_length=size // 4)  # [2, F, T]
    magnitude = np.abs(specs).mean(axis=0)
    voice, other = _median(magnitude, voice_axis), _median(magnitude, 1 - voice_axis)
    mask = librosa.util.softmask(voice, _FAVOUR * other, power=2, split_zeros=True)
    mask[: round(_LOWEST_HZ * size / RATE)] = 0
    kept = librosa.istft(specs * mask, n_fft=size, hop_length=size // 4, length=audio.shape[1])
    return np.asarray(kept, np.float32)


def _median(values: np.ndarray, axis: int) -> np.ndarray:
    """Running median of [F, T] along one axis.

    As one long row: for that scipy has a filter that takes a tenth of the time.
    """
    from scipy.ndimage import median_filter  # type: ignore[import-untyped]  # has no stubs

    margin = _KERNEL // 2
    rows = np.pad(np.moveaxis(values, axis, 1), ((0, 0), (margin, margin)), mode="symmetric")
    medians = median_filter(rows.ravel(), size=_KERNEL).reshape(rows.shape)
    return np.moveaxis(medians[:, margin:-margin], 1, axis)
