"""Pauses are found whatever the level and the noise of a recording."""

import numpy as np
import pytest

from gpt_sovits.prepare.slicing.levels import (
    FRAMES_PER_S,
    PowerMeter,
    Span,
    find_speech,
    frame_levels,
    runs_of,
)
from gpt_sovits.prepare.slicing.options import SliceOptions
from tests.prepare.talk import talk


def pieces_of(audio: np.ndarray) -> list[tuple[float, float]]:
    return [
        (piece.start / FRAMES_PER_S, piece.end / FRAMES_PER_S)
        for piece in find_speech(frame_levels([audio]), SliceOptions())
    ]


@pytest.mark.parametrize("gain", [1.0, 0.1, 0.01])
@pytest.mark.parametrize("noise", [0.0, 0.002, 0.02])
def test_pauses_are_found_at_any_level_and_noise(gain: float, noise: float) -> None:
    found = np.array(pieces_of(talk(-0.5, 3, -0.6, 4, -0.5, noise=noise, gain=gain)))
    np.testing.assert_allclose(found, [[0.5, 3.5], [4.1, 8.1]], atol=0.03)


def test_a_short_dip_and_a_click_are_neither_pause_nor_speech() -> None:
    assert len(pieces_of(talk(1, -0.1, 1))) == 1
    assert len(pieces_of(talk(1, -0.5, 0.02, -0.5, 1))) == 2


def test_levels_do_not_hang_on_how_a_recording_is_read() -> None:
    audio = talk(1, -0.3, 0.777, noise=0.01)
    blocks = np.split(audio, [1, 999, 12_345, 12_346])
    np.testing.assert_allclose(frame_levels(blocks), frame_levels([audio]), atol=1e-4)


def test_a_meter_takes_whole_frames() -> None:
    meter = PowerMeter(frame=4)
    meter.add(np.array([1, 1, 1], np.float32))
    meter.add(np.array([1, 2, 2, 2, 2, 9], np.float32))
    np.testing.assert_allclose(meter.powers(), [1, 4])
    assert len(PowerMeter().levels()) == 0


def test_runs_are_where_a_mask_is_true() -> None:
    assert runs_of(np.array([1, 0, 1, 1, 0], bool)) == [Span(0, 1), Span(2, 4)]
    assert runs_of(np.zeros(0, bool)) == []
