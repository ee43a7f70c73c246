"""HiFi-GAN: from latent frames to the waveform."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gpt_sovits.config import DecoderConfig
from gpt_sovits.models.sovits.weight_norm import NormConv1d, NormConvTranspose1d

SLOPE = 0.1
"""Slope of the leaky ReLUs below zero."""


class ResBlock(nn.Module):
    """Pairs of convolutions, the first of each dilated, around which the signal also passes."""

    def __init__(self, width: int, kernel_size: int, dilations: tuple[int, ...]) -> None:
        super().__init__()
        self.convs1 = nn.ModuleList(
            NormConv1d(width, width, kernel_size, dilation=dilation, padding="same")
            for dilation in dilations
        )
        self.convs2 = nn.ModuleList(
            NormConv1d(width, width, kernel_size, padding="same") for _ in dilations
        )

    def forward(self, x: Tensor, mask: Tensor | None) -> Tensor:
        """Transform [B, C, 1, T]; with a mask [B, 1, 1, T] padding does not leak in."""
        for dilated, plain in zip(self.convs1, self.convs2, strict=True):
            y = F.leaky_relu_(dilated(F.leaky_relu(x, SLOPE)), SLOPE)
            x = _masked(plain(_masked(y, mask)) + x, mask)
        return x


class Generator(nn.Module):
    """Upsample latent frames to a waveform.

    Source: Kong et al. 2020, "HiFi-GAN", with a style added at the start as in VITS.

    Args:
        config: channels, rates, kernels and dilations.
        latent_width: channels of the latent, Z.
        n_style: size of the style vector, G.
    """

    def __init__(self, config: DecoderConfig, latent_width: int, n_style: int) -> None:
        super().__init__()
        widths = [config.channels // 2**step for step in range(len(config.upsample_rates) + 1)]
        self.rates = config.upsample_rates
        self.n_blocks = len(config.resblock_kernels)
        self.conv_pre = nn.Conv1d(latent_width, widths[0], 7, padding=3)
        self.cond = nn.Conv1d(n_style, widths[0], 1)
        self.ups = nn.ModuleList(
            _upsampling(wide, narrow, rate, kernel_size)
            for wide, narrow, rate, kernel_size in zip(
                widths, widths[1:], config.upsample_rates, config.upsample_kernels, strict=False
            )
        )
        self.resblocks = nn.ModuleList(
            ResBlock(width, kernel_size, dilations)
            for width in widths[1:]
            for kernel_size, dilations in zip(
                config.resblock_kernels, config.resblock_dilations, strict=True
            )
        )
        self.conv_post = nn.Conv1d(widths[-1], 1, 7, padding=3, bias=False)

    def forward(self, z: Tensor, g: Tensor, mask: Tensor | None = None) -> Tensor:
        """Make a waveform.

        Args:
            z: latent [B, Z, T], zero where padded.
            g: style vector [B, G, 1].
            mask: 1.0 where a frame is real, [B, 1, T]. With it each row of a padded batch ends as
                it would alone, and is silent after; without it the last few frames before the
                padding differ.

        Returns:
            Audio in [-1, 1], [B, 1, T * product of the rates].
        """
        x = self.conv_pre(z) + self.cond(g)
        # Images of one row, because only those can be kept with the channels innermost. On a CPU
        # the narrow layers run up to six times faster so, the whole decoder 1.08 times.
        x = x.unsqueeze(2).contiguous(memory_format=_layout(x.device))  # [B, C, 1, T]
        mask = None if mask is None else mask.unsqueeze(2)
        x = _masked(x, mask)
        for step, (upsample, rate) in enumerate(zip(self.ups, self.rates, strict=True)):
            if mask is not None:
                mask = mask.repeat_interleave(rate, dim=3)
            x = _masked(upsample(F.leaky_relu_(x, SLOPE)), mask)
            blocks = self.resblocks[step * self.n_blocks : (step + 1) * self.n_blocks]
            outs = [block(x, mask) for block in blocks]
            x = sum(outs[1:], outs[0]) / self.n_blocks
        # The last slope is torch's default in the published networks, not the others' 0.1.
        audio = torch.tanh(self.conv_post(F.leaky_relu(x).squeeze(2)))
        return audio if mask is None else audio * mask[:, 0]


def _upsampling(wide: int, narrow: int, rate: int, kernel_size: int) -> NormConvTranspose1d:
    """A transposed convolution that makes T frames exactly T * rate."""
    odd = (kernel_size - rate) % 2
    return NormConvTranspose1d(
        wide,
        narrow,
        kernel_size,
        stride=rate,
        padding=(kernel_size - rate + odd) // 2,
        output_padding=odd,
    )


def _layout(device: torch.device) -> torch.memory_format:
    """The order in memory that convolutions on a device like best."""
    return torch.channels_last if device.type == "cpu" else torch.contiguous_format


def _masked(x: Tensor, mask: Tensor | None) -> Tensor:
    """Silence the padding, where there is any."""
    return x if mask is None else x * mask
