"""A training that is killed at random moments ends as if it had not been."""

import multiprocessing
import random
import signal
import time
from pathlib import Path

import pytest
import torch

from gpt_sovits.paths import ProjectPaths
from gpt_sovits.training.losses_log import read_losses
from gpt_sovits.training.options import gpt_options, sovits_options
from gpt_sovits.weights.read import read_weights
from tests.training.tiny import tiny_experiment, tiny_project

KILLS = 5
HALVES = {"gpt": 60, "sovits": 48}
"""Steps of each half."""


def train_both(root: Path) -> None:
    """Train both halves of a tiny voice; runs in a process of its own."""
    from gpt_sovits.training.train import train_gpt, train_sovits

    torch.set_num_threads(1)
    paths = ProjectPaths(root)
    experiment = tiny_experiment(paths)
    common = {"clips_per_epoch": 12, "batch_size": 1, "accumulate": 2, "checkpoint_seconds": 0.0}
    gpt = gpt_options(experiment.family, epochs=10, save_every=4, **common)
    train_gpt(experiment, "voice", gpt, paths=paths)
    sovits = sovits_options(experiment.family, epochs=8, save_every=6, **common)
    train_sovits(experiment, "voice", sovits, paths=paths)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0])
def test_killed_training_ends_as_an_unbroken_one(tmp_path: Path, seed: int) -> None:
    unbroken, broken = tmp_path / "unbroken", tmp_path / "broken"
    for root in (unbroken, broken):
        tiny_project(ProjectPaths(root))
    # Processes that begin with everything imported, so that kills fall into the training.
    server = multiprocessing.get_context("forkserver")
    server.set_forkserver_preload(["gpt_sovits.training.train", "tests.training.tiny"])

    chance = random.Random(seed)
    for moment in sorted(chance.sample(range(sum(HALVES.values())), KILLS)):
        killed = server.Process(target=train_both, args=(broken,))
        killed.start()
        while killed.is_alive() and steps_logged(broken) < moment:
            time.sleep(0.001)
        time.sleep(chance.uniform(0, 0.03))
        killed.kill()
        killed.join()
        assert killed.exitcode == -signal.SIGKILL
    for root in (unbroken, broken):
        whole = server.Process(target=train_both, args=(root,))
        whole.start()
        whole.join()
        assert whole.exitcode == 0

    for half in HALVES:
        losses = losses_of(unbroken, half)
        assert [step for _, step, _ in losses] == list(range(1, HALVES[half] + 1))
        assert losses_of(broken, half) == losses
    names = sorted(path.relative_to(unbroken) for path in unbroken.glob("*_weights/*"))
    assert names == sorted(path.relative_to(broken) for path in broken.glob("*_weights/*"))
    assert [path.name for path in names] == [
        "voice-e10.safetensors",
        "voice-e4.safetensors",
        "voice-e8.safetensors",
        "voice_e6_s36.safetensors",
        "voice_e8_s48.safetensors",
    ]
    for name in names:
        assert_equal_weights(unbroken / name, broken / name)


def steps_logged(root: Path) -> int:
    tables = (root / "logs").rglob("losses.csv")
    return sum(max(0, table.read_bytes().count(b"\n") - 1) for table in tables)


def losses_of(root: Path, half: str) -> list[tuple[int, int, dict[str, float]]]:
    rows = read_losses(root / f"logs/exp/training_{half}/losses.csv")
    return [(row.epoch, row.step, row.losses) for row in rows]


def assert_equal_weights(first: Path, second: Path) -> None:
    ours, theirs = read_weights(first).tensors, read_weights(second).tensors
    assert ours.keys() == theirs.keys()
    for key, tensor in ours.items():
        assert torch.equal(tensor, theirs[key]), key
