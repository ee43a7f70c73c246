"""Measure how well a recording with music is separated.

python benchmarks/separate.py SONG ... [--models NAMES] [--folder FOLDER]
python benchmarks/separate.py --speech CLIP --music FILE [--music-db 0] [--models NAMES]

Of songs, whose parts nobody knows, it prints how much speech a voice activity detector hears, and
how many phones the embedded content network: both should rise in the vocals and fall in the rest.
A mixture of a known voice and known music gives the scale-invariant SDR of both parts over that of
the mixture.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

# Run by its path from any folder: the project is not installed.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
import torch
from silero_vad import load_silero_vad  # type: ignore[import-untyped]  # has no stubs

from gpt_sovits.audio.read import read_audio
from gpt_sovits.audio.write import write_audio
from gpt_sovits.features.content import Content, load_content
from gpt_sovits.prepare.separate.options import SeparateOptions
from gpt_sovits.prepare.separate.run import separate_recordings

RATE = 44_100
VAD_RATE, VAD_FRAME = 16_000, 512


def main() -> None:
    """Print a row a part."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("songs", type=Path, nargs="*", metavar="SONG")
    parser.add_argument("--speech", type=Path, help="a clean voice")
    parser.add_argument("--music", type=Path, help="music without a voice")
    parser.add_argument(
        "--music-db", type=float, default=0.0, help="its level beside the voice (0)"
    )
    parser.add_argument("--models", default="auto", help="as of the command separate (auto)")
    parser.add_argument("--folder", type=Path, help="folder of models")
    args = parser.parse_args()
    options = SeparateOptions(models=args.models, folder=args.folder)
    with tempfile.TemporaryDirectory() as folder:
        if args.speech:
            measure_mixture(args, options, Path(folder))
        for song in args.songs:
            vocals, rest = split(song, Path(folder) / song.name, options)
            vad, content = load_silero_vad(), load_content()
            for name, file in ((song.name, song), ("vocals", vocals), ("accompaniment", rest)):
                share, mean = speech_share(file, vad)
                print(
                    f"{name:24} speech in {share:6.1%} of the time, mean probability {mean:.3f};"
                    f" {phones_a_second(file, content):.2f} phones heard a second"
                )


def split(recording: Path, target: Path, options: SeparateOptions) -> tuple[Path, Path]:
    """Vocals and accompaniment of a recording."""
    start = time.perf_counter()
    report = separate_recordings(recording, target, options)
    for path, reason in report.stage.skipped:
        sys.exit(f"{path}: {reason}")
    seconds = read_audio(recording, sample_rate=VAD_RATE)[0].size / VAD_RATE
    took = time.perf_counter() - start
    print(f"{recording.name}: {', '.join(report.models)}; {took / seconds:.2f} s a second of sound")
    return report.stage.written[0], report.stage.written[1]


def measure_mixture(args: argparse.Namespace, options: SeparateOptions, folder: Path) -> None:
    """Mix, separate and compare with what was mixed."""
    speech, music = (read_audio(path, sample_rate=RATE)[0] for path in (args.speech, args.music))
    music = np.resize(music, len(speech))
    music = music * 10 ** (args.music_db / 20) * np.sqrt(np.mean(speech**2) / np.mean(music**2))
    scale = np.float32(0.9 / np.abs(speech + music).max())
    speech, music = speech * scale, music * scale
    write_audio(folder / "mixture.wav", speech + music, RATE)
    for file, part in zip(
        split(folder / "mixture.wav", folder / "parts", options), (speech, music), strict=True
    ):
        before, after = si_sdr(speech + music, part), si_sdr(read_audio(file)[0], part)
        print(f"{file.name:24} SI-SDR {after:5.1f} dB, {after - before:+.1f} over the mixture")


def si_sdr(estimate: np.ndarray, target: np.ndarray) -> float:
    """Scale-invariant signal-to-distortion ratio, dB (Le Roux et al. 2019)."""
    part = target * (np.vdot(estimate, target) / np.vdot(target, target))
    return 10 * float(np.log10(np.vdot(part, part) / np.vdot(estimate - part, estimate - part)))


def speech_share(path: Path, vad: Any) -> tuple[float, float]:
    """Share of frames that are more likely speech than not, and the mean likelihood."""
    audio, _ = read_audio(path, sample_rate=VAD_RATE)
    vad.reset_states()
    frames = torch.from_numpy(audio[: len(audio) // VAD_FRAME * VAD_FRAME].copy())
    with torch.no_grad():
        heard = [float(vad(frame, VAD_RATE)) for frame in frames.reshape(-1, VAD_FRAME)]
    return float(np.mean(np.array(heard) > 0.5)), float(np.mean(heard))


def phones_a_second(path: Path, content: Content) -> float:
    """How many phones the embedded network hears, in pieces of the length it was trained on."""
    rate = content.about.spectrogram.sample_rate
    audio = torch.from_numpy(read_audio(path, sample_rate=rate)[0].copy())
    pieces = [piece for piece in torch.split(audio, 10 * rate) if len(piece) > rate]
    return sum(len(content.hear(piece)) for piece in pieces) / (len(audio) / rate)


if __name__ == "__main__":
    main()
