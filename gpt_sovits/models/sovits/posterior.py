"""The posterior encoder: what the latent was, seen from the recording itself."""

from torch import Tensor, nn

from gpt_sovits.config import WaveNetConfig
from gpt_sovits.models.sovits.wavenet import WaveNet


class PosteriorEncoder(nn.Module):
    """Read the latent's distribution off a spectrogram.

    Source: Kim et al. 2021 (VITS), the posterior encoder.

    Args:
        n_bins: bins of the linear spectrogram, F.
        width: size of one frame inside.
        latent_width: channels of the latent, Z.
        sizes: kernel and layers of the convolutions.
        n_style: size of the style vector, G.
    """

    def __init__(
        self, n_bins: int, width: int, latent_width: int, sizes: WaveNetConfig, n_style: int
    ) -> None:
        super().__init__()
        self.pre = nn.Conv1d(n_bins, width, 1)
        self.enc = WaveNet(width, sizes, n_style)
        self.proj = nn.Conv1d(width, 2 * latent_width, 1)

    def forward(self, spec: Tensor, mask: Tensor, g: Tensor) -> tuple[Tensor, Tensor]:
        """Encode a batch.

        Args:
            spec: linear magnitude spectrogram [B, F, T].
            mask: 1.0 where a frame is real, [B, 1, T].
            g: style vector [B, G, 1].

        Returns:
            Mean and log standard deviation of the latent, each [B, Z, T], zero where padded.
        """
        frames = self.enc(self.pre(spec) * mask, mask, g)
        mean, log_std = (self.proj(frames) * mask).chunk(2, dim=1)
        return mean, log_std
