"""Decode one recording with FFmpeg's libraries, and read nothing but that one file.

FFmpeg follows references: a playlist names other files and hosts, and even a file's name can be an
address. Here it never sees a name, only an open file; formats that point elsewhere are not on
`FORMATS`; and no protocol is left to open anything with.
"""

import logging
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from errno import EINVAL
from io import SEEK_SET, FileIO
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from gpt_sovits.errors import AudioError

if TYPE_CHECKING:
    from av import AudioFrame, AudioStream, Packet
    from av.container import InputContainer

logger = logging.getLogger(__name__)

FORMATS = (
    *("aac", "ac3", "aiff", "amr", "ape", "asf", "au", "avi", "caf", "dsf", "dts", "dtshd", "dv"),
    *("eac3", "flac", "flv", "iff", "ircam", "loas", "matroska", "mlp", "mov", "mp3", "mpc"),
    *("mpc8", "mpeg", "mpegts", "mxf", "nistsphere", "nut", "ogg", "rm", "sox", "tak", "truehd"),
    *("tta", "voc", "w64", "wav", "wtv", "wv", "xwma"),
)
"""Containers that carry their sound themselves, by FFmpeg's names."""

RATES = (1_000, 768_000)
"""Believable sample rates, Hz. A damaged header may say 1 Hz: resampled, that fills the memory."""


_DTYPES = {"u8": np.uint8, "s16": np.int16, "s32": np.int32, "flt": np.float32, "dbl": np.float64}
"""FFmpeg's sample formats; planar ones end in a `p` of their own."""


@dataclass(frozen=True)
class AudioInfo:
    """What a recording says about its sound."""

    duration_s: float | None
    """Length in seconds as the header states or the size suggests; None when neither tells."""
    sample_rate: int
    """Samples a second, Hz."""
    channels: int
    """Channels, C."""
    codec: str
    """FFmpeg's name of the coding, such as `pcm_s16le` or `aac`."""


class Chunk(NamedTuple):
    """Sound as the decoder hands it out."""

    samples: np.ndarray
    """float32 [L, C]"""
    sample_rate: int
    """Hz; some streams change it on the way."""


class Recording:
    """The first sound track of an open file."""

    def __init__(self, path: Path, container: "InputContainer", stream: "AudioStream") -> None:
        self.path = path
        self._container = container
        self._stream = stream
        self.info = AudioInfo(
            duration_s=_stated_duration(container, stream),
            sample_rate=stream.codec_context.sample_rate,
            channels=stream.codec_context.channels,
            codec=stream.codec_context.name,
        )

    def chunks(self, *, mono: bool) -> Iterator[Chunk]:
        """Decode from beginning to end.

        What cannot be decoded is left out, and the log gets one warning that says how much.

        Args:
            mono: give the mean of the channels, C = 1.

        Raises:
            AudioError: nothing, or less than half of the packets, can be decoded; a sample is not
                a number; the channels change on the way and `mono` is off.
        """
        tally = _Tally()
        channels = None
        for frame in self._frames(tally):
            samples = self._finite(_to_float(frame), frame.sample_rate, tally.heard_s)
            if mono:
                samples = _mean_of_channels(samples)
            channels = channels or samples.shape[1]
            if samples.shape[1] != channels:
                raise AudioError(
                    f"{self.path}: changes from {channels} to {samples.shape[1]} channels at "
                    f"{tally.heard_s:.2f} s; read it as mono"
                )
            tally.hear(frame)
            yield Chunk(samples, frame.sample_rate)
        self._report(tally)

    def _frames(self, tally: "_Tally") -> Iterator["AudioFrame"]:
        from av import FFmpegError

        for packet in self._packets(tally):
            broken = packet.is_corrupt
            try:
                yield from packet.decode()
            except FFmpegError:
                broken = True
            tally.n_packets += 1
            tally.n_broken += broken

    def _packets(self, tally: "_Tally") -> Iterator["Packet[AudioStream]"]:
        from av import FFmpegError

        try:
            yield from self._container.demux(self._stream)
        except (FFmpegError, IndexError):
            # The container is broken from here on; what came before stands. PyAV's IndexError is
            # for a transport stream whose damaged table moved the track.
            tally.n_packets += 1
            tally.n_broken += 1
        except OSError as error:
            raise _unreadable(self.path, error) from error

    def _finite(self, samples: np.ndarray, rate: int, start_s: float) -> np.ndarray:
        finite = np.isfinite(samples)
        if not finite.all():
            first = finite.all(axis=1).argmin()
            raise AudioError(
                f"{self.path}: the sample at {start_s + first / rate:.3f} s is not a "
                "finite number; export the recording again, as 16-bit WAV for example"
            )
        return samples

    def _report(self, tally: "_Tally") -> None:
        if tally.heard_s == 0:
            what = "nothing in it can be decoded" if tally.n_broken else "its sound track is empty"
            raise AudioError(f"{self.path}: {what}; export the recording again")
        if tally.n_broken > tally.n_packets / 2:
            raise AudioError(
                f"{self.path}: {tally.n_broken} of {tally.n_packets} packets are damaged; "
                "get another copy of the file"
            )
        losses = tally.losses(self.info.duration_s)
        if losses:
            logger.warning(
                "%s: damaged (%s); what can be decoded is kept", self.path, ", ".join(losses)
            )


@dataclass
class _Tally:
    """How much was decoded and how much was lost."""

    n_packets: int = 0
    n_broken: int = 0
    heard_s: float = 0.0
    start_s: float | None = None
    end_s: float = 0.0

    def hear(self, frame: "AudioFrame") -> None:
        length_s = frame.samples / frame.sample_rate
        self.heard_s += length_s
        if frame.time is not None:
            self.start_s = frame.time if self.start_s is None else self.start_s
            self.end_s = frame.time + length_s

    def losses(self, stated_s: float | None) -> list[str]:
        """What a person should know, nothing for a sound file.

        Time stamps are exact to a millisecond; the stated length can be a guess from the bit
        rate, 3 % too long for raw AAC.
        """
        losses = []
        if self.n_broken:
            losses.append(f"{self.n_broken} of {self.n_packets} packets are broken")
        gap_s = self.end_s - (self.start_s or 0.0) - self.heard_s
        if gap_s > 0.05:
            losses.append(f"{gap_s:.2f} s are missing in between")
        if stated_s is not None and self.heard_s < 0.95 * stated_s:
            losses.append(f"{self.heard_s:.1f} s of {stated_s:.1f} s are there")
        return losses


@contextmanager
def open_recording(path: Path) -> Iterator[Recording]:
    """Open a recording, whatever its name or ending says.

    Raises:
        AudioError: the file cannot be opened, is of no known kind, or has no sound track.
    """
    import av

    with _open_file(path) as file:
        try:
            container = av.open(
                file,
                "r",
                container_options={
                    "format_whitelist": ",".join(FORMATS),
                    "protocol_whitelist": "none",
                },
                metadata_errors="replace",  # tags in an old encoding are no reason to fail
            )
        except av.FFmpegError as error:
            raise AudioError(
                f"{path}: not an audio or video file that can be read, or cut off in its header; "
                "export it as WAV, FLAC, MP3 or M4A"
            ) from error
        except OSError as error:
            raise _unreadable(path, error) from error
        with container:
            yield Recording(path, container, _first_track(path, container))


class _SeekableFile(FileIO):
    """A file that answers an impossible seek as FFmpeg expects it: by a negative error number.

    Damaged headers ask for places before the beginning; PyAV would print an exception's traceback.
    """

    def seek(self, offset: int, whence: int = SEEK_SET, /) -> int:
        try:
            return super().seek(offset, whence)
        except OSError:
            return -EINVAL


def _open_file(path: Path) -> _SeekableFile:
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise AudioError(f"{path}: is a folder; name a recording in it")
        if not stat.S_ISREG(status.st_mode):
            raise AudioError(f"{path}: is not a file; copy the recording into one")
        if status.st_size == 0:
            raise AudioError(f"{path}: is empty (0 bytes); copy or export the recording again")
        return _SeekableFile(path)
    except FileNotFoundError as error:
        raise AudioError(f"{path}: no such file; check the path") from error
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> AudioError:
    reason = getattr(error, "strerror", None) or str(error)
    return AudioError(f"{path}: cannot be read ({reason}); check its permissions and the disk")


def _first_track(path: Path, container: "InputContainer") -> "AudioStream":
    if not container.streams.audio:
        raise AudioError(f"{path}: has no sound track; choose a recording that has one")
    stream = container.streams.audio[0]
    lowest, highest = RATES
    if stream.codec_context is None:
        raise AudioError(f"{path}: its sound is in an unknown coding; export it as WAV or FLAC")
    if stream.codec_context.name.startswith("pcm_s64"):  # PyAV has no array for it
        raise AudioError(f"{path}: holds 64-bit integers; export it as 16, 24 or 32-bit WAV")
    if not lowest <= stream.codec_context.sample_rate <= highest:
        raise AudioError(
            f"{path}: states {stream.codec_context.sample_rate} samples a second, "
            f"{lowest} to {highest} can be read; export the recording again"
        )
    return stream


def _stated_duration(container: "InputContainer", stream: "AudioStream") -> float | None:
    import av

    if stream.duration is not None and stream.time_base is not None:
        return float(stream.duration * stream.time_base)
    return None if container.duration is None else container.duration / av.time_base


def _to_float(frame: "AudioFrame") -> np.ndarray:
    """Samples of a frame as float32 [L, C] in C order; 16 bits are divided by 2**15, and so on.

    PyAV 18.1 looks for a frame's planes until it meets a null pointer, which eight planes or more
    do not end with: its `to_ndarray` then reads memory that is none. So only planes that the layout
    has are read here.
    """
    channels = frame.layout.nb_channels
    dtype = _DTYPES[frame.format.name.removesuffix("p")]
    n_planes = channels if frame.format.is_planar else 1
    count = frame.samples * channels // n_planes
    planes = [
        np.frombuffer(plane, dtype, count)  # type: ignore[call-overload]  # a buffer, untold
        for plane in frame.planes[:n_planes]
    ]
    array = np.stack(planes, axis=1).reshape(-1, channels)
    with np.errstate(over="ignore"):  # what float32 cannot hold becomes infinite and is refused
        samples = array.astype(np.float32, order="C")
    if array.dtype == np.uint8:
        return (samples - 128) / 128
    if array.dtype.kind == "i":
        return samples / 2.0 ** (8 * array.itemsize - 1)
    return samples


def _mean_of_channels(samples: np.ndarray) -> np.ndarray:
    """Mean over C of [L, C] as [L, 1]; a product, for which numpy takes 1/30 of `mean`'s time."""
    channels = samples.shape[1]
    return samples if channels == 1 else samples @ np.full((channels, 1), 1 / channels, np.float32)
