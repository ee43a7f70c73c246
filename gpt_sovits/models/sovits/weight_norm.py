"""Convolutions whose weight is a direction and a gain, stored under the published names.

Source: Salimans and Kingma 2016, "Weight Normalization". Published files hold `weight_v` (the
direction) and `weight_g` (the gain of each row). torch's parametrization names them differently
and its older hook is deprecated; here they are plain parameters, so the module copies, pickles and
goes through DDP like any other.
"""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class _WeightNorm(nn.Module):
    """The part that the convolutions below share."""

    weight: Tensor
    weight_v: Tensor | None
    weight_g: Tensor | None

    def _split_weight(self) -> None:
        """Turn the fresh weight into direction and gain."""
        direction = self.weight.detach()
        self.weight_g = nn.Parameter(_row_norms(direction))
        self.weight_v = nn.Parameter(direction)
        self.register_parameter("weight", None)

    def joined_weight(self) -> Tensor:
        """The weight that the convolution uses: `weight_g * weight_v / |weight_v|`."""
        if self.weight_v is None or self.weight_g is None:
            return self.weight
        # One pass over the weight. Written out as products, its gradient takes ten times as long.
        return torch._weight_norm(self.weight_v, self.weight_g, 0)

    def fold(self) -> None:
        """Keep the joined weight alone. Folding twice changes nothing."""
        if self.weight_v is None:
            return
        self.weight = nn.Parameter(self.joined_weight().detach(), requires_grad=False)
        self.register_parameter("weight_v", None)
        self.register_parameter("weight_g", None)


class NormConv1d(_WeightNorm, nn.Conv1d):
    """`nn.Conv1d` with weight normalization, which also takes a signal as an image of one row."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._split_weight()

    def forward(self, input: Tensor) -> Tensor:
        """Convolve [B, C, T] or [B, C, 1, T]."""
        weight = self.joined_weight()
        if input.ndim == 3:
            return self._conv_forward(input, weight, self.bias)
        padding = self.padding if isinstance(self.padding, str) else (0, *self.padding)
        stride, dilation = (1, *self.stride), (1, *self.dilation)
        return F.conv2d(
            input, weight.unsqueeze(2), self.bias, stride, padding, dilation, self.groups
        )


class NormConv2d(_WeightNorm, nn.Conv2d):
    """`nn.Conv2d` with weight normalization."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._split_weight()

    def forward(self, input: Tensor) -> Tensor:
        """Convolve [B, C, H, W]."""
        return self._conv_forward(input, self.joined_weight(), self.bias)


class NormConvTranspose1d(_WeightNorm, nn.ConvTranspose1d):
    """`nn.ConvTranspose1d` for images of one row, weight-normed over each input channel."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._split_weight()

    def forward(self, input: Tensor, output_size: list[int] | None = None) -> Tensor:
        """Upsample [B, C, 1, T]; `output_size` is torch's own and is not supported."""
        assert output_size is None, "the length follows from stride and padding"
        assert isinstance(self.padding, tuple), "transposed convolutions take no padding by name"
        return F.conv_transpose2d(
            input,
            self.joined_weight().unsqueeze(2),
            self.bias,
            (1, *self.stride),
            (0, *self.padding),
            (0, *self.output_padding),
            self.groups,
            (1, *self.dilation),
        )


def fold_weight_norm(module: nn.Module) -> None:
    """Make every weight-normed convolution inside a plain one, for speaking.

    A folded module gives the same numbers faster, no longer trains and no longer has the keys of
    published files.
    """
    for part in module.modules():
        if isinstance(part, _WeightNorm):
            part.fold()


def _row_norms(weight: Tensor) -> Tensor:
    """Length of each row of a weight, [R, 1, ...]."""
    return torch.linalg.vector_norm(weight, dim=tuple(range(1, weight.ndim)), keepdim=True)
