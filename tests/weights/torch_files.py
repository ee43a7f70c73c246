"""Small files in the layouts that are met in the wild, made without the reference."""

import io
import json
import pickle
import sys
import zipfile
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest import mock

import torch
from torch import Tensor

MANIFESTS = Path(__file__).parent.parent / "parity" / "manifests"

Tensors = dict[str, Tensor]


def published(network: str) -> Tensors:
    """Half-precision zeros under the published keys and shapes, without memory of their own."""
    shapes = json.loads((MANIFESTS / f"{network}.json").read_text())
    return {key: torch.zeros(1, dtype=torch.half).expand(shape) for key, shape in shapes.items()}


def tiny_gpt(n_phones: int = 732) -> Tensors:
    torch.manual_seed(0)
    return {
        "bert_proj.weight": torch.randn(4, 6),
        "ar_text_embedding.word_embeddings.weight": torch.randn(n_phones, 4),
        "h.layers.0.norm1.weight": torch.randn(4),
    }


def tiny_sovits(n_phones: int = 732) -> Tensors:
    torch.manual_seed(0)
    return {
        "enc_p.text_embedding.weight": torch.randn(n_phones, 4).half(),
        "dec.conv_pre.weight": torch.randn(8, 4, 7).half(),
        "enc_q.pre.weight": torch.randn(4, 5, 1).half(),
    }


class HParams:
    """As the reference's class: attributes, some of them objects of the class themselves."""

    def __init__(self, **values: Any) -> None:
        for key, value in values.items():
            setattr(self, key, HParams(**value) if isinstance(value, dict) else value)


def save_voice(path: Path, tensors: Tensors, config: dict[str, Any], head: bytes = b"PK") -> Path:
    """A synthesizer as the reference saves it, with its class in the pickle."""
    module = ModuleType("utils")
    module.HParams = HParams  # type: ignore[attr-defined]  # a module made here
    buffer = io.BytesIO()
    with (
        mock.patch.dict(sys.modules, {"utils": module}),
        mock.patch.object(HParams, "__module__", "utils"),
    ):
        torch.save({"weight": tensors, "config": HParams(**config), "info": "8epoch"}, buffer)
    path.write_bytes(head + buffer.getvalue()[2:])
    return path


def save_pickle(path: Path, opcodes: bytes, compression: int = zipfile.ZIP_STORED) -> Path:
    """A torch archive around a pickle of one's own."""
    with zipfile.ZipFile(path, "w", compression) as archive:
        archive.writestr("archive/data.pkl", opcodes)
        archive.writestr("archive/version", "3\n")
    return path


def call(function: str, argument: str) -> bytes:
    """A pickle that calls `module name` with one text when it is loaded."""
    module, _, name = function.rpartition(".")
    text = argument.encode()
    return (
        b"\x80\x02c" + f"{module}\n{name}\n".encode() + b"X" + len(text).to_bytes(4, "little")
        + text + pickle.TUPLE1 + pickle.REDUCE + pickle.STOP
    )  # fmt: skip


def rewrite(source: Path, target: Path, old: bytes, new: bytes) -> Path:
    """Copy a torch archive with other bytes in its pickle."""
    with zipfile.ZipFile(source) as before, zipfile.ZipFile(target, "w") as after:
        for entry in before.infolist():
            content = before.read(entry)
            if entry.filename.endswith("data.pkl"):
                assert old in content, "the pickle does not hold what is to be replaced"
                content = content.replace(old, new)
            after.writestr(entry.filename, content)
    return target
