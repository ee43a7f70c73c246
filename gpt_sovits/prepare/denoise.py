"""Take the noise out of recordings, and bring them to one level."""

import ctypes
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from functools import partial
from pathlib import Path

import numpy as np

from gpt_sovits.audio.meter import gain_to, measure_level
from gpt_sovits.audio.read import iter_audio
from gpt_sovits.audio.windows import in_windows
from gpt_sovits.audio.write import open_writer
from gpt_sovits.errors import ConfigError
from gpt_sovits.prepare.denoise_options import DenoiseOptions
from gpt_sovits.prepare.stage import StageRun, Tell, run_stage
from gpt_sovits.prepare.streams import BLOCK_S, Stream
from gpt_sovits.report import Progress, StageReport, no_progress

VERSION = 1
"""Raised when the same options make something else of a recording."""

_EBU_PEAK_DB = -1.0
"""Highest true peak that EBU R128 allows, dBTP."""

_RNNOISE_RATE = 48_000
_RNNOISE_LAG = 2
"""Frames by which its output comes later, measured by correlation: 960 samples."""
_FULL_SCALE = 32768.0
_SILENCE = (0.5 / _FULL_SCALE) ** 2
"""Power below that of rounding to 16 bits."""

_WINDOW_S, _OVERLAP_S = 30.0, 2.0
"""Of what noisereduce sees at a time, seconds."""
_FRAME_S, _SMOOTH_HZ = 0.023, 200
"""Its settings, seconds and Hz: the best SNR over four noises and three speakers."""
_PAUSE_S, _PAUSES, _FEWEST = 0.1, 0.1, 3
"""The quietest tenth of a window, in pieces of 0.1 s, is what it takes for noise. Left to itself it
takes the voice for noise too, and at 5 dB takes away as much of one as of the other."""


def denoise_recordings(
    source: Path,
    out: Path,
    options: DenoiseOptions,
    *,
    replace: bool = False,
    progress: Progress = no_progress,
) -> StageReport:
    """Denoise one recording, or all in a folder, into `NAME_denoised.wav`.

    Rate and length stay as they are. Results of an earlier run are kept.

    Args:
        source: the recording or folder.
        out: folder for the results.
        options: how.
        replace: replace what was made in another way.
        progress: told in hundredths of a recording.

    Raises:
        InputError: there is nothing at `source`, or `out` cannot be used.
    """
    run = StageRun(
        about={"stage": "denoise", "version": VERSION, "options": asdict(options)}, replace=replace
    )
    work = partial(denoise_file, options=options)
    return run_stage(source, out, work, run, progress=progress)


def denoise_file(path: Path, folder: Path, tell: Tell, *, options: DenoiseOptions) -> StageReport:
    """Denoise one recording into `folder`.

    Raises:
        AudioError: it cannot be read.
        InputError: the result cannot be written.
    """
    stream = Stream(path, tell)
    made = folder / f"{path.stem}_denoised.{options.format}"
    pieces = _denoised(stream, options)
    if not options.is_levelled:
        with open_writer(made, stream.sample_rate, stream.channels) as write:
            for piece in pieces:
                write(piece)
        return StageReport([made])
    whole = folder / "before-level.wav"
    with open_writer(whole, stream.sample_rate, stream.channels, subtype="FLOAT") as write:
        measured = measure_level(_through(pieces, write), stream.sample_rate)
    peak_db = _EBU_PEAK_DB if options.peak_db is None else options.peak_db
    gain = np.float32(gain_to(measured, target_lufs=options.target_lufs, peak_db=peak_db))
    with open_writer(made, stream.sample_rate, stream.channels) as write:
        for block in iter_audio(whole, mono=False, block_s=BLOCK_S):
            write(block * gain)
    whole.unlink()
    return StageReport([made])


def denoise_audio(audio: np.ndarray, sample_rate: int, options: DenoiseOptions) -> np.ndarray:
    """Denoise waveform [C, L] of any rate; length and rate stay."""
    if options.engine == "rnnoise" and sample_rate != _RNNOISE_RATE:
        raise ConfigError(f"rnnoise hears {_RNNOISE_RATE} Hz, not {sample_rate}")
    pieces = _engine(options, sample_rate)([audio])
    return np.concatenate(list(pieces), axis=1)[:, : audio.shape[1]]


def _denoised(stream: Stream, options: DenoiseOptions) -> Iterator[np.ndarray]:
    rate = _RNNOISE_RATE if options.engine == "rnnoise" else stream.sample_rate
    return stream.restore(_engine(options, rate)(stream.read(rate)), rate)


def _through(
    pieces: Iterable[np.ndarray], write: Callable[[np.ndarray], None]
) -> Iterator[np.ndarray]:
    for piece in pieces:
        write(piece)
        yield piece


# --- engines ------------------------------------------------------------------------------------

_Engine = Callable[[Iterable[np.ndarray]], Iterable[np.ndarray]]
"""Makes pieces [C, L] of a recording's pieces, aligned with them; it may go on beyond their end."""


def _engine(options: DenoiseOptions, sample_rate: int) -> _Engine:
    if options.engine == "rnnoise":
        return partial(_rnnoise, strength=options.strength)
    if options.engine == "noisereduce":
        return partial(_noisereduce, sample_rate=sample_rate, strength=options.strength)
    return lambda pieces: pieces


def _noisereduce(
    pieces: Iterable[np.ndarray], *, sample_rate: int, strength: float
) -> Iterator[np.ndarray]:
    from noisereduce import reduce_noise  # type: ignore[import-untyped]  # has no stubs

    n_fft = 2 ** max(round(np.log2(_FRAME_S * sample_rate)), 6)

    def reduced(window: np.ndarray) -> np.ndarray:
        return np.stack([gated(channel) for channel in window])

    def gated(audio: np.ndarray) -> np.ndarray:
        pauses = _pauses(audio, round(_PAUSE_S * sample_rate))
        if pauses is None:
            return audio
        made = reduce_noise(
            y=audio,
            sr=sample_rate,
            y_noise=pauses,
            stationary=True,
            n_fft=n_fft,
            freq_mask_smooth_hz=_SMOOTH_HZ,
        )
        # Its own share of the noise would still weaken the lowest and highest tones.
        return audio + np.float32(strength) * (np.nan_to_num(made.astype(np.float32)) - audio)

    return in_windows(
        pieces,
        reduced,
        length=round(_WINDOW_S * sample_rate),
        overlap=round(_OVERLAP_S * sample_rate),
    )


def _pauses(audio: np.ndarray, length: int) -> np.ndarray | None:
    """The quietest pieces of waveform [L], joined; None where it is too short to have any."""
    frames = audio[: len(audio) // length * length].reshape(-1, length)
    power = np.square(frames).mean(axis=1)
    sounding = np.flatnonzero(power > _SILENCE)  # digital silence tells nothing of the noise
    n_taken = max(round(_PAUSES * len(sounding)), _FEWEST)
    if len(sounding) < 2 * n_taken:
        return None
    return frames[sounding[np.argsort(power[sounding])[:n_taken]]].ravel()


def _rnnoise(pieces: Iterable[np.ndarray], *, strength: float) -> Iterator[np.ndarray]:
    from pyrnnoise.rnnoise import FRAME_SIZE  # type: ignore[import-untyped]  # has no stubs

    states: list[_RNNoiseState] = []
    heard: deque[np.ndarray] = deque()
    for frame in _frames(pieces, FRAME_SIZE):
        states = states or [_RNNoiseState() for _ in frame]
        heard.append(frame)
        made = np.stack([state(channel) for state, channel in zip(states, frame, strict=True)])
        if len(heard) > _RNNOISE_LAG:
            before = heard.popleft()
            yield before + np.float32(strength) * (made - before)


def _frames(pieces: Iterable[np.ndarray], size: int) -> Iterator[np.ndarray]:
    """Frames [C, `size`]; after the last sample as much silence as the engine lags behind."""
    held: np.ndarray | None = None
    for piece in pieces:
        held = piece if held is None else np.concatenate([held, piece], axis=1)
        whole = held.shape[1] // size
        for start in range(0, whole * size, size):
            yield held[:, start : start + size]
        held = held[:, whole * size :]
    if held is not None:
        n_last = held.shape[1] + _RNNOISE_LAG * size
        n_last += -n_last % size
        held = np.pad(held, ((0, 0), (0, n_last - held.shape[1])))
        for start in range(0, n_last, size):
            yield held[:, start : start + size]


class _RNNoiseState:
    """RNNoise on one channel, without the rounding to 16 bits that its Python functions do."""

    def __init__(self) -> None:
        from pyrnnoise import rnnoise  # type: ignore[import-untyped]  # has no stubs

        self._library = rnnoise
        self._state = rnnoise.create()
        self._pointer = ctypes.POINTER(ctypes.c_float)

    def __del__(self) -> None:
        self._library.destroy(self._state)

    def __call__(self, frame: np.ndarray) -> np.ndarray:
        """Denoise one frame; what comes back is what came in `_RNNOISE_LAG` frames before."""
        given = np.ascontiguousarray(frame * _FULL_SCALE, np.float32)
        made = np.empty_like(given)
        self._library.lib.rnnoise_process_frame(
            self._state, made.ctypes.data_as(self._pointer), given.ctypes.data_as(self._pointer)
        )
        return made / _FULL_SCALE
