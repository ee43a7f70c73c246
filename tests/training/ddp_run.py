"""Train a tiny voice on several devices: a program, because Lightning starts copies of it."""

import sys
from pathlib import Path

import torch

from gpt_sovits.paths import ProjectPaths
from gpt_sovits.training.options import gpt_options
from gpt_sovits.training.train import train_gpt
from tests.tiny_mini import tiny_family
from tests.training.tiny import tiny_experiment


def main(root: str, devices: str, accumulate: str) -> None:
    """Without dropout, so that the share of each device makes no difference."""
    torch.set_num_threads(1)
    paths = ProjectPaths(Path(root))
    experiment = tiny_experiment(paths)
    experiment.family = tiny_family()
    options = gpt_options(
        experiment.family,
        accelerator="cpu",
        epochs=2,
        clips_per_epoch=1,
        batch_size=1,
        devices=int(devices),
        accumulate=int(accumulate),
    )
    train_gpt(experiment, "voice", options, paths=paths)


if __name__ == "__main__":
    main(*sys.argv[1:])
