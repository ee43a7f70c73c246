"""What a measure finds out: figures, and the scores of single clips from which they are made."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from gpt_sovits.evaluate.clips import Clip
from gpt_sovits.paths import ProjectPaths


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One kind of number, a row of the table."""

    key: str
    """In summary.json."""
    label: str
    unit: str = ""
    better: Literal["lower", "higher", ""] = ""
    digits: int = 2
    """Behind the point."""
    by_language: bool = False
    """Whether languages can hardly be compared in it, so that each has its own row."""


@dataclass(frozen=True)
class Score:
    """What one clip adds to a figure: the figure is the mean of values by their weights."""

    value: float
    weight: float = 1.0


@dataclass(frozen=True)
class Finding:
    """What a measure finds in one clip."""

    scores: Mapping[str, Score] = field(default_factory=dict)
    """By the figure's key."""
    heard: str = ""
    """What a recogniser wrote down."""
    melody: tuple[float | None, ...] = ()
    """Pitch every 20 ms in semitones above 100 Hz, None where nothing vibrates."""


Judge = Callable[[Clip], Finding | None]
"""Measures one clip; None where the measure says nothing of it.

Raises `InputError` where the clip cannot be measured.
"""


@dataclass(frozen=True, kw_only=True)
class Measure:
    """One way to measure, with the figures that it gives."""

    name: str
    figures: tuple[Figure, ...]
    needs: str = ""
    """How to get what it needs, a sentence without its end."""
    is_here: Callable[[ProjectPaths], bool] = lambda paths: True
    version: Callable[[ProjectPaths], str] = lambda paths: ""
    """Changes when the same clip would be measured otherwise."""
    open: Callable[[str, ProjectPaths], Judge]
    """Loads it for the clips of a language mode; one that asks for no mode is given ""."""
    by_mode: bool = False
    """Whether it is loaded for each language mode."""
    is_kept: bool = True
    """Whether a finding is kept for the next run; off where it is no work, or not of the clip."""
    writes: Callable[[str], bool] = lambda mode: True
    """Which language modes it understands."""
