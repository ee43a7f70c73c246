"""Lists for the commands that the editor runs, whatever the format of the one that is open."""

import re
from collections.abc import Callable, Iterable
from pathlib import Path

from gpt_sovits.errors import InputError, TextError
from gpt_sovits.paths import replacing
from gpt_sovits.text.languages import parse_mode
from subfix.clip import Clip
from subfix.quality import said_in
from subfix.server.media import Media
from subfix.server.wav import bytes_of, header_of
from subfix.sounds import Sound

LISTED = "clips.list"
_COPIES = "audio"


def listed_name(clip: Clip, sound: Sound, media: Media) -> str:
    """What a clip is called in such a list: its file, or the copy that is written of a part.

    Raises:
        AudioError: the recording is not there.
    """
    path = str(sound.path.resolve())
    if sound.start_s is None and "|" not in path and path.isprintable():
        return path
    return f"{_COPIES}/{clip.id:06d}_{media.tag(sound)}.wav"


def write_listing(
    clips: Iterable[Clip], folder: Path, find: Callable[[Clip], Sound], media: Media
) -> dict[Path, list[int]]:
    """Write a list of clips, and their parts of a long recording as files.

    Args:
        clips: what is to be in it; a clip without a sound is left out.
        folder: gets `clips.list`, and `audio` with what must be copied; older copies go.
        find: gives a clip's sound.
        media: reads it.

    Returns:
        Numbers of the clips by the recordings in the list.

    Raises:
        InputError: no clip has a sound, or nothing can be written.
    """
    lines: list[str] = []
    ids: dict[Path, list[int]] = {}
    problem = InputError("there is no clip to listen to; choose others")
    for clip in clips:
        try:
            sound = find(clip)
            name = listed_name(clip, sound, media)
            path = folder / name
            if not Path(name).is_absolute():
                _write_part(path, sound, media)
        except InputError as error:
            problem = error
            continue
        if path not in ids:
            fields = (name, _plain(clip.speaker), _mode(clip.language), said_in(clip))
            lines.append("|".join(fields) + "\n")
        ids.setdefault(path, []).append(clip.id)
    if not ids:
        raise problem
    for older in {*(folder / _COPIES).glob("*.wav")} - ids.keys():
        older.unlink(missing_ok=True)
    try:
        with replacing(folder / LISTED) as part:
            part.write_text("".join(lines), encoding="utf-8", errors="replace", newline="\n")
    except OSError as error:
        raise InputError(f"{folder}: cannot be written ({error.strerror})") from error
    return ids


def _write_part(path: Path, sound: Sound, media: Media) -> None:
    if path.exists():
        return
    samples = media.samples(sound)
    header = header_of(samples)
    n_bytes = len(header) + samples.n_samples * samples.frame_bytes
    try:
        with replacing(path) as part, part.open("wb") as file:
            file.writelines(bytes_of(samples, header, 0, n_bytes))
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror})") from error


def _plain(speaker: str) -> str:
    return re.sub(r"[|\x00-\x1f\x7f]", " ", speaker)


def _mode(language: str) -> str:
    """The language where it is one; otherwise it is to be found out."""
    try:
        return parse_mode(language)
    except TextError:
        return "auto"
