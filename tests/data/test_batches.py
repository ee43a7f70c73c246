from dataclasses import replace
from itertools import chain

import pytest
import torch

from gpt_sovits.audio.spectrogram import linear_spectrogram, mel_spectrogram
from gpt_sovits.data.batches import (
    bucket_batches,
    collate_gpt,
    collate_mel,
    collate_pointer,
    collate_vits,
)
from tests.data.clips import make_clip, tiny_vits
from tests.tiny_mini import tiny_family

LENGTHS = [index * 7 % 50 + 1 for index in range(103)]


@pytest.mark.parametrize(("n_clips", "batch_size"), [(1, 4), (3, 4), (4, 4), (103, 8), (103, 1)])
def test_every_clip_is_in_every_epoch_once(n_clips: int, batch_size: int) -> None:
    for epoch in range(3):
        batches = bucket_batches(LENGTHS[:n_clips], batch_size, seed=0, epoch=epoch)
        assert sorted(chain.from_iterable(batches)) == list(range(n_clips))
        assert len(batches) == -(-n_clips // batch_size)


def test_the_order_hangs_on_seed_and_epoch_alone() -> None:
    def order(seed: int, epoch: int) -> str:
        return str(bucket_batches(LENGTHS, 8, seed=seed, epoch=epoch))

    assert order(1, 0) == order(1, 0)
    assert len({order(1, 0), order(1, 1), order(0, 1), order(2, 0)}) == 4


def test_clips_of_one_batch_are_of_similar_length() -> None:
    def padding(batches: list[list[int]]) -> int:
        longest = (max(LENGTHS[index] for index in batch) * len(batch) for batch in batches)
        return sum(longest) - sum(LENGTHS)

    order = torch.randperm(len(LENGTHS), generator=torch.Generator().manual_seed(0)).tolist()
    plain = [order[first : first + 8] for first in range(0, len(order), 8)]
    assert padding(bucket_batches(LENGTHS, 8, seed=0, epoch=0)) < padding(plain) / 3


def test_a_vits_batch_holds_each_clip_and_zeros_behind_it() -> None:
    family = tiny_vits(speaker=7)
    short = make_clip(family, n_tokens=4, n_phones=2)
    long = make_clip(family, n_tokens=6, n_phones=5, seed=1)
    batch = collate_vits([short, long], family)
    assert batch.phone_ids.shape == (2, 5)
    assert batch.phone_lengths.tolist() == [2, 5]
    assert batch.ssl.shape == (2, 6, 12)
    assert batch.spec.shape == (2, family.spectrogram.n_bins, 12)
    assert batch.spec_lengths.tolist() == [8, 12]
    assert batch.audio.shape == (2, 1, 12 * 640)
    assert batch.speaker is not None
    assert batch.speaker.shape == (2, 7)
    torch.testing.assert_close(batch.ssl[0, :, :8], short.ssl)
    alone = linear_spectrogram(short.audio, family.spectrogram)
    torch.testing.assert_close(batch.spec[:1, :, :8], alone)
    for part in (batch.ssl[0, :, 8:], batch.spec[0, :, 8:], batch.audio[0, :, 8 * 640 :]):
        assert not part.any()


def test_a_mel_batch_has_four_frames_a_token() -> None:
    family = tiny_family()
    short = make_clip(family, n_tokens=4, n_phones=2)
    long = make_clip(family, n_tokens=6, n_phones=5, seed=1)
    batch = collate_mel([short, long], family)
    assert batch.token_lengths.tolist() == [4, 6]
    assert batch.mel_lengths.tolist() == [16, 24]
    assert batch.mel.shape == (2, 20, 24)
    assert batch.ssl.shape == (2, 3, 12)
    assert batch.pointer.shape == batch.semantic.shape == (2, 6)
    torch.testing.assert_close(
        batch.mel[0, :, :16], mel_spectrogram(short.audio, family.spectrogram)[0]
    )
    assert not batch.mel[0, :, 16:].any()


def test_a_gpt_batch_has_zeros_where_a_clip_has_no_text_features() -> None:
    family = tiny_vits()
    first = make_clip(family, n_tokens=4, n_phones=2)
    second = replace(make_clip(family, n_tokens=6, n_phones=5), bert=None)
    batch = collate_gpt([first, second], family)
    assert batch.bert is not None
    assert batch.bert.shape == (2, 4, 5)
    torch.testing.assert_close(batch.bert[0, :, :2], first.bert)
    assert not batch.bert[0, :, 2:].any()
    assert not batch.bert[1].any()
    assert batch.semantic_lengths.tolist() == [4, 6]
    torch.testing.assert_close(batch.semantic[0, :4], first.semantic)


def test_a_family_without_text_features_has_none_in_its_batch() -> None:
    family = tiny_vits()
    bare = family.model_copy(update={"gpt": family.gpt.model_copy(update={"bert_width": 0})})
    clip = replace(make_clip(family), bert=None)
    assert collate_gpt([clip], bare).bert is None


def test_a_pointer_batch_keeps_pointer_and_tokens_together() -> None:
    family = tiny_family()
    clips = [make_clip(family, n_tokens=4), make_clip(family, n_tokens=6, n_phones=4)]
    batch = collate_pointer(clips)
    assert batch.semantic.shape == batch.pointer.shape == (2, 6)
    assert batch.semantic_lengths.tolist() == [4, 6]
    assert batch.phone_lengths.tolist() == [3, 4]
    assert batch.pointer[1].tolist() == [0, 1, 1, 2, 2, 3]
