"""A clip's samples, and new clips made of them: the user's own files are only read.

Samples are never computed with: what is cut and joined again is the same to the bit, in 16 bits
where the recording has no more than that, in 32-bit floats otherwise.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from gpt_sovits.errors import InputError

if TYPE_CHECKING:
    import numpy as np

MergeMode = Literal["keep", "shorten", "set"]
"""What becomes of the pause: as it was in the recording; no longer than so; exactly so."""

MAX_GAP_S = 10.0
QUIET = 10 ** (-45 / 20)
"""Below this share of its loudest sample a clip's end counts as a pause."""

NAMED_RATE = 32000
"""Hz of the sample numbers in the names of clips: what the slicer cuts at."""

_LEAST_GAP_S = 0.001
"""Names are rounded, and those of parts of parts more than once: less than this is no pause."""

_SPAN = re.compile(r"(?P<stem>.+)_(?P<start>\d{10})_(?P<end>\d{10})(-\d+)?$")
_MAX_STEM_BYTES = 150


@dataclass(frozen=True)
class Sound:
    """Where a clip's samples are."""

    path: Path
    start_s: float | None = None
    end_s: float | None = None


def read_sound(sound: Sound) -> "tuple[np.ndarray, int]":
    """A clip's samples, float32 [C, L], and their rate, Hz.

    Raises:
        AudioError: the recording cannot be read.
        InputError: the clip lies outside of it.
    """
    from gpt_sovits.audio.read import read_audio

    audio, rate = read_audio(sound.path, mono=False)
    if sound.start_s is None or sound.end_s is None:
        return audio, rate
    start, end = round(sound.start_s * rate), round(sound.end_s * rate)
    if not 0 <= start < end or start >= audio.shape[1]:
        raise InputError(f"{sound.path}: has no sound from {sound.start_s} s to {sound.end_s} s")
    return audio[:, start:end], rate


def measure_span(sound: Sound) -> tuple[int, int]:
    """How many samples a part of a recording has, and their rate, Hz; nothing is decoded for it.

    Raises:
        AudioError: the recording cannot be read.
    """
    from gpt_sovits.audio.read import probe_audio

    assert sound.start_s is not None, "a part of a recording has times"
    assert sound.end_s is not None, "a part of a recording has times"
    rate = probe_audio(sound.path).sample_rate
    return round(sound.end_s * rate) - round(sound.start_s * rate), rate


def write_clip(folder: Path, stem: str, audio: "np.ndarray", rate: int) -> Path:
    """Write samples [C, L] into a new file, and never over one that is there.

    Raises:
        InputError: the file cannot be written.
    """
    from gpt_sovits.audio.write import write_audio

    path = _free(folder, stem)
    write_audio(path, audio, rate, subtype="PCM_16" if fits_16_bits(audio) else "FLOAT")
    return path


def fits_16_bits(audio: "np.ndarray") -> bool:
    """Whether 16-bit integers hold these samples without a loss."""
    import numpy as np

    scaled = audio * 32768.0
    whole = np.all(scaled == np.rint(scaled))
    return bool(whole and scaled.min() >= -32768 and scaled.max() < 32768)


def part_name(path: Path, start: int, end: int, rate: int) -> str:
    """What a part is called: by its place in the recording, as the slicer's clips are.

    Args:
        path: the clip it is a part of.
        start: its first sample in that clip.
        end: the one behind its last.
        rate: Hz of both.
    """
    stem, first = path.stem, 0
    if known := _SPAN.match(stem):
        stem, first = known["stem"], int(known["start"])
    begins, ends = (first + round(each * NAMED_RATE / rate) for each in (start, end))
    return f"{_shortened(stem)}_{begins:010d}_{ends:010d}"


def joined_name(first: Path, last: Path) -> str:
    """What two clips are called when they are one."""
    one, other = _SPAN.match(first.stem), _SPAN.match(last.stem)
    if one and other and one["stem"] == other["stem"] and one["start"] < other["end"]:
        return f"{_shortened(one['stem'])}_{one['start']}_{other['end']}"
    return f"{_shortened(first.stem)}_joined"


def gap_between(first: Path, second: Path) -> float:
    """Seconds between two clips in the recording that they were cut from; 0 where unknown."""
    one, other = _SPAN.match(first.stem), _SPAN.match(second.stem)
    if not one or not other or one["stem"] != other["stem"]:
        return 0.0
    gap = (int(other["start"]) - int(one["end"])) / NAMED_RATE
    return gap if _LEAST_GAP_S < gap <= MAX_GAP_S else 0.0


def join_sounds(sounds: Sequence[Sound], mode: MergeMode, gap_s: float) -> "tuple[np.ndarray, int]":
    """Clips one behind the other, at the rate of the first.

    Args:
        sounds: two clips or more.
        mode: what becomes of the pauses between them.
        gap_s: the longest pause, or the pause itself.

    Returns:
        Waveform, float32 [C, L], and its rate, Hz. Where clips differ in channels it is mono.

    Raises:
        InputError: a clip cannot be read, or `gap_s` is out of range.
    """
    import numpy as np

    if not 0 <= gap_s <= MAX_GAP_S:
        raise InputError(f"a pause of {gap_s} s is out of range; choose 0 to {MAX_GAP_S:g} s")
    read = [read_sound(sound) for sound in sounds]
    rate = read[0][1]
    parts = _alike(read)
    joined = parts[0]
    for earlier, later, part in zip(sounds, sounds[1:], parts[1:], strict=False):
        pause = gap_s if mode == "set" else gap_between(earlier.path, later.path)
        if mode == "shorten":
            joined, part, pause = _shorten(joined, part, pause, gap_s, rate)
        silence = np.zeros((joined.shape[0], round(pause * rate)), np.float32)
        joined = np.concatenate([joined, silence, part], axis=1)
    return joined, rate


def _alike(read: "Sequence[tuple[np.ndarray, int]]") -> "list[np.ndarray]":
    """Waveforms [C, L] with the rate of the first, and as many channels each."""
    import numpy as np

    from gpt_sovits.audio.resample import resample

    rate = read[0][1]
    parts = [audio for audio, _ in read]
    if len({len(audio) for audio in parts}) > 1:
        parts = [audio.mean(axis=0, keepdims=True, dtype=np.float32) for audio in parts]
    return [
        audio if own == rate else np.stack([resample(channel, own, rate) for channel in audio])
        for audio, (_, own) in zip(parts, read, strict=True)
    ]


def _shorten(
    first: "np.ndarray", second: "np.ndarray", pause: float, longest: float, rate: int
) -> "tuple[np.ndarray, np.ndarray, float]":
    """Take from a pause what is too long: from between the clips first, then from their ends."""
    tail, lead = _quiet(first[:, ::-1]), _quiet(second)
    surplus = tail + lead + round(pause * rate) - round(longest * rate)
    if surplus <= 0:
        return first, second, pause
    between = max(round(pause * rate) - surplus, 0)
    surplus -= round(pause * rate) - between
    from_tail = min(tail, max(surplus // 2, surplus - lead))
    from_lead = surplus - from_tail
    return first[:, : first.shape[1] - from_tail], second[:, from_lead:], between / rate


def _quiet(audio: "np.ndarray") -> int:
    """Samples of quiet at the beginning of a waveform [C, L]."""
    import numpy as np

    level = np.abs(audio).max(axis=0)
    loud = level > QUIET * level.max(initial=0)
    return int(loud.argmax()) if loud.any() else 0


def _shortened(stem: str) -> str:
    return stem.encode()[:_MAX_STEM_BYTES].decode(errors="ignore")


def _free(folder: Path, stem: str) -> Path:
    path = folder / f"{stem}.wav"
    number = 2
    while path.exists():
        path = folder / f"{stem}-{number}.wav"
        number += 1
    return path
