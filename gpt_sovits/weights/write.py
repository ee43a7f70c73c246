"""Write our own weight files: safetensors whose header holds config and provenance."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gpt_sovits import __version__
from gpt_sovits.errors import WeightsError
from gpt_sovits.paths import replacing
from gpt_sovits.weights.file import Kind, sha256_of
from gpt_sovits.weights.read import HEADER_KEY

if TYPE_CHECKING:
    from torch import Tensor


def provenance_of(
    sources: Sequence[Path] = (),
    *,
    training: Mapping[str, Any] | None = None,
    created: datetime | None = None,
) -> dict[str, Any]:
    """How a weights file comes to be.

    Args:
        sources: files it is made from; their names and hashes are kept.
        training: options and figures of the training, JSON values.
        created: the moment; None is now.
    """
    moment = created or datetime.now(UTC)
    return {
        "created": moment.isoformat(timespec="seconds"),
        "version": __version__,
        "sources": [{"name": path.name, "sha256": sha256_of(path)} for path in sources],
        "training": dict(training or {}),
    }


def write_safetensors(
    path: Path,
    tensors: "Mapping[str, Tensor]",
    *,
    kind: Kind,
    family: str | None,
    config: Mapping[str, Any],
    provenance: Mapping[str, Any],
    info: str = "",
    lora_rank: int | None = None,
) -> None:
    """Write tensors whole or not at all; equal input gives equal bytes.

    Args:
        path: the file; its folder is made where it is missing.
        tensors: weights by key, in any number format, on any device.
        kind: which network they belong to.
        family: name of the family, None where it is not known.
        config: settings of the family, JSON values.
        provenance: as `provenance_of` makes it.
        info: a remark of one line.
        lora_rank: rank of a low-rank update, None for whole weights.

    Raises:
        WeightsError: a value is not JSON, or the file cannot be written.
    """
    from safetensors import SafetensorError
    from safetensors.torch import save_file

    about = {
        "kind": kind,
        "family": family,
        "config": config,
        "info": info,
        "lora_rank": lora_rank,
        "provenance": provenance,
    }
    try:
        description = json.dumps(about, sort_keys=True, allow_nan=False)  # ASCII: any text fits
    except (TypeError, ValueError) as error:
        raise WeightsError(f"{path}: config or provenance is not JSON ({error})") from error
    # Tensors that share memory get a copy each, because safetensors stores every one by itself.
    apart = {
        key: tensor.detach().to("cpu", copy=True).contiguous() for key, tensor in tensors.items()
    }
    try:
        with replacing(path) as part:
            # One metadata entry: safetensors does not keep the order of several.
            save_file(apart, part, metadata={HEADER_KEY: description})
    except (OSError, SafetensorError) as error:  # the second when the disk is full
        raise WeightsError(f"{path}: cannot be written ({error})") from error
