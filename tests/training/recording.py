"""A training small enough to be followed by hand: one weight that learns a number."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from gpt_sovits.training.module import Objective, TrainingModule
from gpt_sovits.training.options import TrainingOptions


@dataclass(frozen=True)
class Numbers:
    values: Tensor


class NumberModule(TrainingModule):
    """Brings one weight to the mean of all numbers, by plain gradient descent."""

    def __init__(self, options: TrainingOptions) -> None:
        super().__init__(options)
        self.network = nn.Linear(1, 1, bias=False)
        nn.init.zeros_(self.network.weight)

    def configure_optimizers(self) -> list[torch.optim.Optimizer]:
        return [torch.optim.SGD(self.network.parameters(), lr=0.1)]

    def objectives(self, batch: Numbers, generator: torch.Generator) -> Iterator[Objective]:
        yield Objective((self.network.weight - batch.values).square().mean())

    def exported_weights(self) -> dict[str, Tensor]:
        return self.network.state_dict()


class NumberSource:
    """Every epoch shows the same batches."""

    def __init__(self, *batches: list[float]) -> None:
        self.batches = list(batches)

    def epoch(self, number: int) -> list[list[float]]:
        return self.batches

    def load(self, batch: list[float]) -> Numbers:
        return Numbers(torch.tensor(batch))


class FakeWriter:
    """Writes the one weight as text, and remembers when."""

    def __init__(self, folder: Path, module: NumberModule) -> None:
        self.folder = folder
        self.module = module
        self.written: list[tuple[int, int]] = []

    def path(self, epoch: int, step: int) -> Path:
        return self.folder / f"e{epoch}.txt"

    def write(self, epoch: int, step: int, losses: Mapping[str, float]) -> None:
        self.written.append((epoch, step))
        self.path(epoch, step).write_text(str(self.module.network.weight.item()))

    def remove(self, epoch: int, step: int) -> None:
        self.path(epoch, step).unlink(missing_ok=True)


def number_options(**given: Any) -> TrainingOptions:
    defaults = {"epochs": 2, "save_every": 1, "checkpoint_seconds": 0.0, "accelerator": "cpu"}
    return TrainingOptions(**{**defaults, **given})
