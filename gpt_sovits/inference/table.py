"""Speak a table of lines into a folder; what is there already is not made again."""

import hashlib
import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from gpt_sovits import __version__
from gpt_sovits.audio.write import write_audio
from gpt_sovits.errors import InputError, TextError
from gpt_sovits.inference.options import SpeakingOptions
from gpt_sovits.inference.speech import SpokenSentence
from gpt_sovits.inference.voice import Voice
from gpt_sovits.inference.voice_file import VoiceParts
from gpt_sovits.paths import PROJECT, ProjectPaths, check_name, replacing
from gpt_sovits.report import Progress, no_progress
from gpt_sovits.weights.file import sha256_of

COLUMNS = ("name", "language", "text")

RECORD = "spoken.jsonl"
"""File in the folder that tells from what each recording was made."""


@dataclass(frozen=True)
class TableLine:
    """One line of the table."""

    number: int
    """Its number in the file, from 1."""
    name: str
    """Name of the recording, without ending."""
    language: str
    """Language mode."""
    text: str
    """What is said."""


@dataclass(frozen=True)
class SpokenLine:
    """One recording of the table."""

    path: Path
    seconds: float
    """Length of the audio."""
    sentences: list[SpokenSentence]
    skipped: list[tuple[str, str]]
    """Parts of the text that were left out, each with its reason."""


@dataclass(frozen=True)
class TableReport:
    """What became of a table."""

    spoken: list[SpokenLine] = field(default_factory=list)
    """Recordings made by this run."""
    unchanged: list[Path] = field(default_factory=list)
    """Recordings that an earlier run made from the same line, voice and options."""
    spent_s: dict[Path, float] = field(default_factory=dict)
    """How long speaking each of both took, where it is known, seconds."""
    failed: list[tuple[int, str]] = field(default_factory=list)
    """Numbers of the lines that were not spoken, each with its reason."""


def read_table(path: Path) -> tuple[list[TableLine], list[tuple[int, str]]]:
    """Read a table: name, language and text, separated by tabs; a line of these words may lead.

    Returns:
        The good lines, and number and reason of each bad one. Empty lines are passed over.

    Raises:
        InputError: the file cannot be read, is not UTF-8, or holds no line.
    """
    lines: list[TableLine] = []
    failed: list[tuple[int, str]] = []
    met: dict[str, int] = {}
    for number, line in enumerate(read_utf8(path).splitlines(), 1):
        cells = [cell.strip() for cell in line.split("\t")]
        if not any(cells) or (not lines and tuple(map(str.lower, cells)) == COLUMNS):
            continue
        try:
            lines.append(_parse_line(number, cells, met))
        except InputError as error:
            failed.append((number, str(error)))
    if not lines and not failed:
        raise InputError(f"{path}: holds no line; write {', '.join(COLUMNS)} separated by tabs")
    return lines, failed


def read_utf8(path: Path) -> str:
    """The text of a file.

    Raises:
        InputError: it is not there, cannot be read or is not UTF-8.
    """
    if not path.is_file():
        raise InputError(f"{path}: no such file")
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: is not UTF-8; save it as UTF-8") from error
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error


def _parse_line(number: int, cells: list[str], met: dict[str, int]) -> TableLine:
    """Check one line; `met` holds the lines of the names before it.

    Raises:
        InputError: it has not three columns, or its name is no file's or was there before.
    """
    if len(cells) != len(COLUMNS):
        raise InputError(f"has {len(cells)} columns; write {', '.join(COLUMNS)} separated by tabs")
    name, language, text = cells
    # Names that differ by case alone are one file on some systems.
    earlier = met.setdefault(check_name(name).casefold(), number)
    if earlier != number:
        raise InputError(f"the name {name!r} stands in line {earlier} already")
    return TableLine(number, name, language, text)


def speak_table(
    lines: Sequence[TableLine],
    out_dir: Path,
    voice: Callable[[], Voice],
    options: SpeakingOptions,
    *,
    voice_key: str,
    force: bool = False,
    progress: Progress = no_progress,
) -> TableReport:
    """Speak each line to `out_dir`/NAME.wav.

    A recording that an earlier run made from the same line, voice and options stays. One that it
    made from others is made anew. A file that it did not make, or that was changed since, is left
    alone and its line fails, unless `force` is set.

    Args:
        lines: from `read_table`.
        out_dir: where the recordings go; it is made.
        voice: gives who speaks; it is called only when a line has to be spoken.
        options: how; the language is the line's.
        voice_key: from `key_of_voice`.
        force: take the place of any file.
        progress: called after each line.
    """
    report = TableReport()
    record = _Record(out_dir / RECORD)
    for done, line in enumerate(lines):
        progress(done, len(lines), line.name)
        path = out_dir / f"{line.name}.wav"
        own = replace(options, language=line.language)
        key = _digest([voice_key, asdict(own), line.text])
        try:
            if not force and path.exists():
                if not record.made(path):
                    raise InputError(f"{path} is there, and this table did not make it")
                if record.is_of(path, key):
                    report.unchanged.append(path)
                    report.spent_s.update(record.spent_s(path))
                    continue
        except InputError as error:
            report.failed.append((line.number, str(error)))
            continue
        speaker = voice()  # an error here is of no single line
        try:
            report.spoken.append(_speak_line(line, path, speaker, own, record, key))
            report.spent_s.update(record.spent_s(path))
        except InputError as error:
            report.failed.append((line.number, str(error)))
    progress(len(lines), len(lines), "")
    return report


def _speak_line(
    line: TableLine, path: Path, voice: Voice, options: SpeakingOptions, record: "_Record", key: str
) -> SpokenLine:
    if not line.text:
        raise TextError("the text is empty; write something to say")
    began = time.perf_counter()
    speech = voice.say(line.text, options)
    spent_s = time.perf_counter() - began
    try:
        with replacing(path) as part:
            write_audio(part, speech.audio, speech.sample_rate)
            # Before it takes its place: wherever a kill comes, the old and the new one are known.
            record.note(path, key, sha256_of(part), spent_s)
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror})") from error
    return SpokenLine(path, speech.seconds, speech.sentences, speech.skipped)


def key_of_voice(
    parts: VoiceParts,
    paths: ProjectPaths = PROJECT,
    *,
    hash_file: Callable[[Path], str] = sha256_of,
) -> str:
    """A hash over everything that a voice is made of: weights, references, the user's readings.

    Args:
        parts: its files.
        paths: the project, which holds the user's readings.
        hash_file: the hash of a file; one that remembers saves time where voices share weights.
    """
    reference = parts.reference
    files = [parts.gpt, parts.sovits, reference.audio, *reference.more]
    if paths.dictionary.is_file():
        files.append(paths.dictionary)
    hashes = [hash_file(path) for path in files]
    return _digest([__version__, hashes, reference.text, reference.language])


def _digest(values: Any) -> str:
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()


class _Record:
    """What the folder's recordings were made from: a JSON line for each, the last one counts."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.entries = {entry["file"]: entry for entry in _entries(path)}

    def is_of(self, path: Path, key: str) -> bool:
        """Tell whether a recording is the one that was made from what `key` stands for."""
        entry = self.entries[path.name]
        return entry["key"] == key and entry["sha256"] == sha256_of(path)

    def made(self, path: Path) -> bool:
        """Tell whether a file is ours and as we left it."""
        entry = self.entries.get(path.name)
        return entry is not None and sha256_of(path) in (entry["sha256"], entry.get("before"))

    def spent_s(self, path: Path) -> dict[Path, float]:
        """How long speaking a recording took; empty where that is not known."""
        spent = self.entries[path.name].get("spent_s")
        return {path: spent} if isinstance(spent, float) else {}

    def note(self, path: Path, key: str, sha256: str, spent_s: float) -> None:
        """Note a recording that is about to take its place, and the one that is there."""
        entry = {
            "file": path.name,
            "key": key,
            "sha256": sha256,
            "before": sha256_of(path) if path.exists() else None,
            "spent_s": round(spent_s, 4),
        }
        self.entries[path.name] = entry
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("a", encoding="utf-8") as file:
                # A line that a kill has torn must not swallow this one.
                file.write(f"\n{json.dumps(entry)}\n")
        except OSError as error:
            raise InputError(f"{self.path}: cannot be written ({error.strerror})") from error


def _entries(path: Path) -> Iterator[dict[str, Any]]:
    if not path.is_file():
        return
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            entry = json.loads(line)
        except ValueError:  # empty, or torn by a kill
            continue
        if isinstance(entry, dict) and {"file", "key", "sha256"} <= entry.keys():
            yield entry
