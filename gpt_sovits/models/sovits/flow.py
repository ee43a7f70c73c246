"""The normalizing flow between the recording's latent and the text's."""

from typing import cast

import torch
from torch import Tensor, nn

from gpt_sovits.config import WaveNetConfig
from gpt_sovits.models.sovits.wavenet import WaveNet


class Coupling(nn.Module):
    """Shift one half of the channels by what the other half says.

    Source: Dinh et al. 2017, "Density estimation using Real NVP"; without scaling, so the volume
    is kept, as in VITS.
    """

    def __init__(self, width: int, inner: int, sizes: WaveNetConfig, n_style: int) -> None:
        super().__init__()
        self.pre = nn.Conv1d(width // 2, inner, 1)
        self.enc = WaveNet(inner, sizes, n_style)
        self.post = nn.Conv1d(inner, width // 2, 1)
        # A new flow shifts nothing, which is the easiest thing to start from.
        for part in self.post.parameters():
            nn.init.zeros_(part)

    def shift(self, still: Tensor, mask: Tensor, g: Tensor) -> Tensor:
        """How far the other half moves, [B, Z / 2, T]."""
        return self.post(self.enc(self.pre(still) * mask, mask, g)) * mask


class Flow(nn.Module):
    """Couplings with the channels turned round between them.

    Args:
        width: channels of the latent, Z; even.
        inner: size of one frame inside a coupling.
        sizes: kernel and layers of the convolutions.
        n_flows: couplings.
        n_style: size of the style vector, G.
    """

    def __init__(
        self, width: int, inner: int, sizes: WaveNetConfig, n_flows: int, n_style: int
    ) -> None:
        super().__init__()
        # Published files number the turns too: couplings have the even numbers.
        self.flows = nn.ModuleDict(
            {str(2 * step): Coupling(width, inner, sizes, n_style) for step in range(n_flows)}
        )

    def forward(self, z: Tensor, mask: Tensor, g: Tensor) -> Tensor:
        """Map the recording's latent [B, Z, T] to the text's; `inverse` maps back.

        Args:
            z: latent [B, Z, T], zero where padded.
            mask: 1.0 where a frame is real, [B, 1, T].
            g: style vector [B, G, 1].
        """
        for coupling in self._couplings():
            still, moved = z.chunk(2, dim=1)
            z = torch.cat((still, moved + coupling.shift(still, mask, g)), dim=1).flip(1)
        return z

    def inverse(self, z: Tensor, mask: Tensor, g: Tensor) -> Tensor:
        """Map the text's latent [B, Z, T] to the recording's."""
        for coupling in reversed(self._couplings()):
            still, moved = z.flip(1).chunk(2, dim=1)
            z = torch.cat((still, moved - coupling.shift(still, mask, g)), dim=1)
        return z

    def _couplings(self) -> list[Coupling]:
        """The couplings in order."""
        return cast(list[Coupling], list(self.flows.values()))
