"""Measure how well the words of a text are found in its sound.

python benchmarks/words.py INDEX... [--only FOLDER]... [--count 60] [--synthetic 24]

An INDEX is what benchmarks/check.py takes. Three questions are asked. Where do two recordings meet
that were cut to their speech and joined without a gap? Is a word that was put in the place of
another, from another text, heard worst of its clip? And, with --synthetic: where does each word
begin, as espeak-ng (English) and Open JTalk (Japanese) themselves tell?
"""

import argparse
import ctypes
import random
import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

# Run by its path from any folder: the project is not installed.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
import torch
from check import read_index

from gpt_sovits.audio.read import read_audio
from gpt_sovits.audio.resample import resample
from gpt_sovits.base.sentences import make_sentence
from gpt_sovits.data.annotations import Annotation
from gpt_sovits.data.checked import CheckedWord
from gpt_sovits.features.content import load_content
from gpt_sovits.prepare.check.words import time_words
from gpt_sovits.prepare.slicing.levels import PowerMeter, pause_threshold, without_clicks
from gpt_sovits.text.frontend import read_text
from gpt_sovits.text.words import WrittenWord, written_words

LONGEST_S = 12.0
FINAL_MARKS = " .,;:!?。、，！？"
CONTENT = load_content()
RATE = CONTENT.about.spectrogram.sample_rate


@dataclass(frozen=True)
class Known:
    """Speech of which it is known where some words begin."""

    name: str
    language: str
    text: str
    audio: np.ndarray
    starts: dict[int, float]
    """Seconds by the place of the word in the text."""


def main() -> None:
    """Print a line for each folder and question."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("index", type=Path, nargs="+", metavar="INDEX")
    parser.add_argument("--only", action="append", default=[], help="only files of this folder")
    parser.add_argument("--count", type=int, default=60, help="joints and words of a folder (60)")
    parser.add_argument("--synthetic", type=int, default=0, help="sentences of each engine (0)")
    args = parser.parse_args()
    rng = random.Random(0)
    folders: dict[str, list[Annotation]] = defaultdict(list)
    for index in args.index:
        for clip in read_index(index, args.only):
            folders[clip.audio.parent.name].append(clip)
    known: list[Known] = []
    for name, clips in folders.items():
        known += joined(name, clips, args.count, rng)
    for engine in (open_jtalk, espeak):
        known += engine(args.synthetic, rng)
    report_starts(known)
    for name, clips in folders.items():
        report_replaced(name, clips, args.count, rng)


def find(language: str, text: str, audio: np.ndarray) -> list[CheckedWord]:
    """The words of a text in a waveform, as `check` finds them."""
    return find_words(words_of(language, text), audio)


def find_words(words: Sequence[WrittenWord], audio: np.ndarray) -> list[CheckedWord]:
    """These words in a waveform."""
    log_probs = CONTENT.listen(torch.from_numpy(audio)).log_probs
    return time_words(CONTENT, log_probs, audio, words)


def words_of(language: str, text: str) -> list[WrittenWord]:
    """The words of a text."""
    return written_words(text, read_text(text, language=language, symbols="v2").words)


def report_starts(known: Sequence[Known]) -> None:
    """How far words begin from where they should."""
    errors: dict[str, list[float]] = defaultdict(list)
    for each in known:
        place = 0
        for word in find(each.language, each.text, each.audio):
            if place in each.starts:
                errors[each.name].append(word.start_s - each.starts[place])
            place += len(word.text)
    for name, own in errors.items():
        off = np.abs(own)
        print(
            f"{name}: {len(own)} words begin {np.median(off):.3f} s off (median), 90 % within"
            f" {np.percentile(off, 90):.3f} s, {np.mean(off <= 0.1):.1%} within 0.1 s; on the whole"
            f" {np.median(own):+.3f} s"
        )


# --- real speech --------------------------------------------------------------------------------


def joined(name: str, clips: Sequence[Annotation], count: int, rng: random.Random) -> list[Known]:
    """Pairs of clips, one behind the other; the second begins at a known place."""
    sounds = {clip.line: _speech_of(clip.audio) for clip in clips}
    short = [clip for clip in clips if len(sounds[clip.line]) < LONGEST_S * RATE]
    pairs = [(first, second) for first in short for second in short if first is not second]
    made = []
    for first, second in rng.sample(pairs, min(count, len(pairs))):
        space = " " if first.language == "en" else ""
        before = first.text.rstrip(FINAL_MARKS) + space
        audio = np.concatenate([sounds[first.line], sounds[second.line]])
        starts = {len(before): len(sounds[first.line]) / RATE}
        made.append(Known(f"{name}, joined", first.language, before + second.text, audio, starts))
    return made


def _speech_of(path: Path) -> np.ndarray:
    """A recording without the silence at its ends, float32 [L]."""
    audio, _ = read_audio(path, sample_rate=RATE)
    meter = PowerMeter(RATE // 100)
    meter.add(audio)
    levels = meter.levels()
    loud = np.flatnonzero(without_clicks(levels >= pause_threshold(levels)))
    speech = audio[loud[0] * meter.frame : (loud[-1] + 1) * meter.frame]
    return speech * (0.7 / np.abs(speech).max())


def report_replaced(name: str, clips: Sequence[Annotation], count: int, rng: random.Random) -> None:
    """How often a word of another text is the one that is heard worst."""
    texts = {clip.line: words_of(clip.language, clip.text) for clip in clips}
    n_worst = n_clips = 0
    below: list[float] = []
    wrong: list[float] = []
    right: list[float] = []
    for clip in rng.choices(clips, k=count):
        words = texts[clip.line]
        place = rng.randrange(len(words))
        others = [word for line, own in texts.items() if line != clip.line for word in own]
        other = rng.choice([word for word in others if word.phones != words[place].phones])
        audio, _ = read_audio(clip.audio, sample_rate=RATE)
        found = find_words([*words[:place], other, *words[place + 1 :]], audio)
        if len(found) != len(words) or len(words) < 4:
            continue
        scores = [word.score for word in found]
        own = scores.pop(place)
        n_clips += 1
        n_worst += own <= min(scores)
        below.append(float(np.mean([own < score for score in scores])))
        wrong.append(own)
        right += scores
    if n_clips:
        print(
            f"{name}, a wrong word: worst of its clip in {n_worst} of {n_clips}, below"
            f" {np.mean(below):.0%} of the others; score {np.median(wrong):.2f} (median) against"
            f" {np.median(right):.2f}"
        )


# --- synthetic speech ---------------------------------------------------------------------------


def open_jtalk(count: int, rng: random.Random) -> Iterator[Known]:
    """Japanese; a sound's length does not change when what follows is left away."""
    import pyopenjtalk

    for text in (make_sentence("ja", rng) for _ in range(count)):
        labels = pyopenjtalk.extract_fullcontext(text)
        phones = [found[1] if (found := re.search(r"-(.+?)\+", each)) else "" for each in labels]
        sounds = [number for number, phone in enumerate(phones) if phone not in ("sil", "pau")]
        words = read_text(text, language="ja", symbols="v2").words
        spoken = [
            (word.text, sum(phone.isalpha() and phone != "UNK" for phone in word.phones))
            for word in words
            if word.source != "mark"
        ]
        if sum(count for _, count in spoken) != len(sounds):
            continue  # the engine reads it in another way
        starts: dict[int, float] = {}
        place = number = 0
        for word, n_phones in spoken:
            place = text.find(word, place)
            if place < 0:
                break
            until, rate = pyopenjtalk.synthesize(labels[: sounds[number]])
            starts[place] = len(until) / rate
            place, number = place + len(word), number + n_phones
        audio, rate = pyopenjtalk.synthesize(labels)
        yield Known("Open JTalk", "ja", text, _scaled(audio, rate), starts)


class _Event(ctypes.Structure):
    """An event of espeak-ng's library."""

    _fields_ = (
        ("type", ctypes.c_int),
        ("number", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_ms", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", ctypes.c_char * 8),
    )


def espeak(count: int, rng: random.Random) -> Iterator[Known]:
    """English, where espeak-ng's library is on this machine."""
    if not count:
        return
    try:
        library = ctypes.CDLL("libespeak-ng.so.1")
    except OSError:
        print("espeak-ng's library is not on this machine", file=sys.stderr)
        return
    synchronous, word_event = 2, 1
    rate = library.espeak_Initialize(synchronous, 0, None, 0)
    pieces: list[np.ndarray] = []
    starts: dict[int, float] = {}

    @ctypes.CFUNCTYPE(
        ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event)
    )
    def take(samples, n_samples, events):  # type: ignore[no-untyped-def]  # C calls it
        if n_samples:
            pieces.append(np.ctypeslib.as_array(samples, shape=(n_samples,)).copy())
        number = 0
        while events[number].type:
            if events[number].type == word_event:
                starts[events[number].text_position - 1] = events[number].audio_ms / 1000
            number += 1
        return 0

    library.espeak_SetSynthCallback(take)
    for text in (make_sentence("en", rng) for _ in range(count)):
        pieces.clear()
        starts.clear()
        library.espeak_SetVoiceByName(f"en-us+{rng.choice(['m1', 'm3', 'f2', 'linda'])}".encode())
        content = text.encode() + b"\0"
        library.espeak_Synth(content, len(content), 0, 1, 0, 1, None, None)
        audio = np.concatenate(pieces).astype(np.float64)
        yield Known("espeak-ng", "en", text, _scaled(audio, rate), dict(starts))


def _scaled(audio: np.ndarray, rate: int) -> np.ndarray:
    return resample((audio / 32768).astype(np.float32), rate, RATE)


if __name__ == "__main__":
    main()
