"""One training clip: what is known of it, and its tensors as one small file."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gpt_sovits.config import FamilyConfig, MelFamilyConfig
from gpt_sovits.errors import InputError
from gpt_sovits.paths import replacing

if TYPE_CHECKING:
    from torch import Tensor

_METADATA = "clip"


@dataclass(frozen=True)
class Clip:
    """One training clip, everything in memory. N phones; T frames at 50 a second, an even number.

    All parts cover the same time: two frames make a token, and the audio is exactly T frames long.
    """

    name: str
    phone_ids: "Tensor"
    """[N] int64; for mini those of `framed_phones`."""
    bert: "Tensor | None"
    """Text features [bert_width, N] float32; None where they are zero or the family has none."""
    ssl: "Tensor"
    """What tokens are made of, content features or a melody, [ssl_width, T] float32, 50/s."""
    semantic: "Tensor"
    """Semantic tokens [T // 2] int64, 25/s."""
    audio: "Tensor"
    """Waveform [L] float32 at the family's rate, L = T * samples_per_frame(family)."""
    pointer: "Tensor | None"
    """Index of the phone that sounds at each token, [T // 2] int64; mel families only."""
    speaker: "Tensor | None"
    """Speaker vector [speaker_width] float32; Pro families only."""


@dataclass(frozen=True)
class ClipInfo:
    """What an experiment knows of a clip without loading it."""

    name: str
    text: str
    """As in the annotation list."""
    language: str
    """Language mode of the text."""
    norm_text: str
    phones: list[str]
    """Symbols of the text, N of them."""
    seconds: float
    n_phones: int
    n_tokens: int
    key: str
    """Hash of everything that the features depend on; names their file."""


def samples_per_frame(family: FamilyConfig) -> int:
    """Samples of one frame of content features, 1/50 s."""
    hop_length = family.spectrogram.hop_length
    return 2 * hop_length if isinstance(family, MelFamilyConfig) else hop_length


def ssl_width(family: FamilyConfig) -> int:
    """Channels of what the family's tokens are made of."""
    return family.synthesizer.ssl_width


def bert_width(family: FamilyConfig) -> int:
    """Channels of the family's text features, 0 where it has none."""
    return 0 if isinstance(family, MelFamilyConfig) else family.gpt.bert_width


def speaker_width(family: FamilyConfig) -> int | None:
    """Size of the family's speaker vector, None where it has none."""
    return None if isinstance(family, MelFamilyConfig) else family.synthesizer.speaker_width


def check_clip(clip: Clip, family: FamilyConfig) -> None:
    """Refuse a clip whose parts do not fit together or are of another family.

    Raises:
        InputError: names the part, its shape and the one needed.
    """
    T = clip.ssl.shape[-1]
    N = len(clip.phone_ids)
    n_bert, n_speaker = bert_width(family), speaker_width(family)
    needed: dict[str, tuple[Tensor | None, tuple[int, ...] | None]] = {
        "ssl": (clip.ssl, (ssl_width(family), T)),
        "semantic": (clip.semantic, (T // 2,)),
        "audio": (clip.audio, (T * samples_per_frame(family),)),
        "pointer": (clip.pointer, (T // 2,) if isinstance(family, MelFamilyConfig) else None),
        "speaker": (clip.speaker, None if n_speaker is None else (n_speaker,)),
    }
    if clip.bert is not None:
        needed["bert"] = (clip.bert, (n_bert, N) if n_bert else None)
    for part, (tensor, shape) in needed.items():
        found = None if tensor is None else tuple(tensor.shape)
        if found != shape:
            raise InputError(
                f"{clip.name}: {part} is {_size(found)}, {family.name} needs {_size(shape)}; "
                f"run `features --family {family.name}` again"
            )
    if N == 0 or T == 0 or T % 2:
        raise InputError(f"{clip.name}: has {N} phones and {T} frames; run `features` again")


def _size(shape: tuple[int, ...] | None) -> str:
    return "absent" if shape is None else str(list(shape))


def write_clip(path: Path, clip: Clip, about: dict[str, Any]) -> None:
    """Write a clip's tensors whole or not at all; equal clips give equal bytes.

    Args:
        path: the file, ending in .safetensors.
        clip: the clip; its name is not kept, so that equal clips share a file.
        about: JSON values that `read_about` gives back.

    Raises:
        InputError: the file cannot be written.
    """
    from safetensors import SafetensorError
    from safetensors.torch import save_file

    tensors = {
        part: getattr(clip, part).contiguous()
        for part in ("phone_ids", "bert", "ssl", "semantic", "audio", "pointer", "speaker")
        if getattr(clip, part) is not None
    }
    try:
        with replacing(path) as part_path:
            save_file(tensors, part_path, metadata={_METADATA: json.dumps(about, sort_keys=True)})
    except (OSError, SafetensorError) as error:  # the second when the disk is full
        raise InputError(
            f"{path}: cannot be written ({error}); check the folder and the space on the disk"
        ) from error


def read_about(path: Path) -> dict[str, Any] | None:
    """What `write_clip` was told of a clip; None where the file is missing or damaged."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="pt") as opened:
            values = json.loads((opened.metadata() or {})[_METADATA])
    except (OSError, SafetensorError, KeyError, ValueError):
        return None
    return values if isinstance(values, dict) else None


def read_clip(path: Path, name: str) -> Clip:
    """Read a clip that `write_clip` wrote.

    Raises:
        InputError: the file is missing or damaged.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        tensors = load_file(path)
        return Clip(
            name=name,
            phone_ids=tensors["phone_ids"],
            bert=tensors.get("bert"),
            ssl=tensors["ssl"],
            semantic=tensors["semantic"],
            audio=tensors["audio"],
            pointer=tensors.get("pointer"),
            speaker=tensors.get("speaker"),
        )
    except (OSError, SafetensorError, KeyError) as error:
        raise InputError(
            f"{path}: the features of {name} are missing or damaged ({error}); run `features` again"
        ) from error


def row_of(info: ClipInfo, family: FamilyConfig) -> str:
    """One line of clips.jsonl."""
    return json.dumps({**asdict(info), "family": family.name}, ensure_ascii=False)


def info_of(line: str) -> tuple[ClipInfo, str]:
    """A clip and its family's name from one line of clips.jsonl.

    Raises:
        ValueError: the line is not as `row_of` writes it.
    """
    try:
        values = json.loads(line)
        family = values.pop("family")
        info = ClipInfo(**values)
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError(str(error)) from error
    wrong = [
        key
        for key, kind in ClipInfo.__annotations__.items()
        if not isinstance(getattr(info, key), (int, float) if kind is float else _plain(kind))
    ]
    if wrong:
        raise ValueError(f"{wrong[0]} has the wrong type")
    return info, family


def _plain(kind: Any) -> type:
    return getattr(kind, "__origin__", kind)
