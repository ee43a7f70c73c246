"""Read weight files of any origin without running what is in them."""

import hashlib
import json
import stat
from collections.abc import Mapping
from mmap import ACCESS_COPY, mmap
from pathlib import Path
from pickle import UnpicklingError
from threading import Lock
from typing import IO, TYPE_CHECKING, Any, cast

from gpt_sovits.errors import WeightsError
from gpt_sovits.weights.archive import (
    CONFIG_GLOBAL,
    DEMUCS_GLOBAL,
    FRACTION_GLOBAL,
    NUMPY_GLOBALS,
    PATH_GLOBALS,
    check_archive,
)
from gpt_sovits.weights.family import GPT_EMBEDDING, HEADS, START_BYTES, tell_family, tell_kind
from gpt_sovits.weights.file import WeightFile
from gpt_sovits.weights.plain import StubConfig, nothing, path_text, plain

if TYPE_CHECKING:
    import torch
    from torch import Tensor

HEADER_KEY = "gpt_sovits"
"""Entry of a safetensors header that holds our description, as JSON."""
MAX_HEADER_BYTES = 16 << 20
"""Size of a safetensors header; ours have 0.1 MB."""

_TORCH_LOCK = Lock()
"""torch keeps the classes that a file may name for the whole process."""


def read_weights(path: Path, *, dtype: "torch.dtype | None" = None) -> WeightFile:
    """Read a GPT, a synthesizer, a discriminator, a vocoder or any other state dict.

    Known are `.ckpt`, `.pth`, `.pt` and `.bin` as `torch.save` writes them since torch 1.6, the
    reference's two-byte heads in place of `PK`, its training checkpoints and Lightning's, and
    safetensors; the content decides, not the ending. Tensors may lie in the mapped file, so it
    must not be rewritten in place while they are used.

    Args:
        path: the file.
        dtype: number format that tensors of real numbers are turned into; None keeps the file's.

    Raises:
        WeightsError: the file is missing, damaged, hostile or no weights file.
    """
    start = _read_start(path)
    if start[8:9] == b"{" and int.from_bytes(start[:8], "little") <= MAX_HEADER_BYTES:
        file = _read_safetensors(path)
    elif start[2:4] == b"\x03\x04" and start[:2] in HEADS:
        file = _read_torch(path, start)
    else:
        raise WeightsError(f"{path}: {_what_it_is(start)}")
    if dtype is not None:
        for key, tensor in file.tensors.items():
            if tensor.is_floating_point():
                file.tensors[key] = tensor.to(dtype)
    return file


def _read_start(path: Path) -> bytes:
    try:
        str(path).encode()  # torch and safetensors take a path as UTF-8 only
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise WeightsError(f"{path}: is a folder; name the weights file inside it")
        if not stat.S_ISREG(mode):  # a pipe would be waited for without end
            raise WeightsError(f"{path}: is a device or a pipe; copy it into a file first")
        with path.open("rb") as file:
            start = file.read(START_BYTES)
    except FileNotFoundError as error:
        raise WeightsError(f"{path}: no such file") from error
    except UnicodeEncodeError as error:
        raise WeightsError(f"{path}: its name is no UTF-8 text; rename the file") from error
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        reason = getattr(error, "strerror", None) or str(error)
        raise WeightsError(f"{path}: cannot be read ({reason})") from error
    if not start:
        raise WeightsError(f"{path}: is empty; copy or download it again")
    return start


def _what_it_is(start: bytes) -> str:
    """Say in words what stands where weights should be, and what to do."""
    text = start.lstrip().lower()
    if start.startswith(b"version https://git-lfs"):
        return "is a Git LFS pointer of a few lines; fetch the real file (git lfs pull)"
    if text.startswith((b"<!doctype", b"<html", b"<?xml")):
        return "is a web page, saved in place of the file; download it again"
    if start[2:4] == b"\x03\x04":
        return f"begins with {start[:2]!r}, a head that no known family has"
    if start[:1] == b"\x80":
        return (
            "is a pickle without an archive, as torch wrote before 1.6; load it where you trust"
            " it and save it again with a newer torch"
        )
    return "is no weights file (neither a torch archive nor safetensors)"


def _read_torch(path: Path, start: bytes) -> WeightFile:
    content = _load_archive(path)
    tensors, config, info, lora_rank = _take_apart(content, path)
    _check_tensors(tensors, path)
    if all(key.startswith("model.") for key in tensors) and f"model.{GPT_EMBEDDING}" in tensors:
        tensors = {key.removeprefix("model."): tensor for key, tensor in tensors.items()}
    settings = plain(config, path)
    config = settings if isinstance(settings, dict) else {"config": settings}
    md5 = hashlib.md5(start, usedforsecurity=False).hexdigest()
    return WeightFile(
        path=path,
        kind=tell_kind(tensors),
        family=tell_family(tensors, head=start[:2], start=md5, config=config),
        tensors=tensors,
        config=config,
        info=_one_line(str(plain(info, path))),
        lora_rank=lora_rank,
    )


def _load_archive(path: Path) -> Any:
    """Check the archive, then let torch's restricted reader build it."""
    import torch

    stubs: list[Any] = [
        *((StubConfig, name) for name in (CONFIG_GLOBAL, DEMUCS_GLOBAL)),
        *((path_text, name) for name in (*PATH_GLOBALS, FRACTION_GLOBAL)),
        *((nothing, name) for name in NUMPY_GLOBALS),
    ]
    try:
        with path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_COPY) as data:
            own_head = data[:2]
            data[:2] = b"PK"  # in this process's memory only
            check_archive(data, path)
            data.seek(0)
            with _TORCH_LOCK, torch.serialization.safe_globals(stubs):
                if own_head == b"PK":
                    return torch.load(path, map_location="cpu", weights_only=True, mmap=True)
                return torch.load(cast(IO[bytes], data), map_location="cpu", weights_only=True)
    except WeightsError:
        raise
    except UnpicklingError as error:  # torch's own words advise to switch its safety off
        raise WeightsError(
            f"{path}: uses a known class in a way that no weights file does; nothing of it was run,"
            " get the file from another source"
        ) from error
    except Exception as error:  # a hostile file can make the reader raise anything
        raise WeightsError(
            f"{path}: cannot be read as weights ({type(error).__name__}: {_first_line(error)});"
            " copy or download it again"
        ) from error


def _first_line(error: Exception) -> str:
    return repr(str(error).strip().partition("\n")[0][:200])


def _one_line(text: str) -> str:
    """A remark of the file that is safe to show in a terminal."""
    return "".join(letter for letter in text[:200] if letter.isprintable())


def _take_apart(content: Any, path: Path) -> "tuple[dict[str, Tensor], Any, Any, int | None]":
    """Find tensors, config, remark and LoRA rank in what a file holds."""
    if not isinstance(content, dict):
        raise WeightsError(f"{path}: holds one {type(content).__name__} and no named tensors")
    rank = content.get("lora_rank")
    rank = rank if isinstance(rank, int) else None
    if "weight" in content and isinstance(content["weight"], dict):  # the reference's voices
        tensors = _named_tensors(content["weight"], path)
        return tensors, content.get("config") or {}, content.get("info", ""), rank
    if isinstance(content.get("state_dict"), dict):  # Lightning
        settings = content.get("hyper_parameters")
        config = settings.get("config", settings) if isinstance(settings, dict) else {}
        info = f"epoch {content.get('epoch')}, step {content.get('global_step')}"
        return _named_tensors(content["state_dict"], path), config or {}, info, None
    if isinstance(content.get("model"), dict):  # the reference's training checkpoints
        info = f"iteration {content.get('iteration')}"
        return _named_tensors(content["model"], path), {}, info, None
    if isinstance(content.get("state"), dict):  # Demucs
        return _named_tensors(content["state"], path), content.get("kwargs") or {}, "", None
    if isinstance(content.get("generator"), dict):  # BigVGAN
        return _named_tensors(content["generator"], path), {}, "", None
    return _named_tensors(content, path), {}, "", None


def _named_tensors(values: Mapping[Any, Any], path: Path) -> "dict[str, Tensor]":
    import torch

    if not values:
        raise WeightsError(f"{path}: holds no tensors")
    for key, value in values.items():
        if not isinstance(key, str) or not isinstance(value, torch.Tensor):
            kind = type(value).__name__
            raise WeightsError(f"{path}: {str(key)[:80]!r} is a {kind}, where a tensor is expected")
        if not key.isprintable():  # it is shown in terminals and written into our own files
            raise WeightsError(
                f"{path}: {key[:80]!a} cannot be a tensor's name; get the file from another source"
            )
    return {key: value.detach() for key, value in values.items()}


def _check_tensors(tensors: "Mapping[str, Tensor]", path: Path) -> None:
    """No tensor is larger than what is stored of it, so a copy of all fits into memory."""
    total = 0
    for key, tensor in tensors.items():
        size = tensor.numel() * tensor.element_size()
        total += size
        if size > tensor.untyped_storage().nbytes():
            raise WeightsError(
                f"{path}: {key[:80]!r} claims {list(tensor.shape)}, more than the file holds of"
                " it; get the file from another source"
            )
    if total > 2 * path.stat().st_size:
        raise WeightsError(
            f"{path}: its tensors would take {total} bytes, more than twice the file; get the"
            " file from another source"
        )


def _read_safetensors(path: Path) -> WeightFile:
    from safetensors import safe_open

    try:
        with safe_open(path, framework="pt") as opened:
            tensors = {key: opened.get_tensor(key) for key in opened.keys()}  # noqa: SIM118
            description = (opened.metadata() or {}).get(HEADER_KEY, "{}")
    except Exception as error:  # a hostile header can make the reader raise anything
        raise WeightsError(
            f"{path}: its header does not fit its content ({_first_line(error)}); copy or"
            " download it again"
        ) from error
    tensors = _named_tensors(tensors, path)
    about = _read_description(description, path)
    family = _one_line(about.get("family", ""))
    return WeightFile(
        path=path,
        kind=tell_kind(tensors),
        family=family or tell_family(tensors, head=b"", start="", config=about.get("config", {})),
        tensors=tensors,
        config=about.get("config", {}),
        info=_one_line(about.get("info", "")),
        lora_rank=about.get("lora_rank"),
        provenance=about.get("provenance", {}),
    )


def _read_description(text: str, path: Path) -> dict[str, Any]:
    """What our own header says; each entry is of the type that we write, or absent."""

    def refuse(constant: str) -> None:
        raise ValueError(f"{constant} is no number")

    try:
        values = json.loads(text, parse_constant=refuse)
    except (ValueError, RecursionError) as error:
        raise WeightsError(f"{path}: its description is not JSON ({error})") from error
    types: dict[str, type] = {
        "kind": str,
        "family": str,
        "config": dict,
        "info": str,
        "lora_rank": int,
        "provenance": dict,
    }
    if not isinstance(values, dict):
        raise WeightsError(f"{path}: its description is not a JSON object")
    return {key: values[key] for key, kind in types.items() if isinstance(values.get(key), kind)}
