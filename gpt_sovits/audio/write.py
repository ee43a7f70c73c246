"""Write audio files, whole or not at all."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import numpy as np
import soundfile  # type: ignore[import-untyped]  # has no stubs

from gpt_sovits.errors import AudioError, InputError
from gpt_sovits.paths import replacing

logger = logging.getLogger(__name__)

Subtype = Literal["PCM_16", "FLOAT", "OPUS", "VORBIS", "MPEG_LAYER_III"]
"""Coding of the samples: 16-bit integers, 32-bit floats, or lossy."""

SUBTYPES: dict[str, tuple[Subtype, ...]] = {
    ".wav": ("PCM_16", "FLOAT"),
    ".flac": ("PCM_16",),
    ".ogg": ("VORBIS", "OPUS"),
    ".opus": ("OPUS",),
    ".mp3": ("MPEG_LAYER_III",),
}
"""Codings of each file ending, the one used unless told otherwise first."""

RATES: dict[Subtype, tuple[int, ...]] = {
    "OPUS": (8000, 12000, 16000, 24000, 48000),
    "MPEG_LAYER_III": (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000),
}
"""Sample rates of the codings that know only some."""

MAX_CHANNELS = 8
MAX_WAV_BYTES = 2**32 - 2**16
"""A WAV file states its length in 32 bits; 32 bits a sample are reckoned with here."""
BLOCK = 65536
"""Samples written at a time, so that no second copy of a long waveform is made."""


def write_audio(
    path: Path, audio: np.ndarray, sample_rate: int, *, subtype: Subtype | None = None
) -> None:
    """Write a waveform; the file's ending chooses the format.

    16-bit samples are `round(audio * 32768)`, so a 16-bit file that is read and written again is
    the same to the bit. Beyond full scale they are clipped, with a warning in the log, and never
    wrap round; 1.0 itself becomes 32767.

    Args:
        path: its ending is one of `SUBTYPES`; its folder is made.
        audio: float waveform [L] or [C, L], full scale 1.0.
        sample_rate: Hz.
        subtype: coding; None takes the first that `SUBTYPES` has for the ending.

    Raises:
        AudioError: the waveform is empty, has another shape, or holds a NaN or an infinity.
        InputError: ending, coding and rate do not go together, or the file cannot be written.
    """
    _check_audio(path, audio)
    frames = np.atleast_2d(audio)
    with open_writer(path, sample_rate, len(frames), subtype=subtype) as write:
        for start in range(0, frames.shape[1], BLOCK):
            write(frames[:, start : start + BLOCK])


@contextmanager
def open_writer(
    path: Path, sample_rate: int, channels: int, *, subtype: Subtype | None = None
) -> Iterator[Callable[[np.ndarray], None]]:
    """Write a waveform piece by piece, as `write_audio` does; nothing is left of a broken one.

    Yields:
        Takes the next float piece [L] or [C, L].

    Raises:
        AudioError: a piece has another shape, or holds a NaN or an infinity; none was written.
        InputError: ending, coding and rate do not go together, or the file cannot be written.
    """
    chosen = _choose_subtype(path, subtype, sample_rate)
    if not 1 <= channels <= MAX_CHANNELS:
        raise AudioError(
            f"{path}: audio must be [C, L] with 1 to {MAX_CHANNELS} channels, got {channels}"
        )
    n_samples = n_clipped = 0
    try:
        with (
            replacing(path) as part,
            soundfile.SoundFile(
                part,
                "w",
                samplerate=sample_rate,
                channels=channels,
                subtype=chosen,
                format="OGG" if path.suffix.lower() == ".opus" else path.suffix[1:].upper(),
            ) as file,
        ):

            def write(audio: np.ndarray) -> None:
                nonlocal n_samples, n_clipped
                _check_audio(path, audio)
                frames = np.atleast_2d(audio).T  # [L, C]
                n_samples += len(frames)
                if n_samples * channels * 4 > MAX_WAV_BYTES and path.suffix.lower() == ".wav":
                    raise InputError(f"{path}: is too long for a WAV file; choose flac")
                n_clipped += int(np.count_nonzero(np.abs(frames) > 1))
                file.write(_as_subtype(frames, chosen))

            yield write
            if not n_samples:
                raise AudioError(f"{path}: there is no audio to write")
    except (OSError, soundfile.LibsndfileError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(
            f"{path}: cannot be written ({reason}); check the folder and the space on the disk"
        ) from error
    if n_clipped and chosen != "FLOAT":
        logger.warning("%s: %d samples beyond full scale were clipped", path, n_clipped)


def _as_subtype(frames: np.ndarray, subtype: Subtype) -> np.ndarray:
    if subtype == "PCM_16":
        return np.clip(np.rint(frames * 32768.0), -32768, 32767).astype(np.int16)
    if subtype == "FLOAT":
        return frames.astype(np.float32)
    return np.clip(frames, -1, 1).astype(np.float32)


def _check_audio(path: Path, audio: np.ndarray) -> None:
    if audio.ndim not in (1, 2) or not np.issubdtype(audio.dtype, np.floating):
        raise AudioError(
            f"{path}: audio must be floats [L] or [C, L], got {audio.dtype} {list(audio.shape)}"
        )
    if audio.size == 0:
        raise AudioError(f"{path}: there is no audio to write")
    if audio.ndim == 2 and len(audio) > MAX_CHANNELS:
        raise AudioError(
            f"{path}: audio must be [C, L] with at most {MAX_CHANNELS} channels, "
            f"got {list(audio.shape)}"
        )
    if not np.isfinite(audio).all():
        raise AudioError(f"{path}: audio holds a NaN or an infinity and was not written")


def _choose_subtype(path: Path, subtype: Subtype | None, sample_rate: int) -> Subtype:
    allowed = SUBTYPES.get(path.suffix.lower())
    if allowed is None:
        raise InputError(f"{path}: unknown ending; use one of {', '.join(SUBTYPES)}")
    chosen = subtype or allowed[0]
    if chosen not in allowed:
        raise InputError(f"{path}: cannot hold {chosen}; use one of {', '.join(allowed)}")
    rates = RATES.get(chosen, (sample_rate,))
    if sample_rate not in rates:
        raise InputError(
            f"{path}: {chosen} knows {', '.join(map(str, rates))} Hz, not {sample_rate}; resample"
            " to 48000"
        )
    if sample_rate < 1:
        raise InputError(f"{path}: sample_rate must be above 0 Hz, got {sample_rate}")
    return chosen
