import itertools
import math

import pytest
import torch
from torch import Tensor

from gpt_sovits.models.mel.pointer import frames_of, places_in_phones, pointer_of


def random_durations(seed: int, *, even: bool) -> Tensor:
    """Frames of 12 phones, none without a frame, together an even number."""
    noise = torch.Generator().manual_seed(seed)
    durations = torch.randint(1, 7, (12,), generator=noise)
    if even:
        return 2 * durations
    durations[-1] += durations.sum() % 2
    return durations


def test_durations_of_whole_tokens_come_back() -> None:
    durations = random_durations(0, even=True)
    path = frames_of(pointer_of(durations).unsqueeze(0))[0]
    assert torch.equal(torch.bincount(path), durations)


@pytest.mark.parametrize("seed", range(5))
def test_every_phone_sounds_in_its_order_whatever_the_durations(seed: int) -> None:
    durations = random_durations(seed, even=False)
    pointer = pointer_of(durations)
    assert len(pointer) == durations.sum() // 2
    steps = pointer.diff()
    assert steps.min() >= 0
    assert steps.max() <= 2
    path = frames_of(pointer.unsqueeze(0))[0]
    assert [phone for phone, _ in itertools.groupby(path.tolist())] == list(range(len(durations)))
    # Half a token is the most that a border moves.
    exact = torch.arange(len(durations)).repeat_interleave(durations)
    assert (path - exact).abs().max() <= 1


def test_a_first_phone_without_frames_is_passed_over() -> None:
    assert pointer_of(torch.tensor([0, 1, 1, 4])).tolist() == [2, 3, 3]


def test_a_token_that_goes_two_phones_on_gives_each_a_frame() -> None:
    assert frames_of(torch.tensor([[0, 2, 2, 3]])).tolist() == [[0, 0, 1, 2, 2, 2, 3, 3]]


def plain_places(path: list[int]) -> list[tuple[float, float, float]]:
    """The slow way: phone by phone."""
    places = []
    for _, group in itertools.groupby(path):
        n = len(list(group))
        places += [(math.log(1 + i), math.log(n - i), (i + 0.5) / n) for i in range(n)]
    return places


def test_places_count_from_both_ends_of_a_phone() -> None:
    path = [0, 0, 0, 1, 2, 2, 5]
    (places,) = places_in_phones(torch.tensor([path]), torch.tensor([len(path)]))
    torch.testing.assert_close(places, torch.tensor(plain_places(path)))


def test_places_do_not_see_what_stands_behind_a_row() -> None:
    path = torch.tensor([[0, 0, 1, 1, 1, 1]])
    alone = places_in_phones(path[:, :4], torch.tensor([4]))
    padded = places_in_phones(path, torch.tensor([4]))
    torch.testing.assert_close(padded[:, :4], alone)
