from dataclasses import dataclass

import pytest
import torch
from torch import Tensor

from gpt_sovits.base.batches import Drawn, FrameBatches, batch_sizes, pad


@dataclass(frozen=True)
class Numbers:
    numbers: Tensor


def load(drawn: Drawn[int]) -> Numbers:
    return Numbers(torch.tensor(drawn.clips))


def batches(n_clips: int = 40, seed: int = 0) -> FrameBatches[int]:
    lengths = [10 + 5 * (number % 13) for number in range(n_clips)]
    return FrameBatches(list(range(n_clips)), lengths, 200, load, seed)


@pytest.mark.parametrize(
    ("lengths", "sizes"),
    [([1, 1, 1], [3]), ([3, 4, 5, 9], [2, 1, 1]), ([20], [1]), ([20, 30], [1, 1])],
)
def test_a_batch_holds_what_fits(lengths: list[int], sizes: list[int]) -> None:
    assert batch_sizes(lengths, 10) == sizes


def test_every_clip_is_in_every_epoch_and_epochs_are_equally_long() -> None:
    source = batches()
    counts = set()
    for number in range(1, 6):
        epoch = source.epoch(number)
        counts.add(len(epoch))
        assert sorted(clip for batch in epoch for clip in batch.clips) == list(range(40))
    assert len(counts) == 1


def test_an_epoch_follows_from_its_number_and_differs_from_the_next() -> None:
    source = batches()
    assert source.epoch(3) == batches().epoch(3)
    assert source.epoch(3) != source.epoch(4)
    groups = [{frozenset(batch.clips) for batch in source.epoch(number)} for number in (3, 4)]
    assert groups[0] != groups[1]


def test_batches_are_loaded_from_their_clips() -> None:
    source = batches()
    drawn = source.epoch(1)[0]
    loaded = source.load(drawn)
    assert loaded.numbers.tolist() == drawn.clips


def test_padding_is_zero() -> None:
    rows = [torch.ones(2, 3), torch.ones(2, 1)]
    assert pad(rows)[1].tolist() == [[1, 0, 0], [1, 0, 0]]
