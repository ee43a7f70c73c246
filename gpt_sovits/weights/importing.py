"""Take over a published or a community voice: read it safely, keep it as our own file."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

from gpt_sovits.config import load_vits_family
from gpt_sovits.errors import InputError, WeightsError
from gpt_sovits.paths import MAX_NAME_BYTES, PROJECT, ProjectPaths, check_name
from gpt_sovits.report import StageReport
from gpt_sovits.weights.read import read_weights
from gpt_sovits.weights.reference_config import FAMILIES
from gpt_sovits.weights.sizes import check_fits
from gpt_sovits.weights.write import provenance_of, write_safetensors

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor

FOLDERS = {"gpt": "GPT_weights", "sovits": "SoVITS_weights"}
"""Where a voice's two halves lie, below the project's folder."""


def import_weights(
    source: Path, name: str | None = None, *, paths: ProjectPaths = PROJECT
) -> StageReport:
    """Read a GPT or a synthesizer of any origin and write it below GPT_weights/ or SoVITS_weights/.

    The number format stays the file's. A file that is there already is never replaced.

    Args:
        source: the file, in any format that `read_weights` knows.
        name: name of the voice, see `check_name`. None takes the file's, with `_` for what is no
            letter or digit.
        paths: the project.

    Returns:
        The new file as `written`; under `skipped` the source with a warning for each weight that
        is not a finite number.

    Raises:
        WeightsError: the file cannot be used, or its sizes are not those of its family.
        InputError: the name cannot be a file's, or is taken.
    """
    if name is None:
        plain = re.sub(r"[^\w .-]+", "_", source.stem).encode()[:MAX_NAME_BYTES]
        name = plain.decode(errors="ignore").strip(" .-")
    check_name(name)
    file = read_weights(source)
    if file.kind not in FOLDERS:
        raise WeightsError(
            f"{source}: holds no GPT and no synthesizer but {file.kind!r} weights, which a voice"
            " does not need"
        )
    if file.family in FAMILIES and file.lora_rank is None:
        check_fits(file, load_vits_family(file.family, paths.configs))
    target = paths.root / FOLDERS[file.kind] / f"{name}.safetensors"
    if target.exists():
        raise InputError(f"{target} is there already; choose another --name than {name!r}")
    write_safetensors(
        target,
        file.tensors,
        kind=file.kind,
        family=file.family,
        config=file.config,
        provenance=provenance_of([source]),
        info=file.info,
        lora_rank=file.lora_rank,
    )
    warning = [
        (source, f"{key} holds values that are not finite; the voice may stay silent or crackle")
        for key in _not_finite(file.tensors)
    ]
    return StageReport(written=[target], skipped=warning)


def _not_finite(tensors: "Mapping[str, Tensor]") -> list[str]:
    """Keys of the tensors that hold NaN or an infinity."""
    return [key for key, tensor in tensors.items() if not bool(tensor.isfinite().all())]
