import pytest
import torch

from gpt_sovits.config import SpectrogramConfig, VocoderConfig
from gpt_sovits.models.mel.vocoder import Vocoder

SPECTROGRAM = SpectrogramConfig(
    sample_rate=8000, n_fft=256, hop_length=80, win_length=256, n_mels=20
)
CONFIG = VocoderConfig(width=16, ff_width=32, kernel_size=3, n_blocks=2)


def vocoder(spectrogram: SpectrogramConfig = SPECTROGRAM) -> Vocoder:
    torch.manual_seed(0)
    return Vocoder(CONFIG, spectrogram)


def mel(n_frames: int, batch: int = 1) -> torch.Tensor:
    return torch.randn(batch, 20, n_frames, generator=torch.Generator().manual_seed(0)) - 5


@pytest.mark.parametrize("n_frames", [1, 2, 37])
def test_a_frame_gives_a_hop_of_samples(n_frames: int) -> None:
    audio = vocoder()(mel(n_frames, 2))
    assert audio.shape == (2, 80 * n_frames)
    assert audio.isfinite().all()


def test_a_narrow_window_lies_in_the_middle_of_its_frame() -> None:
    narrow = vocoder(SPECTROGRAM.model_copy(update={"win_length": 200}))
    assert narrow.window.shape == (256,)
    assert float(narrow.window[:28].abs().max()) == float(narrow.window[228:].abs().max()) == 0


def test_even_an_absurd_spectrogram_gives_finite_sound() -> None:
    audio = vocoder()(torch.full((1, 20, 10), 1e4))
    assert audio.isfinite().all()


def test_every_weight_learns() -> None:
    model = vocoder()
    model(mel(20)).square().mean().backward()
    silent = [name for name, weight in model.named_parameters() if weight.grad is None]
    assert silent == []
