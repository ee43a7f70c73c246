"""Measure how well an independent recogniser understands voices: English words, by pocketsphinx.

python benchmarks/intelligibility.py VOICE... [--root DIR] [--sentences FILE] [--seeds 2]

Every voice says twenty plain sentences, or the lines of FILE, once with each seed. espeak-ng and
flite say the same where they are installed, as a measure of the measure. The word error rate is
over all words; the last figure is the time of speaking over the length of the speech, start-up
excluded.
"""

import argparse
import re
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

# Run by its path from any folder: the project is not installed.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np

from gpt_sovits.audio.resample import resample
from gpt_sovits.base.engines import Engine, Speaker, find_engines, speak
from gpt_sovits.inference.plan import SpeakingOptions
from gpt_sovits.inference.voice import open_voice
from gpt_sovits.paths import PROJECT, ProjectPaths
from gpt_sovits.prepare.engines import ENGINES, SAMPLE_RATE
from gpt_sovits.text.distance import edit_distance

SENTENCES = Path(__file__).with_name("everyday_en.txt")

Says = Callable[[str, int], tuple[np.ndarray, int]]
"""Says a sentence with a seed: waveform [L] and its rate in Hz."""


def main() -> None:
    """Print a row a voice."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("voices", nargs="+", metavar="VOICE")
    parser.add_argument("--root", type=Path, default=PROJECT.root, help="folder of the project")
    parser.add_argument("--sentences", type=Path, default=SENTENCES, help="one a line, English")
    parser.add_argument("--seeds", type=int, default=2, help="times each is said (2)")
    args = parser.parse_args()
    sentences = [line for line in args.sentences.read_text(encoding="utf-8").splitlines() if line]
    for name in args.voices:
        print_row(name, voice_of(name, ProjectPaths(args.root)), sentences, args.seeds)
    for engine in find_engines()[0]:
        if "en" in engine.voices:
            print_row(engine.name, voice_of_engine(engine), sentences, 1)


def voice_of_engine(engine: Engine) -> Says:
    """The first English voice of a free engine, as it is."""
    speaker = Speaker(engine.voices["en"][0], 1.0, 1.0, 1.0)
    return lambda text, seed: (speak(engine, text, "en", speaker, SAMPLE_RATE), SAMPLE_RATE)


def voice_of(name: str, paths: ProjectPaths) -> Says:
    """A voice of the project."""
    voice = open_voice(name, paths=paths)
    voice.say("One, two, three.", SpeakingOptions(language="en"))  # loads the dictionaries

    def say(text: str, seed: int) -> tuple[np.ndarray, int]:
        speech = voice.say(text, SpeakingOptions(language="en", seed=seed))
        return speech.audio, speech.sample_rate

    return say


def print_row(name: str, say: Says, sentences: Sequence[str], n_seeds: int) -> None:
    """Let a voice say all sentences and print what came of it."""
    recognise = next(e for e in ENGINES if e.name == "pocketsphinx").load("en", PROJECT)
    rates, spent_s, audio_s = [], 0.0, 0.0
    for seed in range(n_seeds):
        errors = n_words = 0
        for text in sentences:
            start = time.perf_counter()
            audio, rate = say(text, seed)
            spent_s += time.perf_counter() - start
            audio_s += len(audio) / rate
            written = words_of(text)
            errors += edit_distance(
                words_of(recognise(resample(audio, rate, SAMPLE_RATE))), written
            )
            n_words += len(written)
        rates.append(errors / n_words)
    told = ", ".join(f"{rate:.3f}" for rate in rates)
    print(f"{name:20} word error rate {told}; {spent_s / audio_s:.3f} times real time", flush=True)


def words_of(text: str) -> list[str]:
    """Lower-case words without marks."""
    return re.sub(r"[^a-z' ]+", " ", text.lower()).split()


if __name__ == "__main__":
    main()
