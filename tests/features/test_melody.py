"""The melody of clips that are known."""

import math

import torch

from gpt_sovits.config.mini import REFERENCE_HZ
from gpt_sovits.features.melody import SOFTEST, melody_of

RATE = 24000
HOP = 480


def test_pitch_voicing_and_loudness() -> None:
    time = torch.arange(RATE) / RATE
    tone = torch.stack([torch.sin(2 * math.pi * k * 256 * time) / k for k in range(1, 9)]).sum(0)
    audio = torch.cat([torch.zeros(RATE), 0.2 * tone, 0.1 * tone])
    melody = melody_of(audio, RATE, HOP)
    assert melody.shape == (3, 150)
    silent, loud, soft = melody[:, 3:47], melody[:, 53:97], melody[:, 103:147]
    assert silent[:2].eq(0).all()
    assert silent[2].eq(SOFTEST).all()
    assert loud[1].eq(1).all()
    octaves = torch.full((44,), math.log2(256 / REFERENCE_HZ))
    torch.testing.assert_close(loud[0], octaves, atol=0.01, rtol=0)
    torch.testing.assert_close(soft[0], octaves, atol=0.01, rtol=0)
    step = (loud[2] - soft[2]).mean()
    assert abs(float(step) - math.log(2)) < 0.05


def test_the_level_of_a_recording_makes_no_difference() -> None:
    audio = 0.3 * torch.sin(2 * math.pi * 200 * torch.arange(RATE) / RATE)
    torch.testing.assert_close(melody_of(audio, RATE, HOP), melody_of(0.01 * audio, RATE, HOP))


def test_silence_has_a_melody_of_nothing() -> None:
    melody = melody_of(torch.zeros(RATE), RATE, HOP)
    assert melody.shape == (3, 50)
    assert melody.isfinite().all()
    assert melody[:2].eq(0).all()
