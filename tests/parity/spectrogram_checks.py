"""Compare our spectrograms with published numbers."""

from pathlib import Path

import numpy as np
import torch

from gpt_sovits.audio.spectrogram import linear_spectrogram, mel_from_linear
from gpt_sovits.config import SpectrogramConfig
from tests.parity.rows import Row, relative_error

LIMIT = 1e-3


def check_spectrogram(path: Path, config: SpectrogramConfig) -> list[Row]:
    """Linear magnitudes and log-mel bands of one waveform."""
    with np.load(path) as numbers:
        audio = torch.from_numpy(numbers["wav"]).reshape(1, -1)
        spec = linear_spectrogram(audio, config)
        mel = mel_from_linear(spec, config)
        return [
            Row(path.name, name, relative_error(ours, numbers[name]), LIMIT)
            for name, ours in (("spec", spec), ("mel", mel))
        ]
