"""The one checkpoint of a training: all that the next step depends on."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from gpt_sovits.errors import ConfigError, InputError

_KEY = "gpt_sovits"


@dataclass(frozen=True)
class Progressed:
    """How far a training has come."""

    step: int = 0
    """Steps that are done."""
    saved: tuple[tuple[int, int], ...] = ()
    """Epoch and step of every weights file, oldest first."""
    finished: bool = False
    """Whether the training ended by itself: all its epochs, or all its minutes."""


def store_progress(
    checkpoint: dict[str, Any], progressed: Progressed, binding: Mapping[str, Any]
) -> None:
    """Put our own entry into what Lightning saves, and take out its place in its loops.

    They start afresh in every run, over the steps that are left.

    Args:
        checkpoint: what will be saved.
        progressed: how far the training has come.
        binding: what must not change until it is finished, JSON values.
    """
    checkpoint.pop("loops")
    checkpoint[_KEY] = {
        "step": progressed.step,
        "saved": [list(pair) for pair in progressed.saved],
        "finished": progressed.finished,
        "binding": dict(binding),
    }


def read_checkpoint(path: Path) -> dict[str, Any]:
    """Open a checkpoint; a tensor is read when it is used.

    Raises:
        InputError: it is damaged, or another program's.
    """
    try:
        checkpoint = torch.load(path, map_location="cpu", weights_only=True, mmap=True)
    except Exception as error:  # torch and pickle raise nearly anything for a damaged file
        raise InputError(
            f"{path}: cannot be read ({type(error).__name__}); give --no-resume to begin anew"
        ) from error
    if not isinstance(checkpoint, dict) or _KEY not in checkpoint:
        raise InputError(f"{path}: is no checkpoint of this program; move it away")
    return checkpoint


def read_progress(path: Path, binding: Mapping[str, Any]) -> Progressed:
    """How far the training has come whose checkpoint this is.

    Args:
        path: the checkpoint.
        binding: as in `store_progress`, of the training that is to go on.

    Returns:
        Nothing done where there is no checkpoint, or that of another training which is finished.

    Raises:
        ConfigError: another training was broken off here.
        InputError: the checkpoint is damaged.
    """
    if not path.is_file():
        return Progressed()
    own = read_checkpoint(path)[_KEY]
    if own["binding"] == dict(binding):
        saved = tuple((epoch, step) for epoch, step in own["saved"])
        return Progressed(own["step"], saved, own["finished"])
    if own["finished"]:
        return Progressed()
    was, now = own["binding"], dict(binding)
    changes = "; ".join(
        f"{key} was {was.get(key)} and is {now.get(key)}"
        for key in sorted(was.keys() | now.keys())
        if was.get(key) != now.get(key)
    )
    raise ConfigError(
        f"{path.parent}: a training of other settings was broken off here ({changes}); give the"
        " same to go on, or --no-resume to begin anew"
    )
