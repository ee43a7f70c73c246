"""From what was measured of single clips to the few figures by which weights are chosen."""

from collections import defaultdict
from collections.abc import Sequence
from statistics import fmean

from gpt_sovits.audio.read import probe_audio
from gpt_sovits.evaluate.clips import Clip
from gpt_sovits.evaluate.figures import Measure, Score
from gpt_sovits.evaluate.hearing import PHONES, RECOGNISERS
from gpt_sovits.evaluate.measures import SPEED
from gpt_sovits.evaluate.measuring import Measured
from gpt_sovits.evaluate.score_report import Figures

_PHONES = PHONES.figures[0].key


def is_wanted(measure: Measure, *, recognisers: bool) -> bool:
    """Whether a measure helps to choose; recognisers take longer than all others together."""
    return measure is not SPEED and (recognisers or measure not in RECOGNISERS)


def figures_of(clips: Sequence[Clip], measured: Measured, *, unsaid: int = 0) -> Figures:
    """What clips of one voice tell; `pace` in phones a second.

    Args:
        clips: at least one.
        measured: holds their findings.
        unsaid: sentences that could not be said; each counts as one of which no phone is right.
    """
    figures: Figures = {}
    phones = _mean(clips, measured, "phone_error_rate")
    if phones is not None:
        figures["phone_errors"] = (phones * len(clips) + unsaid) / (len(clips) + unsaid)
    if (likeness := _mean(clips, measured, "similarity_")) is not None:
        figures["likeness"] = likeness
    if (pace := phones_per_second(clips, measured)) is not None:
        figures["pace"] = pace
    if (opinion := _mean(clips, measured, "predicted_opinion")) is not None:
        figures["naturalness"] = opinion
    if (words := _mean(clips, measured, "error_rate_")) is not None:
        figures["word_errors"] = words
    return figures


def phones_per_second(clips: Sequence[Clip], measured: Measured) -> float | None:
    """How fast is spoken, pauses and all: endless silence shows here, and so do lost sentences."""
    n_phones = seconds = 0.0
    for clip in clips:
        if (score := _scores(clip, measured).get(_PHONES)) is not None:
            n_phones += score.weight
            seconds += probe_audio(clip.path).duration_s or 0.0
    return n_phones / seconds if seconds else None


def _mean(clips: Sequence[Clip], measured: Measured, start: str) -> float | None:
    """The mean of all scores whose keys begin so; each language and each key count the same."""
    sums: dict[tuple[str, str], list[Score]] = defaultdict(list)
    for clip in clips:
        for key, score in _scores(clip, measured).items():
            if key.startswith(start):
                sums[clip.group, key].append(score)
    means = [
        sum(score.value * score.weight for score in scores)
        / max(sum(score.weight for score in scores), 1e-12)
        for scores in sums.values()
    ]
    return fmean(means) if means else None


def _scores(clip: Clip, measured: Measured) -> dict[str, Score]:
    found = measured.findings.get(clip, {})
    return {key: score for finding in found.values() for key, score in finding.scores.items()}
