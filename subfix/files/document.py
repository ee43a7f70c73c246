"""A file of labels: read into clips, and written back byte by byte but for what changed."""

from codecs import BOM_UTF8
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import zip_longest
from pathlib import Path

from gpt_sovits.data.annotations import find_clip, find_made_clip
from gpt_sovits.data.tables import find_named_clip
from gpt_sovits.data.text_files import guess_coding, read_content
from gpt_sovits.errors import InputError
from gpt_sovits.paths import PROJECT, ProjectPaths
from subfix.clip import CONTENT, Clip
from subfix.files.annotation_list import AnnotationList
from subfix.files.format import Format
from subfix.files.kinds import choose_format

_MARKED = ("utf-8-sig", "utf-16", "utf-32")

_HIDE = {0xDC00 + byte: 0xEF00 + byte for byte in range(0x80, 0x100)}
_SHOW = {hidden: escape for escape, hidden in _HIDE.items()}
"""Bytes that are no UTF-8 stand in a text as letters for private use, so that they stay."""


@dataclass(frozen=True)
class Document:
    """A file of labels as it was read."""

    path: Path
    format: Format
    clips: list[Clip]
    """In the order of the file, with ids from 1."""
    head: str
    """What is before the first clip's lead."""
    tail: str
    """What is behind the last clip."""
    coding: str
    """How its letters were coded; it is written as UTF-8."""
    mark: bool
    """It began with a byte-order mark, and will."""
    newline: str
    """The line end that most of its lines have; new lines get it."""
    recording: Path | None = None
    """What its clips are spans of; None where each has a file of its own."""
    spoiled: bool = False
    """Bytes in it are no UTF-8; they stand in its texts as U+EF80 to U+EFFF."""


def read_document(path: Path, audio: Path | None = None) -> Document:
    """Read a file of labels; a line that cannot be used becomes a clip with a problem.

    Args:
        path: a `.list`, a table, JSON lines or subtitles.
        audio: the recording of subtitles, where it does not lie beside them.

    Raises:
        InputError: it cannot be read, is no text, is empty or of an unknown kind, or no recording
            is found.
    """
    return parse_document(path, read_content(path), audio)


def parse_document(path: Path, content: bytes, audio: Path | None = None) -> Document:
    """Read a file's bytes as `read_document` does.

    Args:
        path: where the file is, or was when it had these bytes.
        content: the bytes.
        audio: the recording of subtitles, where it does not lie beside them.
    """
    text, coding, spoiled = _decode(path, content)
    if not text.strip():
        raise InputError(f"{path}: is empty; write one clip a line")
    form, recording = choose_format(path, text, audio)
    head, clips, tail = form.parse(text)
    if not clips:
        raise InputError(f"{path}: holds no clip; check that it is the right file")
    if spoiled:
        clips = [_with_spoiled_told(clip) for clip in clips]
    mark = coding in _MARKED
    newline = max(("\n", "\r\n", "\r"), key=_ends(text).__getitem__)
    return Document(path, form, clips, head, tail, coding, mark, newline, recording, spoiled)


def render(document: Document, clips: Sequence[Clip]) -> bytes:
    """The file's bytes with these clips.

    Args:
        document: the file as it was read.
        clips: all of them in order, deleted ones too: of those only the line goes.

    Raises:
        InputError: a field cannot stand in such a file.
    """
    form = document.format
    written = [clip for clip in clips if not clip.deleted]
    lines: list[str] = []
    for clip, following in zip_longest(written, written[1:]):
        line = form.line_of(clip, document.newline) if clip.raw is None else clip.raw
        if following is not None:
            is_new = max(clip.id + 1, following.id) > len(document.clips)  # or was the last
            if is_new or not line.endswith(("\r", "\n")):
                line = form.ended(line, document.newline)
        lines.append(line)
    numbered = iter(form.numbered(lines, [clip.raw or "" for clip in document.clips]))
    parts = [clip.lead + ("" if clip.deleted else next(numbered)) for clip in clips]
    return _encode(document, "".join((document.head, *parts, document.tail)))


def as_written(document: Document, clip: Clip) -> Clip:
    """A clip as its file tells it: spaces around a text, for one, are not in it.

    Raises:
        InputError: a field cannot stand in such a file.
    """
    if clip.raw is not None:
        return clip
    told = document.format.clip_of(document.format.line_of(clip, document.newline), clip.id)
    return replace(clip, **{name: getattr(told, name) for name in CONTENT})


def parse_line(document: Document, line: str, id: int) -> Clip:
    """The clip of a line that a person mended; it may still have a problem.

    Raises:
        InputError: the line cannot be written as text.
    """
    form = document.format
    _encode(document, line)
    before = next((clip.raw for clip in document.clips[id - 1 : id] if clip.id == id), None)
    return form.mended(line, id, before, document.newline)


def find_audio(
    document: Document, clip: Clip, audio_folder: Path | None = None, paths: ProjectPaths = PROJECT
) -> Path:
    """The file that a clip names.

    Raises:
        InputError: it is nowhere.
    """
    if document.recording is not None and clip.audio == document.recording.name:
        return document.recording
    if not isinstance(document.format, AnnotationList):
        with suppress(InputError):
            made = find_made_clip(clip.audio, document.path)
            return made or find_named_clip(clip.audio, audio_folder or document.path.parent)
    return find_clip(clip.audio, document.path, audio_folder, paths.root)


def _with_spoiled_told(clip: Clip) -> Clip:
    if clip.problem or not clip.raw or clip.raw.isascii() or not _hidden(clip.raw):
        return clip
    return replace(clip, problem="holds bytes that are no letters; write its text again")


def _hidden(text: str) -> bool:
    return any("\uef80" <= letter <= "\uefff" for letter in text)


def _ends(text: str) -> dict[str, int]:
    both = text.count("\r\n")
    return {"\n": text.count("\n") - both, "\r\n": both, "\r": text.count("\r") - both}


def _decode(path: Path, content: bytes) -> tuple[str, str, bool]:
    """Text, coding, and whether bytes of it are hidden in letters for private use."""
    coding = guess_coding(content)
    if not coding.startswith("utf-16") and (text := _with_bytes_hidden(content)):
        return text, "utf-8-sig" if content.startswith(BOM_UTF8) else "utf-8", True
    try:
        text = content.decode(coding)
    except UnicodeDecodeError as error:
        number = content.count(b"\n", 0, error.start) + 1
        raise InputError(
            f"{path}: line {number} is no text that can be read; save the file as UTF-8"
        ) from error
    if "\0" in text:
        number = text.count("\n", 0, text.index("\0")) + 1
        raise InputError(
            f"{path}: line {number} holds a NUL, which is no letter; take it out, or name another"
            " file"
        )
    return text, coding, False


def _with_bytes_hidden(content: bytes) -> str:
    """A text that is nearly all UTF-8, as when it was cut off; empty where all or little is."""
    try:
        content.decode("utf-8")
        return ""
    except UnicodeDecodeError:
        pass
    text = content.removeprefix(BOM_UTF8).decode("utf-8", errors="surrogateescape")
    n_letters = sum(letter > "\x7f" and not "\udc80" <= letter <= "\udcff" for letter in text)
    n_bytes = sum("\udc80" <= letter <= "\udcff" for letter in text)
    if n_letters < 2 * n_bytes or "\0" in text or _hidden(text):
        return ""
    return text.translate(_HIDE)


def _encode(document: Document, text: str) -> bytes:
    errors = "strict"
    if document.spoiled:
        text, errors = text.translate(_SHOW), "surrogateescape"
    try:
        content = text.encode("utf-8", errors=errors)
    except UnicodeEncodeError as error:
        raise InputError(f"{text[error.start : error.end]!r} is no letter; leave it out") from error
    if b"\0" in content:
        raise InputError("a NUL is no letter; leave it out")
    return BOM_UTF8 * document.mark + content
