"""Short-time frames back to a waveform."""

from torch import Tensor
from torch.nn import functional as F


def lay_over(frames: Tensor, window: Tensor, hop_length: int) -> Tensor:
    """Window frames and add them up where they overlap.

    Args:
        frames: pieces of a waveform [B, T, W], framed as `linear_spectrogram` does.
        window: [W]; what was laid on the frames when they were cut.
        hop_length: samples from one frame to the next.

    Returns:
        Waveforms [B, T * hop_length].
    """
    T, width = frames.shape[1:]
    weight = _add(window.square().expand(1, T, width), hop_length)
    audio = _add(frames * window, hop_length) / weight.clamp_min(1e-3)
    margin = (width - hop_length) // 2
    return audio[:, margin : margin + T * hop_length]


def _add(frames: Tensor, hop_length: int) -> Tensor:
    """Add frames [B, T, W] up, [B, at least (T - 1) * hop_length + W]."""
    B, T, width = frames.shape
    n_parts = -(-width // hop_length)
    parts = F.pad(frames, (0, n_parts * hop_length - width)).view(B, T, n_parts, hop_length)
    total = frames.new_zeros(B, T + n_parts - 1, hop_length)
    for part in range(n_parts):
        total[:, part : part + T] += parts[:, :, part]
    return total.flatten(1)
