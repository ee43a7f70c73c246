"""A project with a tiny voice, recordings of a person, and no recogniser but ours."""

from pathlib import Path

import pytest

from gpt_sovits.evaluate.run import Candidate
from gpt_sovits.inference.reference import ReferenceClip
from gpt_sovits.inference.voice_file import VoiceParts, make_voice_file, save_voice_file
from gpt_sovits.paths import ProjectPaths
from tests.tiny_mini import make_tiny_project, write_recording


@pytest.fixture
def paths(tmp_path: Path) -> ProjectPaths:
    """A project with the voices anna and ben, which differ in their clip."""
    paths = make_tiny_project(tmp_path / "project")
    for seed, name in enumerate(("anna", "ben")):
        voice = make_voice_file(name, "mini", tiny_parts(paths, seed), paths=paths)
        save_voice_file(voice, paths)
    return paths


def tiny_parts(paths: ProjectPaths, seed: int = 0) -> VoiceParts:
    base = paths.pretrained_models / "mini"
    clip = write_recording(paths.voices / f"clip_{seed}.wav", 3.0, seed=seed)
    reference = ReferenceClip(clip, "Hello.", "en")
    return VoiceParts(base / "gpt.safetensors", base / "sovits.safetensors", reference)


@pytest.fixture
def anna(paths: ProjectPaths) -> Candidate:
    return Candidate("anna", tiny_parts(paths), "mini")


@pytest.fixture
def person(tmp_path: Path) -> Path:
    """A folder with three recordings; two have a text beside them."""
    folder = tmp_path / "person"
    for number in range(3):
        write_recording(folder / f"{number}.wav", 1.5, seed=number)
    (folder / "0.txt").write_text("Good morning.", encoding="utf-8")
    (folder / "1.txt").write_text("你好。", encoding="utf-8")
    return folder
