"""Short stretches are joined, long ones are cut where it hurts least."""

from itertools import pairwise

import numpy as np

from gpt_sovits.prepare.slicing.grouping import (
    cut_long,
    group_pieces,
    pause_gains,
    quietest,
    with_margins,
)
from gpt_sovits.prepare.slicing.levels import Span
from gpt_sovits.prepare.slicing.options import SliceOptions

OPTIONS = SliceOptions()


def group(*pieces: Span) -> tuple[list[Span], list[Span]]:
    return group_pieces(pieces, pause_gains(pieces, OPTIONS), OPTIONS)


def test_clips_end_at_long_pauses_and_join_across_short_ones() -> None:
    clips, left_out = group(Span(0, 300), Span(330, 600), Span(700, 1000))
    assert clips == [Span(0, 600), Span(700, 1000)]
    assert left_out == []


def test_a_short_sentence_joins_its_nearer_neighbour() -> None:
    clips, _ = group(Span(0, 400), Span(460, 520), Span(600, 900))
    assert clips == [Span(0, 520), Span(600, 900)]


def test_a_lonely_word_is_left_out_and_named() -> None:
    clips, left_out = group(Span(0, 400), Span(800, 850), Span(1300, 1700))
    assert clips == [Span(0, 400), Span(1300, 1700)]
    assert left_out == [Span(800, 850)]


def loud(n_frames: int) -> np.ndarray:
    return np.full(n_frames, -20.0)


def test_a_long_stretch_is_cut_in_its_longest_silence_at_the_quietest_point() -> None:
    levels = loud(1500)
    levels[400:404] = -80  # shorter
    levels[700:710] = -60
    levels[707] = -70
    pieces = cut_long(Span(0, 1500), levels, -50, (200, 980))
    assert pieces == [Span(0, 707), Span(707, 1500)]


def test_without_a_silence_it_is_cut_where_it_is_quietest() -> None:
    levels = loud(1500)
    levels[650] = -30
    assert cut_long(Span(0, 1500), levels, -50, (200, 980)) == [Span(0, 650), Span(650, 1500)]


def test_pieces_of_an_endless_vowel_keep_the_limits() -> None:
    pieces = cut_long(Span(7, 9_500), loud(9_500), -50, (200, 980))
    assert [pieces[0].start, pieces[-1].end] == [7, 9_500]
    assert all(200 <= piece.end - piece.start <= 980 for piece in pieces)
    assert all(a.end == b.start for a, b in pairwise(pieces))


def test_an_hour_that_grows_louder_is_cut() -> None:
    pieces = cut_long(Span(0, 360_000), np.linspace(-20, -10, 360_000), -50, (200, 980))
    assert len(pieces) > 360
    assert max(piece.end - piece.start for piece in pieces) <= 980


def test_the_quietest_of_several_frames_is_the_middle_one() -> None:
    assert quietest(np.array([0.0, -5, -9, -9, -9, -5]), 0, 5) == 3
    assert quietest(np.zeros(3), 3, 3) == 3


def test_margins_meet_at_the_quietest_point_and_stay_inside_the_recording() -> None:
    levels = loud(605)
    levels[306] = -60
    wider = with_margins([Span(3, 300), Span(308, 600)], levels, OPTIONS)
    assert wider == [Span(0, 306), Span(306, 605)]
    assert with_margins([], levels, OPTIONS) == []
