import math

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from gpt_sovits.errors import AudioError
from gpt_sovits.models.speaker import SpeakerEncoder, SpeakerSizes, kaldi_fbank

TINY = SpeakerSizes(n_mels=16, channels=8, blocks=(1, 1, 1, 1), base_width=32, n_embedding=6)


def mel(hz: float) -> float:
    return 1127 * math.log(1 + hz / 700)


def plain_fbank(audio: NDArray[np.float64], n_mels: int) -> NDArray[np.float64]:
    """Kaldi's filter banks from its own description: Povey window, triangles in mel, log."""
    size, step, n_fft, rate = 400, 160, 512, 16000
    window = np.hanning(size) ** 0.85
    edges = np.linspace(mel(20), mel(rate / 2), n_mels + 2)
    bins = np.array([mel(index * rate / n_fft) for index in range(n_fft // 2)])
    rising = (bins - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    falling = (edges[2:, None] - bins) / (edges[2:] - edges[1:-1])[:, None]
    filters = np.clip(np.minimum(rising, falling), 0, None)
    rows = []
    for start in range(0, len(audio) - size + 1, step):
        frame = audio[start : start + size] - audio[start : start + size].mean()
        frame = frame - 0.97 * np.concatenate((frame[:1], frame[:-1]))
        power = np.abs(np.fft.rfft(frame * window, n_fft))[: n_fft // 2] ** 2
        rows.append(np.log(np.maximum(filters @ power, np.finfo(np.float32).eps)))
    return np.array(rows)


def test_filter_banks_agree_with_kaldis_description() -> None:
    audio = 0.3 * np.random.default_rng(0).standard_normal(5000)
    ours = kaldi_fbank(torch.from_numpy(audio)).numpy()
    np.testing.assert_allclose(ours, plain_fbank(audio, 80), atol=2e-3)


def test_silence_has_finite_filter_banks() -> None:
    fbank = kaldi_fbank(torch.zeros(16000))
    assert fbank.shape == (98, 80)
    assert fbank.isfinite().all()


@pytest.mark.parametrize("n_samples", [0, 1, 399])
def test_a_clip_without_one_frame_is_refused(n_samples: int) -> None:
    with pytest.raises(AudioError, match="too short"):
        kaldi_fbank(torch.zeros(n_samples))


def test_the_published_sizes_give_20480_numbers() -> None:
    assert SpeakerSizes().speaker_width == 20480
    with torch.device("meta"):
        model = SpeakerEncoder()
        assert model(torch.zeros(1, 300, 80)).shape == (1, 20480)


def test_a_tiny_network_gives_vectors_and_embeddings() -> None:
    torch.manual_seed(0)
    model = SpeakerEncoder(TINY).eval()
    fbank = torch.randn(2, 50, 16)
    assert model(fbank).shape == (2, TINY.speaker_width)
    assert model.embed(fbank).shape == (2, 6)
    torch.testing.assert_close(model(fbank)[1:], model(fbank[1:]), atol=1e-5, rtol=1e-5)


def test_the_vector_is_the_mean_of_the_map_over_time() -> None:
    torch.manual_seed(0)
    model = SpeakerEncoder(TINY).eval()
    fbank = torch.randn(1, 40, 16)
    maps = model.maps(fbank)
    assert maps.shape == (1, TINY.speaker_width, 5)
    torch.testing.assert_close(model(fbank), maps.mean(dim=2))


@pytest.mark.parametrize("n_frames", [1, 9])
def test_very_short_clips_stay_finite(n_frames: int) -> None:
    torch.manual_seed(0)
    model = SpeakerEncoder(TINY).eval()
    assert model(torch.randn(1, n_frames, 16)).isfinite().all()


def test_keys_are_those_of_the_public_checkpoint() -> None:
    with torch.device("meta"):
        shapes = {name: tuple(v.shape) for name, v in SpeakerEncoder().state_dict().items()}
    assert len(shapes) == 1001
    assert {name.split(".")[0] for name in shapes} == {
        *("conv1", "bn1", "layer1", "layer2", "layer3", "layer4"),
        *("layer3_ds", "fuse34", "seg_1"),
    }
    assert shapes["layer1.0.convs.3.weight"] == (24, 24, 3, 3)
    assert shapes["layer4.2.fuse_models.2.local_att.3.weight"] == (192, 48, 1, 1)
    assert shapes["layer3_ds.weight"] == (2048, 1024, 3, 3)
    assert shapes["fuse34.local_att.0.weight"] == (512, 4096, 1, 1)
    assert shapes["seg_1.weight"] == (192, 40960)
