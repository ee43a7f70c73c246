"""What only the other clips of a set tell: texts that fit worse than usual, twins, outliers."""

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Sequence
from itertools import chain

import numpy as np

from gpt_sovits.prepare.check.findings import Finding, Light
from gpt_sovits.prepare.check.fingerprint import find_same
from gpt_sovits.prepare.check.measuring import Measured
from gpt_sovits.text.languages import base_language, parse_mode

USUAL_FROM = 0.6
"""A set in which most texts are wrong has no usual fit: this at least is expected of a right one,
by what the network reaches with speakers and recorders that it does not know."""
WRONG, DOUBTFUL = 0.5, 0.65
"""Share of the usual fit below which a text is wrong, and doubtful."""
SMALL_SET = 8
"""Fewer clips of a language than this have no usual fit of their own."""

OUTLIER = 4.5
"""How many deviations from the middle make an outlier."""
LEAST_DB, LEAST_PACE = 2.0, 0.12
"""Smallest deviation that counts, of loudness in dB and of the pace as a share: sets that are very
even have no outliers for that."""


def judge_together(clips: Sequence[Measured]) -> list[list[Finding]]:
    """What is wrong with each clip beside the others."""
    found: list[list[Finding]] = [[] for _ in clips]
    twins = list(_find_twins(clips))
    copies = {number for number, _ in twins}
    for number, finding in chain(
        _judge_fits(clips), twins, _find_same_texts(clips, copies), _find_outliers(clips)
    ):
        found[number].append(finding)
    return found


_Found = Iterator[tuple[int, Finding]]


def usual_fits(clips: Iterable[Measured]) -> dict[str, float]:
    """The fit that right texts reach, by language.

    The upper quartile: up to two texts in three may be wrong without moving it much.
    """
    by_language: dict[str, list[float]] = defaultdict(list)
    for clip in clips:
        if clip.fit is not None:
            by_language[base_language(parse_mode(clip.item.language))].append(clip.fit.share)
    everyone = [share for shares in by_language.values() for share in shares]
    return {
        language: max(USUAL_FROM, _quartile(shares if len(shares) >= SMALL_SET else everyone))
        for language, shares in by_language.items()
    }


def _quartile(shares: Sequence[float]) -> float:
    return float(np.quantile(shares, 0.75)) if len(shares) >= SMALL_SET else USUAL_FROM


def _judge_fits(clips: Sequence[Measured]) -> _Found:
    usual = usual_fits(clips)
    for number, clip in enumerate(clips):
        if clip.fit is None:
            continue
        share = clip.fit.share / usual[base_language(parse_mode(clip.item.language))]
        if share >= DOUBTFUL:
            continue
        light: Light = "red" if share < WRONG else "yellow"
        what = "is another than what is said" if light == "red" else "may not be all that is said"
        yield (
            number,
            Finding(
                "text",
                light,
                f"the text {what}: it fits {100 * max(share, 0):.0f} % as well as is usual here",
            ),
        )


def _find_twins(clips: Sequence[Measured]) -> _Found:
    """The same sound: the one whose text fits best stays, or else the first; the others go."""
    group_of = list(range(len(clips)))
    first_with: dict[str, int] = {}
    copies = [
        (first, number)
        for number, clip in enumerate(clips)
        if clip.audio_hash and (first := first_with.setdefault(clip.audio_hash, number)) != number
    ]
    for one, other in sorted([*copies, *find_same([clip.fingerprint for clip in clips])]):
        joined, group = group_of[one], group_of[other]
        group_of = [joined if each == group else each for each in group_of]
    groups: dict[int, list[int]] = defaultdict(list)
    for number, group in enumerate(group_of):
        groups[group].append(number)
    for numbers in groups.values():
        kept = max(numbers, key=lambda number: (_rounded_fit(clips[number]), -number))
        for number in numbers:
            if number != kept:
                is_copy = clips[number].audio_hash == clips[kept].audio_hash
                how = "is the same recording as" if is_copy else "holds the same sound as"
                item = clips[kept].item
                what = f"{how} line {item.line} ({item.audio.name})"
                yield number, Finding("duplicate", "red", what)


def _rounded_fit(clip: Measured) -> float:
    """Two copies of one sound differ by a little."""
    return round(clip.fit.share, 1) if clip.fit else 0.0


def _find_same_texts(clips: Sequence[Measured], copies: Container[int]) -> _Found:
    first_with: dict[tuple[str, str], Measured] = {}
    for number, clip in enumerate(clips):
        words = "".join(letter for letter in clip.item.text.lower() if letter.isalnum())
        if not words or number in copies:
            continue
        first = first_with.setdefault((clip.item.speaker, words), clip)
        if first is not clip:
            what = f"has the text of line {first.item.line} ({first.item.audio.name})"
            yield number, Finding("same_text", "yellow", what)


def _find_outliers(clips: Sequence[Measured]) -> _Found:
    """Clips of a speaker that are much louder or spoken much faster than the speaker's others."""
    by_speaker: dict[tuple[str, str], list[int]] = defaultdict(list)
    for number, clip in enumerate(clips):
        if clip.sound is not None and clip.sound.lufs is not None and clip.text.n_phones:
            base = base_language(parse_mode(clip.item.language))
            by_speaker[clip.item.speaker, base].append(number)
    for own in by_speaker.values():
        if len(own) < SMALL_SET:
            continue
        loudness = np.array([_loudness(clips[number]) for number in own])
        pace = np.log([clips[number].text.n_phones / _spoken_s(clips[number]) for number in own])
        for number, off, level in zip(own, _deviations(loudness, LEAST_DB), loudness, strict=True):
            if abs(off) > OUTLIER:
                side = "louder" if off > 0 else "quieter"
                middle = np.median(loudness)
                what = f"is {abs(level - middle):.0f} dB {side} than the speaker's other clips"
                yield number, Finding("loudness", "yellow", what)
        for number, off, rate in zip(own, _deviations(pace, LEAST_PACE), pace, strict=True):
            if abs(off) > OUTLIER:
                usual = np.exp(np.median(pace))
                what = f"has {np.exp(rate):.0f} phones a second, {usual:.0f} is usual"
                yield number, Finding("pace", "yellow", what)


def _loudness(clip: Measured) -> float:
    assert clip.sound is not None, "was asked before"
    assert clip.sound.lufs is not None, "was asked before"
    return clip.sound.lufs


def _spoken_s(clip: Measured) -> float:
    """Seconds without the silence at both ends."""
    assert clip.sound is not None, "was asked before"
    return max(clip.sound.seconds - clip.sound.lead_s - clip.sound.tail_s, 0.1)


def _deviations(values: np.ndarray, least: float) -> np.ndarray:
    """Distances from the median in robust deviations, by the median distance of all."""
    distances = values - np.median(values)
    return distances / max(1.4826 * float(np.median(np.abs(distances))), least)
