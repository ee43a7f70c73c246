"""The melody of speech: its fundamental frequency over time."""

import torch
from torch import Tensor
from torch.nn import functional as F

LOWEST_HZ = 60.0
HIGHEST_HZ = 550.0

_PERIODS = 3
"""Periods of the lowest pitch in a window."""

_CANDIDATES = 6
"""Pitches that a frame is thought to have, at most."""

_VOICED_ABOVE = 0.45
"""Autocorrelation above which a frame is rather voiced than not."""

_SILENT_BELOW = 0.03
"""Peak, as a share of the recording's highest, below which a frame is hardly voiced."""

_OCTAVE_COST = 0.01
"""What a pitch an octave lower costs, so that two periods are not taken for one."""

_JUMP_COST = 0.35
"""What a jump of an octave costs from frame to frame, at 100 frames a second."""

_SWITCH_COST = 0.14
"""What it costs to begin or to end a voiced stretch, at 100 frames a second."""


def track_pitch(audio: Tensor, sample_rate: int, hop_length: int) -> Tensor:
    """Find the pitch of one voice.

    Source: Boersma 1993, "Accurate short-term analysis of the fundamental frequency".

    Args:
        audio: waveform [L], one speaker.
        sample_rate: Hz.
        hop_length: samples of a frame; frame t is looked at around its middle.

    Returns:
        Fundamental frequency, Hz, float32 [L // hop_length]; 0 where nothing vibrates.
    """
    n_frames = len(audio) // hop_length
    if n_frames == 0:
        return torch.zeros(0)
    pitches, strengths = _candidates(audio.float().cpu(), sample_rate, hop_length, n_frames)
    step = 0.01 / (hop_length / sample_rate)
    return _best_path(pitches, strengths, step)


def _candidates(
    audio: Tensor, sample_rate: int, hop_length: int, n_frames: int
) -> tuple[Tensor, Tensor]:
    """Pitches [T, K] and how well each fits [T, K]; the first pitch is 0, for unvoiced."""
    width = round(_PERIODS * sample_rate / LOWEST_HZ)
    before = (width - hop_length) // 2
    padded = F.pad(audio, (before, width))
    frames = padded.unfold(0, width, hop_length)[:n_frames]
    frames = frames - frames.mean(dim=1, keepdim=True)
    peaks = frames.abs().amax(dim=1)
    fit = _autocorrelation(frames)
    shortest, longest = int(sample_rate / HIGHEST_HZ), int(sample_rate / LOWEST_HZ)
    lags = torch.arange(shortest, longest + 1)
    left, middle, right = fit[:, lags - 1], fit[:, lags], fit[:, lags + 1]
    bend = (left - 2 * middle + right).clamp_max(-1e-6)
    shift = (0.5 * (left - right) / bend).clamp(-0.5, 0.5)
    height = (middle - 0.25 * (left - right) * shift).clamp_max(1.0)
    pitch = sample_rate / (lags + shift)
    strength = height - _OCTAVE_COST * torch.log2(HIGHEST_HZ / pitch)
    is_peak = (middle >= left) & (middle > right) & (height > 0)
    strength = strength.masked_fill(~is_peak, float("-inf"))
    best = strength.topk(_CANDIDATES, dim=1)
    loudness = peaks / peaks.max().clamp_min(1e-9) / _SILENT_BELOW
    unvoiced = _VOICED_ABOVE + (2 - loudness * (1 + _VOICED_ABOVE)).clamp_min(0)
    return (
        torch.cat([torch.zeros(n_frames, 1), pitch.gather(1, best.indices)], dim=1),
        torch.cat([unvoiced[:, None], best.values], dim=1),
    )


def _autocorrelation(frames: Tensor) -> Tensor:
    """How much frames [T, W] are like themselves, by lag [T, W]; 1 for a lag of a whole period."""
    width = frames.shape[1]
    window = torch.hann_window(width)
    n_fft = 1 << (2 * width - 1).bit_length()

    def correlate(signal: Tensor) -> Tensor:
        power = torch.fft.rfft(signal, n_fft).abs().square()
        return torch.fft.irfft(power, n_fft)[..., :width]

    own, of_window = correlate(frames * window), correlate(window)
    own = own / own[:, :1].clamp_min(1e-9)
    return own / (of_window / of_window[0]).clamp_min(1e-3)


def _best_path(pitches: Tensor, strengths: Tensor, step: float) -> Tensor:
    """The pitch of each frame [T] on the cheapest way through the candidates [T, K]."""
    octaves = torch.log2(pitches.clamp_min(1.0))
    voiced = pitches > 0
    jump = (octaves[1:, None, :] - octaves[:-1, :, None]).abs() * _JUMP_COST  # [T - 1, from, to]
    both = voiced[1:, None, :] & voiced[:-1, :, None]
    switch = voiced[1:, None, :] != voiced[:-1, :, None]
    cost = (torch.where(both, jump, 0.0) + _SWITCH_COST * switch) * step
    total = strengths[0]
    came_from = []
    for more, strength in zip(cost, strengths[1:], strict=True):
        best = (total[:, None] - more).max(dim=0)
        came_from.append(best.indices)
        total = best.values + strength
    place = int(total.argmax())
    path = [place]
    for back in reversed(came_from):
        place = int(back[place])
        path.append(place)
    chosen = torch.tensor(path[::-1])
    return pitches.gather(1, chosen[:, None])[:, 0]
