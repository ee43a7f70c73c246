"""Train any network: one loop for all of them, which goes on where it was broken off."""

import json
import logging
import os
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import torch
from filelock import FileLock, Timeout
from pytorch_lightning import Trainer
from pytorch_lightning.loggers import TensorBoardLogger
from pytorch_lightning.strategies import DDPStrategy, Strategy

from gpt_sovits.errors import ConfigError, InputError
from gpt_sovits.report import Progress, no_progress, tell_losses
from gpt_sovits.training.checkpoints import Progressed, read_checkpoint, read_progress
from gpt_sovits.training.interrupts import Interrupts
from gpt_sovits.training.losses_log import mean_losses, read_losses
from gpt_sovits.training.module import TrainingModule
from gpt_sovits.training.options import TrainingOptions, binding_options
from gpt_sovits.training.recorder import Recorder, Run, WeightsWriter
from gpt_sovits.training.steps import BatchSource, StepDataset, step_loader

CHECKPOINT, LOSSES, TENSORBOARD = "checkpoint.ckpt", "losses.csv", "tensorboard"
"""What a training leaves in its folder."""


@dataclass(frozen=True)
class TrainingReport:
    """What a training came to."""

    weights: list[Path]
    """Weight files, the newest last."""
    losses_csv: Path
    """Losses of every step."""
    first: dict[str, float]
    """Mean losses of the first epoch."""
    last: dict[str, float]
    """Mean losses of the last epoch."""
    steps: int
    """Steps in all."""
    seconds: float
    """Time of all steps, those before a break included."""
    skipped: list[tuple[Path, str]] = field(default_factory=list)
    """Clips that were left out, with the reasons."""


def fit(
    module: TrainingModule,
    source: BatchSource,
    options: TrainingOptions,
    folder: Path,
    *,
    writer: WeightsWriter,
    binding: Mapping[str, Any] | None = None,
    progress: Progress = no_progress,
) -> TrainingReport:
    """Train a network.

    The folder holds one training: its checkpoint, its losses as a table and for TensorBoard. One
    that was broken off, at whatever moment, goes on from its checkpoint and ends with the same
    losses and weights as an unbroken one, on a CPU to the last bit; a finished one is only
    reported.

    Args:
        module: the network with its losses.
        source: of the batches.
        options: of the training.
        folder: where it keeps its state.
        writer: of the weights.
        binding: what else, besides the options, must be equal for a training to go on: which
            clips, from which weights. JSON values.
        progress: told after every step.

    Raises:
        ConfigError: the device is not there, or another training was broken off in the folder.
        InputError: a loss is not a number any more, the checkpoint is damaged, or another run is
            training in the folder.
        KeyboardInterrupt: Ctrl-C or SIGTERM; everything up to the last step is kept.
    """
    _check_device(options)
    rank = int(os.environ.get("LOCAL_RANK", "0"))  # set in the copies that Lightning starts
    dataset = StepDataset(source, options, rank)
    run = Run(
        options=options,
        checkpoint=folder / CHECKPOINT,
        losses=folder / LOSSES,
        writer=writer,
        binding=json.loads(json.dumps({**binding_options(options), **(binding or {})})),
        total=len(dataset),
        progress=progress,
    )
    tell_losses(progress, run.losses)
    with nullcontext() if rank else _alone(folder):
        if not options.resume and rank == 0:
            run.checkpoint.unlink(missing_ok=True)
        progressed = read_progress(run.checkpoint, run.binding)
        if _is_over(run, progressed):
            epoch = -(-progressed.step // dataset.steps_per_epoch)
            progressed = _with_weights(module, run, progressed, epoch)
        else:
            progressed = _train(module, dataset, run, progressed)
        return _report(run, progressed)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep other runs out of a folder.

    Raises:
        InputError: one is in it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / ".lock", timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        raise InputError(f"{folder}: another run is training in it; wait until it ends") from error
    try:
        yield
    finally:
        lock.release()


def _check_device(options: TrainingOptions) -> None:
    """Refuse what this machine cannot do, before anything is written."""
    n_gpus = torch.cuda.device_count()
    if options.accelerator == "cuda" and not n_gpus:
        raise ConfigError("no CUDA device is on this machine; give --accelerator cpu")
    on_gpu = n_gpus > 0 and options.accelerator != "cpu"
    if on_gpu and options.devices > n_gpus:
        raise ConfigError(f"--devices {options.devices}: this machine has {n_gpus}")
    if not on_gpu and options.precision == "16-mixed":
        raise ConfigError("16-mixed needs a GPU; give --precision 32-true")


def _is_over(run: Run, progressed: Progressed) -> bool:
    """Whether nothing is left to do."""
    limit = run.options.max_minutes
    if progressed.step >= run.total:
        return True
    return limit is not None and _report(run, progressed).seconds >= 60 * limit


def _train(
    module: TrainingModule, dataset: StepDataset, run: Run, progressed: Progressed
) -> Progressed:
    """Take the steps that are left."""
    folder = run.checkpoint.parent
    if not progressed.step:
        run.checkpoint.unlink(missing_ok=True)  # of another training, which is finished
    for torn in folder.glob(f".*.part{run.checkpoint.suffix}"):
        torn.unlink(missing_ok=True)  # left by a kill while a checkpoint was written
    module.train()
    with Interrupts() as interrupts, _quiet(), _several_devices():
        recorder = Recorder(run, progressed, interrupts)
        trainer = Trainer(
            accelerator=run.options.accelerator,
            devices=run.options.devices,
            strategy=_strategy(run.options),
            precision=run.options.precision,
            max_epochs=1,  # its epoch is the whole of the steps that are left
            callbacks=[recorder],
            logger=TensorBoardLogger(
                folder, name="", version=TENSORBOARD, purge_step=progressed.step + 1
            ),
            default_root_dir=folder,
            enable_checkpointing=False,
            enable_progress_bar=False,
            enable_model_summary=False,
            use_distributed_sampler=False,
        )
        resumed = run.checkpoint if progressed.step else None
        try:
            trainer.fit(
                module,
                step_loader(dataset, progressed.step),
                ckpt_path=resumed,
                weights_only=True,
            )
        finally:
            recorder.close()
    if not trainer.is_global_zero:
        raise SystemExit(0)  # a copy of this program that was started for another device
    if interrupts.stopped:
        raise KeyboardInterrupt
    return recorder.progressed


def _strategy(options: TrainingOptions) -> Strategy | str:
    # An objective reaches one optimizer's weights only; the others are unused in its pass.
    return DDPStrategy(find_unused_parameters=True) if options.devices > 1 else "auto"


def _with_weights(
    module: TrainingModule, run: Run, progressed: Progressed, epoch: int
) -> Progressed:
    """Write the last weights of a training where they are not.

    They are gone, or were never written because the limit has come down to what was done.
    """
    last = (epoch, progressed.step)
    if not run.writer.path(*last).is_file():
        module.load_state_dict(read_checkpoint(run.checkpoint)["state_dict"])
        run.writer.write(*last, mean_losses(read_losses(run.losses), epoch))
    return replace(progressed, saved=tuple(dict.fromkeys((*progressed.saved, last))))


def _report(run: Run, progressed: Progressed) -> TrainingReport:
    rows = [row for row in read_losses(run.losses) if row.step <= progressed.step]
    # An epoch that was ended early and then went on has two entries for one file.
    weights = dict.fromkeys(run.writer.path(epoch, step) for epoch, step in progressed.saved)
    return TrainingReport(
        weights=[path for path in weights if path.is_file()],
        losses_csv=run.losses,
        first=mean_losses(rows, 1),
        last=mean_losses(rows, rows[-1].epoch) if rows else {},
        steps=progressed.step,
        seconds=sum(row.seconds for row in rows),
    )


@contextmanager
def _several_devices() -> Iterator[None]:
    """Take back what Lightning leaves behind of a training on several devices.

    Otherwise the next one would look for copies of this program that are gone.
    """
    before = set(os.environ)
    try:
        yield
    finally:
        if torch.distributed.is_available() and torch.distributed.is_initialized():
            torch.distributed.destroy_process_group()
        for name in set(os.environ) - before:
            del os.environ[name]


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep Lightning from talking: it recommends workers, loggers and cloud services."""
    loggers = [logging.getLogger(name) for name in ("pytorch_lightning", "lightning_fabric")]
    levels = [logger.level for logger in loggers]
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", module=r"(pytorch_lightning|lightning_fabric)\.")
            for logger in loggers:
                logger.setLevel(logging.ERROR)
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
