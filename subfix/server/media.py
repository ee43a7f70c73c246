"""What clips sound like and look like: samples and peaks, kept as long as there is room."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

import numpy as np

from gpt_sovits.audio.read import probe_audio, read_audio
from gpt_sovits.errors import AudioError
from gpt_sovits.state import hash_of
from subfix.server.recording import DecodedRecording
from subfix.server.wav import Samples, compact, in_memory, peaks_of

if TYPE_CHECKING:
    from subfix.sounds import Sound

SOUND_BYTES = 128 << 20
"""Decoded clips that are kept in memory."""

PEAKS_BYTES = 32 << 20

LONG_S = 120.0
"""Longer recordings are decoded onto the disk instead."""

MAX_RECORDINGS = 4
"""Long ones that lie decoded on the disk; a list has one, or few."""

_PLAIN = (".wav", ".flac")
"""Kinds of files that say exactly how many samples they have."""

Value = TypeVar("Value")


@dataclass(frozen=True)
class Outline:
    """What a clip looks like from afar."""

    peaks: list[int]
    n_samples: int
    sample_rate: int


class Kept(Generic[Value]):
    """Values by a key; the ones that nobody asked for lately go first.

    Args:
        room: sum of the sizes that are kept.
        size_of: what a value counts.
    """

    def __init__(self, room: int, size_of: Callable[[Value], int]) -> None:
        self._room = room
        self._size_of = size_of
        self._values: OrderedDict[Hashable, Value] = OrderedDict()
        self._taken = 0
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """The value of a key, made where it is not kept; two who ask at once may both make it."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                return self._values[key]
        value = make()
        with self._lock:
            if key not in self._values:
                self._values[key] = value
                self._taken += self._size_of(value)
            while self._taken > self._room:
                _, oldest = self._values.popitem(last=False)
                self._taken -= self._size_of(oldest)
        return value


class Media:
    """Sound of the clips of one list.

    Args:
        folder: where long recordings may lie decoded.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._whole: Kept[tuple[np.ndarray, int]] = Kept(SOUND_BYTES, lambda one: one[0].nbytes)
        self._outlines: Kept[Outline] = Kept(PEAKS_BYTES, lambda one: 8 * len(one.peaks))
        self._recordings: OrderedDict[Hashable, DecodedRecording] = OrderedDict()
        self._lock = threading.Lock()

    def samples(self, sound: "Sound") -> Samples:
        """A clip's samples at its native rate, all channels, in 16 bits where that loses nothing.

        Raises:
            AudioError: the recording cannot be read, or ends before the clip begins.
        """
        stamp = _stamp(sound.path)
        recording = self._recording(sound.path, stamp)
        if recording is None:
            frames, rate = self._whole.get(stamp, lambda: _read(sound.path))
            span = span_of(sound, rate)
            part = frames[slice(*span)] if span else frames
        else:
            rate = recording.sample_rate
            span = span_of(sound, rate)
            if span is None:
                return recording.samples()
            part = recording.read(*span)
        if not len(part):
            raise AudioError(
                f"{sound.path}: ends before {sound.start_s} s, where the clip begins; mend"
                " its times"
            )
        return in_memory(part if part.dtype.kind == "i" else compact(part.T), rate)

    def outline(self, sound: "Sound", n: int) -> Outline:
        """Lowest and highest sample of each of `n` equal stretches, -128 to 127.

        Raises:
            AudioError: as `samples`.
        """

        def draw() -> Outline:
            samples = self.samples(sound)
            return Outline(peaks_of(samples, n), samples.n_samples, samples.sample_rate)

        key = (_stamp(sound.path), sound.start_s, sound.end_s, n)
        return self._outlines.get(key, draw)

    def tag(self, sound: "Sound") -> str:
        """A short text that is another one when the sound is.

        Raises:
            AudioError: the recording is not there.
        """
        return hash_of([_stamp(sound.path), sound.start_s, sound.end_s])[:16]

    def close(self) -> None:
        """Give back what lies on the disk."""
        with self._lock:
            for recording in self._recordings.values():
                recording.stop()
            self._recordings.clear()

    def _recording(self, path: Path, stamp: Hashable) -> DecodedRecording | None:
        """A long recording on the disk; None where it is short enough for the memory."""
        with self._lock:
            if stamp in self._recordings and self._recordings[stamp].lacks_room:
                del self._recordings[stamp]
            if stamp in self._recordings:
                self._recordings.move_to_end(stamp)
                return self._recordings[stamp]
        length, rate = told_length(path)
        if length is not None and length <= LONG_S * rate:
            return None
        with self._lock:
            if stamp not in self._recordings:
                self._recordings[stamp] = DecodedRecording(path, self._folder)
            if len(self._recordings) > MAX_RECORDINGS:
                self._recordings.popitem(last=False)[1].stop()
            return self._recordings[stamp]


def span_of(sound: "Sound", rate: int) -> tuple[int, int] | None:
    """First sample of a part of a recording and the one behind its last; None for all of it."""
    if sound.start_s is None or sound.end_s is None:
        return None
    return max(round(sound.start_s * rate), 0), round(sound.end_s * rate)


def told_length(path: Path) -> tuple[int | None, int]:
    """Samples as a recording's header tells them, None where it does not; and its rate, Hz.

    Raises:
        AudioError: it cannot be opened.
    """
    if path.suffix.lower() in _PLAIN:
        import soundfile  # type: ignore[import-untyped]  # has no stubs

        # A hundred times as fast as FFmpeg, which looks at more than the header.
        with suppress(soundfile.LibsndfileError):
            about = soundfile.info(str(path))
            return about.frames, about.samplerate
    info = probe_audio(path)
    rate = info.sample_rate
    return (None if info.duration_s is None else round(info.duration_s * rate)), rate


def _stamp(path: Path) -> tuple[str, int, int]:
    try:
        status = path.stat()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise AudioError(f"{path}: cannot be read ({reason}); check the path") from error
    return str(path), status.st_mtime_ns, status.st_size


def _read(path: Path) -> tuple[np.ndarray, int]:
    audio, rate = read_audio(path, mono=False)
    return compact(audio), rate
