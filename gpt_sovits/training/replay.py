"""Languages that a voice does not speak in its recordings, and must not forget while it learns.

Slices of the embedded base's corpus go with its weights: phones, when they sound, and tokens, but
no sound. Beside every batch the network says some of them, and keeps to how the base says them.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from gpt_sovits.errors import WeightsError
from gpt_sovits.weights.read import read_weights
from gpt_sovits.weights.write import write_safetensors

FILE = "replay.safetensors"
"""Beside the base's networks."""


@dataclass(frozen=True)
class Slices:
    """M slices as `MelSynthesizer.render` reads them; padding is zero."""

    codes: Tensor
    """Semantic tokens, 25/s, [M, T]."""
    pointer: Tensor
    """Index of the phone that sounds at each, [M, T]."""
    token_lengths: Tensor
    """[M]."""
    phone_ids: Tensor
    """[M, N]."""
    phone_lengths: Tensor
    """[M]."""

    def draw(self, n_slices: int, generator: torch.Generator) -> "Slices":
        """Some of them, each at most once, padded no longer than they need."""
        chosen = torch.randperm(len(self.codes), generator=generator)[:n_slices]
        rows = Slices(**{name: tensor[chosen] for name, tensor in _tensors(self).items()})
        n_tokens, n_phones = int(rows.token_lengths.max()), int(rows.phone_lengths.max())
        return Slices(
            rows.codes[:, :n_tokens],
            rows.pointer[:, :n_tokens],
            rows.token_lengths,
            rows.phone_ids[:, :n_phones],
            rows.phone_lengths,
        )

    def to(self, device: torch.device) -> "Slices":
        """The same on another device."""
        return Slices(**{name: tensor.to(device) for name, tensor in _tensors(self).items()})


def write_replay(
    path: Path,
    slices: Mapping[str, Slices],
    *,
    family: str,
    config: Mapping[str, Any],
    provenance: Mapping[str, Any],
) -> None:
    """Write slices by their language, small: no number in them is above 32767."""
    tensors = {
        f"{language}.{name}": tensor.short()
        for language, rows in slices.items()
        for name, tensor in _tensors(rows).items()
    }
    write_safetensors(
        path, tensors, kind="other", family=family, config=config, provenance=provenance
    )


def read_replay(path: Path, spoken: Collection[str]) -> Slices | None:
    """Read the slices in all languages but those that are spoken.

    Args:
        path: of `write_replay`.
        spoken: languages of the voice's own recordings.

    Returns:
        The slices, those of several languages in one; None where no language is left.

    Raises:
        WeightsError: the file cannot be read, or is none of `write_replay`.
    """
    tensors = read_weights(path).tensors
    languages = sorted({key.partition(".")[0] for key in tensors} - set(spoken))
    if not languages:
        return None
    try:
        parts = {
            each.name: [tensors[f"{language}.{each.name}"].long() for language in languages]
            for each in fields(Slices)
        }
    except KeyError as error:
        raise WeightsError(f"{path}: has no {error}; check the project out again") from error
    return Slices(**{name: _stack(rows) for name, rows in parts.items()})


def _stack(rows: list[Tensor]) -> Tensor:
    """Join [M] or [M, L] tensors, each L padded to the longest."""
    if rows[0].dim() == 1:
        return torch.cat(rows)
    longest = max(row.shape[1] for row in rows)
    pad = torch.nn.functional.pad
    return torch.cat([pad(row, (0, longest - row.shape[1])) for row in rows])


def _tensors(slices: Slices) -> dict[str, Tensor]:
    return {each.name: getattr(slices, each.name) for each in fields(Slices)}
