"""Copies of clips in the folder of an export; the clips themselves are only read."""

import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from filecmp import cmp
from itertools import count
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


def copy_sounds(sounds: Mapping[int, Sound], folder: Path, *, as_wav: bool) -> Copies:
    """Copy the files of clips, and cut those that are spans of a recording.

    A file that is there is used where it holds the same, and otherwise stays beside the copy.

    Args:
        sounds: where each clip is, by its number.
        folder: where the copies go.
        as_wav: turn files of other kinds into WAV.

    Raises:
        InputError: a file cannot be written.
    """
    copies = Copies()
    used: set[Path] = set()
    spans: dict[Path, dict[int, Sound]] = {}
    for number, sound in sounds.items():
        if sound.start_s is not None:
            spans.setdefault(sound.path, {})[number] = sound
            continue
        try:
            if as_wav and sound.path.suffix.lower() != ".wav":
                copy = _write(folder / f"{sound.path.stem}.wav", *read_sound(sound), used)
            else:
                copy = _copy(sound.path, folder, used)
        except AudioError as error:
            copies.skipped.append((number, str(error)))
        else:
            copies.files[number] = copy
    for path, parts in spans.items():
        problem = f"is no part of {path.name}; set its times"
        try:
            for number, audio, rate in read_spans(path, parts):
                start = round((parts[number].start_s or 0.0) * rate)
                name = part_name(path, start, start + audio.shape[1], rate)
                copies.files[number] = _write(folder / f"{name}.wav", audio, rate, used)
        except AudioError as error:
            problem = str(error)
        copies.skipped.extend((each, problem) for each in parts if each not in copies.files)
    return copies


def read_spans(path: Path, spans: Mapping[int, Sound]) -> "Iterator[tuple[int, np.ndarray, int]]":
    """The samples of spans of one recording, which is read once, in the order of their starts.

    Yields:
        The span's number, its waveform, float32 [C, L], and the rate, Hz. A span beyond the end,
        or without a length, is left out.
    """
    import numpy as np

    from gpt_sovits.audio.read import iter_audio, probe_audio

    rate = probe_audio(path).sample_rate
    places = {
        number: (round((span.start_s or 0.0) * rate), round((span.end_s or 0.0) * rate))
        for number, span in spans.items()
    }
    places = {number: place for number, place in places.items() if place[0] < place[1]}
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


def _copy(source: Path, folder: Path, used: set[Path]) -> Path:
    path = folder / source.name
    try:
        path, is_there = _free(path, used, lambda other: cmp(source, other, shallow=False))
        if not is_there:
            with replacing(path) as part:
                shutil.copyfile(source, part)
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror})") from error
    return path


def _write(path: Path, audio: "np.ndarray", rate: int, used: set[Path]) -> Path:
    from gpt_sovits.audio.write import write_audio

    path, is_there = _free(path, used, lambda other: _holds(other, audio, rate))
    if not is_there:
        write_audio(path, audio, rate, subtype="PCM_16" if fits_16_bits(audio) else "FLOAT")
    return path


def _holds(path: Path, audio: "np.ndarray", rate: int) -> bool:
    """Whether a file holds these samples."""
    import numpy as np

    try:
        other, other_rate = read_sound(Sound(path))
    except AudioError:
        return False
    return rate == other_rate and np.array_equal(audio, other)


def _free(path: Path, used: set[Path], is_same: Callable[[Path], bool]) -> tuple[Path, bool]:
    """A name that nothing else has, and whether what is wanted lies there already."""
    for number in count(1):
        other = path if number == 1 else path.with_stem(f"{path.stem}_{number}")
        if other not in used:
            is_there = other.exists()
            if not is_there or is_same(other):
                break
    used.add(other)
    return other, is_there
