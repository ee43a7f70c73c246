"""Say in plain values what a weights file holds."""

from collections import Counter
from pathlib import Path
from typing import Any

from gpt_sovits.weights.file import WeightFile
from gpt_sovits.weights.read import read_weights
from gpt_sovits.weights.sizes import sizes_of


def describe_weights(path: Path) -> dict[str, Any]:
    """Read a file safely and describe it, in JSON values.

    Returns:
        `path`, `bytes`, `sha256`, `kind`, `family`, `info`, `lora_rank`, `n_tensors`,
        `n_parameters`, `dtypes` (number format -> tensors), `parts` (first word of the keys ->
        parameters), `sizes` (as in `VitsFamilyConfig`), `shapes` (key -> shape), `config` and
        `provenance`.

    Raises:
        WeightsError: the file is missing, damaged, hostile or no weights file.
    """
    return _describe(read_weights(path))


def _describe(file: WeightFile) -> dict[str, Any]:
    parts: Counter[str] = Counter()
    for key, tensor in file.tensors.items():
        parts[key.partition(".")[0]] += tensor.numel()
    dtypes = Counter(str(tensor.dtype).removeprefix("torch.") for tensor in file.tensors.values())
    return {
        "path": str(file.path),
        "bytes": file.path.stat().st_size,
        "sha256": file.sha256,
        "kind": file.kind,
        "family": file.family,
        "info": file.info,
        "lora_rank": file.lora_rank,
        "n_tensors": len(file.tensors),
        "n_parameters": parts.total(),
        "dtypes": dict(dtypes),
        "parts": dict(parts),
        "sizes": sizes_of(file.tensors, file.kind),
        "shapes": {key: list(tensor.shape) for key, tensor in file.tensors.items()},
        "config": file.config,
        "provenance": file.provenance,
    }
