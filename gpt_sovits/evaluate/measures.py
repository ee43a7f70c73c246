"""The table of all measures, in the order in which they are shown."""

from collections.abc import Callable, Iterable
from pathlib import Path

from gpt_sovits.audio.read import probe_audio, read_audio
from gpt_sovits.errors import MissingModelError
from gpt_sovits.evaluate.clips import Clip
from gpt_sovits.evaluate.figures import Figure, Finding, Judge, Measure, Score
from gpt_sovits.evaluate.hearing import PHONES, RECOGNISERS
from gpt_sovits.evaluate.likeness import LIKENESS
from gpt_sovits.evaluate.melody import MELODY
from gpt_sovits.features.speech_quality import SAMPLE_RATE, load_speech_quality
from gpt_sovits.paths import ProjectPaths
from gpt_sovits.weights.local import package_file

# --- naturalness --------------------------------------------------------------------------------

_SCORE = Figure(
    key="predicted_opinion", label="predicted opinion, 1 to 5 (DistillMOS)", better="higher"
)


def _quality_file() -> Path | None:
    return package_file("distillmos", "weights", "distill_mos_v7.pt")


def _open_quality(mode: str, paths: ProjectPaths) -> Judge:
    path = _quality_file()
    if path is None:
        raise MissingModelError("the package distillmos has no weights; install it again")
    features = load_speech_quality(path)

    def judge(clip: Clip) -> Finding:
        audio, _ = read_audio(clip.path, sample_rate=SAMPLE_RATE)
        return Finding({_SCORE.key: Score(features.judge(audio))})

    return judge


NATURALNESS = Measure(
    name="naturalness by DistillMOS",
    figures=(_SCORE,),
    needs="python -m pip install --no-deps -r requirements-evaluate.txt",
    is_here=lambda paths: _quality_file() is not None,
    open=_open_quality,
)

# --- speed --------------------------------------------------------------------------------------

_SPEED = Figure(key="real_time_factor", label="real-time factor", better="lower", digits=3)


def _open_speed(mode: str, paths: ProjectPaths) -> Judge:
    def judge(clip: Clip) -> Finding | None:
        if clip.spent_s is None:
            return None
        seconds = probe_audio(clip.path).duration_s
        return Finding({_SPEED.key: Score(clip.spent_s / seconds, seconds)}) if seconds else None

    return judge


SPEED = Measure(name="speed", figures=(_SPEED,), open=_open_speed, is_kept=False)

MEASURES: tuple[Measure, ...] = (PHONES, *RECOGNISERS, *LIKENESS, NATURALNESS, MELODY, SPEED)


def measures_here(
    clips: Iterable[Clip],
    paths: ProjectPaths,
    wanted: Callable[[Measure], bool] = lambda measure: True,
) -> tuple[list[Measure], list[tuple[str, str]]]:
    """The measures that can be taken of clips, and those that are not here with how to get them.

    One that understands none of the clips' languages is neither.
    """
    modes = {clip.mode for clip in clips}
    here: list[Measure] = []
    missing: list[tuple[str, str]] = []
    for measure in filter(wanted, MEASURES):
        if not any(measure.writes(mode) for mode in modes):
            continue
        if measure.is_here(paths):
            here.append(measure)
        else:
            missing.append((measure.name, measure.needs))
    return here, missing
