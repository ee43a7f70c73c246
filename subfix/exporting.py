"""Labels in the forms that other programs read; the list itself stays as it is."""

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args

from gpt_sovits.data.subtitles import spoken_words
from gpt_sovits.errors import InputError
from gpt_sovits.paths import replacing
from subfix.clip import Clip
from subfix.copying import copy_sounds
from subfix.files.ass import ass_clock
from subfix.files.cues import clock
from subfix.files.document import Document
from subfix.files.format import one_line, our_spelling, refuse
from subfix.sounds import Sound

Kind = Literal["list", "jsonl", "ljspeech", "audiofolder", "srt", "ass", "audacity"]
KINDS: tuple[Kind, ...] = get_args(Kind)
ENDINGS: Mapping[Kind, str] = {
    "list": ".list",
    "jsonl": ".jsonl",
    "ljspeech": ".csv",
    "audiofolder": ".csv",
    "srt": ".srt",
    "ass": ".ass",
    "audacity": ".txt",
}
"""How the name of an exported file ends."""

_COLUMNS = ("file_name", "text", "speaker", "language")
_TIMED = ("srt", "ass", "audacity")

_ASS_HEAD = """\
[Script Info]
ScriptType: v4.00+

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, OutlineColour, Outline, Alignment
Style: Default,Arial,20,&H00FFFFFF,&H00000000,1,2

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
"""


@dataclass(frozen=True, kw_only=True)
class ExportOptions:
    """How labels are exported."""

    normalise: Callable[[str, str], str] | None = None
    """Writes a text out as it is spoken, given its language, such as `normalise_text`."""
    copy_audio: bool = False
    """Copy the clips beside the exported file, so that its folder can be moved."""
    replace: bool = False
    """Replace the exported file where it is there; copies never replace anything."""
    seconds: Mapping[int, float] = field(default_factory=dict)
    """How long clips are that have files of their own; subtitles of them need it."""


@dataclass(frozen=True)
class ExportReport:
    """What was exported."""

    path: Path
    n_clips: int
    skipped: list[tuple[int, str]]
    """Clips that were left out, by their numbers, each with its reason."""


def export_clips(
    document: Document,
    clips: Sequence[Clip],
    target: Path,
    kind: Kind,
    find: Callable[[Clip], Sound],
    options: ExportOptions | None = None,
) -> ExportReport:
    """Write clips in another form; deleted ones and broken lines are left out.

    Subtitles and Audacity's labels have a clip's place in its recording; where clips have files of
    their own, its place among all of them one behind the other.

    Args:
        document: the list.
        clips: of it, in order.
        target: the file that is written.
        kind: its form.
        find: where the sound of a clip is.
        options: how.

    Raises:
        InputError: the target is there already or cannot be written, no clip can be exported, or
            what its form needs is not known.
    """
    options = options or ExportOptions()
    _check_target(target, kind, document, options)
    listed = [clip for clip in clips if not clip.deleted]
    skipped: list[tuple[int, str]] = []
    lines = _lines(document, listed, kind, options, skipped)
    if kind in _TIMED:
        times = _times(listed, options.seconds)
        rows = [
            _timed_row(number, line, times[line.clip.id], kind)
            for number, line in enumerate(lines, 1)
        ]
        head = _ASS_HEAD if kind == "ass" else ""
    else:
        names = _names(lines, target, kind, find, options, skipped)
        rows = [_row(line, names[line.clip.id], kind) for line in lines if line.clip.id in names]
        head = _cells(_COLUMNS) if kind == "audiofolder" else ""
    if not rows:
        reason = f" ({skipped[0][1]})" if skipped else ""
        raise InputError(f"{target}: no clip can be exported{reason}")
    try:
        with replacing(target) as part:
            part.write_text(head + "".join(rows), encoding="utf-8", newline="\n")
    except OSError as error:
        raise InputError(
            f"{target}: cannot be written ({error.strerror}); check the folder and the disk"
        ) from error
    return ExportReport(target, len(rows), sorted(skipped))


def normalise_text(text: str, language: str) -> str:
    """A text with its numbers and signs written out, as they are read aloud.

    Raises:
        TextError: nothing in it can be read, or the language is unknown.
    """
    from gpt_sovits.text.frontend import read_text

    return read_text(text, language=language, symbols="v2").norm_text


def _check_target(target: Path, kind: Kind, document: Document, options: ExportOptions) -> None:
    if target.suffix.lower() != ENDINGS[kind]:
        raise InputError(f"{target}: end its name in {ENDINGS[kind]}")
    if target.is_dir():
        raise InputError(f"{target}: is a folder; name a file in it")
    listed = document.path
    is_listed = target.exists() and listed.exists() and target.samefile(listed)
    if is_listed or target.resolve() == listed.resolve():
        raise InputError(f"{target}: is the list itself; choose another name")
    if target.exists() and not options.replace:
        raise InputError(f"{target}: is there already; choose another name, or replace it")


@dataclass(frozen=True)
class _Line:
    clip: Clip
    said: str
    """Its text as it is, without mark-up."""
    text: str
    """Its text as it is wanted."""


def _lines(
    document: Document,
    clips: Sequence[Clip],
    kind: Kind,
    options: ExportOptions,
    skipped: list[tuple[int, str]],
) -> list[_Line]:
    keeps_markup = document.format.name == kind in _TIMED and options.normalise is None
    lines = []
    for clip in clips:
        said = spoken_words(clip.text) if document.format.spans else one_line(clip.text)
        try:
            if clip.problem:
                raise InputError(clip.problem)
            if not said and kind not in _TIMED:
                raise InputError("has no text; write what is said in the clip")
            text = said
            if options.normalise is not None and said:
                text = options.normalise(said, clip.language or "auto")
        except InputError as error:
            skipped.append((clip.id, str(error)))
            continue
        if kind == "ass":
            text = text.replace("{", "\\{")  # else it would begin a mark-up
        lines.append(_Line(clip, said, clip.text if keeps_markup else text))
    return lines


# --- tables of sound files ----------------------------------------------------------------------


def _names(
    lines: Sequence[_Line],
    target: Path,
    kind: Kind,
    find: Callable[[Clip], Sound],
    options: ExportOptions,
    skipped: list[tuple[int, str]],
) -> dict[int, str]:
    """How the exported file calls the sound of each clip."""
    sounds: dict[int, Sound] = {}
    for line in lines:
        try:
            sounds[line.clip.id] = find(line.clip)
        except InputError as error:
            skipped.append((line.clip.id, str(error)))
    if options.copy_audio:
        folder = target.with_name("wavs" if kind == "ljspeech" else f"{target.stem}_audio")
        copies = copy_sounds(sounds, folder, as_wav=kind == "ljspeech")
        skipped += copies.skipped
        files = copies.files
    elif any(sound.start_s is not None for sound in sounds.values()):
        raise InputError(f"{target}: the clips are parts of one recording; copy the audio, too")
    else:
        files = {number: sound.path for number, sound in sounds.items()}
    names = {number: _name(path, target, kind) for number, path in files.items()}
    if kind in ("list", "ljspeech"):
        for clip in (line.clip for line in lines if line.clip.id in names):
            try:
                refuse([names[clip.id], clip.speaker], "|", "a list")
            except InputError as error:
                skipped.append((clip.id, str(error)))
                del names[clip.id]
    return names


def _name(path: Path, target: Path, kind: Kind) -> str:
    """How a file beside or elsewhere is called; programs look for LJSpeech's in `wavs`."""
    whole, folder = path.resolve(), target.parent.resolve()
    if not whole.is_relative_to(folder):
        if kind == "audiofolder":
            raise InputError(f"{path}: lies outside of {folder}; copy the audio, too")
        return str(whole)
    inside = whole.relative_to(folder)
    if kind == "ljspeech" and inside.parent == Path("wavs") and inside.suffix == ".wav":
        return inside.stem
    return inside.as_posix()


def _row(line: _Line, name: str, kind: Kind) -> str:
    clip = line.clip
    language = our_spelling(clip.language)
    if kind == "list":
        return f"{name}|{clip.speaker}|{language or 'auto'}|{line.text}\n"
    if kind == "ljspeech":  # nothing in it can be quoted
        return "|".join([name, *(each.replace("|", " ") for each in (line.said, line.text))]) + "\n"
    values = (name, line.text, clip.speaker, language)
    if kind == "audiofolder":
        return _cells(values)
    return json.dumps(dict(zip(_COLUMNS, values, strict=True)), ensure_ascii=False) + "\n"


def _cells(values: Sequence[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerow(values)
    return buffer.getvalue()


# --- subtitles and labels -----------------------------------------------------------------------


def _times(clips: Sequence[Clip], seconds: Mapping[int, float]) -> dict[int, tuple[float, float]]:
    """Where each clip begins and ends: in its recording, or among all of them."""
    times = {}
    now = 0.0
    for clip in clips:
        if clip.start_s is not None and clip.end_s is not None:
            times[clip.id] = (clip.start_s, clip.end_s)
        elif clip.id in seconds:
            times[clip.id] = (now, now + seconds[clip.id])
            now += seconds[clip.id]
        elif not clip.problem:
            raise InputError(f"{clip.audio}: its length is not known; check that it can be played")
    return times


def _timed_row(number: int, line: _Line, times: tuple[float, float], kind: Kind) -> str:
    start_s, end_s = times
    if kind == "audacity":
        return f"{start_s:.6f}\t{end_s:.6f}\t{' '.join(line.text.split())}\n"
    if kind == "srt":
        said = "\n".join(each for each in line.text.splitlines() if each.strip())
        said = said.replace("-->", "→")
        return f"{number}\n{clock(start_s, ',')} --> {clock(end_s, ',')}\n{said}\n\n"
    speaker = line.clip.speaker.replace(",", " ")
    said = "\\N".join(line.text.splitlines())
    cells = ("0", ass_clock(start_s), ass_clock(end_s), "Default", speaker, "0", "0", "0", "", said)
    return f"Dialogue: {','.join(cells)}\n"
