"""What each operation changes; sound files are written here, lists and journals are not."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gpt_sovits.data.annotations import check_listable
from gpt_sovits.errors import InputError
from gpt_sovits.text.languages import parse_mode
from gpt_sovits.text.scripts import HAN
from subfix.clip import FIELDS, Change, Clip, Values, arrival, change_of
from subfix.sounds import (
    MergeMode,
    Sound,
    join_sounds,
    joined_name,
    measure_span,
    part_name,
    read_sound,
    write_clip,
)

if TYPE_CHECKING:
    import numpy as np

EDITABLE = frozenset({"text", "speaker", "language", "done", "flag"})
"""Fields that a person changes by writing."""

MAX_TEXT = 100_000

_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u2028\u2029\ufeff]")
_WIDE = re.compile(rf"[{HAN}\u3000-\u30ff\uff01-\uff60]")


@dataclass(frozen=True)
class Place:
    """Where new clips go."""

    folder: Path
    listed: Path
    """The list that will name them."""
    spans: bool
    """Clips are spans of one recording: nothing is written, only times change."""

    def name_of(self, new: Path, like: str) -> str:
        """How the list calls a new clip: by a whole path where the old one had such."""
        return (
            str(new) if Path(like).is_absolute() else new.relative_to(self.listed.parent).as_posix()
        )


@dataclass(frozen=True)
class Made:
    """What an operation does."""

    changes: tuple[Change, ...]
    files: tuple[Path, ...] = ()
    """Sound files that it made."""


def edit(clip: Clip, values: Values) -> Change | None:
    """Give fields of a clip other values.

    Raises:
        InputError: a value cannot stand in the list.
    """
    if wrong := values.keys() - EDITABLE:
        raise InputError(f"{', '.join(sorted(wrong))}: cannot be edited")
    cleaned = {name: _checked(name, value) for name, value in values.items()}
    return change_of(clip, cleaned)


def _checked(name: str, value: Any) -> Any:
    if name == "done":
        if not isinstance(value, bool):
            raise InputError(f"done must be true or false, got {value!r}")
        return value
    if not isinstance(value, str) or len(value) > MAX_TEXT:
        raise InputError(f"{name}: is no text of at most {MAX_TEXT} characters")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise InputError(f"{name}: holds half a character; write it again") from error
    value = _UNSEEN.sub(" ", value)
    if name == "speaker":
        check_listable(value)
    if name == "language" and value:
        parse_mode(value)
    return value


def split(
    clip: Clip, sound: Sound, at: int, texts: tuple[str, str], place: Place, next_id: int
) -> Made:
    """Cut a clip in two at a sample; each part gets its text.

    Raises:
        InputError: the place is not inside the clip, or its sound cannot be read or written.
    """
    heard = _hear(sound)
    n_samples, rate = heard.n_samples, heard.sample_rate
    if not 0 < at < n_samples:
        raise InputError(f"a cut at sample {at} is not inside the clip, which has {n_samples}")
    first, second = ({"text": _checked("text", text)} for text in texts)
    files: tuple[Path, ...] = ()
    if place.spans:
        assert clip.start_s is not None, "a span has times"
        middle = round(clip.start_s + at / rate, 3)
        if not clip.start_s < middle < (clip.end_s or middle):
            raise InputError("the parts would be shorter than a thousandth of a second")
        first |= {"end_s": middle}
        second |= {"start_s": middle}
    else:
        files = _write_parts(sound, heard, ((0, at), (at, n_samples)), place)
        first |= {"audio": place.name_of(files[0], clip.audio)}
        second |= {"audio": place.name_of(files[1], clip.audio)}
    changed = change_of(clip, first)
    assert changed is not None, "its end or its sound is another one"
    new = replace(clip, id=next_id, raw=None, lead="", done=False, **second)
    return Made((changed, arrival(new, clip.id)), files)


def trim(clip: Clip, sound: Sound, start: int, end: int, place: Place) -> Made:
    """Keep the samples from `start` to before `end`.

    Raises:
        InputError: they are not inside the clip, or its sound cannot be read or written.
    """
    heard = _hear(sound)
    n_samples, rate = heard.n_samples, heard.sample_rate
    if not 0 <= start < end <= n_samples:
        raise InputError(f"samples {start} to {end} are not inside the clip, which has {n_samples}")
    if (start, end) == (0, n_samples):
        return Made(())
    values: Values
    files: tuple[Path, ...] = ()
    if place.spans:
        assert clip.start_s is not None, "a span has times"
        values = {
            "start_s": round(clip.start_s + start / rate, 3),
            "end_s": round(clip.start_s + end / rate, 3),
        }
    else:
        files = _write_parts(sound, heard, ((start, end),), place)
        values = {"audio": place.name_of(files[0], clip.audio)}
    change = change_of(clip, values)
    return Made((change,) if change else (), files)


@dataclass(frozen=True)
class _Heard:
    n_samples: int
    sample_rate: int
    audio: "np.ndarray | None" = None
    """[C, L]; of a part of a long recording only the length is told."""


def _hear(sound: Sound) -> _Heard:
    if sound.start_s is not None:
        return _Heard(*measure_span(sound))
    audio, rate = read_sound(sound)
    return _Heard(audio.shape[1], rate, audio)


def _write_parts(
    sound: Sound, heard: _Heard, spans: Sequence[tuple[int, int]], place: Place
) -> tuple[Path, ...]:
    audio, rate = heard.audio, heard.sample_rate
    assert audio is not None, "the clip has a file of its own"
    return tuple(
        write_clip(place.folder, part_name(sound.path, start, end, rate), audio[:, start:end], rate)
        for start, end in spans
    )


@dataclass(frozen=True)
class Part:
    """One of the clips that become one."""

    clip: Clip
    sound: Sound
    behind: int
    """The clip before it; 0 at the head of the list."""


def merge(
    parts: Sequence[Part], mode: MergeMode, gap_s: float, text: str | None, place: Place
) -> Made:
    """Make one clip of neighbours: the first stays, the others go.

    Args:
        parts: the clips in their order.
        mode: what becomes of the pauses.
        gap_s: the longest pause, or the pause itself.
        text: None joins the texts.
        place: where the new clip goes.

    Raises:
        InputError: fewer than two clips, or their sound cannot be joined.
    """
    if len(parts) < 2:
        raise InputError("one clip alone cannot be merged; choose neighbours")
    first = parts[0].clip
    if text is None:
        text = join_texts([part.clip.text for part in parts])
    values: dict[str, Any] = {"text": _checked("text", text), "done": False}
    notes = [part.clip.lead for part in parts[1:] if part.clip.lead.strip()]
    values["lead"] = "".join([first.lead, *notes])
    files: tuple[Path, ...] = ()
    if place.spans:
        if mode != "keep":
            raise InputError(
                "the pauses of one long recording stay as they are; merge with the pause kept"
            )
        values["end_s"] = max(part.clip.end_s or 0.0 for part in parts)
    else:
        audio, rate = join_sounds([part.sound for part in parts], mode, gap_s)
        name = joined_name(parts[0].sound.path, parts[-1].sound.path)
        files = (write_clip(place.folder, name, audio, rate),)
        values["audio"] = place.name_of(files[0], first.audio)
    change = change_of(first, values)
    # The last goes first: when they are brought back, each finds the one before it.
    gone = [arrival(part.clip, part.behind).reversed() for part in reversed(parts[1:])]
    return Made((*((change,) if change else ()), *gone), files)


def join_texts(texts: Sequence[str]) -> str:
    """Texts one behind the other: with a space, but not beside Chinese or Japanese."""
    joined = ""
    for text in filter(None, map(str.strip, texts)):
        wide = _WIDE.match(text[0]) and joined and _WIDE.match(joined[-1])
        joined += text if wide or not joined else f" {text}"
    return joined


def repaired(clip: Clip, mended: Clip) -> Change | None:
    """The change that puts another line in place of a broken one."""
    values = {name: getattr(mended, name) for name in FIELDS - {"done", "flag", "deleted", "lead"}}
    before = {name: getattr(clip, name) for name in values}
    after = {name: value for name, value in values.items() if before[name] != value}
    return Change(clip.id, {name: before[name] for name in after}, after) if after else None
