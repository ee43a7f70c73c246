"""What an evaluation found, as JSON and as a page."""

import platform
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from gpt_sovits import __version__
from gpt_sovits.errors import InputError
from gpt_sovits.evaluate.clips import Clip, Column, Skipped
from gpt_sovits.evaluate.figures import Finding
from gpt_sovits.evaluate.measuring import Measured, measure_clips
from gpt_sovits.evaluate.summary import Row, all_rows, is_shown
from gpt_sovits.paths import PROJECT, ProjectPaths
from gpt_sovits.report import Progress, no_progress
from gpt_sovits.state import write_state

OnStage = Callable[[str], None]
"""Called with the name of each stage when it begins."""

SUMMARY, PAGE = "summary.json", "report.html"


@dataclass(frozen=True)
class EvaluationReport:
    """What an evaluation found."""

    folder: Path
    columns: list[Column]
    measured: Measured
    rows: list[Row]
    """Every figure, over all clips and by language."""
    skipped: list[Skipped]

    @property
    def table(self) -> list[Row]:
        """The rows that are shown."""
        return [row for row in self.rows if is_shown(row)]

    @property
    def page(self) -> Path:
        """The page with players."""
        return self.folder / PAGE

    @property
    def summary(self) -> Path:
        """Everything as JSON."""
        return self.folder / SUMMARY

    def to_json(self) -> dict[str, Any]:
        """The report as the command line prints it; summary.json has every clip as well."""
        return {
            "folder": self.folder,
            "summary": self.summary,
            "report": self.page,
            "figures": [_row_json(row) for row in self.rows],
            "missing": self.measured.missing,
            "skipped": self.skipped,
        }


@contextmanager
def open_folder(folder: Path) -> Iterator[None]:
    """Make the folder of an evaluation and keep other runs out of it.

    Raises:
        InputError: it cannot be written, or another run is at work in it.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(folder / ".evaluate.lock", timeout=0)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout as error:
        raise InputError(
            f"{folder}: another evaluation is at work in it; wait, or choose another --out"
        ) from error
    except OSError as error:
        raise InputError(
            f"{folder}: cannot be written ({error.strerror}); choose another --out"
        ) from error
    try:
        yield
    finally:
        lock.release()


def finish(
    folder: Path,
    columns: list[Column],
    clips: Sequence[Clip],
    skipped: list[Skipped],
    about: Mapping[str, Any],
    *,
    paths: ProjectPaths = PROJECT,
    progress: Progress = no_progress,
    on_stage: OnStage = lambda stage: None,
) -> EvaluationReport:
    """Measure clips and write summary and page.

    Args:
        folder: where both are written.
        columns: who speaks in the clips.
        clips: all of them.
        skipped: what was left out before.
        about: what else the summary says of the run.
        paths: the project.
        progress: told after each clip.
        on_stage: told the name of each measure.

    Raises:
        InputError: there is no clip.
    """
    from gpt_sovits.evaluate.page import write_page

    if not clips:
        where, reason = skipped[0] if skipped else ("", "there is no clip")
        raise InputError(f"nothing was spoken, so nothing can be measured ({where}: {reason})")
    measured = measure_clips(clips, folder, paths=paths, progress=progress, on_stage=on_stage)
    report = EvaluationReport(
        folder, columns, measured, all_rows(measured, columns), [*skipped, *measured.skipped]
    )
    write_state(report.summary, summary_of(report, about))
    write_page(report.page, report)
    return report


def summary_of(report: EvaluationReport, about: Mapping[str, Any]) -> dict[str, Any]:
    """What summary.json holds."""
    return {
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "version": __version__,
        "machine": f"{platform.machine()}, Python {platform.python_version()}",
        **about,
        "columns": [asdict(column) for column in report.columns],
        "figures": [_row_json(row) for row in report.rows],
        "clips": [_clip_json(clip, found) for clip, found in report.measured.findings.items()],
        "missing": report.measured.missing,
        "skipped": report.skipped,
        "report": report.page,
    }


def _row_json(row: Row) -> dict[str, Any]:
    return {
        "figure": row.figure.key,
        "label": row.figure.label,
        "language": row.language,
        "unit": row.figure.unit,
        "better": row.figure.better,
        "values": {name: value.to_json() for name, value in row.values.items()},
    }


def _clip_json(clip: Clip, found: Mapping[str, Finding]) -> dict[str, Any]:
    return {
        "column": clip.column,
        "name": clip.name,
        "language": clip.group,
        "text": clip.text,
        "audio": clip.path,
        "seed": clip.seed,
        "speaking_seconds": clip.spent_s,
        "scores": {
            key: round(score.value, 4)
            for finding in found.values()
            for key, score in finding.scores.items()
        },
        "heard": {name: finding.heard for name, finding in found.items() if finding.heard},
    }
