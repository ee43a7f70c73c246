"""When each phone of a cached corpus sounds, as the content network hears it.

One table for each shard of the cache, written whole, so a stopped run goes on.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

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


@dataclass(frozen=True)
class FeatureCache:
    """Timed phones of a cached corpus on disk."""

    folder: Path
    mels: MelCache
    training: list[HeardClip] = field(default_factory=list)
    held_out: list[HeardClip] = field(default_factory=list)
    skipped: list[tuple[Path, str]] = field(default_factory=list)

    def mel(self, heard: HeardClip) -> Tensor:
        """Log-mel spectrogram [F, 4 T], 100/s."""
        return self.mels.mel(heard.clip)[:, : 4 * len(heard.pointer)]

    def melody(self, heard: HeardClip) -> Tensor:
        """Melody [3, 2 T], 50/s."""
        return self.mels.melody(heard.clip)[:, : 2 * len(heard.pointer)]


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
            part.append(HeardClip(clip, ids, pointer))
        progress(done, len(shards), "phones in time, in shards")
    if not cache.training or not cache.held_out:
        reason = f" ({cache.skipped[0][1]})" if cache.skipped else ""
        raise InputError(f"no text of the corpus could be laid over its clip{reason}")
    return cache


def _write_shard(
    folder: Path, shard: str, clips: Sequence[CachedClip], mels: MelCache, content: Content
) -> None:
    table: list[dict[str, object]] = []
    for clip in clips:
        try:
            ids, pointer = _listen(mels.mel(clip), clip.phones, content)
        except InputError as error:
            table.append({"reason": str(error)})
            continue
        table.append({"phone_ids": ids, "pointer": pointer.tolist()})
    with replacing(_table_path(folder, shard)) as part:
        part.write_text(json.dumps(table), encoding="utf-8")


@torch.inference_mode()
def _listen(mel: Tensor, phones: Sequence[str], content: Content) -> tuple[list[int], Tensor]:
    """Ids of the framed phones [N] and the pointer [T] of a mel [F, L]."""
    framed = framed_phones(phones)
    device = content.model.head.weight.device
    T = mel.shape[1] // 4
    features, _ = content.model(mel[None].to(device), torch.tensor([mel.shape[1]], device=device))
    log_probs = content.model.classify(features[:, :, : 2 * T])[0].cpu()
    durations = phone_durations(log_probs, framed, content)
    return phone_ids(framed, content.about.symbols), pointer_of(durations)


def _table_path(folder: Path, shard: str) -> Path:
    return folder / f"{shard}.json"
