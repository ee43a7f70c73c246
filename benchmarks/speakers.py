"""Measure how much the content network's features tell of who speaks: little is wanted.

python benchmarks/speakers.py CORPUS_DIR [--model FILE] [--speakers 40] [--clips 12]

A linear classifier learns the speakers from means and deviations over each clip, three clips in
four, and names the rest; once from content features and once from the spectrogram that they are
made of. All speakers speak one language, so that what is said does not give them away.
"""

import argparse
import random
import sys
from collections import defaultdict
from pathlib import Path

# Run by its path from any folder: the project is not installed.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]  # no stubs
from sklearn.pipeline import make_pipeline  # type: ignore[import-untyped]  # no stubs
from sklearn.preprocessing import StandardScaler  # type: ignore[import-untyped]  # no stubs
from torch import Tensor

from gpt_sovits.audio.read import read_audio
from gpt_sovits.base.corpus import CorpusClip, read_corpus
from gpt_sovits.features.content import load_content


def main() -> None:
    """Print both accuracies beside chance."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("corpus", type=Path, metavar="CORPUS_DIR")
    parser.add_argument("--model", type=Path, help="another content network than the embedded one")
    parser.add_argument("--language", default="en", help="of the speakers (en)")
    parser.add_argument("--speakers", type=int, default=40, help="how many (40)")
    parser.add_argument("--clips", type=int, default=12, help="of each (12)")
    args = parser.parse_args()
    chosen = choose(read_corpus(args.corpus).clips, args.language, args.speakers, args.clips)
    content = load_content(args.model)
    rate = content.about.spectrogram.sample_rate
    names, of_content, of_mel = [], [], []
    for speaker, clips in chosen.items():
        for clip in clips:
            audio, _ = read_audio(clip.audio, sample_rate=rate)
            heard = content.listen(torch.from_numpy(audio.copy()))
            names.append(speaker)
            of_content.append(summary(heard.content))
            of_mel.append(summary(heard.mel))
    print(f"{len(chosen)} speakers, {len(names)} clips; chance {1 / len(chosen):.1%}")
    print(f"named from the spectrogram    {accuracy(of_mel, names):.1%}")
    print(f"named from content features   {accuracy(of_content, names):.1%}")


def choose(
    clips: list[CorpusClip], language: str, n_speakers: int, n_clips: int
) -> dict[str, list[CorpusClip]]:
    """Speakers with enough clips, and as many clips of each."""
    by_speaker: dict[str, list[CorpusClip]] = defaultdict(list)
    for clip in clips:
        if clip.language == language:
            by_speaker[clip.speaker].append(clip)
    rng = random.Random(0)
    able = sorted(name for name, own in by_speaker.items() if len(own) >= n_clips)
    if len(able) < 2:
        sys.exit(f"fewer than two speakers have {n_clips} clips in {language}; give --clips")
    chosen = rng.sample(able, min(n_speakers, len(able)))
    return {name: rng.sample(by_speaker[name], n_clips) for name in chosen}


def summary(frames: Tensor) -> np.ndarray:
    """Mean and deviation over time of [C, T]: [2 C]."""
    return torch.cat([frames.mean(dim=1), frames.std(dim=1)]).numpy()


def accuracy(rows: list[np.ndarray], names: list[str]) -> float:
    """Share of every fourth clip whose speaker a linear classifier names."""
    table, labels = np.stack(rows), np.array(names)
    held_out = np.arange(len(names)) % 4 == 0
    classifier = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=500))
    classifier.fit(table[~held_out], labels[~held_out])
    return float(classifier.score(table[held_out], labels[held_out]))


if __name__ == "__main__":
    main()
