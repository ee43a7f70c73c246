"""Copies of clips in the folder of an export; the clips themselves are only read."""

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from filecmp import cmp
from pathlib import Path
from typing import TYPE_CHECKING

from gpt_sovits.errors import AudioError, InputError
from gpt_sovits.paths import replacing
from subfix.sounds import Sound, fits_16_bits, part_name, read_sound

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Copies:
    """What was copied."""

    files: dict[int, Path] = field(default_factory=dict)
    """The copy of each clip, by its number."""
    skipped: list[tuple[int, str]] = field(default_factory=list)
    """Clips whose sound cannot be read, and why."""


def copy_sounds(
    sounds: Mapping[int, Sound], folder: Path, *, as_wav: bool, replace: bool
) -> Copies:
    """Copy the files of clips, and cut those that are spans of a recording.

    Args:
        sounds: where each clip is, by its number.
        folder: where the copies go.
        as_wav: turn files of other kinds into WAV.
        replace: replace files that are there; never one of `sounds`.

    Raises:
        InputError: another file is in the way, or one cannot be written.
    """
    copies = Copies()
    targets = _Targets(folder, frozenset(each.path.resolve() for each in sounds.values()), replace)
    spans: dict[Path, dict[int, Sound]] = {}
    for number, sound in sounds.items():
        if sound.start_s is not None and sound.end_s is not None:
            spans.setdefault(sound.path, {})[number] = sound
        else:
            try:
                copies.files[number] = _copy(sound.path, targets, as_wav=as_wav)
            except AudioError as error:
                copies.skipped.append((number, str(error)))
    for path, parts in spans.items():
        try:
            for number, audio, rate in read_spans(path, parts):
                start_s = parts[number].start_s or 0.0
                start = round(start_s * rate)
                name = part_name(path, start, start + audio.shape[1], rate)
                _write(targets.free(f"{name}.wav"), audio, rate)
                copies.files[number] = targets.last
        except AudioError as error:
            left = [each for each in parts if each not in copies.files]
            copies.skipped.extend((each, str(error)) for each in left)
        short = f"lies beyond the end of {path.name}; set its times"
        done = copies.files.keys() | {number for number, _ in copies.skipped}
        copies.skipped.extend((each, short) for each in parts if each not in done)
    return copies


def read_spans(path: Path, spans: Mapping[int, Sound]) -> "Iterator[tuple[int, np.ndarray, int]]":
    """The samples of spans of one recording, which is read once, in the order of their starts.

    Yields:
        The span's number, its waveform, float32 [C, L], and the rate, Hz. A span beyond the end
        is left out.
    """
    import numpy as np

    from gpt_sovits.audio.read import iter_audio, probe_audio

    rate = probe_audio(path).sample_rate
    places = {
        number: (round((span.start_s or 0.0) * rate), round((span.end_s or 0.0) * rate))
        for number, span in spans.items()
    }
    waiting = sorted(places, key=lambda number: places[number], reverse=True)
    held: np.ndarray | None = None
    position = end = 0  # of the first sample held, and behind the last
    for block in iter_audio(path, mono=False):
        held = block if held is None else np.concatenate([held, block], axis=1)
        end = position + held.shape[1]
        while waiting and places[waiting[-1]][1] <= end:
            number = waiting.pop()
            first, last = places[number]
            yield number, held[:, first - position : last - position], rate
        if not waiting:
            return
        keep_from = min(places[waiting[-1]][0], end)
        held = held[:, max(keep_from - position, 0) :]
        position = max(keep_from, position)
    for number in reversed(waiting):
        first = places[number][0]
        if held is not None and first < end:
            yield number, held[:, first - position : places[number][1] - position], rate


def _copy(source: Path, targets: "_Targets", *, as_wav: bool) -> Path:
    turns = as_wav and source.suffix.lower() != ".wav"
    name = f"{source.stem}.wav" if turns else source.name
    path = targets.free(name, None if turns else source)
    if turns:
        _write(path, *read_sound(Sound(source)))
    elif not path.exists() or not cmp(source, path, shallow=False):
        try:
            with replacing(path) as part:
                shutil.copyfile(source, part)
        except OSError as error:
            raise InputError(f"{path}: cannot be written ({error.strerror})") from error
    return path


def _write(path: Path, audio: "np.ndarray", rate: int) -> None:
    from gpt_sovits.audio.write import write_audio

    write_audio(path, audio, rate, subtype="PCM_16" if fits_16_bits(audio) else "FLOAT")


class _Targets:
    """Names of copies: each once, and none of a file that is copied from.

    Args:
        folder: where they go.
        sources: files that must stay as they are.
        replace: others may be replaced.
    """

    def __init__(self, folder: Path, sources: frozenset[Path], replace: bool) -> None:
        self._folder, self._sources, self._replace = folder, sources, replace
        self._used: set[str] = set()
        self.last = folder

    def free(self, name: str, same: Path | None = None) -> Path:
        """A path for a copy.

        Args:
            name: what it would be called.
            same: the file that it will be a copy of; it may lie there already.

        Raises:
            InputError: another file lies there.
        """
        number = 1
        path = self._folder / name
        while name.casefold() in self._used or self._is_source(path, same):
            number += 1
            name = f"{path.stem.removesuffix(f'_{number - 1}')}_{number}{path.suffix}"
            path = self._folder / name
        self._used.add(name.casefold())
        if path.exists() and not self._replace and not (same and cmp(same, path, shallow=False)):
            raise InputError(f"{path}: is there already; export into another folder, or replace it")
        self.last = path
        return path

    def _is_source(self, path: Path, same: Path | None) -> bool:
        whole = path.resolve()
        return whole in self._sources and (same is None or whole != same.resolve())
