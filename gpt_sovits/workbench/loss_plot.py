"""Losses as small line charts, one for each loss, as their scales have nothing in common."""

import math
from collections.abc import Mapping, Sequence
from html import escape

import numpy as np

from gpt_sovits.workbench.texts import text

MAX_POINTS = 300
"""Points that are drawn of each loss, however many steps there are."""

SMOOTH_SHARE = 0.05
"""Share of all steps over which the line is a mean."""

WIDTH, HEIGHT = 300, 160
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 292, 8, 136
"""Edges of the drawing inside the picture."""


def loss_plot(steps: Sequence[float], losses: Mapping[str, Sequence[float]], language: str) -> str:
    """Draw losses over steps as HTML; empty where there are none yet.

    Args:
        steps: of a training.
        losses: values by name, one for each step.
        language: of the words around the charts.
    """
    if not len(steps) or not losses:
        return ""
    charts = "".join(
        _chart(name, np.asarray(steps), np.asarray(values), language)
        for name, values in losses.items()
    )
    note = escape(text(language, "jobs.losses_note", n=f"{int(steps[-1]):,}"))
    return f'<div class="losses">{charts}<p>{note}</p></div>'


def _chart(name: str, steps: np.ndarray, values: np.ndarray, language: str) -> str:
    finite = np.isfinite(values)
    x, y = steps[finite], values[finite]
    if not len(x):
        return ""
    chosen = np.unique(np.linspace(0, len(x) - 1, MAX_POINTS).astype(int))
    low, high = _range(y[chosen])
    smooth = np.clip(_smooth(y, chosen), low, high)
    x, y = x[chosen], y[chosen]
    across = _Scale(float(x[0]), float(max(x[-1], x[0] + 1)), _LEFT, _RIGHT)
    upward = _Scale(low, high, _BOTTOM, _TOP)
    dots = "".join(
        f"M{across(step):.1f} {upward(value):.1f}h0"
        for step, value in zip(x.tolist(), y.tolist(), strict=True)
        if low <= value <= high
    )
    means = zip(x.tolist(), smooth.tolist(), strict=True)
    line = "L".join(f"{across(step):.1f} {upward(mean):.1f}" for step, mean in means)
    latest = f"{smooth[-1]:.3g}"
    title = text(language, "jobs.loss_title", name=name, latest=latest, n=f"{int(x[-1]):,}")
    return (
        f"<figure><figcaption>{escape(name)} <b>{latest}</b></figcaption>"
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img"><title>{escape(title)}</title>'
        f"{_axes(across, upward)}"
        f'<path class="dots" d="{dots}"/><path class="line" d="M{line}"/></svg></figure>'
    )


class _Scale:
    """Where a value lies in the picture."""

    def __init__(self, low: float, high: float, start: float, end: float) -> None:
        self.low, self.high = low, high
        self._start = start
        self._factor = (end - start) / (high - low)

    def __call__(self, value: float) -> float:
        return self._start + (value - self.low) * self._factor

    def ticks(self, n: int) -> list[float]:
        """About `n` round values."""
        rough = (self.high - self.low) / n
        power = 10.0 ** math.floor(math.log10(rough))
        step = power * next(one for one in (1, 2, 5, 10) if one * power >= 0.7 * rough)
        first = math.ceil(self.low / step)
        last = math.floor(self.high / step)
        return [number * step for number in range(first, last + 1)]


def _axes(across: _Scale, upward: _Scale) -> str:
    parts = []
    for value in upward.ticks(4):
        y = upward(value)
        parts.append(f'<path class="grid" d="M{_LEFT} {y:.1f}H{_RIGHT}"/>')
        parts.append(f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" class="left">{_short(value)}</text>')
    for value in across.ticks(4):
        x = across(value)
        parts.append(f'<path class="grid" d="M{x:.1f} {_BOTTOM}v4"/>')
        parts.append(f'<text x="{x:.1f}" y="{_BOTTOM + 17}" class="below">{_short(value)}</text>')
    return "".join(parts)


def _short(value: float) -> str:
    if abs(value) >= 10_000:
        return f"{value / 1000:g}k"
    return f"{value:.6g}"


def _smooth(values: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Mean of the neighbours of the values at some places, of fewer ones at the ends."""
    reach = int(len(values) * SMOOTH_SHARE / 2)
    sums = np.concatenate([[0.0], np.cumsum(values)])
    first = np.maximum(places - reach, 0)
    last = np.minimum(places + reach + 1, len(values))
    means: np.ndarray = (sums[last] - sums[first]) / (last - first)
    return means


def _range(values: np.ndarray) -> tuple[float, float]:
    """What is drawn from bottom to top; a few wild steps must not flatten all others."""
    low, high = map(float, np.percentile(values, [2, 98]))
    edge = 0.04 * (high - low) or 0.5 * abs(high) or 0.5
    return low - edge, high + edge
