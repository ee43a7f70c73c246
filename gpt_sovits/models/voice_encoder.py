"""The voice encoder of the package resemblyzer: whose voice a stretch of speech is."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class VoiceEncoder(nn.Module):
    """Three recurrent layers over a mel spectrogram, trained to tell speakers apart.

    Source: Wan et al. 2018, "Generalized End-to-End Loss for Speaker Verification". State-dict
    keys are those of resemblyzer's pretrained.pt.

    Args:
        n_mels: bands.
        width: of the layers and of the embedding.
        n_layers: recurrent layers.
    """

    def __init__(self, n_mels: int = 40, width: int = 256, n_layers: int = 3) -> None:
        super().__init__()
        self.lstm = nn.LSTM(n_mels, width, n_layers, batch_first=True)
        self.linear = nn.Linear(width, width)

    def forward(self, mel: Tensor) -> Tensor:
        """Embed stretches of one length.

        Args:
            mel: mel power spectrograms, no logarithm, [B, T, n_mels], 100 frames/s.

        Returns:
            Embeddings [B, width], none of their numbers negative, of length 1.
        """
        _, (hidden, _) = self.lstm(mel)
        return F.normalize(torch.relu(self.linear(hidden[-1])), dim=1)
