import re
from pathlib import Path
from typing import Any

import pytest

from gpt_sovits.data.batches import collate_pointer
from gpt_sovits.data.clips import Clip, ClipInfo
from gpt_sovits.data.experiment import Experiment
from gpt_sovits.errors import InputError
from gpt_sovits.training.clips import ClipBatches, gpt_clips, sovits_clips
from gpt_sovits.training.options import TrainingOptions
from tests.training.tiny import dropping_family, tiny_clip


def info(name: str, seconds: float, n_phones: int) -> ClipInfo:
    n_tokens = round(25 * seconds)
    return ClipInfo(name, "", "", "", ["a"] * n_phones, seconds, n_phones, n_tokens, "key")


def experiment_of(*clips: ClipInfo) -> Experiment:
    def read(info: ClipInfo) -> Clip:
        return tiny_clip(info.name, info.n_tokens)

    return Experiment(Path("exp"), dropping_family(), clips, read)


GOOD = info("good", 4.0, 40)


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (info("long", 54.1, 500), "54 s long, at most 54 s"),
        (info("slow", 4.0, 11), r"2\.8 phones a second"),
        (info("fast", 4.0, 101), r"25\.2 phones a second"),
        (info("empty", 0.0, 5), "phones a second"),
    ],
)
def test_clips_that_do_not_suit_the_gpt_are_named(bad: ClipInfo, reason: str) -> None:
    clips, ((path, why),) = gpt_clips(experiment_of(GOOD, bad))
    assert clips == [GOOD]
    assert path == Path(bad.name)
    assert re.search(reason, why), why


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (info("long", 80.0, 500), "80 s long, at most 54 s"),
        (info("short", 0.2, 2), r"0\.20 s long, at least 0\.6 s"),
    ],
)
def test_clips_that_do_not_suit_the_synthesizer_are_named(bad: ClipInfo, reason: str) -> None:
    clips, ((path, why),) = sovits_clips(experiment_of(bad, GOOD))
    assert clips == [GOOD]
    assert path == Path(bad.name)
    assert re.search(reason, why), why


def test_limits_themselves_are_good() -> None:
    edges = [info("slowest", 4.0, 12), info("fastest", 4.0, 100), info("longest", 54.0, 500)]
    assert gpt_clips(experiment_of(*edges)) == (edges, [])
    assert sovits_clips(experiment_of(info("shortest", 0.6, 5)))[1] == []


def test_nothing_left_is_an_error_with_a_reason() -> None:
    with pytest.raises(InputError, match=r"exp: no clip can be trained on \(slow: its text"):
        gpt_clips(experiment_of(info("slow", 4.0, 2)))
    with pytest.raises(InputError, match=r"no clip can be trained on$"):
        gpt_clips(experiment_of())


def batches_of(n_clips: int, **given: Any) -> ClipBatches:
    clips = [info(f"clip{n}", 1.0 + 0.2 * n, 12) for n in range(n_clips)]
    experiment = experiment_of(*clips)
    options = TrainingOptions(**given)
    return ClipBatches(experiment, clips, collate_pointer, options)


def test_every_epoch_shows_every_clip_once_in_another_order() -> None:
    source = batches_of(7, clips_per_epoch=1, batch_size=3)
    first, second = source.epoch(1), source.epoch(2)
    for epoch in (first, second):
        assert sorted(index for batch in epoch for index in batch) == list(range(7))
    assert first != second
    assert source.epoch(1) == first


def test_a_small_set_is_gone_through_several_times() -> None:
    source = batches_of(3, clips_per_epoch=10, batch_size=2)
    shown = [index for batch in source.epoch(1) for index in batch]
    assert sorted(shown) == sorted([0, 1, 2] * 4)


def test_one_clip_is_enough() -> None:
    assert batches_of(1, clips_per_epoch=1, batch_size=4).epoch(1) == [[0]]


def test_a_batch_holds_its_clips() -> None:
    batch = batches_of(3, clips_per_epoch=1, batch_size=2).load([2, 0])
    assert batch.names == ["clip2", "clip0"]
    assert batch.semantic_lengths.tolist() == [35, 25]
