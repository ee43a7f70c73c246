"""What the content network makes of a cached corpus: features, and when each phone sounds.

One array and one table for each shard of the cache, written whole, so a stopped run goes on.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from gpt_sovits.base.cache import CachedClip, MelCache
from gpt_sovits.errors import InputError
from gpt_sovits.features.content import Content
from gpt_sovits.features.mini import framed_phones, phone_durations
from gpt_sovits.models.mel.pointer import pointer_of
from gpt_sovits.paths import replacing
from gpt_sovits.report import Progress, no_progress
from gpt_sovits.text.symbols import phone_ids


@dataclass(frozen=True)
class HeardClip:
    """A cached clip with what the content network makes of it. N phones, T tokens."""

    clip: CachedClip
    phone_ids: Tensor
    """Ids of its framed phones, [N]."""
    pointer: Tensor
    """Index of the phone that sounds at each token, [T], 25/s."""
    start: int
    """First row of its features in the shard's array."""


@dataclass(frozen=True)
class FeatureCache:
    """Content features of a cached corpus on disk."""

    folder: Path
    mels: MelCache
    training: list[HeardClip] = field(default_factory=list)
    held_out: list[HeardClip] = field(default_factory=list)
    skipped: list[tuple[Path, str]] = field(default_factory=list)
    _arrays: dict[str, np.ndarray] = field(default_factory=dict, repr=False)

    def mel(self, heard: HeardClip) -> Tensor:
        """Log-mel spectrogram [F, 4 T], 100/s."""
        return self.mels.mel(heard.clip)[:, : 4 * len(heard.pointer)]

    def content(self, heard: HeardClip) -> Tensor:
        """Content features [C, 2 T], 50/s."""
        shard = heard.clip.shard
        if shard not in self._arrays:
            self._arrays[shard] = np.load(_array_path(self.folder, shard), mmap_mode="r")
        rows = self._arrays[shard][heard.start : heard.start + 2 * len(heard.pointer)]
        return torch.from_numpy(rows.astype(np.float32)).t().contiguous()


def with_low_bands(content: Tensor, mel: Tensor, n_low_bands: int) -> Tensor:
    """Put the low mel bands, which carry the melody, beside content features.

    Args:
        content: [C, T], 50/s.
        mel: log-mel spectrogram [F, 2 T], 100/s.
        n_low_bands: bands to put there; a frame takes two values of each.

    Returns:
        What the quantizer reads, [C + 2 * n_low_bands, T], as `features.mini` makes it.
    """
    T = content.shape[1]
    low = mel[:n_low_bands].reshape(n_low_bands, T, 2).transpose(1, 2).reshape(-1, T)
    return torch.cat([content, (low + 5) / 2])


def build_features(
    mels: MelCache, content: Content, folder: Path, *, progress: Progress = no_progress
) -> FeatureCache:
    """Listen to every clip of the shards that are missing, and open the cache.

    Args:
        mels: the corpus.
        content: the network.
        folder: for the features of this network; another network needs another one.
        progress: told after each shard.

    Raises:
        InputError: no text of a training clip could be laid over its clip.
    """
    cache = FeatureCache(folder, mels, skipped=list(mels.skipped))
    held_out = {clip.audio for clip in mels.held_out}
    shards: dict[str, list[CachedClip]] = {}
    for clip in mels.clips:
        shards.setdefault(clip.shard, []).append(clip)
    for done, (shard, clips) in enumerate(shards.items(), 1):
        if not _table_path(folder, shard).is_file():
            _write_shard(folder, shard, clips, mels, content)
        table = json.loads(_table_path(folder, shard).read_text(encoding="utf-8"))
        for clip, row in zip(clips, table, strict=True):
            if "reason" in row:
                cache.skipped.append((Path(clip.audio), row["reason"]))
                continue
            ids, pointer = torch.tensor(row["phone_ids"]), torch.tensor(row["pointer"])
            part = cache.held_out if clip.audio in held_out else cache.training
            part.append(HeardClip(clip, ids, pointer, row["start"]))
        progress(done, len(shards), "content features, in shards")
    if not cache.training or not cache.held_out:
        reason = f" ({cache.skipped[0][1]})" if cache.skipped else ""
        raise InputError(f"no text of the corpus could be laid over its clip{reason}")
    return cache


def _write_shard(
    folder: Path, shard: str, clips: Sequence[CachedClip], mels: MelCache, content: Content
) -> None:
    """Write the features, then the table that vouches for them."""
    table: list[dict[str, object]] = []
    arrays, start = [np.zeros((0, content.about.encoder.width), np.float16)], 0
    for clip in clips:
        try:
            ids, pointer, features = _listen(mels.mel(clip), clip.phones, content)
        except InputError as error:
            table.append({"reason": str(error)})
            continue
        table.append({"phone_ids": ids, "pointer": pointer.tolist(), "start": start})
        arrays.append(features.t().half().cpu().numpy())
        start += features.shape[1]
    with replacing(_array_path(folder, shard)) as part:
        np.save(part, np.concatenate(arrays))
    with replacing(_table_path(folder, shard)) as part:
        part.write_text(json.dumps(table), encoding="utf-8")


@torch.inference_mode()
def _listen(
    mel: Tensor, phones: Sequence[str], content: Content
) -> tuple[list[int], Tensor, Tensor]:
    """Ids of the framed phones [N], the pointer [T] and features [C, 2 T] of a mel [F, L]."""
    framed = framed_phones(phones)
    device = content.model.head.weight.device
    T = mel.shape[1] // 4
    features, _ = content.model(mel[None].to(device), torch.tensor([mel.shape[1]], device=device))
    features = features[:, :, : 2 * T]
    log_probs = content.model.classify(features)[0].cpu()
    durations = phone_durations(log_probs, framed, content)
    return phone_ids(framed, content.about.symbols), pointer_of(durations), features[0]


def _array_path(folder: Path, shard: str) -> Path:
    return folder / f"{shard}.npy"


def _table_path(folder: Path, shard: str) -> Path:
    return folder / f"{shard}.json"
