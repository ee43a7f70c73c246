"""A project folder whose embedded base is tiny and random: everything runs on it in a second."""

from pathlib import Path

import numpy as np
import torch
import yaml

from gpt_sovits.audio.write import write_audio
from gpt_sovits.config import MelFamilyConfig, parse_family
from gpt_sovits.models.content import ContentEncoder
from gpt_sovits.paths import ProjectPaths
from gpt_sovits.weights.networks import build_gpt, build_synthesizer
from gpt_sovits.weights.write import provenance_of, write_safetensors

RATE = 8000

_FAMILY = {
    "name": "mini",
    "kind": "mel",
    "symbols": "v2",
    "spectrogram": {
        "sample_rate": RATE,
        "n_fft": 256,
        "hop_length": 80,
        "win_length": 256,
        "n_mels": 20,
    },
    "content": {
        "n_mels": 20,
        "n_phones": 732,
        "width": 16,
        "ff_width": 32,
        "kernel_size": 3,
        "n_blocks": 2,
        "attention_after": [1],
        "n_heads": 2,
    },
    "gpt": {
        "n_phones": 732,
        "n_tokens": 33,
        "width": 16,
        "ff_width": 32,
        "n_heads": 2,
        "kernel_size": 3,
        "n_phone_blocks": 1,
        "n_layers": 2,
        "max_advance": 2,
    },
    "synthesizer": {
        "n_phones": 732,
        "n_codes": 32,
        "n_mels": 20,
        "width": 16,
        "ff_width": 32,
        "kernel_size": 3,
        "n_phone_blocks": 1,
        "n_blocks": 2,
        "n_fine_blocks": 1,
        "fine_width": 16,
        "style": {"n_bins": 20, "width": 8, "kernel_size": 3, "n_heads": 2, "n_style": 16},
    },
    "vocoder": {"width": 16, "ff_width": 32, "kernel_size": 3, "n_blocks": 1},
    "speaks_with": "griffin_lim",
    "uses_tokens": True,
}


def tiny_family() -> MelFamilyConfig:
    """`mini` with every size some ten times smaller, at 8 kHz."""
    family = parse_family(_FAMILY, "tiny mini")
    assert isinstance(family, MelFamilyConfig)
    return family


def make_tiny_project(root: Path) -> ProjectPaths:
    """Lay out a project with configs/mini.yaml and seeded random networks for it.

    pretrained_models/mini/ gets content.safetensors, sovits.safetensors and gpt.safetensors.
    """
    paths = ProjectPaths(root)
    paths.configs.mkdir(parents=True)
    (paths.configs / "mini.yaml").write_text(yaml.safe_dump(_FAMILY), encoding="utf-8")
    family = tiny_family()
    base = paths.pretrained_models / "mini"
    torch.manual_seed(0)
    content = ContentEncoder(family.content)
    about = {
        "encoder": family.content.model_dump(mode="json"),
        "spectrogram": family.spectrogram.model_dump(mode="json"),
        "symbols": family.symbols,
    }
    write_safetensors(
        base / "content.safetensors",
        content.state_dict(),
        kind="other",
        family="mini",
        config=about,
        provenance=provenance_of(),
    )
    write_tiny_gpt(base / "gpt.safetensors")
    write_tiny_sovits(base / "sovits.safetensors")
    return paths


def write_tiny_gpt(path: Path, seed: int = 0) -> Path:
    """Write a random text-to-semantic network of the tiny family."""
    family = tiny_family()
    torch.manual_seed(seed)
    write_safetensors(
        path,
        build_gpt(family).state_dict(),
        kind="gpt",
        family=family.name,
        config=family.model_dump(mode="json"),
        provenance=provenance_of(),
    )
    return path


def write_tiny_sovits(path: Path, seed: int = 0) -> Path:
    """Write a random synthesizer of the tiny family; its codebook is spread out."""
    family = tiny_family()
    torch.manual_seed(seed)
    model = build_synthesizer(family)
    model.quantizer.codebook.embed.normal_()
    model.quantizer.codebook.inited.fill_(1)
    write_safetensors(
        path,
        model.state_dict(),
        kind="sovits",
        family=family.name,
        config=family.model_dump(mode="json"),
        provenance=provenance_of(),
    )
    return path


def write_recording(path: Path, seconds: float, *, seed: int = 0, rate: int = RATE) -> Path:
    """Write something like speech: a buzz whose pitch and loudness wander, with pauses."""
    rng = np.random.default_rng(seed)
    time = np.arange(round(seconds * rate)) / rate
    pitch = 120 + 30 * np.sin(2 * np.pi * 0.7 * time + rng.uniform(0, 6))
    phase = 2 * np.pi * np.cumsum(pitch) / rate
    buzz = sum(np.sin(k * phase) / k for k in range(1, 12))
    syllables = np.clip(np.sin(2 * np.pi * 3.1 * time + rng.uniform(0, 6)) + 0.4, 0, 1)
    audio = 0.15 * buzz * syllables + 0.002 * rng.normal(size=len(time))
    write_audio(path, audio.astype(np.float32), rate)
    return path
