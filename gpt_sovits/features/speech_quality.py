"""Which mark listeners would give a clip, by the network of the package distillmos.

Nothing of the package is run: its weights go through our own reader into our own network.
"""

import math
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from gpt_sovits.models.speech_quality import SpeechQuality

SAMPLE_RATE = 16_000
"""Of what the network hears, Hz."""


class QualityFeatures:
    """Predicts mean opinion scores.

    Args:
        model: the network, in eval mode.
    """

    def __init__(self, model: "SpeechQuality") -> None:
        self.model = model

    def judge(self, audio: np.ndarray) -> float:
        """The mean over a clip's windows, from 1 (bad) to 5 (excellent).

        Args:
            audio: float32 waveform [L] in [-1, 1], 16 kHz; zeros fill a window that it does not.
        """
        import torch

        windows = [torch.from_numpy(window) for window in windows_of(audio, self.model.n_samples)]
        with torch.inference_mode():
            scores = [float(self.model(window.unsqueeze(0))[0]) for window in windows]
        return sum(scores) / len(scores)


def windows_of(audio: np.ndarray, size: int) -> list[np.ndarray]:
    """Windows [size] spread over a waveform [L] from its start to its end, at most 1 s apart."""
    audio = np.pad(audio, (0, max(0, size - len(audio))))
    rest = len(audio) - size
    n_windows = math.ceil(rest / SAMPLE_RATE) + 1
    starts = [int(share * rest) for share in np.linspace(0, 1, n_windows)]
    return [np.array(audio[start : start + size], dtype=np.float32) for start in starts]


def load_speech_quality(path: Path) -> QualityFeatures:
    """Load the package's weights.

    Raises:
        WeightsError: the file is missing, damaged, hostile or holds another network.
    """
    import torch

    from gpt_sovits.models.speech_quality import SpeechQuality
    from gpt_sovits.weights.load import load_into
    from gpt_sovits.weights.read import read_weights

    model = SpeechQuality()
    load_into(model, read_weights(path, dtype=torch.float32).tensors)
    return QualityFeatures(model.eval())
