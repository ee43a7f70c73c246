"""A list with sound, and the label editor on it in a process of its own."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gpt_sovits.address import find_port
from gpt_sovits.audio.write import write_audio
from gpt_sovits.paths import PROJECT

RATE = 16_000
TEXTS = (
    ("en", "The quick brown fox jumps over the lazy dog."),
    ("zh", "今天的天气很好，我们一起去公园散步吧。"),
    ("ja", "これはとても面白い本ですから、ぜひ読んでください。"),
    ("en", "She sells sea shells by the sea shore."),
)


@dataclass
class Editor:
    """The label editor on one list."""

    path: Path
    port: int
    process: "subprocess.Popen[str] | None" = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/voice/"

    def start(self) -> None:
        """Start it, at the same address every time, and wait until it answers."""
        words = [str(self.path), "--no-browser", f"--port={self.port}"]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "subfix", *words],
            cwd=PROJECT.root,
            env=os.environ | {"OMP_NUM_THREADS": "1"},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        first = self.process.stdout.readline()
        assert re.search(r"http://", first), "the editor ended before it was up"

    def kill(self) -> None:
        """As a power cut does."""
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()

    def lines(self) -> list[str]:
        """The list as it lies on the disk."""
        return self.path.read_text(encoding="utf-8").splitlines()


def write_list(folder: Path, n_clips: int, more: Sequence[str] = ()) -> Path:
    """A list of clips that hum a tone for each word, and whatever lines are to stand behind."""
    lines = []
    for number in range(n_clips):
        language, text = TEXTS[number % len(TEXTS)]
        path = folder / f"clip_{number + 1:03d}.wav"
        write_audio(path, hum(6, seed=number), RATE)
        lines.append(f"{path.name}|Anna|{language}|{text}")
    listed = folder / "voice.list"
    listed.write_text("\n".join([*lines, *more]) + "\n", encoding="utf-8")
    return listed


def hum(n_words: int, seed: int) -> "np.ndarray":
    """A tone of 0.25 s for each word, and as long a pause between."""
    random = np.random.default_rng(seed)
    time = np.arange(RATE // 4) / RATE
    swell = np.sin(np.pi * np.linspace(0, 1, time.size))
    parts = []
    for _ in range(n_words):
        tone = np.sin(2 * np.pi * random.uniform(110, 220) * time) * swell
        parts += [0.3 * tone, 0.002 * random.standard_normal(RATE // 4)]
    return np.concatenate(parts).astype(np.float32)


def open_editor(folder: Path, n_clips: int = 8, *, more: Sequence[str] = ()) -> Editor:
    """The editor on a new list."""
    first = 20_000 + os.getpid() % 20_000  # other tests on this machine look for ports too
    editor = Editor(write_list(folder, n_clips, more), find_port("127.0.0.1", None, first))
    editor.start()
    return editor
