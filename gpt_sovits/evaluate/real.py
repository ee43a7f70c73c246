"""Real recordings: of the person whom a voice should sound like."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from gpt_sovits.audio.read import probe_audio
from gpt_sovits.data.annotations import read_annotations
from gpt_sovits.errors import AudioError, InputError, TextError
from gpt_sovits.evaluate.clips import MIXED, RECORDINGS, Clip, Skipped
from gpt_sovits.evaluate.sentences import group_of, mode_of
from gpt_sovits.inference.reference import ReferenceClip
from gpt_sovits.inference.table import read_utf8
from gpt_sovits.prepare.stage import recordings_in
from gpt_sovits.prepare.transcribe import text_beside

SECONDS = (0.5, 30.0)
"""Shortest and longest clip: a word tells little, and a whole book is no clip."""

MOST = 200
"""Clips that are measured at most, spread over all that are there."""

INDEX = "index.tsv"
"""Table of file, language and text, in a folder or beside it."""


@dataclass(frozen=True)
class _Found:
    path: Path
    mode: str
    text: str


def read_real(source: Path) -> tuple[list[Clip], list[Skipped]]:
    """Find the clips of one person.

    Args:
        source: a folder, a `.list`, or a table (`.tsv`) of file, language and text. The texts of a
            folder stand beside its clips, in NAME.txt or in an index.tsv there or one above.

    Returns:
        The clips, and what was left out with its reason. Each clip should sound like all of them.

    Raises:
        InputError: nothing at `source` can be used.
    """
    found, skipped = _find(source)
    clips = []
    for each in found:
        try:
            clips.append(_clip_of(each, skipped))
        except InputError as error:
            skipped.append((str(each.path), str(error)))
    if not clips:
        reason = f" ({skipped[0][0]}: {skipped[0][1]})" if skipped else ""
        raise InputError(f"{source}: holds no clip that can be used{reason}; name recordings")
    if len(clips) > MOST:
        skipped.append((str(source), f"{MOST} of its {len(clips)} clips are measured"))
        clips = [clips[index * len(clips) // MOST] for index in range(MOST)]
    everyone = tuple(clip.path for clip in clips)
    return [replace(clip, sounds_like=everyone) for clip in clips], skipped


def references_of(references: Sequence[ReferenceClip]) -> list[Clip]:
    """Reference clips as recordings of the people whom the voices should sound like."""
    clips: dict[Path, Clip] = {}
    for reference in references:
        alike = (reference.audio, *reference.more)
        for path in alike:
            clip = Clip(RECORDINGS, path.stem, path, MIXED, reference.language, sounds_like=alike)
            if path == reference.audio:
                clip = _with_text(clip, reference)
            if path not in clips or clip.text:  # two voices may share a clip
                clips[path] = clip
    return list(clips.values())


def _with_text(clip: Clip, reference: ReferenceClip) -> Clip:
    text = reference.text or ""
    try:
        group = group_of(text, clip.mode) if text else clip.group
    except TextError:  # the voice itself says so when it is loaded
        return clip
    return replace(clip, text=text, group=group, mode=mode_of(group, clip.mode))


def _clip_of(found: _Found, skipped: list[Skipped]) -> Clip:
    """Check a recording and find out the language of its text.

    A text that cannot be used is noted in `skipped`: the voice tells as much without it.

    Raises:
        AudioError: the recording cannot be read, or is too short or too long.
    """
    seconds = probe_audio(found.path).duration_s
    shortest, longest = SECONDS
    if seconds is not None and not shortest <= seconds <= longest:
        raise AudioError(
            f"is {seconds:.1f} s long; clips of {shortest:g} to {longest:g} s are used"
        )
    clip = Clip(RECORDINGS, found.path.stem, found.path, MIXED, found.mode)
    try:
        text = found.text or text_beside(found.path) or ""
        if not text:
            return clip
        group = group_of(text, found.mode)
        return replace(clip, text=text, group=group, mode=mode_of(group, found.mode))
    except TextError as error:
        skipped.append((str(found.path), f"is measured without its text: {error}"))
        return clip


def _find(source: Path) -> tuple[list[_Found], list[Skipped]]:
    if source.suffix.lower() == ".list":
        annotations = read_annotations(source)
        found = [_Found(item.audio, item.language, item.text) for item in annotations.items]
        return found, [(str(where), why) for where, why in annotations.skipped]
    if source.suffix.lower() == ".tsv":
        return _rows(source)
    files = recordings_in(source)
    if not source.is_dir():
        return [_Found(source, "auto", "")], []
    known = _texts_of(source)
    return [_Found(path, *known.get(path.resolve(), ("auto", ""))) for path in files], []


def _texts_of(folder: Path) -> dict[Path, tuple[str, str]]:
    """Language and text of the folder's clips, where an index tells them."""
    for index in (folder / INDEX, folder.parent / INDEX):
        if index.is_file():
            return {each.path.resolve(): (each.mode, each.text) for each in _rows(index)[0]}
    return {}


def _rows(index: Path) -> tuple[list[_Found], list[Skipped]]:
    """The rows of a table.

    Raises:
        InputError: it cannot be read or has no row.
    """
    found: list[_Found] = []
    skipped: list[Skipped] = []
    for number, cells in _cells(index):
        if len(cells) < 3:
            reason = f"has {len(cells)} columns; write file, language and text separated by tabs"
            skipped.append((f"{index}:{number}", reason))
            continue
        path = index.parent / cells[0]
        if not path.is_file():
            skipped.append((f"{index}:{number}", f"{path}: no such file"))
        elif cells[1] == "-":
            skipped.append((f"{index}:{number}", "is marked as no speech"))
        else:
            found.append(_Found(path, cells[1], cells[-1]))
    if not found and not skipped:
        raise InputError(f"{index}: holds no line; write file, language and text")
    return found, skipped


def _cells(index: Path) -> Iterator[tuple[int, list[str]]]:
    for number, line in enumerate(read_utf8(index).splitlines(), 1):
        cells = [cell.strip() for cell in line.split("\t")]
        is_head = number == 1 and cells[0].lower() in ("file", "path")
        if any(cells) and not is_head:
            yield number, cells
