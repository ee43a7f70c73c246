"""Compare the embedded base's vocoder with Griffin-Lim on the true mels of recordings.

python benchmarks/vocoder.py INDEX.tsv VOCODER.safetensors [--only FOLDER]

INDEX.tsv has no header; its columns are file, language and, last, text. Files lie beside it; rows
without a text are passed over. Name recordings that the vocoder was not trained on.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

# Run by its path from any folder: the project is not installed.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import torch
from torch import Tensor

from gpt_sovits.audio.read import read_audio
from gpt_sovits.base.plan import load_part
from gpt_sovits.base.vocoder import beats_griffin_lim, vocoder_figures
from gpt_sovits.config import MelFamilyConfig, load_family
from gpt_sovits.features.content import Content, load_content
from gpt_sovits.models.mel.vocoder import Vocoder
from gpt_sovits.text.frontend import read_text


def main() -> None:
    """Print the figures and who wins."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("index", type=Path, metavar="INDEX.tsv")
    parser.add_argument("vocoder", type=Path, metavar="VOCODER.safetensors")
    parser.add_argument("--only", default="", help="only files of this folder")
    args = parser.parse_args()
    family = load_family("mini")
    assert isinstance(family, MelFamilyConfig)
    content = load_content()
    vocoder = Vocoder(family.vocoder, family.spectrogram)
    load_part(vocoder, args.vocoder)
    clips = recordings(args.index, args.only, content)
    figures = vocoder_figures(vocoder.eval(), content.model, clips, family)
    for name, value in figures.items():
        print(f"{name:20} {value:.3f}")
    print("the vocoder wins" if beats_griffin_lim(figures) else "Griffin-Lim wins")


def recordings(index: Path, only: str, content: Content) -> Iterator[tuple[Tensor, list[str]]]:
    """Mel spectrogram [F, T] and phones of each recording that an index names."""
    rate = content.about.spectrogram.sample_rate
    for line in index.read_text(encoding="utf-8").splitlines():
        file, language, *_, text = line.split("\t")
        if not text or language == "-" or not file.startswith(only):
            continue
        audio = torch.from_numpy(read_audio(index.parent / file, sample_rate=rate)[0].copy())
        phones = read_text(text, language=language, symbols=content.about.symbols).phones
        yield content.listen(audio).mel, phones


if __name__ == "__main__":
    main()
