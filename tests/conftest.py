"""What holds for all tests."""

import pytest
import torch


@pytest.fixture(scope="session", autouse=True)
def _one_thread() -> None:
    """Keep torch on one core: the threads of tiny networks mostly wait for each other.

    With two on a busy machine of two cores the tests of the models take five times as long.
    """
    torch.set_num_threads(1)
