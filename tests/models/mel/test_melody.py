"""What tokens carry of a melody, and what comes back of it."""

import torch
from torch import Tensor

from gpt_sovits.models.mel.melody import (
    N_HINTS,
    read_melody,
    to_code_space,
    voice_pitch,
)


def melody(n_frames: int, voiced: float, height: float = 1.0) -> Tensor:
    """[1, 3, T]: a pitch that falls, voiced at the beginning."""
    step = torch.arange(n_frames)
    sounds = (step < voiced * n_frames).float()
    octaves = (height - 0.01 * step) * sounds
    return torch.stack([octaves, sounds, -0.1 * step])[None]


def test_a_token_holds_two_frames_apart_from_the_height() -> None:
    low, high = melody(20, 0.8, 0.5), melody(20, 0.8, 1.5)
    codes = to_code_space(low)
    assert codes.shape == (1, 6, 10)
    torch.testing.assert_close(codes, to_code_space(high))
    torch.testing.assert_close(voice_pitch(high) - voice_pitch(low), torch.ones(1, 1, 1))


def test_padding_changes_nothing() -> None:
    one = melody(20, 0.8)
    padded = torch.nn.functional.pad(one, (0, 10))
    torch.testing.assert_close(voice_pitch(padded), voice_pitch(one))
    torch.testing.assert_close(to_code_space(padded)[:, :, :10], to_code_space(one))
    mask = (torch.arange(30) < 20).float()[None, None]
    pitch = voice_pitch(one)
    junk = to_code_space(padded)
    junk[:, :, 10:] = 99.0
    torch.testing.assert_close(
        read_melody(junk, pitch, mask).hints()[:, :20],
        read_melody(to_code_space(one), pitch, torch.ones(1, 1, 20)).hints(),
    )


def test_the_decoder_can_tell_pitches_apart() -> None:
    one = melody(40, 1.0)
    codes, mask = to_code_space(one), torch.ones(1, 1, 40)
    hints = read_melody(codes, voice_pitch(one), mask).hints()
    assert hints.shape == (1, 40, N_HINTS)
    semitone = read_melody(codes, voice_pitch(one) + 1 / 12, mask).hints()
    assert (hints - semitone).norm(dim=2).min() > 0.5
    torch.testing.assert_close(hints[..., 0], torch.ones(1, 40))


def test_nothing_voiced_is_no_melody() -> None:
    whisper = melody(20, 0.0)
    assert voice_pitch(whisper).eq(0).all()
    hints = read_melody(to_code_space(whisper), torch.ones(1, 1, 1), torch.ones(1, 1, 20)).hints()
    assert hints[..., 0].eq(0).all()
    assert hints[..., 2:].eq(0).all()
