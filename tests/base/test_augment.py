import random
from dataclasses import replace

import pytest
import torch

from gpt_sovits.base.augment import (
    CONTENT_AUGMENTS,
    FLOOR,
    SPEAKER_AUGMENTS,
    augment,
    change_tempo,
    hide_stretches,
    warp_bands,
)

ALWAYS = replace(
    CONTENT_AUGMENTS,
    warp_share=1,
    tempo_share=1,
    equalizer_share=1,
    low_pass_share=1,
    room_share=1,
    noise_share=1,
)


def speech(n_frames: int = 120) -> torch.Tensor:
    return torch.randn(20, n_frames, generator=torch.Generator().manual_seed(0)) - 4


def augmented(options: object, seed: int) -> torch.Tensor:
    rng = random.Random(seed)
    return augment(speech(), options, rng, torch.Generator().manual_seed(seed))  # type: ignore[arg-type]  # one of the constants above


def test_everything_at_once_stays_finite_and_above_the_floor() -> None:
    for seed in range(20):
        mel = augmented(ALWAYS, seed)
        assert mel.isfinite().all()
        assert mel.min() >= FLOOR


def test_a_room_answers_after_the_sound_and_dies_away() -> None:
    only_room = replace(SPEAKER_AUGMENTS, gain=0, equalizer_share=0, room_share=1)
    mel = torch.full((20, 120), FLOOR)
    mel[:, 30] = 0.0
    for seed in range(10):
        heard = augment(mel, only_room, random.Random(seed), torch.Generator())
        torch.testing.assert_close(heard[:, :30], mel[:, :30], atol=0.5, rtol=0)
        assert (heard[:, 30] - mel[:, 30]).abs().max() < 0.1
        tail = heard[0, 31:]
        assert tail[0] > -2.5
        assert (tail.diff() <= 1e-4).all()
        assert tail[-1] < FLOOR + 0.5


def test_speaker_changes_keep_the_time() -> None:
    assert {augmented(SPEAKER_AUGMENTS, seed).shape[1] for seed in range(20)} == {120}


def test_a_seed_gives_one_result() -> None:
    assert augmented(ALWAYS, 1).equal(augmented(ALWAYS, 1))
    assert augmented(ALWAYS, 1).shape != augmented(ALWAYS, 2).shape


@pytest.mark.parametrize("factor", [0.9, 1.0, 1.1])
def test_warping_moves_a_peak(factor: float) -> None:
    mel = torch.full((40, 5), -8.0)
    mel[20] = 0
    peak = int(warp_bands(mel, factor)[:, 0].argmax())
    assert peak == pytest.approx(20 / factor, abs=1)


def test_no_warp_changes_nothing() -> None:
    torch.testing.assert_close(warp_bands(speech(), 1.0), speech())


def test_tempo_changes_the_length_alone() -> None:
    ramp = torch.linspace(0, 1, 100).expand(3, 100)
    slow = change_tempo(ramp, 1.5)
    assert slow.shape == (3, 150)
    assert float(slow[0].diff().min()) >= 0


@pytest.mark.parametrize("n_frames", [1, 3, 500])
def test_hiding_leaves_most_of_a_clip(n_frames: int) -> None:
    mel = speech(n_frames)
    hidden = hide_stretches(mel, random.Random(0))
    assert hidden.shape == mel.shape
    assert (hidden == mel).float().mean() > 0.5 or n_frames < 10
    assert mel.equal(speech(n_frames))
