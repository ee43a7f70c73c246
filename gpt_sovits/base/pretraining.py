"""What the four trainings of the embedded base share: warm-up, cosine over minutes, averaging."""

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any

import torch
from torch import Tensor, nn

from gpt_sovits.options import Within
from gpt_sovits.training.module import Objective, Place, TrainingModule
from gpt_sovits.training.optimizers import adamw, averaged
from gpt_sovits.training.options import ENDLESS, AboveZero, Epochs, Rate, TrainingOptions

EMA_DECAY = 0.999
"""Share of the averaged weights that a step keeps, in the long run."""


@dataclass(frozen=True, kw_only=True)
class PretrainingOptions(TrainingOptions):
    """Training of one network of the embedded base, by the clock."""

    epochs: Epochs = ENDLESS
    """Never reached: `max_minutes` ends the training."""

    save_every: Epochs = ENDLESS
    """Weights are written once, at the end."""

    gradient_clip: AboveZero = 1.0
    """Longest gradient, as the norm over all weights."""

    learning_rate: Rate = 1e-3
    """Highest step size of AdamW."""

    weight_decay: Annotated[float, Within(0)] = 0.05
    """Of matrices and kernels; vectors are spared."""

    warmup: Annotated[int, Within(0)] = 300
    """Steps over which the step size grows."""

    lowest_rate: Annotated[float, Within(0, 1)] = 0.02
    """Share of the step size that is left at the end."""


Watch = Callable[[nn.Module, int, float], None]
"""Called now and then as `watch(network, step, minutes)` with the averaged weights so far."""


class PretrainingModule(TrainingModule):
    """Train a network by the clock and keep a running average of its weights.

    The clock and the average are part of the state, so a resumed training goes on with both.

    Args:
        inner: gives the losses; the same module as in fine-tuning where there is one.
        network: what it trains.
        options: of the training; `max_minutes` is its whole length.
        watch: looks at the averaged weights now and then.
        watch_minutes: time between two looks.
    """

    elapsed_s: Tensor

    def __init__(
        self,
        inner: TrainingModule,
        network: nn.Module,
        options: PretrainingOptions,
        watch: Watch | None = None,
        watch_minutes: float = 10.0,
    ) -> None:
        super().__init__(options)
        self.pretraining = options
        self.inner = inner
        self.network = network
        self.average = averaged(network, EMA_DECAY)
        self.register_buffer("elapsed_s", torch.zeros(()))
        self.watch = watch
        self.watch_s = 60 * watch_minutes
        self._moved_at: float | None = None

    def objectives(self, batch: Any, generator: torch.Generator) -> Iterator[Objective]:
        """The losses of the inner module."""
        return self.inner.objectives(batch, generator)

    def configure_optimizers(self) -> list[torch.optim.Optimizer]:
        """One, for all weights."""
        options = self.pretraining
        return [adamw(self.network, options.learning_rate, options.weight_decay)]

    def rate(self, place: Place) -> float:
        """Linear warm-up by steps, and a cosine over the minutes."""
        minutes = self.pretraining.max_minutes
        share = 0.0 if minutes is None else min(1.0, float(self.elapsed_s) / (60 * minutes))
        cosine = 0.5 * (1 + math.cos(math.pi * share))
        warm = min(1.0, place.step / max(1, self.pretraining.warmup))
        return warm * max(self.pretraining.lowest_rate, cosine)

    def after_step(self) -> None:
        """Move the average and the clock."""
        self.average.update_parameters(self.network)
        self._look(self._move_clock())

    def _move_clock(self) -> float:
        """Seconds before this step, after the clock has moved past it."""
        before, now = float(self.elapsed_s), time.monotonic()
        if self._moved_at is not None:
            self.elapsed_s += now - self._moved_at
        self._moved_at = now
        return before

    def _look(self, before_s: float) -> None:
        """Let `watch` look when the time between two looks has passed in this step."""
        elapsed_s = float(self.elapsed_s)
        if self.watch is None or elapsed_s // self.watch_s == before_s // self.watch_s:
            return
        self.watch(self.average.module.eval(), self.place.step, elapsed_s / 60)
        self._moved_at = time.monotonic()  # looking is not training

    def exported_weights(self) -> dict[str, Tensor]:
        """The averaged weights."""
        return self.average.module.state_dict()
