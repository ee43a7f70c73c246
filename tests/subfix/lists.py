"""Small lists of clips for the tests of the label editor."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from gpt_sovits.audio.write import write_audio
from gpt_sovits.paths import ProjectPaths
from subfix.store import Store

RATE = 16000
TEXTS = ("Hello there.", "你好，世界。", "こんにちは。", "One, two, three.")
LANGUAGES = ("en", "ZH", "JP", "EN")


def samples(seed: int, seconds: float = 0.5) -> np.ndarray:
    """Noise that 16 bits hold, float32 [L]."""
    rng = np.random.default_rng(seed)
    return (rng.integers(-9000, 9000, round(seconds * RATE)) / 32768).astype(np.float32)


def make_list(folder: Path, texts: Sequence[str] = TEXTS, name: str = "voice.list") -> Path:
    """A list with clips of half a second in `wavs/`."""
    lines = []
    for number, text in enumerate(texts):
        write_audio(folder / "wavs" / f"{number}.wav", samples(number), RATE)
        language = LANGUAGES[number % len(LANGUAGES)]
        lines.append(f"wavs/{number}.wav|ann|{language}|{text}\n")
    path = folder / name
    path.write_text("".join(lines), encoding="utf-8")
    return path


@contextmanager
def opened(path: Path) -> Iterator[Store]:
    """A store that is closed again."""
    store = Store.open(path, paths=ProjectPaths(path.parent))
    try:
        yield store
    finally:
        store.close()


def write(store: Store, number: int, text: str, **asked: str) -> None:
    """Edit a text as a page does."""
    before = store.clips[number].text
    store.edit({number: {"text": text}}, {number: {"text": before}}, **asked)


def lines_of(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()
