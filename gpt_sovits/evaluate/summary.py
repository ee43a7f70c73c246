"""From single clips to a table: means over sentences, and how sure they are."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gpt_sovits.evaluate.clips import GROUPS, Clip, Column
from gpt_sovits.evaluate.figures import Figure, Score
from gpt_sovits.evaluate.measuring import Measured

ALL = "all"
"""Stands in place of a language where a figure is over all clips."""

_FEWEST = 5
"""Sentences from which an interval is told."""

_DRAWS = 1000
"""Samples that the interval is made from."""

_CHARACTERS = ("zh", "ja", "yue")
"""Languages whose recognisers are judged by characters."""


@dataclass(frozen=True)
class Value:
    """One cell of the table."""

    mean: float
    interval: tuple[float, float] | None
    """Where the mean lies for other sentences of the kind, in 95 of 100 cases."""
    n_clips: int
    by_seed: tuple[float, ...] = ()
    """The mean of each seed, where there is more than one."""

    def to_json(self) -> dict[str, Any]:
        """Plain values, rounded."""
        return {
            "mean": round(self.mean, 4),
            "interval": None if self.interval is None else [round(x, 4) for x in self.interval],
            "clips": self.n_clips,
            "by_seed": [round(mean, 4) for mean in self.by_seed],
        }


@dataclass(frozen=True)
class Row:
    """One row of the table."""

    figure: Figure
    language: str
    """One of `GROUPS`, or `ALL`."""
    values: dict[str, Value]
    """By column."""

    @property
    def label(self) -> str:
        """What the row is about, in words."""
        label = self.figure.label
        if self.language in _CHARACTERS:
            label = label.replace("word error", "character error")
        return label if self.language == ALL else f"{label}, {self.language}"

    def shown(self, column: str) -> str:
        """A cell with its unit; a dash where there is nothing."""
        value = self.values.get(column)
        return "–" if value is None else show(self.figure, value.mean)


def show(figure: Figure, number: float) -> str:
    """A number of a figure with its unit."""
    if figure.unit == "%":
        return f"{100 * number:.{figure.digits}f} %"
    return f"{number:.{figure.digits}f}{figure.unit and f' {figure.unit}'}"


def table_of(measured: Measured, columns: Sequence[Column]) -> list[Row]:
    """The rows that are shown: figures that languages differ in by language, others over all."""
    return [row for row in all_rows(measured, columns) if is_shown(row)]


def is_shown(row: Row) -> bool:
    """Whether a row belongs into the table, which leaves out what others tell as well."""
    return row.figure.by_language == (row.language != ALL)


def all_rows(measured: Measured, columns: Sequence[Column]) -> list[Row]:
    """Every figure over all clips and for each language; rows without any value are left out."""
    rows = []
    for measure in measured.measures:
        for figure in measure.figures:
            scored = [
                (clip, found[measure.name].scores[figure.key])
                for clip, found in measured.findings.items()
                if measure.name in found and figure.key in found[measure.name].scores
            ]
            for language in (*GROUPS, ALL):
                own = [pair for pair in scored if language in (ALL, pair[0].group)]
                values = {
                    column.name: value_of([pair for pair in own if pair[0].column == column.name])
                    for column in columns
                    if any(clip.column == column.name for clip, _ in own)
                }
                if values:
                    rows.append(Row(figure, language, values))
    return rows


def value_of(scored: Sequence[tuple[Clip, Score]]) -> Value:
    """The mean of at least one clip's scores by their weights."""
    by_name: dict[str, list[Score]] = defaultdict(list)
    by_seed: dict[int, list[Score]] = defaultdict(list)
    for clip, score in scored:
        by_name[clip.name].append(score)
        if clip.seed is not None:
            by_seed[clip.seed].append(score)
    seeds = tuple(_mean(scores) for _, scores in sorted(by_seed.items()))
    return Value(
        mean=_mean([score for _, score in scored]),
        interval=_interval(list(by_name.values())),
        n_clips=len(scored),
        by_seed=seeds if len(seeds) > 1 else (),
    )


def _mean(scores: Sequence[Score]) -> float:
    weight = sum(score.weight for score in scores)
    return sum(score.value * score.weight for score in scores) / max(weight, 1e-12)


def _interval(sentences: Sequence[Sequence[Score]]) -> tuple[float, float] | None:
    """The interval of the mean by drawing sentences anew (bootstrap, Efron 1979)."""
    if len(sentences) < _FEWEST:
        return None
    sums = np.array(
        [
            (sum(s.value * s.weight for s in scores), sum(s.weight for s in scores))
            for scores in sentences
        ]
    )
    drawn = np.random.default_rng(0).integers(len(sums), size=(_DRAWS, len(sums)))
    totals = sums[drawn].sum(axis=1)
    low, high = np.percentile(totals[:, 0] / np.maximum(totals[:, 1], 1e-12), (2.5, 97.5))
    return float(low), float(high)


def text_table(rows: Sequence[Row], columns: Sequence[Column]) -> str:
    """The table for a terminal."""
    head = ["", *(column.name for column in columns)]
    body = [[row.label, *(row.shown(column.name) for column in columns)] for row in rows]
    widths = [max(map(len, cells)) for cells in zip(head, *body, strict=True)]
    lines = [
        "  ".join(
            cell.ljust(width) if index == 0 else cell.rjust(width)
            for index, (cell, width) in enumerate(zip(cells, widths, strict=True))
        ).rstrip()
        for cells in (head, *body)
    ]
    return "\n".join(lines)
