"""Whose voice a clip is, by the network of the package resemblyzer.

Nothing of the package is run or unpickled: its weights are taken when their hash is the known one.
It takes off long silences by WebRTC's voice detector, and so does this.
"""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gpt_sovits.errors import AudioError, WeightsError
from gpt_sovits.weights.file import sha256_of
from gpt_sovits.weights.load import load_into

if TYPE_CHECKING:
    from gpt_sovits.models.voice_encoder import VoiceEncoder

SAMPLE_RATE = 16_000
"""Of what the network hears, Hz."""

SHA256 = "39373b86598fa3da9fcddee6142382efe09777e8d37dc9c0561f41f0070f134e"
"""Of the weights in resemblyzer 0.1.0 to 0.1.4."""

HOP_LENGTH = 160
N_FFT = 400
N_MELS = 40
WINDOW = 160
"""Frames that the network sees at once, 1.6 s."""
STEP = 77
"""Frames from one window to the next, 1.3 windows a second."""
MIN_COVERAGE = 0.75
"""A last window of which less is filled is left out."""

LEVEL_DB = -30.0
"""Root mean square to which quieter clips are raised, dBFS."""

_DETECTOR_MS = 30
_STRICTEST = 3
_SMOOTHED = 8
"""Detector windows over which its answers are averaged."""
_KEPT = 7
"""Detector windows by which speech is widened."""


class VoiceFeatures:
    """Tells voices apart.

    Args:
        model: the network, in eval mode.
    """

    def __init__(self, model: "VoiceEncoder") -> None:
        self.model = model

    def embed(self, audio: np.ndarray) -> np.ndarray:
        """The mean over a clip's windows; the cosine of two tells how alike the voices are.

        Args:
            audio: float32 waveform [L] in [-1, 1], 16 kHz.

        Returns:
            Embedding [256] of length 1.

        Raises:
            AudioError: no speech is found in the clip.
        """
        import torch

        windows = mel_windows(speech_of(raise_level(audio)))
        with torch.inference_mode():
            mean = self.model(torch.from_numpy(windows)).mean(dim=0).numpy()
        return mean / np.linalg.norm(mean)


def raise_level(audio: np.ndarray) -> np.ndarray:
    """Bring a quiet waveform [L] up to `LEVEL_DB`; a louder one stays."""
    rms = float(np.sqrt(np.mean(np.square(audio, dtype=np.float64))))
    wanted = 10 ** (LEVEL_DB / 20)
    return audio if not 0 < rms < wanted else audio * np.float32(wanted / rms)


def speech_of(audio: np.ndarray) -> np.ndarray:
    """A waveform [L] without its long silences.

    Raises:
        AudioError: nothing is left.
    """
    import webrtcvad  # type: ignore[import-not-found,import-untyped,unused-ignore]  # optional

    size = SAMPLE_RATE * _DETECTOR_MS // 1000
    windows = audio[: len(audio) - len(audio) % size].reshape(-1, size)
    samples = np.clip(np.round(windows * 32767), -32768, 32767).astype(np.int16)
    detector = webrtcvad.Vad(_STRICTEST)
    voiced = [detector.is_speech(window.tobytes(), SAMPLE_RATE) for window in samples]
    kept = windows[widened(np.array(voiced, dtype=float))]
    if not kept.size:
        raise AudioError("no speech is found in it; give a clip in which someone speaks")
    return kept.reshape(-1)


def widened(voiced: np.ndarray) -> np.ndarray:
    """Smooth the detector's answers [N] and widen what is speech; a mask [N]."""
    if not len(voiced):
        return voiced.astype(bool)
    padded = np.pad(voiced, ((_SMOOTHED - 1) // 2, _SMOOTHED // 2))
    smooth = np.convolve(padded, np.full(_SMOOTHED, 1 / _SMOOTHED), mode="valid")
    # One half rounds to the even number, which is no speech.
    speech = np.round(smooth)
    return np.convolve(speech, np.ones(_KEPT), mode="same") > 0.5


def mel_windows(audio: np.ndarray) -> np.ndarray:
    """Windows over the mel power spectrogram of a waveform [L], [N, 160, 40], 100 frames/s."""
    import librosa

    starts = window_starts(len(audio))
    n_samples = (starts[-1] + WINDOW) * HOP_LENGTH
    mel = librosa.feature.melspectrogram(
        y=np.pad(audio, (0, max(0, n_samples - len(audio)))),
        sr=SAMPLE_RATE,
        n_fft=N_FFT,
        hop_length=HOP_LENGTH,
        n_mels=N_MELS,
    )
    return np.stack([mel.T[start : start + WINDOW] for start in starts]).astype(np.float32)


def window_starts(n_samples: int) -> list[int]:
    """First frames of the windows over a clip; a last one that is hardly filled is left out."""
    n_frames = -(-(n_samples + 1) // HOP_LENGTH)
    starts = list(range(0, max(1, n_frames - WINDOW + STEP + 1), STEP))
    filled = n_samples / HOP_LENGTH - starts[-1]
    return starts[:-1] if len(starts) > 1 and filled < MIN_COVERAGE * WINDOW else starts


def load_voice_encoder(path: Path) -> VoiceFeatures:
    """Load the package's weights.

    Raises:
        WeightsError: the file is not the known one.
    """
    import torch

    from gpt_sovits.models.voice_encoder import VoiceEncoder

    if sha256_of(path) != SHA256:
        raise WeightsError(f"{path}: is not the file of resemblyzer 0.1.4; install it again")
    # A file as torch wrote it before 1.6, which `read_weights` refuses; this one is known.
    state = torch.load(path, map_location="cpu", weights_only=True)["model_state"]
    model = VoiceEncoder(N_MELS)
    own = model.state_dict()
    load_into(model, {key: tensor for key, tensor in state.items() if key in own})
    return VoiceFeatures(model.eval())
