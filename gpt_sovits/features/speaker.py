"""The speaker vector of the Pro families, and how alike two voices are, from ERes2NetV2."""

from pathlib import Path
from typing import TYPE_CHECKING

from gpt_sovits.errors import AudioError

if TYPE_CHECKING:
    from torch import Tensor

    from gpt_sovits.models.speaker import SpeakerEncoder

MODEL = "sv/pretrained_eres2netv2w24s4ep4.ckpt"
"""File below pretrained_models/, and name for `models download`."""

SAMPLE_RATE = 16000
"""Rate of the audio that the network hears, Hz."""

SHORTEST_S = 0.2
"""Shortest clip that can be compared."""


class SpeakerFeatures:
    """Tells who speaks.

    Args:
        model: the speaker network, in eval mode.
        n_mels: bands that it reads.
    """

    def __init__(self, model: "SpeakerEncoder", n_mels: int = 80) -> None:
        self.model = model
        self.n_mels = n_mels

    def encode(self, audio: "Tensor") -> "Tensor":
        """Turn one clip into its speaker vector.

        Clips are encoded one by one, as padding would count as speech.

        Args:
            audio: float32 waveform [L] in [-1, 1], 16 kHz.

        Returns:
            Vector [speaker_width], float32 on the CPU; 20480 numbers in the published network.

        Raises:
            AudioError: the clip is shorter than 25 ms.
        """
        import torch

        from gpt_sovits.models.speaker import kaldi_fbank

        with torch.no_grad():
            fbank = kaldi_fbank(audio, self.n_mels).to(self.model.conv1.weight.device)
            return self.model(fbank.unsqueeze(0))[0].float().cpu()

    def embed(self, audio: "Tensor") -> "Tensor":
        """Turn one clip into the embedding that verification compares by its cosine.

        Args:
            audio: float32 waveform [L] in [-1, 1], 16 kHz.

        Returns:
            Embedding [192], float32 on the CPU.

        Raises:
            AudioError: the clip is shorter than 0.2 s.
        """
        import torch

        from gpt_sovits.models.speaker import kaldi_fbank

        if len(audio) < SHORTEST_S * SAMPLE_RATE:
            raise AudioError(
                f"a clip of {len(audio) / SAMPLE_RATE:.2f} s is too short to tell its speaker"
            )
        with torch.no_grad():
            fbank = kaldi_fbank(audio, self.n_mels).to(self.model.conv1.weight.device)
            fbank = fbank - fbank.mean(dim=0)
            return self.model.embed(fbank.unsqueeze(0))[0].float().cpu()


def load_speaker(path: Path, device: str = "cpu") -> SpeakerFeatures:
    """Load the published speaker network.

    Raises:
        WeightsError: the file is missing, damaged, hostile or holds another network.
    """
    import torch

    from gpt_sovits.models.speaker import SpeakerEncoder
    from gpt_sovits.weights.load import load_into
    from gpt_sovits.weights.read import read_weights

    model = SpeakerEncoder()
    load_into(model, read_weights(path, dtype=torch.float32).tensors)
    return SpeakerFeatures(model.eval().to(device))
