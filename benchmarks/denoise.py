"""Measure how much noise each engine takes out.

python benchmarks/denoise.py --speech CLIP ... --noise FILE ... [--snr 5]

Every clip is mixed with every noise. SNR counts everything that is no scaled copy of the clip;
noises shorter than a second are left out.
"""

import argparse
import sys
import time
from pathlib import Path
from typing import get_args, get_type_hints

# Run by its path from any folder: the project is not installed.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np

from gpt_sovits.audio.read import read_audio
from gpt_sovits.prepare.denoise import denoise_audio
from gpt_sovits.prepare.denoise_options import DenoiseOptions

RATE = 48_000
STRENGTHS = (0.8, 1.0)


def main() -> None:
    """Print a row an engine and strength, a column a noise."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--speech", type=Path, nargs="+", required=True, metavar="CLIP")
    parser.add_argument("--noise", type=Path, nargs="+", required=True, metavar="FILE")
    parser.add_argument("--snr", type=float, default=5.0, help="of the mixtures, dB (5)")
    args = parser.parse_args()
    clips = [read_audio(path, sample_rate=RATE)[0] for path in args.speech]
    noises = {path.name: read_audio(path, sample_rate=RATE)[0] for path in args.noise}
    noises = {name: noise for name, noise in noises.items() if len(noise) >= RATE}
    print(f"SNR gain, dB, mean of {len(clips)} clips   {'  '.join(noises)}   s/s")
    for engine in get_args(get_type_hints(DenoiseOptions)["engine"])[:-1]:
        for strength in STRENGTHS:
            options = DenoiseOptions(engine=engine, strength=strength)
            start = time.perf_counter()
            gains = [
                np.mean([gain(clip, noise, args.snr, options) for clip in clips])
                for noise in noises.values()
            ]
            took = time.perf_counter() - start
            heard_s = sum(map(len, clips)) * len(noises) / RATE
            row = "  ".join(f"{value:+7.1f}" for value in gains)
            print(f"{engine:12} strength {strength:.1f}       {row}   {took / heard_s:.2f}")


def gain(clip: np.ndarray, noise: np.ndarray, db: float, options: DenoiseOptions) -> float:
    """Of one mixture."""
    noise = np.resize(noise, len(clip))
    noisy = clip + noise * 10 ** (-db / 20) * np.sqrt(np.mean(clip**2) / np.mean(noise**2))
    return snr(denoise_audio(noisy[None], RATE, options)[0], clip) - snr(noisy, clip)


def snr(audio: np.ndarray, clean: np.ndarray) -> float:
    """Of the scaled copy of `clean` in `audio` to all else, dB."""
    part = clean * (np.vdot(audio, clean) / np.vdot(clean, clean))
    return 10 * float(np.log10(np.vdot(part, part) / np.vdot(audio - part, audio - part)))


if __name__ == "__main__":
    main()
