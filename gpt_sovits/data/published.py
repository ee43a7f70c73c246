"""Experiment folders in the published layout, as users of GPT-SoVITS own them.

The key of a clip is the base name of its recording, ending included. One folder or file for each
kind of feature: `2-name2text.txt`, `3-bert/`, `4-cnhubert/`, `5-wav32k/`, `6-name2semantic.tsv`,
`7-sv_cn/`.
"""

import mmap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gpt_sovits.audio.read import read_audio
from gpt_sovits.config import FamilyConfig, MelFamilyConfig, VitsFamilyConfig
from gpt_sovits.data.clips import Clip, ClipInfo, check_clip, samples_per_frame
from gpt_sovits.data.experiment import Experiment, Skipped
from gpt_sovits.errors import InputError
from gpt_sovits.text.symbols import phone_ids, symbol_table
from gpt_sovits.weights.archive import check_archive

if TYPE_CHECKING:
    from torch import Tensor

TEXTS = "2-name2text"
TOKENS = "6-name2semantic"
"""Files of this name; a run that was cut leaves parts `-0`, `-1`, ... of them."""

MAX_SLACK = 3
"""Tokens by which features, tokens and audio may differ at a clip's end: they are rounded."""

MAX_TENSOR_BYTES = 256 << 20
"""Largest feature file; 768 channels of half an hour."""


@dataclass(frozen=True)
class _Text:
    phones: list[str]
    norm_text: str


def is_published(folder: Path) -> bool:
    """Tell whether a folder holds an experiment in the published layout."""
    return bool(_parts(folder, TEXTS, "txt"))


def open_published(folder: Path, family: FamilyConfig) -> Experiment:
    """Open an experiment in the published layout.

    Every clip is read once, so that what is broken is known before training begins.

    Raises:
        InputError: the family is not one of the published, or an index cannot be read.
    """
    if isinstance(family, MelFamilyConfig):
        raise InputError(
            f"{folder}: holds published features, which {family.name} cannot use; train v1, v2 or"
            f" a Pro family on them, or run `features --family {family.name}` on the recordings"
        )
    texts = {name: _text(rest) for name, rest in _rows(folder, TEXTS, "txt")}
    tokens = {name: rest[0] for name, rest in _rows(folder, TOKENS, "tsv") if name != "item_name"}
    clips: list[ClipInfo] = []
    skipped: Skipped = [
        (Path(name), "has tokens but no text") for name in tokens if name not in texts
    ]
    reader = _Reader(folder, family, tokens)
    for name, text in texts.items():
        try:
            clips.append(reader.look_at(name, text))
        except InputError as error:
            skipped.append((Path(name), str(error)))
    return Experiment(folder, family, clips, reader.read, skipped)


def _parts(folder: Path, stem: str, ending: str) -> list[Path]:
    """The index file, or the parts of one that was never joined."""
    whole = folder / f"{stem}.{ending}"
    return [whole] if whole.is_file() else sorted(folder.glob(f"{stem}-*.{ending}"))


def _rows(folder: Path, stem: str, ending: str) -> Iterator[tuple[str, list[str]]]:
    """Name and the other columns of each line."""
    for path in _parts(folder, stem, ending):
        try:
            lines = path.read_text(encoding="utf-8-sig").split("\n")
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(f"{path}: cannot be read as UTF-8 ({error})") from error
        for line in lines:
            name, *rest = line.rstrip("\r").split("\t")
            if name:
                yield name, rest or [""]


def _text(columns: list[str]) -> _Text | None:
    """Phones and normalized text; None where columns are missing."""
    return _Text(columns[0].split(), columns[-1]) if len(columns) == 3 else None


class _Reader:
    """Reads clips of one folder.

    Args:
        folder: the experiment.
        family: its family.
        tokens: name -> semantic tokens as text.
    """

    def __init__(self, folder: Path, family: VitsFamilyConfig, tokens: dict[str, str]) -> None:
        self.folder = folder
        self.family = family
        self.tokens = tokens

    def look_at(self, name: str, text: _Text | None) -> ClipInfo:
        """Read a clip to the end and tell about it.

        Raises:
            InputError: something of it is missing, damaged, or does not fit the rest.
        """
        if text is None or not text.phones:
            raise InputError(f"its line in {TEXTS}.txt has no phones and text; extract it again")
        if Path(name).name != name:
            raise InputError("its name leads to another folder; rename the clip")
        unknown = set(text.phones) - set(symbol_table(self.family.symbols))
        if unknown:
            raise InputError(
                f"its phone {min(unknown)!r} is no symbol of {self.family.name}; choose the family"
                " that the folder was made for"
            )
        if name not in self.tokens:
            raise InputError(f"has no line in {TOKENS}.tsv; extract its semantic tokens again")
        info = ClipInfo(name, "", "", text.norm_text, text.phones, 0.0, len(text.phones), 0, "")
        clip = self.read(info)
        check_clip(clip, self.family)
        return ClipInfo(
            name=name,
            text="",
            language="",
            norm_text=text.norm_text,
            phones=text.phones,
            seconds=len(clip.audio) / self.family.spectrogram.sample_rate,
            n_phones=len(text.phones),
            n_tokens=len(clip.semantic),
            key="",
        )

    def read(self, info: ClipInfo) -> Clip:
        """Read a clip; its parts are cut to the length that all have.

        Raises:
            InputError: a part is missing, damaged, or of another length than the others.
        """
        import torch

        name, family = info.name, self.family
        ssl = self._tensor("4-cnhubert", name, (1, family.synthesizer.ssl_width, None))[0]
        semantic = _token_ids(self.tokens[name], family.synthesizer.n_codes)
        samples, _ = read_audio(
            self.folder / "5-wav32k" / name, sample_rate=family.spectrogram.sample_rate
        )
        frame = samples_per_frame(family)
        lengths = (ssl.shape[1] // 2, len(semantic), len(samples) // (2 * frame))
        n_tokens = min(lengths)
        if max(lengths) - n_tokens > MAX_SLACK:
            raise InputError(
                f"its features, tokens and audio last {[count / 25 for count in lengths]} s: they"
                " are not of one recording; extract it again"
            )
        bert = speaker = None
        if (self.folder / "3-bert" / f"{name}.pt").is_file():
            bert = self._tensor("3-bert", name, (family.gpt.bert_width, info.n_phones))
        if family.synthesizer.speaker_width is not None:
            speaker = self._tensor("7-sv_cn", name, (1, family.synthesizer.speaker_width))[0]
        return Clip(
            name=name,
            phone_ids=torch.tensor(phone_ids(info.phones, family.symbols)),
            bert=bert,
            ssl=ssl[:, : 2 * n_tokens].contiguous(),
            semantic=semantic[:n_tokens],
            audio=torch.from_numpy(samples[: 2 * n_tokens * frame].copy()),
            pointer=None,
            speaker=speaker,
        )

    def _tensor(self, kind: str, name: str, shape: tuple[int | None, ...]) -> "Tensor":
        path = self.folder / kind / f"{name}.pt"
        tensor = read_tensor(path)
        fits = len(tensor.shape) == len(shape) and all(
            wanted in (None, found) for wanted, found in zip(shape, tensor.shape, strict=True)
        )
        if not fits:
            wanted = ["T" if size is None else size for size in shape]
            raise InputError(f"{path}: is {list(tensor.shape)}, where {wanted} is needed")
        return tensor


def _token_ids(text: str, n_codes: int) -> "Tensor":
    """Semantic tokens of a column of numbers, [T]."""
    import torch

    try:
        ids = [int(word) for word in text.split()]
    except ValueError as error:
        raise InputError(f"its semantic tokens are no numbers ({error})") from error
    if not all(0 <= token < n_codes for token in ids):
        raise InputError(f"its semantic tokens go beyond the {n_codes} of the family")
    return torch.tensor(ids, dtype=torch.long)


def read_tensor(path: Path) -> "Tensor":
    """Read a file that holds one tensor of numbers, without running what is in it.

    Returns:
        float32, any shape.

    Raises:
        InputError: the file is missing, damaged, hostile, or holds something else.
    """
    import torch

    try:
        size = path.stat().st_size
        if not 0 < size <= MAX_TENSOR_BYTES:
            raise InputError(f"{path}: has {size} bytes, which no features have; extract it again")
        with (
            path.open("rb") as file,
            mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data,
        ):
            check_archive(data, path)
        tensor = torch.load(path, map_location="cpu", weights_only=True)
    except InputError:
        raise
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file; extract it again") from error
    except Exception as error:  # a hostile file can make the reader raise anything
        raise InputError(f"{path}: cannot be read ({type(error).__name__})") from error
    if not isinstance(tensor, torch.Tensor) or tensor.numel() > size:
        raise InputError(f"{path}: holds no tensor of features; extract it again")
    tensor = tensor.detach().float()
    if not tensor.isfinite().all():
        raise InputError(f"{path}: holds values that are no numbers; extract it again")
    return tensor
