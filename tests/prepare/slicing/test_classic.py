"""The classic slicer cuts by its known figures, and keeps the longest length as well."""

import numpy as np
import pytest

from gpt_sovits.prepare.slicing.classic import POWER_FRAME, classic_cuts, hop_levels
from gpt_sovits.prepare.slicing.levels import PowerMeter, Span
from gpt_sovits.prepare.slicing.options import SliceOptions
from tests.prepare.talk import buzz, talk

CLASSIC = SliceOptions(method="classic")


def cuts(audio: np.ndarray, options: SliceOptions = CLASSIC) -> tuple[list[Span], list[Span]]:
    fine, coarse = PowerMeter(POWER_FRAME), PowerMeter()
    fine.add(audio)
    coarse.add(audio)
    return classic_cuts(fine.powers(), coarse.levels(), options)


def seconds(spans: list[Span]) -> list[tuple[float, float]]:
    return [(span.start / 100, span.end / 100) for span in spans]


def test_the_level_is_that_of_a_window_around_each_step() -> None:
    levels = hop_levels(np.r_[np.zeros(100), np.ones(100)], 10)
    assert len(levels) == 20
    assert levels[7] < -80
    assert levels[10] == pytest.approx(-3.01, abs=0.01)
    assert levels[15] == pytest.approx(0, abs=0.01)


def test_a_clip_ends_at_the_first_pause_behind_the_shortest_length() -> None:
    clips, left_out = cuts(talk(3, -0.4, 3, -0.4, 3))
    assert len(clips) == 2
    assert clips[0].start == 0
    assert clips[0].end == clips[1].start
    assert 640 <= clips[0].end <= 680, "in the second pause"
    assert clips[1].end == 980
    assert left_out == []


def test_a_pause_below_the_shortest_interval_ends_no_clip() -> None:
    assert len(cuts(talk(4.5, -0.2, 4.5))[0]) == 1


def test_of_a_long_silence_only_its_ends_are_kept() -> None:
    (first, second), _ = cuts(talk(-2, 5, -3, 5, -2))
    for clip, (start, end) in ((first, (200, 700)), (second, (1000, 1500))):
        assert start - 53 <= clip.start < start, "half a window more"
        assert end < clip.end <= end + 53


def test_a_silence_of_a_little_more_than_what_is_kept_loses_nothing_twice() -> None:
    (first, second), _ = cuts(talk(5, -0.7, 5))
    assert 500 <= first.end <= second.start <= 570


def test_a_clip_without_a_pause_is_cut_once_more() -> None:
    audio = buzz(14)
    audio[6 * 32_000 : 6 * 32_000 + 1600] *= 0.6
    clips, _ = cuts(audio)
    assert seconds(clips)[0][1] == pytest.approx(6.02, abs=0.03)
    assert max(clip.seconds for clip in clips) <= 10


def test_a_short_rest_is_left_out_and_named() -> None:
    clips, left_out = cuts(talk(5, -3, 1))
    assert len(clips) == len(left_out) == 1


def test_what_is_quieter_than_the_threshold_is_silence() -> None:
    audio = talk(5, gain=0.05)  # -40 dBFS
    assert cuts(audio) == ([], [])
    assert len(cuts(audio, SliceOptions(method="classic", threshold_db=-50))[0]) == 1
