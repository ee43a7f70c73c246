from dataclasses import replace

import pytest

from gpt_sovits.prepare.check.comparing import judge_together, usual_fits
from gpt_sovits.prepare.check.measuring import Measured
from tests.prepare.check.made import made


def kinds(clips: list[Measured]) -> list[dict[str, str]]:
    return [{each.kind: each.light for each in found} for found in judge_together(clips)]


def test_texts_are_judged_by_the_usual_fit_of_their_set() -> None:
    clean = [made(number) for number in range(8)]
    assert kinds([*clean, made(8, fit=0.3)])[8] == {"text": "red"}
    assert kinds([*clean, made(8, fit=0.45)])[8] == {"text": "yellow"}
    poor = [made(number, fit=0.62) for number in range(8)]
    assert kinds([*poor, made(8, fit=0.45)])[8] == {}


def test_a_set_in_which_all_texts_are_wrong_does_not_look_usual() -> None:
    clips = [made(number, fit=0.02 * number) for number in range(12)]
    assert all("text" in found for found in kinds(clips))


def test_two_thirds_of_wrong_texts_do_not_hide_the_right_ones() -> None:
    clips = [made(number, fit=0.8 if number % 3 == 0 else 0.05) for number in range(24)]
    red = [number for number, found in enumerate(kinds(clips)) if found == {"text": "red"}]
    assert red == [number for number in range(24) if number % 3]


def test_each_language_has_its_own_usual_fit() -> None:
    english = [made(number, fit=0.7) for number in range(8)]
    chinese = [made(number, fit=0.95) for number in range(8, 16)]
    chinese = [replace(clip, item=replace(clip.item, language="zh")) for clip in chinese]
    assert usual_fits([*english, *chinese]) == pytest.approx({"en": 0.7, "zh": 0.95})


def test_clips_without_a_fit_are_not_judged() -> None:
    assert kinds([made(number, fit=None) for number in range(3)]) == [{}, {}, {}]


def test_of_copies_the_one_with_the_right_text_stays() -> None:
    clips = [made(0, fit=0.1), made(1), made(2), made(3)]
    clips[1] = replace(clips[1], audio_hash=clips[0].audio_hash)
    clips[3] = replace(clips[3], audio_hash=clips[2].audio_hash)
    found = kinds(clips)
    assert found[0]["duplicate"] == "red"
    assert "duplicate" not in found[1]
    assert "duplicate" not in found[2]  # equally good: the first
    assert found[3]["duplicate"] == "red"


def test_a_text_that_stands_twice_is_told_once() -> None:
    clips = [made(0, text="Good morning!"), made(1, text="good morning"), made(2)]
    assert kinds(clips) == [{}, {"same_text": "yellow"}, {}]


def test_clips_far_from_the_others_stand_out() -> None:
    clips = [made(number, lufs=-20 + 0.1 * number) for number in range(10)]
    clips.append(made(10, lufs=-35.0))
    clips.append(made(11, seconds=2.0, lufs=-20.0))
    assert kinds(clips)[10] == {"loudness": "yellow"}
    assert kinds(clips)[11] == {"pace": "yellow"}
    assert kinds(clips)[:10] == [{}] * 10
