import pytest

from gpt_sovits.training.steps import StepDataset, group_batches, step_loader
from tests.training.recording import NumberSource, number_options


@pytest.mark.parametrize(
    ("n_batches", "accumulate", "world", "expected"),
    [
        (3, 1, 1, [[0], [1], [2]]),
        (5, 2, 1, [[0, 1], [2, 3], [4]]),
        (2, 8, 1, [[0, 1]]),
        (5, 1, 2, [[0, 1], [2, 3], [4, 0]]),
        (1, 1, 4, [[0, 0, 0, 0]]),
        (5, 2, 2, [[0, 1, 2, 3], [4, 0]]),
    ],
)
def test_batches_make_steps_that_suit_all_devices(
    n_batches: int, accumulate: int, world: int, expected: list[list[int]]
) -> None:
    assert group_batches(range(n_batches), accumulate, world) == expected


def test_steps_know_their_place() -> None:
    dataset = StepDataset(NumberSource([1.0], [2.0], [3.0]), number_options(accumulate=2))
    places = [step.place for step in step_loader(dataset, 0)]
    assert [(place.step, place.epoch, place.ends_epoch) for place in places] == [
        (1, 1, False),
        (2, 1, True),
        (3, 2, False),
        (4, 2, True),
    ]


def test_the_loader_goes_on_after_what_is_done() -> None:
    dataset = StepDataset(NumberSource([1.0], [2.0], [3.0]), number_options())
    steps = list(step_loader(dataset, 4))
    assert [step.place.step for step in steps] == [5, 6]
    assert [batch.values.tolist() for step in steps for batch in step.batches] == [[2.0], [3.0]]


def test_devices_share_a_step() -> None:
    source = NumberSource([1.0], [2.0], [3.0], [4.0])
    options = number_options(devices=2, accumulate=2, epochs=1)
    shares = [StepDataset(source, options, rank)[1].batches for rank in range(2)]
    assert [[batch.values.item() for batch in share] for share in shares] == [[1, 3], [2, 4]]
