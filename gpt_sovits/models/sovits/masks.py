"""Masks over padded batches, and slices cut from them."""

import torch
import torch.nn.functional as F
from torch import Tensor


def length_mask(lengths: Tensor, n_frames: int, dtype: torch.dtype = torch.float32) -> Tensor:
    """Mark the real frames of a padded batch.

    Args:
        lengths: real frames per row, [B].
        n_frames: frames of the padded batch, T.
        dtype: type of the mask.

    Returns:
        1.0 where a frame is real, [B, 1, T].
    """
    steps = torch.arange(n_frames, device=lengths.device)
    return (steps < lengths[:, None]).unsqueeze(1).to(dtype)


def draw_starts(lengths: Tensor, size: int, generator: torch.Generator | None = None) -> Tensor:
    """Draw where a slice begins in each row, evenly over all places where it fits.

    Args:
        lengths: real frames per row, [B].
        size: frames of a slice. A row that is shorter begins at 0.
        generator: source of chance; None is torch's own.

    Returns:
        First frame of each slice, [B].
    """
    device = lengths.device if generator is None else generator.device
    chance = torch.rand(lengths.shape, generator=generator, device=device).to(lengths.device)
    places = (lengths - size + 1).clamp_min(1)
    return (chance * places).long()


def slice_frames(x: Tensor, starts: Tensor, size: int) -> Tensor:
    """Cut one slice from each row.

    Args:
        x: batch [B, C, T]; zeros stand for what a slice reads behind the end.
        starts: first frame of each slice, [B].
        size: frames of a slice, S.

    Returns:
        The slices, [B, C, S].
    """
    x = F.pad(x, (0, max(0, size - x.shape[2])))
    frames = starts[:, None] + torch.arange(size, device=starts.device)  # [B, S]
    return x.gather(2, frames.unsqueeze(1).expand(-1, x.shape[1], -1))


def stretch(x: Tensor, lengths: Tensor, speed: float) -> tuple[Tensor, Tensor]:
    """Change the tempo of each row by linear interpolation in time.

    A row of T frames becomes one of int(T / speed) + 1, whatever padding stands behind it.

    Args:
        x: batch [B, C, T].
        lengths: real frames per row, [B].
        speed: above 1 is faster.

    Returns:
        The stretched batch and its lengths: [B, C, T'], [B].
    """
    # On the CPU, as Apple's GPUs have no double precision; single would miscount at whole numbers.
    new_lengths = (lengths.cpu().double() / speed).long().to(lengths.device) + 1
    steps = torch.arange(int(x.shape[2] / speed) + 1, device=x.device)
    step = (lengths / new_lengths)[:, None]  # [B, 1], old frames per new frame
    last = (lengths - 1).clamp_min(0)[:, None]
    place = ((steps + 0.5) * step - 0.5).clamp_min(0).minimum(last)  # [B, T']
    left = place.long()
    right = (left + 1).minimum(last)
    weight = (place - left).to(x.dtype).unsqueeze(1)

    def frames(index: Tensor) -> Tensor:
        return x.gather(2, index.unsqueeze(1).expand(-1, x.shape[1], -1))

    return torch.lerp(frames(left), frames(right), weight), new_lengths
