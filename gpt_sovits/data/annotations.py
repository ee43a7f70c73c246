"""Annotation lists: one clip a line, `wav_path|speaker|language|text`."""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path, PureWindowsPath

from gpt_sovits.errors import InputError, TextError
from gpt_sovits.paths import PROJECT, replacing
from gpt_sovits.text.languages import parse_mode

MAX_BYTES = 64 << 20
"""Largest list; half a million lines. A device or a recording would fill the memory."""

_AROUND_PATHS = " \t\"'“”‘’\u200e\u200f\u202a\u202b\u202c\u202d\u202e\ufeff"
"""What file managers and chat programs put around a path that is copied."""


@dataclass(frozen=True)
class Annotation:
    """One clip and what is said in it."""

    audio: Path
    speaker: str
    language: str
    """Language mode in our own spelling: zh, ja, en, ko, yue, auto, ..."""
    text: str
    line: int
    """Number of its line, from 1."""
    name: str = field(default="", compare=False)
    """The recording as the line names it, without what stands around it; empty where no line has
    been read."""


@dataclass(frozen=True)
class AnnotationList:
    """What an annotation list holds."""

    items: list[Annotation]
    skipped: list[tuple[Path, str]]
    """`FILE:LINE` of every line that cannot be used, each with its reason."""


def read_annotations(
    path: Path,
    audio_folder: Path | None = None,
    *,
    root: Path = PROJECT.root,
    blank: bool = False,
    coding: str = "utf-8-sig",
) -> AnnotationList:
    """Read a list as programs and people write it.

    Quotes and invisible marks around paths, backslashes, `|` inside a text, a byte-order mark and
    Windows line ends are understood. A line of three fields whose second is a language has no
    speaker.

    Args:
        path: the list.
        audio_folder: where all clips lie, whatever folder the lines name.
        root: where relative paths begin that are not found beside the list.
        blank: keep lines whose text is still to be written; whoever trains must not.
        coding: how the file's letters are coded.

    Raises:
        InputError: the file cannot be read, is coded otherwise or has no line; or `audio_folder`
            is no folder.
    """
    if audio_folder is not None and not audio_folder.is_dir():
        raise InputError(f"{audio_folder}: is no folder; name the one that holds the clips")
    items: list[Annotation] = []
    skipped: list[tuple[Path, str]] = []
    line_of: dict[Path, int] = {}
    n_lines = 0
    for number, line in enumerate(read_lines(path, coding), 1):
        if not line.strip():
            continue
        n_lines += 1
        try:
            name, speaker, language, text = split_fields(line)
            if not text.strip() and not blank:
                raise InputError("has no text; write what is said in the clip")
            audio = find_clip(name, path, audio_folder, root)
            item = Annotation(
                audio,
                speaker.strip(),
                parse_mode(language),
                text.strip(),
                number,
                clean_path(name),
            )
            if (first := line_of.setdefault(audio.resolve(), number)) != number:
                raise InputError(f"names the same clip as line {first}; delete one of them")
        except InputError as error:
            skipped.append((Path(f"{path}:{number}"), str(error)))
        else:
            items.append(item)
    if not n_lines:
        raise InputError(f"{path}: is empty; write one clip a line, {_FORM}")
    return AnnotationList(items, skipped)


def write_annotations(path: Path, items: Sequence[Annotation]) -> None:
    """Write a list whole or not at all; line breaks inside a text become spaces.

    Raises:
        InputError: a path or speaker holds `|` or a line break, or is no text.
    """
    lines = [f"{format_annotation(item)}\n" for item in items]
    with replacing(path) as part:
        part.write_text("".join(lines), encoding="utf-8", newline="\n")


def format_annotation(item: Annotation) -> str:
    """The line of a clip, without its end.

    Raises:
        InputError: its path or speaker holds `|` or a line break, or is no text.
    """
    check_listable(str(item.audio))
    check_listable(item.speaker)
    text = " ".join(re.split(r"[\r\n]+", item.text.strip()))
    return f"{item.audio}|{item.speaker}|{item.language}|{text}"


def check_listable(name: str) -> None:
    """Refuse a path or a speaker that would break the line that it stands in.

    Raises:
        InputError: it holds `|`, a line break or a letter that nobody sees.
    """
    if "|" in name or not name.isprintable():
        raise InputError(f"{name!r} cannot stand in an annotation list; rename it")


_FORM = "wav_path|speaker|language|text"


def read_lines(path: Path, coding: str = "utf-8-sig") -> list[str]:
    """Lines of a text file, whatever its line ends.

    Raises:
        InputError: it cannot be read, is too large, or is coded otherwise.
    """
    try:
        if path.is_dir():
            raise InputError(f"{path}: is a folder; name an annotation list (.list) in it")
        if not path.is_file():
            raise InputError(f"{path}: no such file; check the path")
        if path.stat().st_size > MAX_BYTES:
            raise InputError(f"{path}: is too large for an annotation list; name another file")
        content = path.read_bytes()
    except OSError as error:
        raise InputError(
            f"{path}: cannot be read ({error.strerror}); check its permissions and the disk"
        ) from error
    try:
        return re.split(r"\r\n|\n|\r", content.decode(coding))
    except UnicodeDecodeError as error:
        number = content.count(b"\n", 0, error.start) + 1
        coding = _guess_coding(content)
        raise InputError(
            f"{path}: line {number} is not UTF-8{coding and f' but looks like {coding}'}; save the"
            " file as UTF-8"
        ) from error


def _guess_coding(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "UTF-16"
    for coding in ("gbk", "shift_jis"):
        try:
            content.decode(coding)
        except UnicodeDecodeError:
            continue
        return coding.upper()
    return ""


def split_fields(line: str) -> list[str]:
    """Path, speaker, language and text of a line, each as it is written.

    A line without a speaker, whose second field is a language, gets an empty one.

    Raises:
        InputError: fields are missing.
    """
    fields = line.split("|", 3)
    n_fields = len(fields)
    if n_fields >= 3 and _is_language(fields[1]) and (n_fields == 3 or not _is_language(fields[2])):
        name, language, text = line.split("|", 2)
        return [name, "", language, text]
    if n_fields != 4:
        raise InputError(f"has {n_fields} fields, where four are needed: {_FORM}")
    return fields


@lru_cache(256)
def _is_language(name: str) -> bool:
    try:
        parse_mode(name)
    except TextError:
        return False
    return True


def clean_path(name: str) -> str:
    """A path without the quotes and invisible marks that are around it."""
    return name.strip(_AROUND_PATHS)


def find_clip(name: str, listed: Path, audio_folder: Path | None, root: Path) -> Path:
    """The file that a line means.

    Args:
        name: its path as the line writes it.
        listed: the list.
        audio_folder: where all clips lie, whatever folder the lines name.
        root: where relative paths begin that are not found beside the list.

    Raises:
        InputError: it is nowhere.
    """
    cleaned = clean_path(name).rstrip("/\\")
    if not cleaned:
        raise InputError("names no audio file")
    if made := find_made_clip(cleaned, listed):
        return made
    beside = listed.parent
    windows = PureWindowsPath(cleaned)  # reads both kinds of separators
    if audio_folder is not None:
        places = [audio_folder / windows.name]
    else:
        written = Path(cleaned)
        turned = Path(cleaned.replace("\\", "/"))
        places = [folder / each for each in (written, turned) for folder in (beside, root)]
        if turned != written:  # a path of another machine: its file may have come with the list
            places.append(beside / windows.name)
    for place in places:
        try:
            if place.is_file():
                return place
            if place.is_dir():
                raise InputError(f"{place}: is a folder, not an audio file")
        except OSError:  # the name is too long
            continue
    raise InputError(f"{places[0]}: no such file; check the path, or name the folder of the clips")


def find_made_clip(name: str, listed: Path) -> Path | None:
    """A clip that the label editor made, in the folder beside the list; None where it is none.

    It never lies in the folder of the user's own clips, and goes with a list that is moved or
    renamed together with its folder.
    """
    folder, inside, file = ("", "", "", *PureWindowsPath(name).parts)[-3:]
    if inside != "audio" or not folder.endswith(".subfix"):
        return None
    for each in (folder, f"{listed.name}.subfix"):
        place = listed.parent / each / inside / file
        with suppress(OSError):  # the name is too long
            if place.is_file():
                return place
    return None
