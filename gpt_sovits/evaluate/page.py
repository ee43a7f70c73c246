"""The page of an evaluation: its table, and every sentence to listen to."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any
from urllib.parse import quote

from gpt_sovits.evaluate.clips import GROUPS, RECORDINGS, Clip
from gpt_sovits.evaluate.figures import Figure, Finding
from gpt_sovits.evaluate.hearing import units_of
from gpt_sovits.evaluate.measures import SPEED
from gpt_sovits.evaluate.melody import MELODY, PITCH_RANGE
from gpt_sovits.evaluate.report import EvaluationReport
from gpt_sovits.evaluate.summary import Row, show
from gpt_sovits.pages.html import write_html

LOWEST, HIGHEST = -12.0, 24.0
"""Pitches at the bottom and at the top of a drawn melody: 50 and 400 Hz in semitones above 100."""

MELODY_HEIGHT = 36

_NAMES = {
    "en": "English",
    "zh": "Chinese",
    "ja": "Japanese",
    "ko": "Korean",
    "yue": "Cantonese",
    "mixed": "Mixed languages",
}

_SPACELESS = ("zh", "ja", "yue")


@dataclass(frozen=True)
class Heard:
    """What a recogniser wrote down."""

    by: str
    pieces: list[tuple[str, str]]
    """Stretches of it, each "right", "wrong" or "missing"."""


@dataclass(frozen=True)
class Take:
    """One clip as the page shows it."""

    who: str
    seed: int | None
    audio: str
    """Address of the file, from the page."""
    figures: list[tuple[str, str]]
    """Label and number of what was measured."""
    heard: list[Heard]
    melody: str
    """SVG path."""
    n_frames: int
    """Its width, 50 frames a second."""


def write_page(path: Path, report: EvaluationReport) -> None:
    """Write the page whole or not at all; it plays the files of its folder."""
    write_html(path, "gpt_sovits.evaluate", page_values(report))


def page_values(report: EvaluationReport) -> dict[str, Any]:
    """What the template shows."""
    spoken = [clip for clip in report.measured.findings if clip.column != RECORDINGS]
    recorded = [clip for clip in report.measured.findings if clip.column == RECORDINGS]
    return {
        "title": ", ".join(column.name for column in report.columns),
        "made": f"{datetime.now().astimezone():%d %B %Y, %H:%M}",
        "columns": report.columns,
        "table": [_row_values(row, report) for row in report.table],
        "groups": [
            (_NAMES[group], _sentences([clip for clip in spoken if clip.group == group], report))
            for group in GROUPS
            if any(clip.group == group for clip in spoken)
        ],
        "recordings": _sentences(recorded, report),
        "missing": report.measured.missing,
        "skipped": report.skipped,
        "melody_height": MELODY_HEIGHT,
    }


def _row_values(row: Row, report: EvaluationReport) -> dict[str, Any]:
    figure, cells = row.figure, []
    voices = [each.name for each in report.columns if each.kind == "voice"]
    means = {name: row.values[name].mean for name in voices if name in row.values}
    best = (min if figure.better == "lower" else max)(means, key=means.__getitem__, default=None)
    for column in report.columns:
        value = row.values.get(column.name)
        note = ""
        if value is not None and value.interval is not None:
            note = " to ".join(_bare(figure, end) for end in value.interval)
        seeds = [show(figure, mean) for mean in value.by_seed] if value else []
        is_best = figure.better != "" and len(means) > 1 and column.name == best
        told = f"by seed: {', '.join(seeds)}" if seeds else ""
        cells.append((row.shown(column.name), note, told, is_best))
    return {"label": row.label, "better": figure.better, "cells": cells}


def _bare(figure: Figure, number: float) -> str:
    """A number without its unit."""
    return show(figure, number).split(" ")[0]


def _sentences(clips: Sequence[Clip], report: EvaluationReport) -> list[tuple[str, list[Take]]]:
    """Each text with everybody who says it."""
    by_name: dict[str, list[Clip]] = {}
    for clip in clips:
        by_name.setdefault(clip.name, []).append(clip)
    order = [column.name for column in report.columns]
    return [
        (
            same[0].text or same[0].name,
            [
                _take(clip, report)
                for clip in sorted(same, key=lambda c: (order.index(c.column), c.seed or 0))
            ],
        )
        for same in by_name.values()
    ]


def _take(clip: Clip, report: EvaluationReport) -> Take:
    found = report.measured.findings[clip]
    melody = found.get(MELODY.name, Finding()).melody
    return Take(
        who=clip.column,
        seed=clip.seed,
        audio=quote(Path(os.path.relpath(clip.path, report.folder)).as_posix()),
        figures=_shown_figures(found, report),
        heard=[
            Heard(name, compare(clip.text, finding.heard, clip))
            for name, finding in found.items()
            if finding.heard
        ],
        melody=melody_path(melody),
        n_frames=len(melody),
    )


def _shown_figures(found: Mapping[str, Finding], report: EvaluationReport) -> list[tuple[str, str]]:
    """What is worth telling of one clip: how it is understood and liked, and its melody."""
    shown = []
    for measure in report.measured.measures:
        scores = found[measure.name].scores if measure.name in found else {}
        for figure in measure.figures:
            is_worth_it = figure is PITCH_RANGE or (figure.better and measure is not SPEED)
            if figure.key in scores and is_worth_it:
                shown.append((figure.label, show(figure, scores[figure.key].value)))
    return shown


def compare(text: str, heard: str, clip: Clip) -> list[tuple[str, str]]:
    """Stretches of what was heard against a text: right, wrong, or missing (then of the text)."""
    written, said = units_of(text, clip.mode), units_of(heard, clip.mode)
    between = "" if clip.group in _SPACELESS else " "
    pieces = []
    matcher = SequenceMatcher(None, written, said, autojunk=False)
    for kind, start, end, first, last in matcher.get_opcodes():
        if kind == "equal":
            pieces.append((between.join(said[first:last]), "right"))
            continue
        if last > first:
            pieces.append((between.join(said[first:last]), "wrong"))
        if end > start:
            pieces.append((between.join(written[start:end]), "missing"))
    return pieces


def melody_path(melody: Sequence[float | None]) -> str:
    """A melody as an SVG path, a step a frame wide and `MELODY_HEIGHT` high, with gaps in it."""
    parts, is_down = [], False
    for index, pitch in enumerate(melody):
        if pitch is None:
            is_down = False
            continue
        share = (min(max(pitch, LOWEST), HIGHEST) - LOWEST) / (HIGHEST - LOWEST)
        # A voiced frame alone is still a dot.
        start = (
            f"L{index}" if is_down else f"M{index},{MELODY_HEIGHT * (1 - share):.1f}h.01L{index}"
        )
        parts.append(f"{start},{MELODY_HEIGHT * (1 - share):.1f}")
        is_down = True
    return "".join(parts)
