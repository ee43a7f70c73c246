"""From batches to steps: what each step of a training reads, on one device or several."""

from collections.abc import Sequence
from typing import Any, Protocol, TypeVar

from torch.utils.data import DataLoader, Dataset

from gpt_sovits.training.module import Place, Step
from gpt_sovits.training.options import TrainingOptions

T = TypeVar("T")


class BatchSource(Protocol):
    """Where batches come from."""

    def epoch(self, number: int) -> Sequence[Any]:
        """What each batch of an epoch holds, in order; as many in every epoch.

        Args:
            number: of the epoch, from 1. Equal numbers give equal batches.
        """
        ...

    def load(self, batch: Any) -> Any:
        """Load one of them, a dataclass of tensors."""
        ...


def group_batches(batches: Sequence[T], accumulate: int, world: int = 1) -> list[list[T]]:
    """Cut an epoch's batches into steps.

    Args:
        batches: of one epoch.
        accumulate: batches a step on each device.
        world: number of devices.

    Returns:
        Batches of each step. The last one may hold fewer, but as many for each device: batches of
        the epoch's beginning fill it up.
    """
    missing = -len(batches) % world
    whole = [*batches, *(batches[index % len(batches)] for index in range(missing))]
    size = accumulate * world
    return [whole[start : start + size] for start in range(0, len(whole), size)]


class StepDataset(Dataset[Step]):
    """Steps by their number, from 1.

    Args:
        source: of the batches.
        options: of the training.
        rank: number of this device, from 0.
    """

    def __init__(self, source: BatchSource, options: TrainingOptions, rank: int = 0) -> None:
        self.source = source
        self.options = options
        self.rank = rank
        self._epoch = 0
        self._steps: list[list[Any]] = []
        self.steps_per_epoch = len(self._steps_of(1))

    def __len__(self) -> int:
        return self.steps_per_epoch * self.options.epochs

    def __getitem__(self, number: int) -> Step:
        epoch, index = divmod(number - 1, self.steps_per_epoch)
        place = Place(number, epoch + 1, ends_epoch=index + 1 == self.steps_per_epoch)
        own = self._steps_of(place.epoch)[index][self.rank :: self.options.devices]
        return Step(place, [self.source.load(batch) for batch in own])

    def _steps_of(self, epoch: int) -> list[list[Any]]:
        if epoch != self._epoch:
            batches = self.source.epoch(epoch)
            self._steps = group_batches(batches, self.options.accumulate, self.options.devices)
            self._epoch = epoch
        return self._steps


def step_loader(dataset: StepDataset, done: int) -> DataLoader[Step]:
    """Load the steps that are left when the first `done` are."""
    left = range(done + 1, len(dataset) + 1)
    return DataLoader(dataset, batch_size=None, sampler=left, num_workers=dataset.options.workers)
