"""Separation models of the published kinds with tiny random weights, and sounds to part."""

import sys
from fractions import Fraction
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest import mock

import numpy as np
import torch
import yaml
from torch import nn

RATE = 44_100

ROFORMER: dict[str, Any] = {
    "audio": {"chunk_size": 16384, "num_channels": 2, "sample_rate": RATE},
    "model": {
        "dim": 8,
        "depth": 1,
        "stereo": True,
        "num_stems": 1,
        "time_transformer_depth": 1,
        "freq_transformer_depth": 1,
        "dim_head": 4,
        "heads": 2,
        "attn_dropout": 0,
        "ff_dropout": 0,
        "flash_attn": True,
        "stft_n_fft": 512,
        "stft_hop_length": 128,
        "stft_win_length": 512,
        "stft_normalized": False,
        "mask_estimator_depth": 2,
        "multi_stft_resolutions_window_sizes": (512, 256),
    },
    "training": {"instruments": ["vocals", "other"], "target_instrument": "vocals", "lr": 1e-05},
    "inference": {"batch_size": 1, "num_overlap": 4},
}
"""As published, but for the sizes; `freqs_per_bands` makes a BS-RoFormer of it, `num_bands` the
other."""

MDX23C: dict[str, Any] = {
    "audio": {
        "chunk_size": 256 * 31,
        "dim_f": 256,
        "dim_t": 32,
        "hop_length": 256,
        "n_fft": 1024,
        "num_channels": 2,
        "sample_rate": RATE,
    },
    "model": {
        "act": "gelu",
        "bottleneck_factor": 4,
        "growth": 4,
        "norm": "InstanceNorm",
        "num_blocks_per_scale": 1,
        "num_channels": 4,
        "num_scales": 2,
        "num_subbands": 4,
        "scale": [2, 2],
    },
    "training": {"instruments": ["Vocals", "Instrumental"], "target_instrument": None},
    "inference": {"dim_t": 32},
}


def bs_roformer() -> dict[str, Any]:
    return ROFORMER | {"model": ROFORMER["model"] | {"freqs_per_bands": (64, 64, 64, 65)}}


def mel_roformer() -> dict[str, Any]:
    model = ROFORMER["model"] | {"num_bands": 8, "sample_rate": RATE}
    return ROFORMER | {"model": model}


def save_yaml_model(path: Path, config: dict[str, Any]) -> Path:
    """A checkpoint as training programs write it, and its YAML with their tags beside it."""
    from pymss_core import get_model_from_config  # type: ignore[import-untyped]  # has no stubs

    torch.manual_seed(0)
    settings = path.with_suffix(".yaml")
    settings.write_text(yaml.dump(config))  # Python's own dumper writes the tuples' tags
    overrides = {"zero_dc": False} if "num_bands" in config["model"] else None
    network, _ = get_model_from_config("auto", settings, model_kwargs_override=overrides)
    torch.save(network.state_dict(), path)
    return path


def save_vr(path: Path, *, newer: bool) -> Path:
    """A VR network in half precision, as the reference publishes them."""
    from pymss_core.modules.vocal_remover import (  # type: ignore[import-untyped]  # no stubs
        CascadedNet,
        determine_model_capacity,
    )

    torch.manual_seed(0)
    network = (
        CascadedNet(2 * 672, nout=8, nout_lstm=8)
        if newer
        else determine_model_capacity(2 * 672, 31191)
    )
    torch.save({key: half(value) for key, value in network.state_dict().items()}, path)
    return path


def half(tensor: torch.Tensor) -> torch.Tensor:
    return tensor.half() if tensor.is_floating_point() else tensor


def save_demucs(path: Path) -> Path:
    """An HTDemucs as its authors publish it: class, settings, tensors and scores in one pickle."""
    from pymss_core.modules.demucs4ht import HTDemucs  # type: ignore[import-untyped]  # no stubs

    torch.manual_seed(0)
    settings: dict[str, Any] = {
        "sources": ["drums", "bass", "other", "vocals"],
        "audio_channels": 2,
        "channels": 16,
        "nfft": 512,
        "depth": 2,
        "t_layers": 1,
        "t_heads": 2,
        "bottom_channels": 8,
        "samplerate": RATE,
        "segment": Fraction(6, 5),
        "use_train_segment": True,
    }
    state = HTDemucs(**settings | {"segment": 1.2}).state_dict()
    names = ("demucs", "demucs.htdemucs")
    modules = {name: ModuleType(name) for name in names}
    klass = type("HTDemucs", (), {"__module__": "demucs.htdemucs"})
    modules["demucs.htdemucs"].HTDemucs = klass  # type: ignore[attr-defined]  # a module made here
    content = {
        "klass": klass,
        "args": (),
        "kwargs": settings,
        "state": {key: half(value) for key, value in state.items()},
        "training_args": {"seed": 42, "epochs": 360},
        "metrics": {"nsdr": np.float64(8.38)},
    }
    with mock.patch.dict(sys.modules, modules):
        torch.save(content, path)
    return path


class Runs:
    """A pickled object that leaves a mark when it is loaded."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.touch, (self.mark,))


def save_hostile(path: Path, mark: Path) -> Path:
    torch.save({"state_dict": {"a": torch.zeros(1)}, "more": Runs(mark)}, path)
    return path


# --- ONNX by hand: the file is a protocol buffer, and no package that writes one is here --------


def save_mdx(path: Path, *, n_bins: int = 1024, n_frames: int = 32, gain: float = 0.25) -> Path:
    """An MDX-Net of one node that multiplies the spectrogram [batch, 4, F, T] by `gain`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    node = _text(1, "input") + _text(1, "gain") + _text(2, "output") + _text(4, "Mul")
    value = np.float32(gain).tobytes()
    weight = _number(2, 1) + _text(8, "gain") + _field(9, value)  # a scalar of type float
    graph = _field(1, node) + _text(2, "net") + _field(5, weight)
    for number, name in ((11, "input"), (12, "output")):
        sizes = (_text(2, "batch"), _number(1, 4), _number(1, n_bins), _number(1, n_frames))
        shape = b"".join(_field(1, size) for size in sizes)
        tensor = _number(1, 1) + _field(2, shape)
        graph += _field(number, _text(1, name) + _field(2, _field(1, tensor)))
    path.write_bytes(_number(1, 8) + _field(7, graph) + _field(8, _number(2, 13)))
    return path


def _varint(value: int) -> bytes:
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def _field(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _text(number: int, text: str) -> bytes:
    return _field(number, text.encode())


def _number(number: int, value: int) -> bytes:
    return _varint(number << 3) + _varint(value)


class Halves(nn.Module):
    """Stands for a network that puts out fixed shares of what it hears."""

    audio_channels = 2

    def __init__(self, *shares: float) -> None:
        super().__init__()
        self.shares = shares

    def forward(self, audio: torch.Tensor) -> torch.Tensor:
        return torch.stack([share * audio for share in self.shares], dim=1)


class Mask(nn.Module):
    """Stands for a VR network whose mask is the same everywhere."""

    offset = 64

    def __init__(self, share: float) -> None:
        super().__init__()
        self.share = share
        self.aux_out = None

    def predict_mask(self, magnitude: torch.Tensor) -> torch.Tensor:
        B, C, F, T = magnitude.shape
        return torch.full((B, C, F, T - 2 * self.offset), self.share)


def stereo(seconds: float, seed: int = 0) -> np.ndarray:
    """Noise, float32 [2, L]."""
    generator = np.random.default_rng(seed)
    return generator.uniform(-0.3, 0.3, (2, round(seconds * RATE))).astype(np.float32)


def band(seconds: float, rate: int = RATE) -> np.ndarray:
    """Four chords that come again, and a drum on every beat, float32 [L]."""
    generator = np.random.default_rng(0)
    length = round(seconds * rate)
    music = np.zeros(length + rate)
    chords = ([110, 165, 220, 277], [98, 147, 196, 247], [124, 185, 247, 311], [82, 124, 165, 208])
    time = np.arange(round(0.6 * rate)) / rate
    drum = generator.standard_normal(2000) * np.exp(-np.arange(2000) / 400)
    for beat in range(round(2 * seconds)):
        start = round(beat * 0.5 * rate)
        for hz in chords[beat // 4 % 4]:
            for overtone in range(1, 7):
                tone = np.sin(2 * np.pi * hz * overtone * time) * np.exp(-2 * time) / overtone
                music[start : start + len(time)] += 0.05 * tone
        music[start : start + len(drum)] += 0.2 * drum
    return music[:length].astype(np.float32)


def si_sdr(estimate: np.ndarray, target: np.ndarray) -> float:
    """Scale-invariant signal-to-distortion ratio, dB (Le Roux et al. 2019)."""
    part = target * (np.vdot(estimate, target) / np.vdot(target, target))
    return 10 * float(np.log10(np.vdot(part, part) / np.vdot(estimate - part, estimate - part)))
