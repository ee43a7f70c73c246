"""A long recording, decoded once from its beginning, whose parts are then read at once.

Seeking in compressed sound lands near a sample, not on it. So nothing is sought here: sample k of a
part is the k-th that decoding the whole recording gives. It is decoded into a file without a name,
which goes when the process does, by a thread of its own; who asks for a part waits until the
decoder is past it.
"""

import os
import shutil
import tempfile
import threading
from contextlib import suppress
from pathlib import Path

import numpy as np

from gpt_sovits.audio.read import iter_audio, probe_audio
from gpt_sovits.errors import AudioError, InputError, WorkbenchError
from subfix.server.wav import Samples

_BLOCK_S = 10.0

_LEFT_FREE = 64 << 20
"""Bytes of the disk that are left for the edits."""

_NARROW = ("pcm_s16", "pcm_u8", "pcm_s8", "pcm_alaw", "pcm_mulaw")
"""Codings whose samples 16 bits hold."""


class DecodedRecording:
    """One recording as samples on the disk.

    Args:
        path: the recording.
        folder: where the samples may lie.

    Raises:
        AudioError: it cannot be opened.
        InputError: nothing can be written into the folder.
    """

    def __init__(self, path: Path, folder: Path) -> None:
        info = probe_audio(path)
        self.path = path
        self.sample_rate = info.sample_rate
        self.channels = info.channels
        narrow = info.codec.startswith(_NARROW)
        self.dtype: np.dtype[np.generic] = np.dtype("<i2" if narrow else "<f4")
        needed = (info.duration_s or 0.0) * info.sample_rate * self._frame_bytes
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if shutil.disk_usage(folder).free < needed + _LEFT_FREE:
                raise AudioError(self._no_room(f"{needed / 1e6:.0f} MB are needed"))
            self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115  closed with the last reader
        except OSError as error:
            raise InputError(f"{folder}: cannot be written ({error.strerror})") from error
        self._n_samples = 0
        self._problem = ""
        self._ended = self._stopped = False
        self.lacks_room = False
        """The disk was full; another try may find room."""
        self._changed = threading.Condition()
        threading.Thread(target=self._decode, name="decode", daemon=True).start()

    def samples(self) -> Samples:
        """The whole recording; waits until it is decoded.

        Raises:
            AudioError: it cannot be decoded to its end.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._ended)
            self._raise_if_broken()
        return Samples(self._n_samples, self.channels, self.sample_rate, self.dtype, self.read)

    def read(self, start: int, end: int) -> np.ndarray:
        """Samples from one to before another, [L, C]; fewer where the recording ends.

        Raises:
            AudioError: it cannot be decoded that far.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._ended or self._n_samples >= end)
            if self._n_samples < end:
                self._raise_if_broken()
            step = self._frame_bytes
            self._file.seek(start * step)
            data = self._file.read(max(min(end, self._n_samples) - start, 0) * step)
        return np.frombuffer(data, self.dtype).reshape(-1, self.channels)

    def stop(self) -> None:
        """Stop decoding; the file goes with the last one who reads in it."""
        self._stopped = True

    def _decode(self) -> None:
        try:
            for block in iter_audio(self.path, mono=False, block_s=_BLOCK_S):
                samples = block.T
                if self.dtype.kind == "i":
                    samples = np.rint(samples * 32768)
                if self._stopped:
                    raise AudioError(f"{self.path}: was put away before it was read; ask again")
                with self._changed:
                    self._file.seek(self._n_samples * self._frame_bytes)
                    self._file.write(samples.astype(self.dtype).tobytes())
                    self._n_samples += len(samples)
                    self._changed.notify_all()
        except WorkbenchError as error:
            self._problem = str(error)
        except OSError as error:
            self._give_back()
            self._problem = self._no_room(error.strerror)
        finally:
            with self._changed:
                self._ended = True
                self._changed.notify_all()

    @property
    def _frame_bytes(self) -> int:
        return self.channels * self.dtype.itemsize

    def _no_room(self, why: str | None) -> str:
        return f"{self.path}: its samples find no room ({why}); free some space beside the list"

    def _give_back(self) -> None:
        """What lies on a full disk lets no edit be kept either."""
        with self._changed, suppress(OSError):
            self.lacks_room = True
            self._n_samples = 0
            os.ftruncate(self._file.fileno(), 0)  # what is buffered would need room, too

    def _raise_if_broken(self) -> None:
        if self._problem:
            raise AudioError(self._problem)
