"""Write weight files that the reference loads.

A synthesizer's settings lie in the reference's file as objects of its class `utils.HParams`. That
class does not exist here, and no module of that name is made: the pickler writes its name.
"""

import io
import pickle
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gpt_sovits.config import VitsFamilyConfig
from gpt_sovits.errors import WeightsError
from gpt_sovits.paths import replacing
from gpt_sovits.weights.reference_config import reference_gpt_config, reference_sovits_config

if TYPE_CHECKING:
    from torch import Tensor

_HEADS = {"v2Pro": b"05", "v2ProPlus": b"06"}
"""Two bytes that the reference expects in place of `PK`; v1 and v2 keep `PK`."""


class _HParams:
    """Settings as attributes; written under the name of the reference's class."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        for key, value in values.items():
            setattr(self, key, _HParams(value) if isinstance(value, dict) else value)


_PurePickler: Any = pickle._Pickler
"""The pickler in Python; the one in C asks the module for the class."""


class _NamingPickler(_PurePickler):  # type: ignore[misc]  # typeshed leaves its methods out
    """Writes `_HParams` as `utils.HParams`."""

    def save_global(self, obj: Any, name: str | None = None) -> None:
        if obj is _HParams:
            self.write(pickle.GLOBAL + b"utils\nHParams\n")
            self.memoize(obj)
        else:
            super().save_global(obj, name)


class _NamingPickle:
    """What `torch.save` asks of a pickle module."""

    Pickler = _NamingPickler


def export_ckpt(
    path: Path, tensors: "Mapping[str, Tensor]", family: VitsFamilyConfig, *, info: str
) -> None:
    """Write a GPT as the reference's `.ckpt`, in half precision.

    Args:
        path: the file.
        tensors: weights by the keys of our `Text2Semantic`.
        family: v1, v2, v2Pro or v2ProPlus.
        info: the remark that the reference shows, such as `GPT-e15`.

    Raises:
        WeightsError: the reference does not have this family, a weight does not fit into half
            precision, or the file cannot be written.
    """
    content = {
        "weight": OrderedDict((f"model.{key}", _half(tensor)) for key, tensor in tensors.items()),
        "config": reference_gpt_config(family),
        "info": info,
    }
    _save(path, content, head=b"PK")


def export_pth(
    path: Path, tensors: "Mapping[str, Tensor]", family: VitsFamilyConfig, *, info: str
) -> None:
    """Write a synthesizer as the reference's `.pth`, in half precision, without `enc_q`.

    Args:
        path: the file.
        tensors: weights by the keys of our `Synthesizer`.
        family: v1, v2, v2Pro or v2ProPlus.
        info: the remark that the reference shows, such as `8epoch_96iteration`.

    Raises:
        WeightsError: the reference does not have this family, a weight does not fit into half
            precision, or the file cannot be written.
    """
    content = {
        "weight": OrderedDict(
            (key, _half(tensor)) for key, tensor in tensors.items() if not key.startswith("enc_q.")
        ),
        "config": _HParams(reference_sovits_config(family)),
        "info": info,
    }
    _save(path, content, head=_HEADS.get(family.name, b"PK"))


def _half(tensor: "Tensor") -> "Tensor":
    own = tensor.detach().to("cpu", copy=True)
    if not own.is_floating_point():
        return own
    half = own.half()
    if bool((half.isinf() & own.isfinite()).any()):
        raise WeightsError(
            "a weight is beyond 65504, the largest number of half precision; keep this voice as"
            " safetensors"
        )
    return half


def _save(path: Path, content: Mapping[str, Any], *, head: bytes) -> None:
    import torch

    # Into memory first: given a file name, torch names the archive after it, and ours is random.
    archive = io.BytesIO()
    torch.save(content, archive, pickle_module=_NamingPickle, pickle_protocol=2)
    archive.seek(0)
    archive.write(head)
    try:
        with replacing(path) as part:
            part.write_bytes(archive.getbuffer())
    except OSError as error:
        raise WeightsError(f"{path}: cannot be written ({error.strerror or error})") from error
