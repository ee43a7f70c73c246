"""A project whose voices hum a tone and whose `clone` only tells progress: no network is built."""

import shutil
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from gpt_sovits.audio.write import write_audio
from gpt_sovits.inference.options import SpeakingOptions
from gpt_sovits.inference.plan import PlannedSentence
from gpt_sovits.inference.reference import ReferenceClip
from gpt_sovits.inference.speaker import Utterance
from gpt_sovits.inference.voice_file import VoiceParts, make_voice_file, save_voice_file
from gpt_sovits.paths import PROJECT, ProjectPaths

RATE = 8000
FAKE_CLONE = (sys.executable, "-m", "tests.workbench.fake_clone")


class HummingVoice:
    """Says every sentence as a tone of a tenth of a second for each phone.

    Args:
        pause_s: how long it takes for a sentence.
        fails_at: a sentence that it cannot speak.
        meanwhile: called while it speaks.
        rate: of its audio, Hz.
    """

    def __init__(
        self,
        pause_s: float = 0.0,
        *,
        fails_at: str = "",
        meanwhile: Callable[[], object] = lambda: None,
        rate: int = RATE,
    ) -> None:
        self.pause_s = pause_s
        self.fails_at = fails_at
        self.meanwhile = meanwhile
        self.sample_rate = rate
        self.spoken: list[str] = []

    def utter(
        self, sentences: Sequence[PlannedSentence], options: SpeakingOptions, seed: int
    ) -> Iterator[Utterance]:
        for sentence in sentences:
            time.sleep(self.pause_s)
            if sentence.text == self.fails_at:
                raise RuntimeError("out of memory")
            self.meanwhile()
            self.spoken.append(sentence.text)
            seconds = 0.1 * len(sentence.report.phones)
            steps = np.arange(int(seconds * self.sample_rate))
            audio = 0.3 * np.sin(steps * 2 * np.pi * 220 / self.sample_rate)
            yield Utterance(audio.astype(np.float32))


def make_project(root: Path) -> ProjectPaths:
    """A project with our configurations and empty files where weights of mini belong."""
    paths = ProjectPaths(root)
    root.mkdir(parents=True, exist_ok=True)
    if not (paths.configs / "mini.yaml").exists():
        ours = shutil.ignore_patterns("workbench.yaml")  # not how this machine is set
        shutil.copytree(PROJECT.configs, paths.configs, ignore=ours, dirs_exist_ok=True)
    for kind in ("gpt", "sovits"):
        base = paths.pretrained_models / "mini" / f"{kind}.safetensors"
        base.parent.mkdir(parents=True, exist_ok=True)
        base.touch()
    return paths


def write_tone(path: Path, seconds: float = 4.0) -> Path:
    """Write a recording that can be read."""
    wave = 0.3 * np.sin(np.arange(int(seconds * RATE)) * 2 * np.pi * 220 / RATE)
    write_audio(path, wave.astype(np.float32), RATE)
    return path


def add_voice(paths: ProjectPaths, name: str) -> VoiceParts:
    """Put a voice into the project."""
    parts = VoiceParts(
        paths.pretrained_models / "mini" / "gpt.safetensors",
        paths.pretrained_models / "mini" / "sovits.safetensors",
        ReferenceClip(write_tone(paths.voices / f"{name}.wav"), "Hello.", "en"),
    )
    save_voice_file(make_voice_file(name, "mini", parts, paths=paths), paths)
    return parts
