"""Measure how well the embedded base's content network hears phones.

python benchmarks/content.py INDEX.tsv [--only FOLDER] [--model FILE]

INDEX.tsv has no header; its columns are file, language and, last, text. Files lie beside it; rows
without a text are passed over.
"""

import argparse
import sys
import time
from collections import defaultdict
from pathlib import Path

# Run by its path from any folder: the project is not installed.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import torch

from gpt_sovits.audio.read import read_audio
from gpt_sovits.features.content import load_content, phone_error_rate
from gpt_sovits.text.frontend import read_text

LONGEST_S = 20.0
"""Longer recordings are left out: the network was trained on clips up to 15 s."""


def main() -> None:
    """Print a row a folder."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("index", type=Path, metavar="INDEX.tsv")
    parser.add_argument("--only", default="", help="only files of this folder")
    parser.add_argument("--model", type=Path, help="another content network than the embedded one")
    args = parser.parse_args()
    content = load_content(args.model)
    rate = content.about.spectrogram.sample_rate
    errors, heard_s, audio_s = defaultdict(list), 0.0, 0.0
    for line in args.index.read_text(encoding="utf-8").splitlines():
        file, language, *_, text = line.split("\t")
        if not text or language == "-" or not file.startswith(args.only):
            continue
        audio = torch.from_numpy(read_audio(args.index.parent / file, sample_rate=rate)[0].copy())
        if len(audio) > LONGEST_S * rate:
            continue
        phones = read_text(text, language=language, symbols=content.about.symbols).phones
        start = time.perf_counter()
        heard = content.hear(audio)
        heard_s, audio_s = heard_s + time.perf_counter() - start, audio_s + len(audio) / rate
        errors[file.partition("/")[0]].append(phone_error_rate(heard, phones))
    for folder, rates in errors.items():
        mean = sum(rates) / len(rates)
        print(f"{folder:24} {len(rates):4} clips, phone error rate {mean:.1%}")
    print(f"{heard_s / max(audio_s, 1e-9):.4f} seconds a second of audio")


if __name__ == "__main__":
    main()
