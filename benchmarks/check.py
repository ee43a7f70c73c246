"""Plant faults into labelled clips and count how many the check finds.

python benchmarks/check.py INDEX... [--only FOLDER]... [--seeds 5] [--count 40] [--pages FOLDER]

An INDEX is a .list, or a table without header: file, language, perhaps speaker and more, and last
the text; files lie beside it. Of every forty lines eight have the text of another clip, four are
clipped (two of them at half of full scale), three hold nobody who speaks (zeros, a faint noise, a
loud one), and three are copies (as it is; quieter and cut; coded by Opus).
"""

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

# Run by its path from any folder: the project is not installed.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np

from gpt_sovits.audio.read import read_audio
from gpt_sovits.audio.resample import resample
from gpt_sovits.audio.write import write_audio
from gpt_sovits.data.annotations import Annotation, read_annotations, write_annotations
from gpt_sovits.prepare.check.options import CheckOptions
from gpt_sovits.prepare.check.report import CheckReport
from gpt_sovits.prepare.check.run import check_list

SHARES = {"text": 8, "clipped": 4, "silent": 3, "duplicate": 3}
"""Of forty lines, by the kind of finding that should tell."""

FOUND_AS = {
    "text": {"text", "pace"},
    "clipped": {"clipped"},
    "silent": {"silent", "noisy", "text"},
    "duplicate": {"duplicate"},
}
"""Kinds of findings that tell a planted fault."""

SHORTEST_S, LONGEST_S = 1.5, 20.0


@dataclass
class Planted:
    """A set with its faults."""

    listed: Path
    fault_of: dict[str, str] = field(default_factory=dict)
    """Planted fault by the name of the clip."""
    twins: dict[str, str] = field(default_factory=dict)
    """The original of each copy."""


def main() -> None:
    """Print a row a seed, and the sum."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("index", type=Path, nargs="+", metavar="INDEX")
    parser.add_argument("--only", action="append", default=[], help="only files of this folder")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--count", type=int, default=40, help="lines of a set (40)")
    parser.add_argument("--pages", type=Path, help="keep the sets and their pages here")
    args = parser.parse_args()
    clips = [clip for index in args.index for clip in read_index(index, args.only)]
    with tempfile.TemporaryDirectory() as temporary:
        folder = args.pages or Path(temporary)
        seeds = range(args.first_seed, args.first_seed + args.seeds)
        rows = [run_seed(clips, folder, seed, args.count) for seed in seeds]
    found, planted, alarms, seconds, spent = (sum(column) for column in zip(*rows, strict=True))
    print(
        f"found {found:.0f} of {planted:.0f} ({found / planted:.1%}), {alarms:.0f} false alarms in"
        f" {args.seeds} sets of {args.count}; {seconds / spent:.0f} times as fast as real time"
    )


def read_index(index: Path, only: Sequence[str]) -> list[Annotation]:
    """The clips of an index."""
    if index.suffix == ".list":
        return read_annotations(index).items
    clips = []
    for number, line in enumerate(index.read_text(encoding="utf-8").splitlines(), 1):
        file, language, *rest, text = line.split("\t")
        wanted = not only or any(file.startswith(folder) for folder in only)
        if wanted and text and language != "-":
            speaker = rest[0] if rest else file.partition("/")[0]
            clips.append(Annotation(index.parent / file, speaker, language, text, number))
    return clips


def run_seed(
    clips: Sequence[Annotation], folder: Path, seed: int, count: int
) -> tuple[float, float, float, float, float]:
    """Faults found and planted, false alarms, seconds of audio and seconds spent."""
    planted = plant(clips, folder / f"set{seed}", seed, count)
    start = time.perf_counter()
    report = check_list(planted.listed, folder / "measured", CheckOptions(processes=1))
    spent = time.perf_counter() - start
    if folder.exists():
        for page in (report.page, report.summary):
            page.replace(planted.listed.parent / page.name)
    missed, alarms = judge(report, planted)
    n_planted = len(planted.fault_of)
    print(
        f"seed {seed}: {n_planted - len(missed)} of {n_planted} found, {len(alarms)} false alarms"
    )
    for what, rows in (("missed", missed), ("false alarm", alarms)):
        for row in rows:
            print(f"    {what}: {row}")
    return n_planted - len(missed), n_planted, len(alarms), report.seconds(), spent


def judge(report: CheckReport, planted: Planted) -> tuple[list[str], list[str]]:
    """Faults that were missed, and clips without one that are red."""
    kinds = {
        clip.measured.item.audio.name: {finding.kind for finding in clip.findings}
        for clip in report.clips
    }
    missed = []
    for name, fault in planted.fault_of.items():
        pair = {name, planted.twins.get(name, name)}
        if not any(kinds[each] & FOUND_AS[fault] for each in pair):
            missed.append(f"{fault}: {name}")
    innocent = set(kinds) - set(planted.fault_of) - set(planted.twins.values())
    alarms = [
        f"{clip.measured.item.audio.name}: " + "; ".join(each.what for each in clip.findings)
        for clip in report.clips
        if clip.light == "red" and clip.measured.item.audio.name in innocent
    ]
    return missed, alarms


def plant(clips: Sequence[Annotation], folder: Path, seed: int, count: int) -> Planted:
    """Write a set with faults."""
    rng = random.Random(seed)
    numbers = {fault: max(1, round(n * count / 40)) for fault, n in SHARES.items()}
    drawn = draw(clips, count - numbers["duplicate"], rng)
    planted = Planted(folder / "set.list")
    items: list[Annotation] = []
    for number, (clip, audio, rate) in enumerate(drawn):
        path = folder / f"{number:02}_{clip.audio.stem}.wav"
        write_audio(path, audio, rate)
        items.append(Annotation(path, "speaker", clip.language, clip.text, number + 1))
    places = rng.sample(range(len(items)), sum(numbers.values()))
    parts = {fault: [places.pop() for _ in range(n)] for fault, n in numbers.items()}
    planted.fault_of = {
        items[place].audio.name: fault
        for fault, own in parts.items()
        if fault != "duplicate"
        for place in own
    }
    swap_texts(items, parts["text"])
    for number, place in enumerate(parts["clipped"]):
        clip_peaks(items[place].audio, 1.0 if number % 2 else 0.5, rng.uniform(3, 6))
    for number, place in enumerate(parts["silent"]):
        silence(items[place].audio, (0.0, 1e-3, 0.05)[number % 3], seed)
    for number, place in enumerate(parts["duplicate"]):
        copy = copy_clip(items[place], number)
        planted.fault_of[copy.audio.name] = "duplicate"
        planted.twins[copy.audio.name] = items[place].audio.name
        items.append(copy)
    rng.shuffle(items)
    write_annotations(planted.listed, items)
    return planted


def draw(
    clips: Sequence[Annotation], count: int, rng: random.Random
) -> list[tuple[Annotation, np.ndarray, int]]:
    """Clips of a length that is usual, all with another text; as many of each language."""
    drawn: list[tuple[Annotation, np.ndarray, int]] = []
    texts: set[str] = set()
    ranks: Counter[str] = Counter()
    ranked = []
    for clip in rng.sample(list(clips), len(clips)):
        ranked.append((ranks[clip.language], clip))
        ranks[clip.language] += 1
    for _, clip in sorted(ranked, key=lambda pair: pair[0]):
        if len(drawn) == count:
            return drawn
        audio, rate = read_audio(clip.audio)
        if SHORTEST_S <= len(audio) / rate <= LONGEST_S and clip.text not in texts:
            texts.add(clip.text)
            drawn.append((clip, audio / max(1.0, float(np.abs(audio).max())), rate))
    if len(drawn) == count:
        return drawn
    sys.exit(f"only {len(drawn)} clips can be used; give more, or a smaller --count")


def swap_texts(items: list[Annotation], places: Sequence[int]) -> None:
    """Give each clip the text of the next one in its language, in a circle."""
    for language in {items[place].language for place in places}:
        same = [place for place in places if items[place].language == language]
        if len(same) == 1:  # nobody to swap with among the chosen: take any other text
            others = (n for n, item in enumerate(items) if item.language == language)
            same.append(next((n for n in others if n not in same), -1))
            if same[-1] < 0:
                sys.exit(f"only one clip is in {language}; give more of it, or none")
        texts = [items[place].text for place in same]
        for place, text in zip(same, [*texts[1:], texts[0]], strict=True):
            if place in places:
                old = items[place]
                items[place] = Annotation(old.audio, old.speaker, language, text, old.line)


def clip_peaks(path: Path, ceiling: float, gain: float) -> None:
    """Cut a recording's peaks off."""
    audio, rate = read_audio(path)
    loud = audio / float(np.abs(audio).max()) * gain
    write_audio(path, (ceiling * np.clip(loud, -1, 1)).astype(np.float32), rate)


def silence(path: Path, level: float, seed: int) -> None:
    """Put noise of a level, or zeros, in the place of a recording."""
    audio, rate = read_audio(path)
    noise = level * np.random.default_rng(seed).standard_normal(len(audio))
    write_audio(path, noise.clip(-1, 1).astype(np.float32), rate)


def copy_clip(item: Annotation, number: int) -> Annotation:
    """The same sound once more, under another name."""
    audio, rate = read_audio(item.audio)
    path = item.audio.with_name(f"copy_{number}.wav")
    if number % 3 == 1:
        audio = 0.6 * audio[round(0.13 * rate) :]
    if number % 3 == 2:
        path = path.with_suffix(".opus")
        audio, rate = resample(audio, rate, 48000).clip(-1, 1), 48000
    write_audio(path, audio, rate)
    return Annotation(path, item.speaker, item.language, item.text, 0)


if __name__ == "__main__":
    main()
