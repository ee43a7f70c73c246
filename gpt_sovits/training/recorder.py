"""What happens between two steps: losses are written down, weights and checkpoints saved."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from pytorch_lightning import Callback, LightningModule, Trainer

from gpt_sovits.paths import replacing
from gpt_sovits.report import Progress
from gpt_sovits.training.checkpoints import Progressed, store_progress
from gpt_sovits.training.interrupts import Interrupts
from gpt_sovits.training.losses_log import LossesLog
from gpt_sovits.training.module import Place, Step, TrainingModule
from gpt_sovits.training.options import ENDLESS, TrainingOptions

_SAVING_SHARE = 20
"""The steps between two checkpoints take at least so many times what writing one takes."""


class WeightsWriter(Protocol):
    """Where a training leaves its result."""

    def path(self, epoch: int, step: int) -> Path:
        """The safetensors that `write` writes there."""
        ...

    def write(self, epoch: int, step: int, losses: Mapping[str, float]) -> None:
        """Write the weights as they are now, and whatever belongs beside them.

        Args:
            epoch: the epoch that ends here.
            step: steps that are done.
            losses: of the last step, by name.
        """
        ...

    def remove(self, epoch: int, step: int) -> None:
        """Remove what was written there; nothing there is fine."""
        ...


@dataclass(frozen=True)
class Run:
    """What a training knows of itself, apart from its network."""

    options: TrainingOptions
    checkpoint: Path
    losses: Path
    writer: WeightsWriter
    binding: Mapping[str, Any]
    """What must not change until the training is finished."""
    total: int
    """Steps in all."""
    progress: Progress


class Recorder(Callback):
    """Keep the record of a training, and end it when its time is over or a signal asks for it.

    Args:
        run: the training.
        progressed: how far it has come.
        interrupts: signals that came in.
    """

    def __init__(self, run: Run, progressed: Progressed, interrupts: Interrupts) -> None:
        self.run = run
        self.progressed = progressed
        self.interrupts = interrupts
        self._log: LossesLog | None = None  # of the first device
        self._mark = self._next_checkpoint = 0.0

    def on_train_start(self, trainer: Trainer, module: LightningModule) -> None:
        """Start the clock."""
        if trainer.is_global_zero:
            self._log = LossesLog(self.run.losses, self.progressed.step)
        self._mark = time.perf_counter()
        self._next_checkpoint = self._mark + self.run.options.checkpoint_seconds
        self.interrupts.listen()

    def on_train_batch_end(
        self, trainer: Trainer, module: LightningModule, outputs: Any, batch: Step, batch_idx: int
    ) -> None:
        """Write a step down; save where it is due."""
        assert isinstance(module, TrainingModule)
        place, losses = batch.place, module.figures
        self.progressed = replace(self.progressed, step=place.step)
        if self._log is not None:
            self._log.append(place, time.perf_counter() - self._mark, losses)
            for logger in trainer.loggers:
                logger.log_metrics(losses, place.step)
            self.run.progress(place.step, self.run.total, self._describe(place, losses))
        out_of_time, stopped, late = trainer.strategy.broadcast(self._demands())
        finished = out_of_time or place.step == self.run.total
        is_due = place.ends_epoch and place.epoch % self.run.options.save_every == 0
        if finished or is_due:
            self._save_weights(place, losses)
        if finished or is_due or stopped or late:
            self.progressed = replace(self.progressed, finished=finished)
            self._save_checkpoint(trainer)
        trainer.should_stop = finished or stopped
        self._mark = time.perf_counter()

    def on_save_checkpoint(
        self, trainer: Trainer, module: LightningModule, checkpoint: dict[str, Any]
    ) -> None:
        """Add our own entry."""
        store_progress(checkpoint, self.progressed, self.run.binding)

    def close(self) -> None:
        """Let go of the losses' file."""
        if self._log is not None:
            self._log.close()

    def _demands(self) -> tuple[bool, bool, bool]:
        """Whether the time is over, a signal came in, a checkpoint is due."""
        limit = self.run.options.max_minutes
        spent = 0.0 if self._log is None else self._log.seconds
        is_late = time.perf_counter() >= self._next_checkpoint
        return limit is not None and spent >= 60 * limit, self.interrupts.stopped, is_late

    def _describe(self, place: Place, losses: Mapping[str, float]) -> str:
        """The line that a person follows; rate and time left stand beside it."""
        figures = ", ".join(f"{name} {value:.3g}" for name, value in losses.items())
        epochs = self.run.options.epochs
        of_all = "" if epochs >= ENDLESS else f" of {epochs}"
        return f"epoch {place.epoch}{of_all}: {figures}"

    def _save_weights(self, place: Place, losses: Mapping[str, float]) -> None:
        """Write the weights; a checkpoint that knows of them follows."""
        new, old = (place.epoch, place.step), self.progressed.saved
        if self._log is not None:
            self.run.writer.write(*new, losses)
            if not self.run.options.keep_every:
                self._remove(old, but=self.run.writer.path(*new))
        kept = old if self.run.options.keep_every else ()
        self.progressed = replace(self.progressed, saved=(*kept, new))

    def _remove(self, saved: tuple[tuple[int, int], ...], but: Path) -> None:
        """Remove older weights; an epoch that was ended early has the name of its end."""
        for epoch, step in saved:
            if self.run.writer.path(epoch, step) != but:
                self.run.writer.remove(epoch, step)

    def _save_checkpoint(self, trainer: Trainer) -> None:
        """Write the checkpoint whole or not at all, after everything that it vouches for."""
        begun = time.perf_counter()
        if self._log is None:
            trainer.save_checkpoint(self.run.checkpoint)  # takes part, writes nothing
        else:
            self._log.sync()
            with replacing(self.run.checkpoint) as part:
                trainer.save_checkpoint(part)
        now = time.perf_counter()
        pause = max(self.run.options.checkpoint_seconds, _SAVING_SHARE * (now - begun))
        self._next_checkpoint = now + pause
