"""Measures are taken once; one that fails does not stop the others."""

import json
from pathlib import Path
from typing import Any

import pytest

from gpt_sovits.errors import AudioError, WeightsError
from gpt_sovits.evaluate import measures
from gpt_sovits.evaluate.clips import Clip
from gpt_sovits.evaluate.figures import Figure, Finding, Judge, Measure, Score
from gpt_sovits.evaluate.measuring import RECORD, Measured, measure_clips
from gpt_sovits.paths import ProjectPaths
from tests.tiny_mini import write_recording

FIGURE = Figure(key="f", label="f")


class Counting:
    """A measure that counts what it is asked."""

    def __init__(self) -> None:
        self.opened: list[str] = []
        self.judged: list[str] = []
        self.version = "1"

    def open(self, mode: str, paths: ProjectPaths) -> Judge:
        self.opened.append(mode)

        def judge(clip: Clip) -> Finding:
            self.judged.append(clip.name)
            return Finding({"f": Score(float(len(self.judged)), 2.0)}, "heard", (1.0, None))

        return judge

    def measure(self, name: str = "counting", **how: Any) -> Measure:
        return Measure(
            name=name, figures=(FIGURE,), open=self.open, version=lambda paths: self.version, **how
        )


@pytest.fixture
def clips(tmp_path: Path) -> list[Clip]:
    return [
        Clip("anna", name, write_recording(tmp_path / f"{name}.wav", 0.5, seed=seed), mode, mode)
        for seed, (name, mode) in enumerate((("a", "en"), ("b", "zh"), ("c", "en")))
    ]


@pytest.fixture
def take(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    def take(clips: list[Clip], *table: Measure) -> Measured:
        monkeypatch.setattr(measures, "MEASURES", table)
        return measure_clips(clips, tmp_path, paths=ProjectPaths(tmp_path))

    return take


def test_nothing_is_measured_twice(clips: list[Clip], take: Any) -> None:
    counting = Counting()
    first = take(clips, counting.measure())
    again = take(clips, counting.measure())
    assert counting.judged == ["a", "c", "b"]
    assert counting.opened == [""]
    assert again.findings == first.findings
    assert again.findings[clips[0]]["counting"].melody == (1.0, None)


def test_what_a_finding_hangs_on_makes_it_anew(clips: list[Clip], take: Any) -> None:
    counting = Counting()
    take(clips, counting.measure())
    counting.judged.clear()
    write_recording(clips[1].path, 0.6)
    take(clips, counting.measure())
    assert counting.judged == ["b"]
    counting.version = "2"
    take(clips, counting.measure())
    assert counting.judged == ["b", "a", "c", "b"]


def test_what_is_not_kept_is_measured_each_time(clips: list[Clip], take: Any) -> None:
    counting = Counting()
    for _ in range(2):
        take(clips, counting.measure(is_kept=False))
    assert counting.judged == ["a", "c", "b"] * 2


def test_one_language_is_loaded_at_a_time(clips: list[Clip], take: Any) -> None:
    counting = Counting()
    take(clips, counting.measure(by_mode=True))
    assert counting.opened == ["en", "zh"]
    counting = Counting()
    only = take(clips, counting.measure("chinese", by_mode=True, writes=lambda mode: mode == "zh"))
    assert counting.judged == ["b"]
    assert [clip.name for clip, found in only.findings.items() if found] == ["b"]


def test_an_absent_measure_is_named_unless_it_says_nothing_of_the_clips(
    clips: list[Clip], take: Any
) -> None:
    absent = Counting().measure("absent", needs="bring it", is_here=lambda paths: False)
    korean = Counting().measure("korean", is_here=lambda paths: False, writes=lambda m: m == "ko")
    measured = take(clips, absent, korean)
    assert measured.missing == [("absent", "bring it")]
    assert measured.measures == []


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (WeightsError("w.pt: is damaged"), "w.pt: is damaged"),
        (ImportError("no x"), "ImportError: no x"),
    ],
)
def test_a_measure_that_cannot_be_loaded_is_named(
    clips: list[Clip], take: Any, error: Exception, says: str
) -> None:
    def fail(mode: str, paths: ProjectPaths) -> Judge:
        raise error

    counting = Counting()
    broken = Measure(name="broken", figures=(FIGURE,), open=fail)
    measured = take(clips, broken, counting.measure())
    assert measured.missing == [("broken", says)]
    assert len(counting.judged) == 3


@pytest.mark.parametrize("error", [AudioError("is silent"), RuntimeError("out of luck")])
def test_a_clip_that_cannot_be_measured_is_named(
    clips: list[Clip], take: Any, error: Exception
) -> None:
    def judge(clip: Clip) -> Finding | None:
        if clip.name == "a":
            raise error
        return Finding({"f": Score(float("nan") if clip.name == "b" else 1.0)})

    picky = Measure(name="picky", figures=(FIGURE,), open=lambda mode, paths: judge)
    measured = take(clips, picky)
    assert [clip.name for clip, found in measured.findings.items() if found] == ["c"]
    (one, two) = measured.skipped
    assert one[0] == f"{clips[0].path}, picky"
    assert str(error) in one[1]
    assert two == (f"{clips[1].path}, picky", "gave no number")


def test_a_torn_record_costs_one_finding(clips: list[Clip], take: Any, tmp_path: Path) -> None:
    counting = Counting()
    take(clips, counting.measure())
    record = tmp_path / RECORD
    lines = [line for line in record.read_text(encoding="utf-8").splitlines() if line]
    wrong = json.dumps({"key": "k", "scores": [], "heard": 1, "melody": []})
    record.write_text(f"{wrong}\n[]\n{lines[0]}\n{lines[1]}\n{lines[2][:40]}", encoding="utf-8")
    counting.judged.clear()
    take(clips, counting.measure())
    assert counting.judged == ["b"]
    counting.judged.clear()
    take(clips, counting.measure())
    assert counting.judged == []
