"""Measure where recordings are cut, and how fast.

python benchmarks/slice.py words SPEECH_DIR [--folder en_ljspeech zh_aishell_S0252] [--noise FILE]
python benchmarks/slice.py voices FOLDER [FOLDER ...] [--clips 10]
python benchmarks/slice.py speed RECORDING [--minutes 60]

`words` joins labelled clips (index.tsv: path, language, text) to one recording, some with a pause
and some without, cuts it by every method, and counts the ends of clips that fall inside a word as
the content network hears it. `voices` takes clips of folders that hold one voice each, and tells
how often two clips are rightly said to be of one voice or of two, and how well pairs of voices are
sorted. `speed` makes a long recording of a short one and tells the time beside that of decoding it
alone.
"""

import argparse
import csv
import multiprocessing
import random
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import permutations
from pathlib import Path
from typing import get_args

# Run by its path from any folder: the project is not installed.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np

from gpt_sovits.audio.read import iter_audio, probe_audio, read_audio
from gpt_sovits.audio.resample import resample
from gpt_sovits.audio.write import write_audio
from gpt_sovits.errors import AudioError, TextError
from gpt_sovits.features.content import Content, load_content, spoken_phones
from gpt_sovits.models.alignment import align_ctc
from gpt_sovits.paths import PROJECT
from gpt_sovits.prepare.slice import slice_file
from gpt_sovits.prepare.slicing.cuts import find_cuts
from gpt_sovits.prepare.slicing.levels import FRAMES_PER_S, SAMPLE_RATE, frame_levels
from gpt_sovits.prepare.slicing.options import Method, SliceOptions
from gpt_sovits.prepare.slicing.voices import ENCODERS, group_voices, load_encoder
from gpt_sovits.text.frontend import read_text
from gpt_sovits.text.symbols import phone_ids

METHODS: tuple[Method, ...] = get_args(Method)

EDGE_S = 0.02
"""What the content network's frames leave open of where a word begins."""


@dataclass(frozen=True)
class Word:
    """When a word is said, seconds."""

    text: str
    start: float
    end: float


@dataclass(frozen=True)
class Joined:
    """Clips behind each other."""

    audio: np.ndarray
    words: list[Word]


def main() -> None:
    """Print one table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    words = commands.add_parser("words")
    words.add_argument("speech", type=Path, metavar="SPEECH_DIR")
    words.add_argument("--folder", nargs="+", default=["en_ljspeech", "zh_aishell_S0252"])
    words.add_argument("--noise", type=Path, help="a recording that is mixed in")
    words.add_argument("--snr-db", type=float, default=10.0, help="how far below the speech (10)")
    words.add_argument("--max-s", type=float, default=SliceOptions.max_s, help="longest clip")
    words.add_argument("--show", action="store_true", help="name the words that are cut")
    voices = commands.add_parser("voices")
    voices.add_argument("folder", type=Path, nargs="+", help="of one voice")
    voices.add_argument("--clips", type=int, default=10, help="of each voice, at most (10)")
    speed = commands.add_parser("speed")
    speed.add_argument("recording", type=Path)
    speed.add_argument("--minutes", type=float, default=60.0)
    args = parser.parse_args()
    if args.command == "words":
        measure_words(args)
    elif args.command == "voices":
        measure_voices(args.folder, args.clips)
    else:
        measure_speed(args.recording, args.minutes)


# --- where --------------------------------------------------------------------------------------


def measure_words(args: argparse.Namespace) -> None:
    """Cut the clips of each folder, joined, by each method."""
    content = load_content()
    print(
        f"{'folder':20} {'method':8} {'clips':>5} {'shortest':>8} {'longest':>7} {'ends':>5}"
        f" {'in a word':>9} {'lost words':>10} {'level at ends':>13}"
    )
    for folder in args.folder:
        joined = join(args.speech, folder, content)
        audio = joined.audio if args.noise is None else mix(joined.audio, args.noise, args.snr_db)
        with tempfile.TemporaryDirectory() as scratch:
            path = Path(scratch) / "joined.wav"
            write_audio(path, audio, SAMPLE_RATE)
            for method in METHODS:
                print(f"{folder:20} {method:8} {judge(path, audio, joined.words, method, args)}")


def judge(
    path: Path, audio: np.ndarray, words: list[Word], method: Method, args: argparse.Namespace
) -> str:
    """Count the ends of clips inside words, and the words that no clip holds."""
    clips = find_cuts(path, SliceOptions(method=method, max_s=args.max_s)).clips
    spans = [(clip.start / FRAMES_PER_S, clip.end / FRAMES_PER_S) for clip in clips]
    ends = sorted({end for span in spans for end in span})
    hit = [
        (end, word)
        for end in ends
        for word in words
        if word.start + EDGE_S < end < word.end - EDGE_S
    ]
    if args.show:
        for end, word in hit:
            print(f"  {end:.2f} s in {word.text!r}, {word.start:.2f} to {word.end:.2f}")
    middles = [(word.start + word.end) / 2 for word in words]
    lost = sum(not any(start <= at <= end for start, end in spans) for at in middles)
    levels = frame_levels([audio])
    loud = np.percentile(levels, 90)
    quiet = [levels[min(int(end * FRAMES_PER_S), len(levels) - 1)] - loud for end in ends]
    seconds = [clip.seconds for clip in clips]
    return (
        f"{len(clips):5} {min(seconds):7.2f}s {max(seconds):6.2f}s {len(ends):5}"
        f" {len(hit) / len(ends):9.1%} {lost / len(words):10.1%} {np.median(quiet):10.1f} dB"
    )


def join(speech: Path, folder: str, content: Content) -> Joined:
    """Clips of a folder, every other joint with 0.3 to 0.8 s of its own noise, the others bare."""
    rng = random.Random(0)
    noise = np.random.default_rng(0)
    pieces: list[np.ndarray] = []
    words: list[Word] = []
    position = 0.0
    for number, (path, language, text) in enumerate(labelled(speech, folder)):
        audio, _ = read_audio(path, sample_rate=SAMPLE_RATE)
        words += [
            Word(word.text, position + word.start, position + word.end)
            for word in said(path, text, language, content)
        ]
        floor = 10 ** (np.percentile(frame_levels([audio]), 5) / 20)
        pause_s = rng.uniform(0.3, 0.8) if number % 2 else 0.0
        pieces += [audio, noise.normal(0, floor, round(pause_s * SAMPLE_RATE)).astype(np.float32)]
        position += (len(audio) + len(pieces[-1])) / SAMPLE_RATE
    return Joined(np.concatenate(pieces), words)


def labelled(speech: Path, folder: str) -> Iterator[tuple[Path, str, str]]:
    """Path, language and text of the clips of a folder."""
    with (speech / "index.tsv").open(encoding="utf-8", newline="") as rows:
        for row in csv.reader(rows, delimiter="\t", quoting=csv.QUOTE_NONE):
            if row[0].startswith(f"{folder}/") and row[1] in ("en", "zh"):
                yield speech / row[0], row[1], row[2]


def said(path: Path, text: str, language: str, content: Content) -> list[Word]:
    """When each word of a clip is heard, from the middle of its first phone's span."""
    import jieba  # type: ignore[import-untyped]  # has no stubs
    import torch

    tokens: list[str] = []
    phones: list[str] = []
    places: list[tuple[int, int]] = []
    for token in text.split() if language == "en" else jieba.lcut(text):
        try:
            own = read_text(token, language=language, symbols="v2").phones
        except TextError:
            continue
        sounds = [phone for phone in spoken_phones(own) if phone != ","]
        if sounds:
            tokens.append(token)
            places.append((len(phones), len(phones) + len(sounds) - 1))
            phones += sounds
    audio, _ = read_audio(path, sample_rate=content.about.spectrogram.sample_rate)
    log_probs = content.listen(torch.from_numpy(audio.copy())).log_probs
    ids = torch.tensor(phone_ids(phones, content.about.symbols), dtype=torch.long)
    spans = (align_ctc(log_probs, ids + 1) * content.frame_s).tolist()
    return [
        Word(token, spans[first][0], spans[last][1])
        for token, (first, last) in zip(tokens, places, strict=True)
    ]


def mix(audio: np.ndarray, noise: Path, snr_db: float) -> np.ndarray:
    """Add a recording, repeated, so far below the speech."""
    other, _ = read_audio(noise, sample_rate=SAMPLE_RATE)
    repeated = np.resize(other, len(audio))
    share = np.sqrt(np.mean(audio**2) / np.mean(repeated**2)) * 10 ** (-snr_db / 20)
    mixed = audio + share * repeated
    return (mixed / max(1.0, float(np.abs(mixed).max()))).astype(np.float32)


# --- whose voice --------------------------------------------------------------------------------


def measure_voices(folders: list[Path], n_clips: int) -> None:
    """Print for each encoder that is here how well it tells the voices apart."""
    names, clips = [], []
    for folder in folders:
        files = [path for path in sorted(folder.iterdir()) if is_long_enough(path)]
        names += [folder.name] * len(files[:n_clips])
        clips += [read_audio(path) for path in files[:n_clips]]
    labels = np.array(names)
    print(f"{len(set(names))} voices, {len(clips)} clips")
    for encoder in ENCODERS:
        weights = encoder.file(PROJECT)
        if weights is None:
            print(f"{encoder.name:15} is not here")
            continue
        embed = load_encoder(encoder.name, weights)
        rows = np.stack([embed(resample(a, rate, encoder.sample_rate)) for a, rate in clips])
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        error, at = equal_error(rows, labels)
        print(f"{encoder.name:15} equal error rate {error:.1%} at a cosine of {at:.2f}")
        for alike in encoder.alike + np.array([-0.1, -0.05, 0, 0.05, 0.1]):
            right = [sorted_rightly(rows, labels, pair, alike) for pair in pairs(names)]
            print(
                f"  one voice above {alike:.2f}: {np.mean(right):6.1%} of two voices' clips right"
            )


def is_long_enough(path: Path) -> bool:
    """Whether a file is a clip as the slicer makes them."""
    try:
        return (probe_audio(path).duration_s or 0) >= SliceOptions.min_s
    except AudioError:
        return False


def equal_error(rows: np.ndarray, labels: np.ndarray) -> tuple[float, float]:
    """Where as many pairs of one voice are refused as of two voices are taken for one."""
    upper = np.triu_indices(len(rows), 1)
    same, cosine = (labels[:, None] == labels)[upper], (rows @ rows.T)[upper]
    order = np.argsort(-cosine)
    taken = np.cumsum(~same[order]) / max(1, (~same).sum())
    refused = 1 - np.cumsum(same[order]) / max(1, same.sum())
    best = int(np.argmin(np.abs(taken - refused)))
    return float(taken[best] + refused[best]) / 2, float(cosine[order][best])


def pairs(names: list[str]) -> list[tuple[str, str]]:
    """Each voice as the main one with each other."""
    return list(permutations(sorted(set(names)), 2))


def sorted_rightly(
    rows: np.ndarray, labels: np.ndarray, pair: tuple[str, str], alike: float
) -> float:
    """Share of the clips of two voices, twice as many of the first, that are said rightly."""
    main, guest = (np.flatnonzero(labels == name) for name in pair)
    chosen = np.concatenate([main, guest[: max(1, len(main) // 2)]])
    found = np.array(group_voices(list(rows[chosen]), [1.0] * len(chosen), alike))
    return float(np.mean((found == 0) == (labels[chosen] == pair[0])))


# --- how fast -----------------------------------------------------------------------------------


def measure_speed(recording: Path, minutes: float) -> None:
    """Cut one long recording by each method, beside decoding it alone."""
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "long.wav"
        print(f"{minutes:g} min in one file")
        # Each in a process of its own, so that its memory is its own.
        spawn = multiprocessing.get_context("spawn")
        with spawn.Pool(1) as pool:
            pool.apply(make_long, (recording, path, minutes))
        for method in (None, *METHODS):
            with spawn.Pool(1) as pool:
                wall, own, peak = pool.apply(clock, (path, Path(scratch), method))
            print(
                f"{method or 'decode':8} {wall:6.1f} s, {own:6.1f} s of processor:"
                f" {minutes * 60 / wall:5.0f} times real time by the clock,"
                f" {minutes * 60 / own:5.0f} by the processor; at most {peak:.0f} MB"
            )


def make_long(recording: Path, path: Path, minutes: float) -> None:
    """Repeat a recording."""
    audio, rate = read_audio(recording)
    write_audio(path, np.resize(audio, round(minutes * 60 * rate)), rate)


def clock(path: Path, scratch: Path, method: Method | None) -> tuple[float, float, float]:
    """Wall and processor seconds of cutting a recording, or decoding it, and most MB ever."""
    wall, own = time.perf_counter(), time.process_time()
    if method is None:
        for _ in iter_audio(path, sample_rate=SAMPLE_RATE):
            pass
    else:
        slice_file(path, scratch / method, SliceOptions(method=method))
    wall, own = time.perf_counter() - wall, time.process_time() - own
    return wall, own, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
