from pathlib import Path

import pytest

from gpt_sovits.inference.options import SpeakingOptions
from gpt_sovits.inference.reference import ReferenceClip
from gpt_sovits.inference.take_history import make_take
from gpt_sovits.inference.voice import Voice, load_voice
from gpt_sovits.paths import ProjectPaths
from tests.inference.takes import TEXT, MakeTake
from tests.tiny_mini import make_tiny_project, write_recording
from tests.workbench.fakes import add_voice, make_project


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> ProjectPaths:
    """A project with a tiny embedded base; tests only read it."""
    return make_tiny_project(tmp_path_factory.mktemp("tiny") / "project")


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four seconds that can be a reference."""
    return write_recording(tmp_path_factory.mktemp("clips") / "clip.wav", 4.0)


@pytest.fixture(scope="session")
def voice(project: ProjectPaths, clip: Path) -> Voice:
    """A voice of the tiny base."""
    base = project.pretrained_models / "mini"
    reference = ReferenceClip(clip, "Hello there, my friend.", "en")
    return load_voice(
        base / "gpt.safetensors", base / "sovits.safetensors", reference, paths=project
    )


@pytest.fixture
def paths(tmp_path: Path) -> ProjectPaths:
    """A project without weights."""
    return make_project(tmp_path)


@pytest.fixture
def make(paths: ProjectPaths) -> MakeTake:
    """Makes a take of a text."""
    parts = add_voice(paths, "Anna")

    def make(text: str = TEXT, options: SpeakingOptions | None = None) -> Path:
        wanted = options or SpeakingOptions()
        return make_take("Anna", parts, text, wanted, symbols="v2", paths=paths)

    return make
