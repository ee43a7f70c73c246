"""The corpus that the embedded base learns from: a folder with audio, `index.tsv` and readings.

`index.tsv` has no header and six columns: path, language, speaker, seconds, rate of the source in
Hz, text. `readings_ja.tsv`, which may be missing, gives kana for Japanese clips: path, reading.
"""

import filecmp
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal, get_args

from gpt_sovits.errors import InputError
from gpt_sovits.paths import replacing
from gpt_sovits.report import Progress, no_progress

INDEX = "index.tsv"
READINGS = "readings_ja.tsv"
LICENCES = "LICENSES.md"

CorpusLanguage = Literal["zh", "en", "ja"]
"""Languages of the embedded base; Chinese may hold English words."""

_N_COLUMNS = 6


@dataclass(frozen=True)
class CorpusClip:
    """One clip and what is said in it."""

    audio: Path
    language: CorpusLanguage
    speaker: str
    seconds: float
    source_rate: int
    """Rate of the recording before it was coded, Hz: above half of it is nothing."""
    text: str
    reading: str | None = None
    """Kana where a Japanese text can be read in more than one way."""


@dataclass(frozen=True)
class Corpus:
    """Clips of one or several folders."""

    clips: list[CorpusClip] = field(default_factory=list)
    skipped: list[tuple[Path, str]] = field(default_factory=list)
    """Lines left out, as `FILE:LINE`, each with its reason."""

    @property
    def seconds(self) -> float:
        """Length of all clips together."""
        return sum(clip.seconds for clip in self.clips)


def read_corpora(folders: Sequence[Path]) -> Corpus:
    """Read several corpus folders as one.

    Raises:
        InputError: a folder has no index, its index is not text, or no clip is left.
    """
    whole = Corpus()
    for folder in folders:
        one = read_corpus(folder)
        whole.clips.extend(one.clips)
        whole.skipped.extend(one.skipped)
    return whole


def read_corpus(folder: Path) -> Corpus:
    """Read one corpus folder; a line that cannot be used is skipped and named.

    Raises:
        InputError: there is no index, it is not text, or no clip is left.
    """
    index = folder / INDEX
    readings = _read_readings(folder / READINGS)
    corpus = Corpus()
    for number, line in enumerate(_read_lines(index), 1):
        clip = _parse_line(line, folder)
        if isinstance(clip, str):
            corpus.skipped.append((Path(f"{index}:{number}"), clip))
            continue
        corpus.clips.append(replace(clip, reading=readings.get(line.split("\t")[0])))
    if not corpus.clips:
        reason = f"; the first line: {corpus.skipped[0][1]}" if corpus.skipped else ""
        raise InputError(f"{index}: names no clip that can be used{reason}")
    return corpus


def _read_lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file; name a folder that holds {path.name}") from error
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read as UTF-8 text ({error})") from error


def _read_readings(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    pairs = (line.split("\t") for line in _read_lines(path))
    return {pair[0]: pair[1] for pair in pairs if len(pair) >= 2}


def _parse_line(line: str, folder: Path) -> CorpusClip | str:
    """The clip that a line of the index names, or why there is none."""
    columns = line.split("\t")
    if len(columns) != _N_COLUMNS:
        return f"has {len(columns)} columns, not {_N_COLUMNS}"
    name, language, speaker, seconds, rate, text = columns
    if language not in get_args(CorpusLanguage):
        return f"the language {language!r} is none of zh, en, ja"
    if not text.strip():
        return "has no text"
    try:
        length_s, source_rate = float(seconds), int(rate)
    except ValueError:
        return f"{seconds!r} and {rate!r} are no length in seconds and no rate in Hz"
    if not (folder / name).is_file():
        return f"{name} is not there"
    return CorpusClip(folder / name, language, speaker, length_s, source_rate, text)  # type: ignore[arg-type]  # checked to be one of them


def write_index(folder: Path, clips: Iterable[CorpusClip]) -> Path:
    """Write the index and the readings of clips that lie below `folder`; the index's path."""
    lines, readings = [], []
    for clip in clips:
        name = clip.audio.relative_to(folder).as_posix()
        columns = (name, clip.language, clip.speaker, f"{clip.seconds:.2f}", clip.source_rate)
        lines.append("\t".join([*map(str, columns), clip.text]))
        if clip.reading is not None:
            readings.append(f"{name}\t{clip.reading}")
    for name, rows in ((READINGS, readings), (INDEX, lines)):
        with replacing(folder / name) as part:
            part.write_text("".join(f"{row}\n" for row in rows), encoding="utf-8")
    return folder / INDEX


def copy_clips(
    corpus: Corpus, sources: Sequence[Path], folder: Path, *, progress: Progress = no_progress
) -> list[CorpusClip]:
    """Copy clips, and the licences of their folders, below `folder`; what is there is kept.

    Each source gets a folder of its own, numbered in the order given.
    """
    names = {source: f"source{number}" for number, source in enumerate(sources, 1)}
    copied = []
    for done, clip in enumerate(corpus.clips, 1):
        source = next(source for source in sources if clip.audio.is_relative_to(source))
        target = folder / names[source] / clip.audio.relative_to(source)
        _copy(clip.audio, target)
        copied.append(replace(clip, audio=target))
        progress(done, len(corpus.clips), target.name)
    for source, name in names.items():
        if (source / LICENCES).is_file():
            _copy(source / LICENCES, folder / name / LICENCES)
    return copied


def _copy(source: Path, target: Path) -> None:
    if target.is_file() and filecmp.cmp(source, target, shallow=False):
        return
    with replacing(target) as part:
        shutil.copyfile(source, part)
