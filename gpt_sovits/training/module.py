"""What `fit` trains: a network with its objectives and optimizers."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, fields, replace
from typing import Any, cast

import torch
from pytorch_lightning import LightningModule
from pytorch_lightning.core.optimizer import LightningOptimizer
from torch import Tensor

from gpt_sovits.errors import InputError
from gpt_sovits.training.options import TrainingOptions


@dataclass(frozen=True)
class Place:
    """Where in the training a step stands. Steps and epochs count from 1."""

    step: int
    """Number of the step since the training began; one step moves the weights once."""
    epoch: int
    """Number of the epoch that it belongs to."""
    ends_epoch: bool
    """Whether it is the last one of its epoch."""


@dataclass(frozen=True)
class Step:
    """All batches whose gradients one step adds up."""

    place: Place
    batches: list[Any]
    """Dataclasses of tensors, as in `gpt_sovits.data.batches`."""


@dataclass(frozen=True)
class Objective:
    """What one optimizer brings down."""

    loss: Tensor
    """Scalar; its gradients move the optimizer's weights."""
    figures: dict[str, Tensor] = field(default_factory=dict)
    """What is logged, scalars by name; left out, the loss itself as `loss`."""


class TrainingModule(LightningModule):
    """Wrap a network for `fit`.

    A subclass gives `objectives`, Lightning's `configure_optimizers` (a list) and
    `exported_weights`. Chance comes from the step's generator and, for dropout, from torch's own,
    which is seeded at every step: a step depends on the weights and on its number, so a resumed
    training is the unbroken one.

    Args:
        options: of the training.
    """

    def __init__(self, options: TrainingOptions) -> None:
        super().__init__()
        self.automatic_optimization = False
        self.options = options
        self.place = Place(0, 0, ends_epoch=True)
        """Place of the step in hand."""
        self.figures: dict[str, float] = {}
        """What the last step logged, the means of its batches."""

    def objectives(self, batch: Any, generator: torch.Generator) -> Iterator[Objective]:
        """Yield one objective for each optimizer, in the order of `configure_optimizers`.

        An optimizer has stepped before the next objective is asked for, so a generator can be
        judged by a discriminator that has just learned. An objective must leave no gradients in
        the weights of another optimizer: detach them, or set `requires_grad_(False)` on them.

        Args:
            batch: on the module's device.
            generator: on the CPU, seeded for this step.
        """
        raise NotImplementedError

    def exported_weights(self) -> dict[str, Tensor]:
        """The trained network's state, by its own keys."""
        raise NotImplementedError

    def rate(self, place: Place) -> float:
        """Share of every optimizer's learning rate at this place; 1 unless a subclass says else."""
        return 1.0

    def after_step(self) -> None:
        """Called when all weights have moved; here an average of weights can be kept."""

    def transfer_batch_to_device(self, batch: Step, device: torch.device, index: int) -> Step:
        """Move a step's batches."""
        return Step(batch.place, [_moved(one, device) for one in batch.batches])

    def training_step(self, step: Step) -> None:
        """Move the weights once."""
        self.place = step.place
        generator = self._seed(step.place.step)
        optimizers = self._optimizers()
        for optimizer in optimizers:
            self._set_rate(optimizer)
        sums: dict[str, float] = {}
        for number, batch in enumerate(step.batches, 1):
            objectives = self.objectives(batch, generator)
            for optimizer, objective in zip(optimizers, objectives, strict=True):
                self._finite("the loss", objective.loss)
                for name, value in (objective.figures or {"loss": objective.loss}).items():
                    sums[name] = sums.get(name, 0.0) + self._finite(name, value)
                self.manual_backward(objective.loss / len(step.batches))
                if number == len(step.batches):
                    self._move(optimizer)
        self.after_step()
        self.figures = {name: total / len(step.batches) for name, total in sums.items()}

    def _seed(self, step: int) -> torch.Generator:
        """Make chance depend on nothing but the seed, the step and the device's number."""
        seed = ((self.options.seed * 1_000_003 + step) * 1_009 + self.global_rank) % 2**63
        torch.manual_seed(seed)
        return torch.Generator().manual_seed(seed)

    def _optimizers(self) -> list[LightningOptimizer]:
        optimizers = self.optimizers()
        return cast(
            list[LightningOptimizer],
            optimizers if isinstance(optimizers, list) else [optimizers],
        )

    def _set_rate(self, optimizer: LightningOptimizer) -> None:
        rate = self.rate(self.place)
        for group in optimizer.param_groups:
            group["lr"] = group.setdefault("initial_lr", group["lr"]) * rate

    def _move(self, optimizer: LightningOptimizer) -> None:
        """Let an optimizer step, its gradients cut to the longest one allowed."""
        scaler = getattr(self.trainer.precision_plugin, "scaler", None)
        if self.options.gradient_clip is not None:
            if scaler is not None:
                scaler.unscale_(optimizer.optimizer)
            weights = [weight for group in optimizer.param_groups for weight in group["params"]]
            length = torch.nn.utils.clip_grad_norm_(weights, self.options.gradient_clip)
            if scaler is None:  # with one, a step whose gradients overflow is left out
                self._finite("the gradient", length)
        optimizer.step()
        optimizer.zero_grad()

    def _finite(self, name: str, value: Tensor) -> float:
        number = float(value.detach())
        if not math.isfinite(number):
            rate = getattr(self.options, "learning_rate", None)
            raise InputError(
                f"training stopped at step {self.place.step}: {name} is {number};"
                f" the checkpoint before is kept. Try a lower --learning-rate (now {rate}) with"
                " --no-resume, or --precision 32-true"
            )
        return number


def _moved(batch: Any, device: torch.device) -> Any:
    """A dataclass with its tensors on another device."""
    values = {part.name: getattr(batch, part.name) for part in fields(batch)}
    tensors = {name: value for name, value in values.items() if isinstance(value, Tensor)}
    return replace(batch, **{name: value.to(device) for name, value in tensors.items()})
