"""Frames that were cut from a waveform give it back."""

import pytest
import torch

from gpt_sovits.audio.overlap import lay_over


@pytest.mark.parametrize(("width", "hop"), [(1024, 240), (256, 80), (100, 30)])
def test_what_was_cut_is_put_together(width: int, hop: int) -> None:
    audio = torch.randn(2, 20 * hop, generator=torch.Generator().manual_seed(0))
    window = torch.hann_window(width + 2)[1:-1]
    margin = (width - hop) // 2
    padded = torch.nn.functional.pad(audio, (margin, width))
    frames = padded.unfold(1, width, hop)[:, :20] * window
    again = lay_over(frames, window, hop)
    assert again.shape == audio.shape
    torch.testing.assert_close(again, audio, atol=1e-4, rtol=1e-3)
