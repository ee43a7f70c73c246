"""Takes for tests."""

from collections.abc import Callable
from pathlib import Path

from gpt_sovits.inference.take_speaking import speak_next
from gpt_sovits.inference.voice import Voice
from gpt_sovits.paths import ProjectPaths
from tests.workbench.fakes import HummingVoice

TEXT = "One two three.\nHere we are.\nOne two three."
MakeTake = Callable[..., Path]


def speak_all(folder: Path, voice: HummingVoice | Voice, paths: ProjectPaths) -> None:
    while speak_next(folder, voice, paths):
        pass
