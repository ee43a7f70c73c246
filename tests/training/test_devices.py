"""Training on several devices, here two processes on one CPU."""

import subprocess
import sys
from pathlib import Path

import pytest
import torch

from gpt_sovits.paths import PROJECT
from gpt_sovits.weights.read import read_weights
from tests.tiny_mini import make_tiny_project


@pytest.mark.slow
def test_two_devices_learn_what_one_learns_in_two_batches(tmp_path: Path) -> None:
    weights = {}
    for devices, accumulate in ((1, 2), (2, 1)):
        root = tmp_path / str(devices)
        make_tiny_project(root)
        command = [sys.executable, "-m", "tests.training.ddp_run"]
        subprocess.run(
            [*command, str(root), str(devices), str(accumulate)], cwd=PROJECT.root, check=True
        )
        weights[devices] = read_weights(root / "GPT_weights/voice-e2.safetensors").tensors
    for key, tensor in weights[1].items():
        torch.testing.assert_close(weights[2][key], tensor, rtol=1e-3, atol=1e-5)
