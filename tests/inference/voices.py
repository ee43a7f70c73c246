"""Voices of the tiny base that began as one, as fine-tuning leaves them."""

from pathlib import Path

import torch

from gpt_sovits.inference.reference import ReferenceClip
from gpt_sovits.inference.voice_file import (
    VoiceFile,
    VoiceParts,
    make_voice_file,
    save_voice_file,
)
from gpt_sovits.paths import ProjectPaths
from gpt_sovits.weights.read import read_weights
from gpt_sovits.weights.write import provenance_of, write_safetensors
from tests.tiny_mini import write_recording


def tune(start: Path, target: Path, seed: int, step: float = 0.02) -> Path:
    """Write weights that lie near others, the codebook as it is."""
    file = read_weights(start, dtype=torch.float32)
    chance = torch.Generator().manual_seed(seed)
    tensors = {
        key: tensor
        if "codebook" in key or not tensor.is_floating_point()
        else tensor + step * torch.randn(tensor.shape, generator=chance)
        for key, tensor in file.tensors.items()
    }
    write_safetensors(
        target,
        tensors,
        kind=file.kind,
        family=file.family,
        config=file.config,
        provenance=provenance_of([start]),
    )
    return target


def add_tuned_voice(
    paths: ProjectPaths, name: str, seed: int, *, consent: str = "agreed, 2026"
) -> VoiceFile:
    """Put a voice into the project that has a checkpoint of each half."""
    base = paths.pretrained_models / "mini"
    clip = write_recording(paths.voices / f"{name}.wav", 3.0, seed=seed)
    parts = VoiceParts(
        tune(base / "gpt.safetensors", paths.gpt_weights / f"{name}-e1.safetensors", seed),
        tune(base / "sovits.safetensors", paths.sovits_weights / f"{name}_e1_s2.safetensors", seed),
        ReferenceClip(clip, "Hello there.", "en"),
    )
    voice = make_voice_file(name, "mini", parts, consent=consent, paths=paths)
    save_voice_file(voice, paths)
    return voice


def everything(paths: ProjectPaths) -> dict[str, bytes]:
    """All files of the user, with what is in them."""
    folders = (paths.voices, paths.gpt_weights, paths.sovits_weights)
    return {
        str(path): path.read_bytes()
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file() and path.name != ".change.lock"
    }
