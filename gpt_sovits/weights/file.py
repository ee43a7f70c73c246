"""What a weights file holds, whatever its format."""

import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from gpt_sovits.errors import WeightsError

if TYPE_CHECKING:
    from torch import Tensor

Kind = Literal["gpt", "sovits", "discriminator", "vocoder", "other"]
"""Which network the tensors belong to."""


@dataclass(frozen=True, kw_only=True)
class WeightFile:
    """Tensors of one file and what the file says of them."""

    path: Path
    """Where it was read from."""
    kind: Kind
    """Which network the tensors belong to."""
    family: str | None
    """Name of the family, None where the file does not tell. A GPT of 732 phones is `v2`: v2Pro,
    v2ProPlus, v3 and v4 have the same one."""
    tensors: "dict[str, Tensor]"
    """By the keys of our modules, in the number format of the file unless another was asked for."""
    config: dict[str, Any] = field(default_factory=dict)
    """Settings that lie in the file, as plain values; the reference's own or ours."""
    info: str = ""
    """The remark that its writer left, such as `8epoch_96iteration`."""
    lora_rank: int | None = None
    """Rank of the low-rank update that the file holds, None for whole weights."""
    provenance: dict[str, Any] = field(default_factory=dict)
    """How our own file came to be: date, version, sources with their hashes, training."""

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of the file; read when first asked for."""
        return sha256_of(self.path)


def sha256_of(path: Path) -> str:
    """SHA-256 of a file in hexadecimal, read in pieces.

    Raises:
        WeightsError: the file cannot be read.
    """
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while piece := file.read(1 << 20):
                digest.update(piece)
    except OSError as error:
        raise WeightsError(f"{path}: cannot be read ({error.strerror})") from error
    return digest.hexdigest()
