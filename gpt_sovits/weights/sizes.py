"""The sizes of a family that can be read from its tensors: one table for asking and checking."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from gpt_sovits.config import VitsFamilyConfig
from gpt_sovits.errors import WeightsError
from gpt_sovits.weights.file import Kind, WeightFile

if TYPE_CHECKING:
    from torch import Tensor

_ENCODER = "synthesizer.text_encoder"
_STYLE = "synthesizer.style"
_SHAPES: dict[Kind, dict[str, tuple[str | None, ...]]] = {
    "gpt": {
        "ar_text_embedding.word_embeddings.weight": ("gpt.n_phones", "gpt.width"),
        "ar_audio_embedding.word_embeddings.weight": ("gpt.n_tokens", "gpt.width"),
        "bert_proj.weight": ("gpt.width", "gpt.bert_width"),
        "h.layers.0.linear1.weight": ("gpt.ff_width", "gpt.width"),
    },
    "sovits": {
        "enc_p.text_embedding.weight": ("synthesizer.n_phones", f"{_ENCODER}.width"),
        "enc_p.encoder_text.ffn_layers.0.conv_1.weight": (
            f"{_ENCODER}.ff_width",
            f"{_ENCODER}.width",
            f"{_ENCODER}.kernel_size",
        ),
        "enc_p.mrte.c_pre.weight": (f"{_ENCODER}.mrte_width", f"{_ENCODER}.width", None),
        "ssl_proj.weight": ("synthesizer.ssl_width", "synthesizer.ssl_width", None),
        "quantizer.vq.layers.0._codebook.embed": ("synthesizer.n_codes", "synthesizer.ssl_width"),
        "dec.conv_pre.weight": ("synthesizer.decoder.channels", "synthesizer.latent_width", None),
        "ref_enc.spectral.0.fc.weight": (f"{_STYLE}.width", f"{_STYLE}.n_bins"),
        "ref_enc.fc.fc.weight": (f"{_STYLE}.n_style", f"{_STYLE}.width"),
        "sv_emb.weight": (f"{_STYLE}.n_style", "synthesizer.speaker_width"),
    },
}
"""Key -> what each dimension means, as a path in `VitsFamilyConfig`; None is not looked at."""

_COUNTS: dict[Kind, dict[str, str]] = {
    "gpt": {"gpt.n_layers": r"h\.layers\.(\d+)\.norm1\.weight"},
    "sovits": {
        f"{_ENCODER}.n_ssl_layers": r"enc_p\.encoder_ssl\.attn_layers\.(\d+)\.conv_q\.weight",
        f"{_ENCODER}.n_text_layers": r"enc_p\.encoder_text\.attn_layers\.(\d+)\.conv_q\.weight",
        f"{_ENCODER}.n_joint_layers": r"enc_p\.encoder2\.attn_layers\.(\d+)\.conv_q\.weight",
    },
}
"""Path in `VitsFamilyConfig` -> the keys that are counted."""


def sizes_of(tensors: "Mapping[str, Tensor]", kind: Kind) -> dict[str, int]:
    """Sizes that the tensors of a GPT or a synthesizer show, named as in `VitsFamilyConfig`."""
    sizes: dict[str, int] = {}
    for key, names in _SHAPES.get(kind, {}).items():
        if key in tensors:
            sizes.update(
                {name: size for name, size in zip(names, tensors[key].shape, strict=False) if name}
            )
    for name, pattern in _COUNTS.get(kind, {}).items():
        if count := sum(bool(re.fullmatch(pattern, key)) for key in tensors):
            sizes[name] = count
    return sizes


def check_fits(file: WeightFile, family: VitsFamilyConfig) -> None:
    """Check that a GPT or a whole synthesizer has the sizes of a family.

    Raises:
        WeightsError: naming the first key that does not fit, with both shapes.
    """
    for key, names in _SHAPES.get(file.kind, {}).items():
        wanted = [_setting(family, name) if name else None for name in names]
        absent = any(name and size is None for name, size in zip(names, wanted, strict=True))
        if absent != (key not in file.tensors):
            trouble = "is there, but not" if absent else "is missing, but needed"
            raise WeightsError(f"{file.path}: {key} {trouble} in {family.name}")
        if absent:
            continue
        shape = list(file.tensors[key].shape)
        if len(shape) == len(wanted):
            wanted = [
                own if size is None else size for own, size in zip(shape, wanted, strict=True)
            ]
        if shape != wanted:
            raise WeightsError(
                f"{file.path}: {key} is {shape}, but {wanted} in {family.name}: the file is of"
                " another family"
            )
    sizes = sizes_of(file.tensors, file.kind)
    for name in _COUNTS.get(file.kind, {}):
        if sizes.get(name) != _setting(family, name):
            raise WeightsError(
                f"{file.path}: {name} is {sizes.get(name, 0)}, but {_setting(family, name)} in"
                f" {family.name}: the file is of another family"
            )


def _setting(family: VitsFamilyConfig, path: str) -> int | None:
    value: object = family
    for part in path.split("."):
        value = getattr(value, part)
    assert value is None or isinstance(value, int), f"{path} is no size"
    return value
