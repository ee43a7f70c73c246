"""Put what was trained where the workbench looks for it: float16, small, with its history."""

import json
import shutil
from pathlib import Path
from typing import Any, get_args

import torch

from gpt_sovits.base.card import update_card
from gpt_sovits.base.options import Part
from gpt_sovits.base.state import FILES, KINDS, network_config, read_state
from gpt_sovits.base.vocoder import beats_griffin_lim
from gpt_sovits.errors import InputError, WeightsError
from gpt_sovits.paths import replacing
from gpt_sovits.report import StageReport
from gpt_sovits.training.replay import FILE as REPLAY_FILE
from gpt_sovits.weights.file import WeightFile
from gpt_sovits.weights.read import read_weights
from gpt_sovits.weights.write import provenance_of, write_safetensors

MOST_BYTES = 40_000_000
"""Size of the whole embedded base: it is committed."""

CARD = "MODEL_CARD.md"


def export_base(state_folder: Path, out: Path) -> StageReport:
    """Export the networks of a pretraining.

    A part that was not trained in this state stays as it is in `out`. A vocoder that does not beat
    Griffin-Lim is left out and named.

    Args:
        state_folder: of the pretraining.
        out: folder of the embedded base, such as pretrained_models/mini.

    Raises:
        InputError: there is no pretraining, it has no weights, or the result would be too large.
        WeightsError: a value does not fit into float16.
    """
    state = read_state(state_folder)
    figures = state.last_figures()
    report = StageReport()
    files: dict[Part, WeightFile] = {}
    for part in get_args(Part):
        path = state.weights(part)
        if not path.is_file():
            continue
        reason = _reason_against(part, figures)
        if reason is None:
            files[part] = read_weights(path)
        else:
            report.skipped.append((path, reason))
    if not files:
        raise InputError(f"{state_folder}: has no weights to export; run `base train` first")
    _check_size(files, out)
    halves = {part: _in_half(file) for part, file in files.items()}
    has_vocoder = "vocoder" in files or (out / FILES["vocoder"]).is_file()
    speaks_with = "vocoder" if has_vocoder else "griffin_lim"
    family = state.family.model_copy(update={"speaks_with": speaks_with})
    for part, file in files.items():
        about = {**file.provenance.get("training", {}), "figures": _figures_of(part, figures)}
        write_safetensors(
            out / FILES[part],
            halves[part],
            kind=KINDS[part],
            family=family.name,
            config=network_config(part, family),
            provenance=provenance_of([file.path], training=about),
        )
        report.written.append(out / FILES[part])
    if "mel" not in files:
        _set_vocoder(out / FILES["mel"], speaks_with)
    elif (state_folder / REPLAY_FILE).is_file():
        with replacing(out / REPLAY_FILE) as copy:
            shutil.copyfile(state_folder / REPLAY_FILE, copy)
        report.written.append(out / REPLAY_FILE)
    update_card(out / CARD, _trained(out))
    report.written.append(out / CARD)
    return report


def _set_vocoder(path: Path, speaks_with: str) -> None:
    """Tell a synthesizer that is already there what turns its spectrograms into waveforms."""
    if not path.is_file():
        return
    file = read_weights(path)
    if file.config.get("speaks_with") == speaks_with:
        return
    write_safetensors(
        path,
        file.tensors,
        kind=file.kind,
        family=file.family,
        config={**file.config, "speaks_with": speaks_with},
        provenance=file.provenance,
    )


def _trained(out: Path) -> dict[str, dict[str, Any]]:
    """How each file of a folder was trained, as its header tells."""
    paths = [out / FILES[part] for part in get_args(Part)]
    return {
        path.name: read_weights(path).provenance.get("training", {})
        for path in paths
        if path.is_file()
    }


def _figures_of(part: Part, figures: dict[str, dict[str, Any]]) -> dict[str, float]:
    return figures.get(part, {}).get("figures", {})


def _reason_against(part: Part, figures: dict[str, dict[str, Any]]) -> str | None:
    """Why a part is not to be exported; None lets it pass."""
    if part != "vocoder":
        return None
    measured = _figures_of(part, figures)
    if not measured:
        return "was not compared with Griffin-Lim; let `base train --parts vocoder` end"
    if beats_griffin_lim(measured):
        return None
    return f"does not beat Griffin-Lim yet ({json.dumps(measured)})"


def _check_size(files: dict[Part, WeightFile], out: Path) -> None:
    new = sum(2 * tensor.numel() for file in files.values() for tensor in file.tensors.values())
    kept = [out / name for part, name in FILES.items() if part not in files]
    size = new + sum(path.stat().st_size for path in kept if path.is_file())
    if size > MOST_BYTES:
        raise InputError(
            f"{out}: would hold {size / 1e6:.1f} MB, at most {MOST_BYTES / 1e6:.0f} MB may be"
            " committed; make the family smaller"
        )


def _in_half(file: WeightFile) -> dict[str, torch.Tensor]:
    halves = {}
    for key, tensor in file.tensors.items():
        halves[key] = tensor.half() if tensor.is_floating_point() else tensor
        if not halves[key].isfinite().all():
            raise WeightsError(f"{file.path}: {key} does not fit into float16; train it again")
    return halves
