"""Take measures of clips; what was measured is not measured again."""

import logging
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from gpt_sovits.errors import InputError
from gpt_sovits.evaluate.clips import Clip, Skipped
from gpt_sovits.evaluate.figures import Finding, Judge, Measure, Score
from gpt_sovits.evaluate.measures import measures_here
from gpt_sovits.paths import PROJECT, ProjectPaths
from gpt_sovits.report import Progress, no_progress
from gpt_sovits.state import Entries, hash_of
from gpt_sovits.weights.file import sha256_of

VERSION = 1
"""Goes up when a measure changes in a way that its own version does not tell."""

RECORD = "measured.jsonl"
"""File in the folder that holds every finding with what it hangs on."""


@dataclass(frozen=True)
class Measured:
    """What was found out."""

    findings: dict[Clip, dict[str, Finding]] = field(default_factory=dict)
    """By clip and name of the measure."""
    measures: list[Measure] = field(default_factory=list)
    """Those that were taken."""
    missing: list[Skipped] = field(default_factory=list)
    """Measures that are not here, with how to get them."""
    skipped: list[Skipped] = field(default_factory=list)
    """Clips that a measure could not take, with the reason."""


def measure_clips(
    clips: Sequence[Clip],
    folder: Path,
    *,
    wanted: Callable[[Measure], bool] = lambda measure: True,
    paths: ProjectPaths = PROJECT,
    progress: Progress = no_progress,
    on_stage: Callable[[str], None] = lambda stage: None,
) -> Measured:
    """Take every measure that is here of every clip.

    One measure is loaded at a time. Findings of earlier runs stand in `folder`.

    Args:
        clips: what is measured.
        folder: where findings are kept.
        wanted: tells which measures are taken.
        paths: the project, which may hold models.
        progress: told after each clip.
        on_stage: told the name of each measure.
    """
    here, missing = measures_here(clips, paths, wanted)
    measured = Measured({clip: {} for clip in clips}, missing=missing)
    record = _Record(folder / RECORD)
    for measure in here:
        on_stage(measure.name)
        own = [clip for clip in clips if measure.writes(clip.mode)]
        try:
            _take(measure, own, measured, record, paths, progress)
        except _MeasureError as error:
            measured.missing.append((measure.name, str(error)))
        else:
            measured.measures.append(measure)
    return measured


class _MeasureError(InputError):
    """What a measure needs is here, but damaged."""


def _take(
    measure: Measure,
    clips: Sequence[Clip],
    measured: Measured,
    record: "_Record",
    paths: ProjectPaths,
    progress: Progress,
) -> None:
    about = f"{VERSION} {measure.name} {measure.version(paths)}"
    opened: dict[str, Judge] = {}
    for done, clip in enumerate(sorted(clips, key=lambda clip: clip.mode)):
        progress(done, len(clips), clip.name)
        key = record.key(about, clip)
        finding = record.found.get(key) if measure.is_kept else None
        if finding is None:
            mode = clip.mode if measure.by_mode else ""
            if mode not in opened:  # models may be large: only one is kept
                opened = {mode: _open(measure, mode, paths)}
            try:
                finding = _judge(opened[mode], clip) or Finding()  # nothing is kept as well
            except InputError as error:
                measured.skipped.append((f"{clip.path}, {measure.name}", str(error)))
                continue
            if measure.is_kept:
                record.note(key, finding)
        if finding != Finding():
            measured.findings[clip][measure.name] = finding
    progress(len(clips), len(clips), "")


def _open(measure: Measure, mode: str, paths: ProjectPaths) -> Judge:
    try:
        return measure.open(mode, paths)
    except Exception as error:  # other people's packages fail in ways of their own
        raise _MeasureError(_reason(error)) from error


def _judge(judge: Judge, clip: Clip) -> Finding | None:
    try:
        finding = judge(clip)
    except Exception as error:  # the same
        raise InputError(_reason(error)) from error
    if finding is None or all(math.isfinite(score.value) for score in finding.scores.values()):
        return finding
    raise InputError("gave no number")


def _reason(error: Exception) -> str:
    if isinstance(error, InputError):
        return str(error)
    logging.getLogger(__name__).debug("a measure failed", exc_info=error)
    return f"{type(error).__name__}: {error}"


class _Record:
    """Findings by the hash of all that they hang on."""

    def __init__(self, path: Path) -> None:
        self.entries = Entries(path)
        self.found = dict(_read(self.entries))
        self._hash = cache(sha256_of)

    def key(self, about: str, clip: Clip) -> str:
        """The hash under which what a measure finds in a clip is kept."""
        alike = sorted(self._hash(path) for path in clip.sounds_like if path != clip.path)
        parts = [about, self._hash(clip.path), clip.mode, clip.text, alike]
        return hash_of(parts)

    def note(self, key: str, finding: Finding) -> None:
        """Keep a finding.

        Raises:
            InputError: it cannot be written.
        """
        self.found[key] = finding
        scores = {name: [score.value, score.weight] for name, score in finding.scores.items()}
        self.entries.note(key, {"scores": scores, "heard": finding.heard, "melody": finding.melody})


def _read(entries: Entries) -> Iterator[tuple[str, Finding]]:
    for key, entry in entries.found.items():
        try:
            scores = {name: Score(*pair) for name, pair in entry["scores"].items()}
            yield key, Finding(scores, entry["heard"], tuple(entry["melody"]))
        except (TypeError, KeyError, AttributeError):
            continue
