"""Gated convolutions with a style, the body of the posterior encoder and of the flow."""

import torch
from torch import Tensor, nn

from gpt_sovits.config import WaveNetConfig
from gpt_sovits.models.sovits.weight_norm import NormConv1d


class WaveNet(nn.Module):
    """A stack of gated convolutions with residual and skip paths.

    Source: van den Oord et al. 2016, "WaveNet", not causal and without dilation, as in WaveGlow
    (Prenger et al. 2018) and VITS.

    Args:
        width: size of one frame, C.
        sizes: kernel and layers.
        n_style: size of the style vector, G.
    """

    def __init__(self, width: int, sizes: WaveNetConfig, n_style: int) -> None:
        super().__init__()
        n_layers = sizes.n_layers
        self.cond_layer = NormConv1d(n_style, 2 * width * n_layers, 1)
        self.in_layers = nn.ModuleList(
            NormConv1d(width, 2 * width, sizes.kernel_size, padding="same") for _ in range(n_layers)
        )
        # The last layer has no residual path: nothing would read it.
        self.res_skip_layers = nn.ModuleList(
            NormConv1d(width, 2 * width if layer < n_layers - 1 else width, 1)
            for layer in range(n_layers)
        )

    def forward(self, x: Tensor, mask: Tensor, g: Tensor) -> Tensor:
        """Transform frames.

        Args:
            x: frames [B, C, T].
            mask: 1.0 where a frame is real, [B, 1, T].
            g: style vector [B, G, 1].

        Returns:
            Frames [B, C, T], zero where padded.
        """
        skipped = torch.zeros_like(x)
        styles = self.cond_layer(g).chunk(len(self.in_layers), dim=1)  # each [B, 2C, 1]
        for convolve, split, style in zip(
            self.in_layers, self.res_skip_layers, styles, strict=True
        ):
            content, gate = (convolve(x) + style).chunk(2, dim=1)
            out = split(torch.tanh(content) * torch.sigmoid(gate))
            if out.shape[1] > x.shape[1]:
                residual, out = out.chunk(2, dim=1)
                x = (x + residual) * mask
            skipped = skipped + out
        return skipped * mask
