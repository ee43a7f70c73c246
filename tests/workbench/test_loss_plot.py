import math
import random
import re
import xml.etree.ElementTree as ET
from itertools import pairwise

import pytest

from gpt_sovits.workbench.loss_plot import HEIGHT, MAX_POINTS, WIDTH, loss_plot


def charts(html: str) -> list[ET.Element]:
    return list(ET.fromstring(html).iter("svg"))


def points(chart: ET.Element, name: str) -> list[tuple[float, float]]:
    path = next(one for one in chart.iter("path") if one.get("class") == name)
    found = re.findall(r"([\d.-]+) ([\d.-]+)", path.get("d", ""))
    return [(float(x), float(y)) for x, y in found]


def test_each_loss_has_a_chart_with_a_title_and_few_points() -> None:
    noise = random.Random(0)
    steps = list(range(1, 20_001))
    mel = [math.exp(-step / 5000) + noise.gauss(0, 0.05) for step in steps]
    html = loss_plot(steps, {"mel": mel, "<kl>": [1.0] * len(steps)}, "en")
    first, second = charts(html)
    assert first.findtext("title", "").startswith("mel over 20,000 steps")
    assert second.findtext("title", "").startswith("<kl>")
    line, dots = points(first, "line"), points(first, "dots")
    assert MAX_POINTS * 0.9 < len(dots) <= len(line) <= MAX_POINTS
    assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in (*line, *dots))
    heights = [y for _, y in line]
    assert heights[0] < heights[150] < heights[-1], "the loss falls, so the line goes down"
    jumps = [abs(a - b) for a, b in pairwise(heights)]
    rough = [abs(a[1] - b[1]) for a, b in pairwise(dots)]
    assert max(jumps) < sum(rough) / len(rough), "the line is smooth, the dots are not"


def test_a_wild_step_does_not_flatten_the_others() -> None:
    values = [1.0 + 0.01 * (step % 7) for step in range(500)]
    values[3] = 1e6
    (chart,) = charts(loss_plot(range(500), {"mel": values}, "en"))
    last = [y for _, y in points(chart, "dots")[-100:]]
    assert len(last) == 100
    assert max(last) - min(last) > HEIGHT / 2


@pytest.mark.parametrize(
    "values",
    [[0.0], [5.0], [2.0, 2.0], [math.nan, 1.0, 2.0], [math.inf, 1.0], [-1e-9, 1e-9], [1e12, 2e12]],
)
def test_few_or_strange_values_can_be_drawn(values: list[float]) -> None:
    (chart,) = charts(loss_plot(range(1, len(values) + 1), {"x": values}, "ja"))
    line = points(chart, "line")
    assert len(line) == sum(map(math.isfinite, values))
    assert all(0 <= y <= HEIGHT for _, y in line)
    labels = [each for each in chart.iter("text") if each.get("class") == "left"]
    assert 1 <= len(labels) <= 8


def test_without_a_step_there_is_nothing_to_draw() -> None:
    assert loss_plot([], {"mel": []}, "en") == ""
    assert loss_plot([1], {}, "en") == ""
    assert charts(loss_plot([1], {"mel": [math.nan]}, "en")) == []
