"""Average the weights of two networks that began as one.

Fine-tuned from the same base, two networks mostly lie in one valley, and so does what is between
them (Wortsman et al. 2022, "Model soups"; Frankle et al. 2020 on linear connectivity). Networks
that began apart do not: their mean says nothing.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from gpt_sovits.errors import WeightsError
from gpt_sovits.weights.file import WeightFile

if TYPE_CHECKING:
    from torch import Tensor

LEAST_LIKENESS = 0.6
"""Cosine of all weights below which two networks did not begin as one: fine-tuned ones have more
than 0.9, random ones about 0."""

TRAINING_ONLY = "enc_q."
"""What a synthesizer needs in training alone; published files leave it out."""

_CODEBOOK = "_codebook."


def fuse_weights(one: WeightFile, other: WeightFile, share: float) -> "dict[str, Tensor]":
    """Average two networks, in float32.

    Args:
        one: any format and number format.
        other: of the same kind, family and sizes.
        share: of `other` in the result, 0 to 1.

    Returns:
        Weights by key, in the finer one of both number formats.

    Raises:
        WeightsError: the two cannot be averaged; the message says what differs.
    """
    import torch

    _check_files(one, other)
    ours, theirs = _tensors(one, other), _tensors(other, one)
    _check_shapes(ours, theirs, one, other)
    fused = {}
    for key, tensor in ours.items():
        kept = not tensor.is_floating_point() or _CODEBOOK in key
        if kept:
            fused[key] = tensor
            continue
        mean = torch.lerp(tensor.float(), theirs[key].float(), share)
        fused[key] = mean.to(torch.promote_types(tensor.dtype, theirs[key].dtype))
    return fused


def likeness(ours: "Mapping[str, Tensor]", theirs: "Mapping[str, Tensor]") -> float:
    """Cosine of all weights of two networks of one shape."""
    dot = mine = his = 0.0
    for key, tensor in ours.items():
        if tensor.is_floating_point() and _CODEBOOK not in key:
            a, b = tensor.double().flatten(), theirs[key].double().flatten()
            dot += float(a @ b)
            mine += float(a @ a)
            his += float(b @ b)
    return dot / max((mine * his) ** 0.5, 1e-30)


def _check_files(one: WeightFile, other: WeightFile) -> None:
    for what, own, else_ in (
        ("network", one.kind, other.kind),
        ("family", one.family, other.family),
    ):
        if own != else_:
            raise WeightsError(
                f"{one.path} and {other.path} are of another {what}: {own} and {else_}; give two"
                " voices of one family"
            )
    for file in (one, other):
        if file.lora_rank is not None:
            raise WeightsError(
                f"{file.path}: is a low-rank update (LoRA), which cannot be averaged; give whole"
                " weights"
            )


def _tensors(file: WeightFile, beside: WeightFile) -> "dict[str, Tensor]":
    """All tensors, less what only training needs where the other file lacks it."""
    has_all = any(key.startswith(TRAINING_ONLY) for key in beside.tensors)
    return {
        key: tensor
        for key, tensor in file.tensors.items()
        if has_all or not key.startswith(TRAINING_ONLY)
    }


def _check_shapes(
    ours: "Mapping[str, Tensor]",
    theirs: "Mapping[str, Tensor]",
    one: WeightFile,
    other: WeightFile,
) -> None:
    """Refuse networks of other layers, sizes, tokens or another beginning."""
    import torch

    for key in sorted(ours.keys() ^ theirs.keys()):
        place = (one if key in ours else other).path
        raise WeightsError(f"{key} is in {place} alone: the two networks have other layers")
    for key, tensor in ours.items():
        if tensor.shape != theirs[key].shape:
            raise WeightsError(
                f"{key} is {list(tensor.shape)} in {one.path}, but {list(theirs[key].shape)} in"
                f" {other.path}: the two networks have other sizes"
            )
        # Half precision rounds at the third digit.
        if key.endswith(f"{_CODEBOOK}embed") and not torch.allclose(
            tensor.float(), theirs[key].float(), rtol=1e-2, atol=1e-2
        ):
            raise WeightsError(
                f"{one.path} and {other.path} mean other sounds by their tokens: they were not"
                " fine-tuned from one base"
            )
    alike = likeness(ours, theirs)
    if not alike >= LEAST_LIKENESS:
        raise WeightsError(
            f"{one.path} and {other.path} are too far apart (cosine {alike:.2f}, {LEAST_LIKENESS:g}"
            " is needed): they were not fine-tuned from one base"
        )
