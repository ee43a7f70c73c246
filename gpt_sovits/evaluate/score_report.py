"""What the scoring of a voice found: one row for each pair of weights, and the best of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import log2, sqrt
from pathlib import Path
from statistics import mean, stdev
from typing import Any, Literal

from gpt_sovits.state import read_state

SCORES = "scores.json"
"""File in logs/NAME/ that holds the table."""

AUDIO = "scores"
"""Folder in logs/NAME/ that holds what the pairs said."""

LABELS: dict[str, str] = {
    "phone_errors": "phone errors",
    "likeness": "likeness",
    "pace": "pace",
    "naturalness": "predicted opinion",
    "word_errors": "word errors",
}
"""Figures in the order in which they are shown."""

BETTER: dict[str, Literal["lower", "higher", "one"]] = {
    "phone_errors": "lower",
    "likeness": "higher",
    "pace": "one",
    "naturalness": "higher",
    "word_errors": "lower",
}
"""Which is good; a pace of 1 is the reference's own."""

LIKENESS_COST = 0.5
"""What a likeness lower by 1 costs, in phone errors."""

FREE_PACE = 1.25
"""So much faster or slower than the reference costs nothing: sentences differ."""

PACE_COST = 0.25
"""What each further part costs: twice as fast as is free costs so much."""

OPINION_COST = 0.04
"""What a predicted opinion lower by 1, of 1 to 5, costs."""

Figures = dict[str, float]


@dataclass(frozen=True)
class ScoredClip:
    """One sentence as a pair said it."""

    name: str
    audio: str
    """From the project's root; empty where it could not be said."""
    problem: str = ""
    figures: Figures = field(default_factory=dict)


@dataclass(frozen=True)
class ScoredPair:
    """One pair of weights."""

    label: str
    gpt: str
    """From the project's root, as all paths here."""
    sovits: str
    figures: Figures
    """Over all sentences, each language counting the same."""
    clips: tuple[ScoredClip, ...]

    @property
    def cost(self) -> float:
        """How far from good: the phone error rate, with what the other figures cost added."""
        return cost_of(self.figures)


def cost_of(figures: Figures) -> float:
    """The phone error rate, with what the other figures cost added."""
    cost = figures.get("phone_errors", 1.0)
    cost += LIKENESS_COST * (1 - figures.get("likeness", 1.0))
    cost += OPINION_COST * (5 - figures.get("naturalness", 5.0))
    return cost + pace_cost(figures.get("pace", 1.0))


def pace_cost(pace: float) -> float:
    """What a pace costs that is not the reference's."""
    off = abs(log2(max(pace, 1e-3))) - log2(FREE_PACE)
    return PACE_COST * max(off, 0.0)


@dataclass(frozen=True)
class ScoreReport:
    """The table."""

    voice: str
    experiment: str
    sentences: tuple[dict[str, str], ...]
    """Name, language and text of each."""
    pairs: tuple[ScoredPair, ...]
    """The best first."""
    reference: Figures = field(default_factory=dict)
    """The same figures of the voice's own reference clip, as far as they can be taken."""
    complete: bool = True
    """False where the search was stopped before its end."""
    missing: tuple[tuple[str, str], ...] = ()
    """Measures that are not here, with how to get them."""
    skipped: tuple[tuple[str, str], ...] = ()
    """What could not be tried or said, with the reason."""
    made: str = ""
    chosen: bool = False
    """Whether the best pair was written into the voice's file."""

    @property
    def best(self) -> ScoredPair:
        """The pair of the lowest cost."""
        return self.pairs[0]

    def to_json(self) -> dict[str, Any]:
        """The table as scores.json holds it."""
        return {
            "voice": self.voice,
            "experiment": self.experiment,
            "made": self.made,
            "complete": self.complete,
            "search": SEARCH,
            "best": {
                "label": self.best.label,
                "gpt": self.best.gpt,
                "sovits": self.best.sovits,
                "why": explain(self),
            },
            "chosen": self.chosen,
            "reference": _rounded(self.reference),
            "sentences": list(self.sentences),
            "pairs": [
                {
                    "label": pair.label,
                    "gpt": pair.gpt,
                    "sovits": pair.sovits,
                    "cost": round(pair.cost, 4),
                    "figures": _rounded(pair.figures),
                    "clips": [
                        {
                            "name": clip.name,
                            "audio": clip.audio,
                            "problem": clip.problem,
                            "figures": _rounded(clip.figures),
                        }
                        for clip in pair.clips
                    ],
                }
                for pair in self.pairs
            ],
            "missing": list(self.missing),
            "skipped": list(self.skipped),
        }


SEARCH = (
    "every SoVITS with the newest GPT, then every GPT with the best SoVITS; other pairs were not"
    " tried"
)
"""How the best pair is looked for."""


def read_scores(folder: Path) -> ScoreReport | None:
    """The table of an experiment's folder; None where there is none that can be read."""
    values = read_state(folder / SCORES)
    try:
        pairs = tuple(
            ScoredPair(
                str(pair["label"]),
                str(pair["gpt"]),
                str(pair["sovits"]),
                _figures(pair["figures"]),
                tuple(
                    ScoredClip(
                        str(clip["name"]),
                        str(clip["audio"]),
                        str(clip["problem"]),
                        _figures(clip["figures"]),
                    )
                    for clip in pair["clips"]
                ),
            )
            for pair in values["pairs"]
        )
        sentences = tuple(
            {key: str(each[key]) for key in ("name", "language", "text")}
            for each in values["sentences"]
        )
        return (
            ScoreReport(
                voice=str(values["voice"]),
                experiment=str(values["experiment"]),
                sentences=sentences,
                pairs=pairs,
                reference=_figures(values["reference"]),
                complete=bool(values["complete"]),
                missing=tuple((str(a), str(b)) for a, b in values["missing"]),
                skipped=tuple((str(a), str(b)) for a, b in values["skipped"]),
                made=str(values["made"]),
                chosen=bool(values["chosen"]),
            )
            if pairs
            else None
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def leading_figures(report: ScoreReport) -> list[str]:
    """The figures in which the best pair is better than every other one."""
    best, others = report.best, report.pairs[1:]
    leading = []
    for key in LABELS:
        rivals = [pair.figures[key] for pair in others if key in pair.figures]
        if (
            rivals
            and key in best.figures
            and _badness(key, best.figures[key]) < min(_badness(key, value) for value in rivals)
        ):
            leading.append(key)
    return leading


def _badness(key: str, value: float) -> float:
    if BETTER[key] == "one":
        return pace_cost(value)
    return value if BETTER[key] == "lower" else -value


def is_close(report: ScoreReport) -> bool:
    """Whether the next pair might as well be the best, for all that these sentences tell.

    The costs of the two are compared sentence by sentence; a mean difference of less than two of
    its standard errors is taken for chance.
    """
    if len(report.pairs) < 2:
        return False
    best, other = (
        {clip.name: cost_of(clip.figures) for clip in pair.clips} for pair in report.pairs[:2]
    )
    gaps = [other[name] - cost for name, cost in best.items() if name in other]
    return len(gaps) < 2 or mean(gaps) < 2 * stdev(gaps) / sqrt(len(gaps))


def explain(report: ScoreReport) -> str:
    """Why the best pair is the best, in one sentence."""
    best, n_others = report.best, len(report.pairs) - 1
    told = ", ".join(_told(key, report.pairs) for key in LABELS if key in best.figures)
    if not n_others:
        return f"{best.label} is the only pair ({told})."
    leading = " and ".join(LABELS[key] for key in leading_figures(report))
    reason = f"is the best in {leading}" if leading else "is best in all figures taken together"
    others = "the other pair" if n_others == 1 else f"the {n_others} other pairs"
    chance = (
        f"; the next, {report.pairs[1].label}, is as good within chance: hear both"
        if is_close(report)
        else ""
    )
    return f"{best.label} {reason}, beside {others}: {told}{chance}."


def _told(key: str, pairs: Sequence[ScoredPair]) -> str:
    """A figure of the first pair, and between which values the others lie."""
    own = f"{LABELS[key]} {show_figure(key, pairs[0].figures[key])}"
    others = sorted(pair.figures[key] for pair in pairs[1:] if key in pair.figures)
    if not others:
        return own
    low, high = show_figure(key, others[0]), show_figure(key, others[-1])
    return f"{own} ({low if low == high else f'{low} to {high}'})"


def show_figure(key: str, value: float) -> str:
    """A figure with its unit."""
    if key in ("phone_errors", "word_errors"):
        return f"{100 * value:.1f} %"
    return f"{value:.2f}" if key != "likeness" else f"{value:.3f}"


def text_table(report: ScoreReport) -> str:
    """The table for a terminal."""
    keys = [key for key in LABELS if any(key in pair.figures for pair in report.pairs)]
    head = ["", *(LABELS[key] for key in keys), "cost"]
    rows = [[pair.label, *_cells(pair.figures, keys), f"{pair.cost:.3f}"] for pair in report.pairs]
    if report.reference:
        rows.append(["the reference itself", *_cells(report.reference, keys), ""])
    widths = [max(map(len, cells)) for cells in zip(head, *rows, strict=True)]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if index else cell.ljust(width)
            for index, (cell, width) in enumerate(zip(cells, widths, strict=True))
        ).rstrip()
        for cells in (head, *rows)
    )


def _cells(figures: Figures, keys: Sequence[str]) -> list[str]:
    return [show_figure(key, figures[key]) if key in figures else "–" for key in keys]


def _rounded(figures: Figures) -> dict[str, float]:
    return {key: round(value, 4) for key, value in figures.items()}


def _figures(values: dict[str, Any]) -> Figures:
    return {key: float(values[key]) for key in LABELS if key in values}
