"""The pointer: which phone sounds at each semantic token, and what follows from it for frames."""

import torch
from torch import Tensor
from torch.nn import functional as F


def pointer_of(durations: Tensor) -> Tensor:
    """The phone that sounds at the end of each token.

    Args:
        durations: frames of each phone at 50 a second, [N]; only the first may be 0.

    Returns:
        Index of a phone for each token, 25 a second, [T]; an odd last frame makes no token. It
        never goes back, and never forward by more than 2.
    """
    phone = torch.arange(len(durations), device=durations.device)
    return phone.repeat_interleave(durations)[1::2]


def frames_of(pointer: Tensor) -> Tensor:
    """The phone that sounds in each frame.

    A token that goes two phones forward gives each of them one frame.

    Args:
        pointer: index of a phone for each token, [B, T], 25/s.

    Returns:
        Index of a phone for each frame, [B, 2 T], 50/s.
    """
    before = F.pad(pointer[:, :-1], (1, 0), value=-1)
    first = torch.where(pointer - before >= 2, pointer - 1, pointer)
    return torch.stack([first, pointer], dim=2).flatten(1)


def places_in_phones(path: Tensor, lengths: Tensor) -> Tensor:
    """Where in its phone each frame lies.

    Args:
        path: index of a phone for each frame, [B, T].
        lengths: real frames of each row, [B].

    Returns:
        Frames since the phone began and until it ends, as logarithms, and the share of it that
        has passed, [B, T, 3].
    """
    T = path.shape[1]
    step = torch.arange(T, device=path.device)
    real = step < lengths[:, None]
    path = path.masked_fill(~real, -2)
    begins = F.pad(path[:, 1:] != path[:, :-1], (1, 0), value=True)
    since = step - torch.where(begins, step, 0).cummax(dim=1).values
    ends = F.pad(path[:, 1:] != path[:, :-1], (0, 1), value=True)
    until = torch.where(ends, step, T).flip(1).cummin(dim=1).values.flip(1) - step
    share = (since + 0.5) / (since + until + 1)
    return torch.stack([since.log1p(), until.log1p(), share], dim=2)
