"""Labels that people already have, in the forms that other programs write."""

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gpt_sovits.data.annotations import find_made_clip, read_annotations
from gpt_sovits.data.tables import (
    AUDIO_KEYS,
    LANGUAGE_KEYS,
    SPEAKER_KEYS,
    TABLE_ENDINGS,
    TEXT_KEYS,
    find_named_clip,
    has_names,
    separator_of,
)
from gpt_sovits.data.text_files import read_text_file
from gpt_sovits.errors import InputError
from gpt_sovits.paths import ProjectPaths
from gpt_sovits.prepare.stage import recordings_in

TEXT_ENDINGS = (".normalized.txt", ".txt", ".lab")
_TABLES = ("metadata.csv", "metadata.jsonl", "metadata.tsv", "metadata.txt", "transcripts.txt")


@dataclass(frozen=True)
class Label:
    """One clip and its text, as a file says it."""

    audio: Path
    speaker: str
    language: str
    """Empty where the file does not say it."""
    text: str
    where: Path
    """File and line, to tell what is wrong with it."""


@dataclass(frozen=True)
class LabelFile:
    """What a file of labels holds."""

    kind: str
    """What it was taken for, in words."""
    labels: list[Label]
    skipped: list[tuple[Path, str]]
    coding: str = ""
    """How its letters were coded."""


def read_labels(
    source: Path, coding: str, audio_folder: Path | None, paths: ProjectPaths
) -> LabelFile:
    """Read a `.list`, a table, or the texts beside the recordings of a folder.

    Raises:
        InputError: it cannot be read, or is none of these.
    """
    if source.is_dir():
        table = next((source / name for name in _TABLES if (source / name).is_file()), None)
        return _beside(source, coding) if table is None else _table(table, coding, audio_folder)
    if source.suffix.lower() == ".list":
        _, found_coding = read_text_file(source, coding)
        found = read_annotations(source, audio_folder, root=paths.root, coding=found_coding)
        labels = [
            Label(each.audio, each.speaker, each.language, each.text, Path(f"{source}:{each.line}"))
            for each in found.items
        ]
        return LabelFile("annotation list", labels, found.skipped, found_coding)
    if source.suffix.lower() in TABLE_ENDINGS:
        return _table(source, coding, audio_folder)
    raise InputError(
        f"{source}: is none of the labels that are understood; name a .list, a table (.csv, .tsv,"
        " .jsonl), subtitles (.srt, .vtt, .ass), or a folder with a .txt beside each recording"
    )


def _table(path: Path, coding: str, audio_folder: Path | None) -> LabelFile:
    text, coding = read_text_file(path, coding)
    first = next((line for line in text.split("\n") if line.strip()), "")
    if not first:
        raise InputError(f"{path}: is empty; write a clip and its text in each line")
    if path.suffix.lower() in (".jsonl", ".json"):
        kind, rows = "JSON lines", _json_rows(text)
    elif has_names(first):
        kind, rows = "table with column names", _csv_rows(text, separator_of(first))
    elif "|" in first or "\t" in first:
        kind, rows = "LJSpeech", _ljspeech_rows(text, "|" if "|" in first else "\t")
    else:
        raise InputError(
            f"{path}: is no table of clips; its first line must name columns (file_name,text) or be"
            " clip|text"
        )
    labels: list[Label] = []
    skipped: list[tuple[Path, str]] = []
    folder = audio_folder or path.parent
    for number, row in rows:
        where = Path(f"{path}:{number}")
        try:
            if isinstance(row, str):
                raise InputError(row)
            name, said = _value(row, AUDIO_KEYS), _value(row, TEXT_KEYS)
            if not name:
                raise InputError(f"names no audio file (in a column such as {AUDIO_KEYS[0]})")
            if not said:
                raise InputError(f"has no text (in a column such as {TEXT_KEYS[0]})")
            audio = find_made_clip(name, path) or find_named_clip(name, folder)
        except InputError as error:
            skipped.append((where, str(error)))
            continue
        speaker, language = _value(row, SPEAKER_KEYS), _value(row, LANGUAGE_KEYS)
        labels.append(Label(audio, speaker, language, said, where))
    return LabelFile(kind, labels, skipped, coding)


_Rows = Iterator[tuple[int, Mapping[str, Any] | str]]
"""Number of a line, and its values by name or what is wrong with it."""


def _json_rows(text: str) -> _Rows:
    whole = text.lstrip()
    if whole.startswith("["):
        try:
            values = json.loads(whole)
        except (ValueError, RecursionError):
            yield 1, "is no JSON"
            return
        for number, value in enumerate(values, 1):
            yield number, value if isinstance(value, dict) else "is no JSON object"
        return
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            value = None
        yield number, value if isinstance(value, dict) else "is no JSON object"


def _csv_rows(text: str, separator: str) -> _Rows:
    reader = csv.DictReader(text.split("\n"), delimiter=separator)
    reader.fieldnames = [str(name).strip().lower() for name in reader.fieldnames or ()]
    try:
        for row in reader:
            yield reader.line_num, {key: value for key, value in row.items() if key is not None}
    except csv.Error as error:
        yield reader.line_num, f"cannot be read as a table from here on ({error})"


def _ljspeech_rows(text: str, separator: str) -> _Rows:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        fields = [field.strip() for field in line.split(separator, 2)]
        if len(fields) < 2:
            yield number, f"has one field, where {separator.join(('clip', 'text'))!r} is needed"
            continue
        yield number, {"file_name": fields[0], "text": fields[-1] or fields[1]}


def _value(row: Mapping[str, Any] | str, keys: tuple[str, ...]) -> str:
    assert not isinstance(row, str)
    for key in keys:
        value = row.get(key)
        if isinstance(value, str | int) and str(value).strip():
            return " ".join(str(value).split())
    return ""


def _beside(folder: Path, coding: str) -> LabelFile:
    """The text beside each recording right inside a folder."""
    labels: list[Label] = []
    skipped: list[tuple[Path, str]] = []
    codings: dict[str, None] = {}
    audio = [path for path in recordings_in(folder) if path.suffix.lower() not in TEXT_ENDINGS]
    for path in audio:
        text = next(
            (file for end in TEXT_ENDINGS if (file := path.with_name(path.stem + end)).is_file()),
            None,
        )
        if text is None:
            skipped.append((path, f"has no text beside it; write it into {path.stem}.txt"))
            continue
        try:
            said, found = read_text_file(text, coding)
        except InputError as error:
            skipped.append((path, str(error)))
            continue
        codings[found] = None
        labels.append(Label(path, "", "", " ".join(said.split()), text))
    return LabelFile("texts beside recordings", labels, skipped, ", ".join(codings))
