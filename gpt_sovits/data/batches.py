"""Clips to padded batches: which clips go together, and how they are put together."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from gpt_sovits.audio.spectrogram import linear_spectrogram, mel_spectrogram
from gpt_sovits.config import MelFamilyConfig, VitsFamilyConfig
from gpt_sovits.data.clips import Clip

POOL = 8
"""Batches whose clips are sorted by length together: more saves padding, fewer mixes better."""


def bucket_batches(
    lengths: Sequence[int], batch_size: int, *, seed: int, epoch: int
) -> list[list[int]]:
    """Batches of clips of similar length, each clip in one, in an order of chance.

    Args:
        lengths: length of each clip in any unit.
        batch_size: clips of a batch; a remainder makes a smaller one.
        seed: start of chance, with `epoch`.
        epoch: number of the round.

    Returns:
        Indices of the clips of each batch.
    """
    chance = torch.Generator().manual_seed(_mixed(seed, epoch))
    order = torch.randperm(len(lengths), generator=chance).tolist()
    batches: list[list[int]] = []
    for pool in _cut(order, POOL * batch_size):
        batches += _cut(sorted(pool, key=lengths.__getitem__), batch_size)
    return [batches[index] for index in torch.randperm(len(batches), generator=chance).tolist()]


def _mixed(seed: int, epoch: int) -> int:
    """One seed of two numbers, so that (1, 0) and (0, 1) differ."""
    return (seed * 1_000_003 + epoch) % 2**63


def _cut(items: Sequence[int], size: int) -> list[list[int]]:
    return [list(items[first : first + size]) for first in range(0, len(items), size)]


@dataclass(frozen=True)
class VitsBatch:
    """What one step of `Synthesizer` reads. Padding is zero; T is even."""

    names: list[str]
    phone_ids: Tensor
    """[B, N]."""
    phone_lengths: Tensor
    """[B]."""
    ssl: Tensor
    """Content features [B, ssl_width, T], 50/s."""
    spec: Tensor
    """Linear magnitude spectrogram [B, F, T], 50/s."""
    spec_lengths: Tensor
    """Real frames of `ssl` and `spec`, [B]; even."""
    audio: Tensor
    """Waveform [B, 1, T * hop_length]."""
    speaker: Tensor | None
    """Speaker vectors [B, speaker_width], in the families that have them."""


@dataclass(frozen=True)
class MelBatch:
    """What one step of `MelSynthesizer` reads. Padding is zero. T tokens."""

    names: list[str]
    phone_ids: Tensor
    """[B, N]."""
    phone_lengths: Tensor
    """[B]."""
    ssl: Tensor
    """Melodies [B, 3, 2 T], 50/s."""
    pointer: Tensor
    """Index of the phone at each token, [B, T]."""
    semantic: Tensor
    """Semantic tokens [B, T], 25/s."""
    token_lengths: Tensor
    """[B]."""
    mel: Tensor
    """Log-mel spectrogram [B, F, 4 T], 100/s."""
    mel_lengths: Tensor
    """[B]; four times `token_lengths`."""


@dataclass(frozen=True)
class GPTBatch:
    """What one step of `Text2Semantic` reads. Padding is zero."""

    names: list[str]
    phone_ids: Tensor
    """[B, N]."""
    phone_lengths: Tensor
    """[B]."""
    bert: Tensor | None
    """Text features [B, bert_width, N], zero where a clip has none; None without such a width."""
    semantic: Tensor
    """Semantic tokens [B, T], 25/s."""
    semantic_lengths: Tensor
    """[B]."""


@dataclass(frozen=True)
class PointerBatch:
    """What one step of `PointerText2Semantic` reads. Padding is zero."""

    names: list[str]
    phone_ids: Tensor
    """[B, N]."""
    phone_lengths: Tensor
    """[B]."""
    semantic: Tensor
    """Semantic tokens [B, T], 25/s."""
    pointer: Tensor
    """Index of the phone at each token, [B, T]."""
    semantic_lengths: Tensor
    """[B]."""


def collate_vits(clips: Sequence[Clip], family: VitsFamilyConfig) -> VitsBatch:
    """Pad clips for the synthesizer; each spectrogram is made before padding."""
    specs = [linear_spectrogram(clip.audio, family.spectrogram)[0] for clip in clips]
    speakers = [clip.speaker for clip in clips if clip.speaker is not None]
    return VitsBatch(
        names=[clip.name for clip in clips],
        **_phones(clips),
        ssl=_pad([clip.ssl for clip in clips]),
        spec=_pad(specs),
        spec_lengths=_lengths([spec[0] for spec in specs]),
        audio=_pad([clip.audio for clip in clips]).unsqueeze(1),
        speaker=torch.stack(speakers) if speakers else None,
    )


def collate_mel(clips: Sequence[Clip], family: MelFamilyConfig) -> MelBatch:
    """Pad clips for the mel synthesizer; each spectrogram is made before padding."""
    mels = [mel_spectrogram(clip.audio, family.spectrogram)[0] for clip in clips]
    return MelBatch(
        names=[clip.name for clip in clips],
        **_phones(clips),
        ssl=_pad([clip.ssl for clip in clips]),
        pointer=_pad([_pointer(clip) for clip in clips]),
        semantic=_pad([clip.semantic for clip in clips]),
        token_lengths=_lengths([clip.semantic for clip in clips]),
        mel=_pad(mels),
        mel_lengths=_lengths([mel[0] for mel in mels]),
    )


def collate_gpt(clips: Sequence[Clip], family: VitsFamilyConfig) -> GPTBatch:
    """Pad clips for the text-to-semantic network."""
    phones = _phones(clips)
    bert = None
    if family.gpt.bert_width:
        bert = torch.zeros(len(clips), family.gpt.bert_width, phones["phone_ids"].shape[1])
        for row, clip in zip(bert, clips, strict=True):
            if clip.bert is not None:
                row[:, : clip.bert.shape[1]] = clip.bert
    return GPTBatch(
        names=[clip.name for clip in clips],
        **phones,
        bert=bert,
        semantic=_pad([clip.semantic for clip in clips]),
        semantic_lengths=_lengths([clip.semantic for clip in clips]),
    )


def collate_pointer(clips: Sequence[Clip]) -> PointerBatch:
    """Pad clips for the text-to-semantic network with a pointer."""
    return PointerBatch(
        names=[clip.name for clip in clips],
        **_phones(clips),
        semantic=_pad([clip.semantic for clip in clips]),
        pointer=_pad([_pointer(clip) for clip in clips]),
        semantic_lengths=_lengths([clip.semantic for clip in clips]),
    )


def _phones(clips: Sequence[Clip]) -> dict[str, Tensor]:
    ids = [clip.phone_ids for clip in clips]
    return {"phone_ids": _pad(ids), "phone_lengths": _lengths(ids)}


def _pointer(clip: Clip) -> Tensor:
    assert clip.pointer is not None, f"{clip.name} has no pointer: its features are not of mini"
    return clip.pointer


def _lengths(rows: Sequence[Tensor]) -> Tensor:
    """Length of each row [L] -> [B]."""
    return torch.tensor([len(row) for row in rows])


def _pad(rows: Sequence[Tensor]) -> Tensor:
    """Rows [..., L] of different lengths to one tensor [B, ..., longest], zeros behind the ends."""
    return pad_sequence([row.movedim(-1, 0) for row in rows], batch_first=True).movedim(1, -1)
