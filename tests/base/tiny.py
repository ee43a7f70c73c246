"""A corpus of a few seconds and options for trainings of a few steps."""

from pathlib import Path

from gpt_sovits.base.options import BaseOptions, Part
from tests.tiny_mini import RATE, write_recording

TEXTS = [
    ("en", "Good morning."),
    ("zh", "你好，早上好。"),
    ("ja", "おはよう。"),
    ("en", "Blue bread."),
    ("zh", "今天下雨。"),
    ("ja", "あした、あめ。"),
]


def write_corpus(folder: Path, n_clips: int = 6) -> Path:
    """Clips of 1.5 s by two speakers in three languages."""
    lines = []
    for number in range(n_clips):
        language, text = TEXTS[number % len(TEXTS)]
        name = f"{language}/{number}.wav"
        write_recording(folder / name, 1.5, seed=number)
        lines.append(f"{name}\t{language}\ts{number % 2}\t1.50\t{RATE}\t{text}")
    (folder / "index.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def short(*parts: Part, seconds: float = 1.0) -> BaseOptions:
    """Options of a training that ends after some steps."""
    return BaseOptions(
        minutes=seconds / 60,
        parts=parts,
        accelerator="cpu",
        watch_minutes=0.01,
        checkpoint_seconds=0.1,
    )
