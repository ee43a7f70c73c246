"""Synthetic speech for the embedded base: sounds, tones and accents that recordings lack.

Every clip follows from the seed and its own number alone, so a run that was stopped goes on, and
more hours add clips without changing those that are there.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from gpt_sovits.audio.read import probe_audio
from gpt_sovits.audio.write import write_audio
from gpt_sovits.base.corpus import CorpusClip, CorpusLanguage
from gpt_sovits.base.engines import Engine, Speaker, speak
from gpt_sovits.base.sentences import SpokenLanguage, make_sentence
from gpt_sovits.errors import ConfigError, InputError
from gpt_sovits.options import Within, check_limits
from gpt_sovits.report import Progress, no_progress

SAMPLE_RATE = 24000
"""Rate of what is written, Hz: the embedded base's own."""

LONGEST_S = 15.0
"""Longer clips are left out, as in the recorded part."""

MAX_FAILURES = 20
"""So many clips in a row that no engine can say mean that something is broken."""


@dataclass(frozen=True, kw_only=True)
class SyntheticOptions:
    """How much synthetic speech, and by whom."""

    hours: Annotated[float, Within(0, open=True)]
    """Length of all clips together."""

    seed: Annotated[int, Within(0)] = 0
    """Source of sentences and speakers."""

    languages: tuple[SpokenLanguage, ...] = ("zh", "zh", "en", "en", "ja", "ja", "mixed")
    """Clips take turns through these; an entry that comes twice gets twice as many."""

    n_speakers: Annotated[int, Within(1)] = 40
    """Pseudo-speakers of each voice of an engine."""

    def __post_init__(self) -> None:
        check_limits(self)
        if not self.languages:
            raise ConfigError("languages is empty; name at least one", field="languages")


@dataclass(frozen=True)
class PlannedClip:
    """What one synthetic clip will be."""

    name: str
    language: SpokenLanguage
    text: str
    engine: Engine
    speaker: Speaker
    speaker_name: str


def plan_clip(
    number: int, engines: Sequence[Engine], options: SyntheticOptions
) -> PlannedClip | None:
    """Decide what clip `number` says and by whom; None where no engine speaks its language."""
    rng = random.Random(f"{options.seed}/{number}")
    language = options.languages[number % len(options.languages)]
    able = [engine for engine in engines if language in engine.voices]
    if not able:
        return None
    engine = rng.choice(able)
    voice = rng.choice(engine.voices[language])
    index = rng.randrange(options.n_speakers)
    own = random.Random(f"{engine.name}/{voice}/{index}")
    speaker = Speaker(
        voice,
        pitch=2 ** own.uniform(-0.4, 0.4),
        formant=2 ** own.uniform(-0.25, 0.25),
        tempo=own.uniform(0.8, 1.25) * rng.uniform(0.95, 1.05),
    )
    speaker_name = f"{engine.name}_{voice}_{index}"
    return PlannedClip(
        # Who speaks hangs on the engines that are there: a clip of other ones is another file.
        f"s{options.seed}_{number:06d}_{speaker_name}",
        language,
        make_sentence(language, rng),
        engine,
        speaker,
        speaker_name,
    )


def make_synthetic(
    folder: Path,
    engines: Sequence[Engine],
    options: SyntheticOptions,
    *,
    progress: Progress = no_progress,
) -> tuple[list[CorpusClip], list[tuple[Path, str]]]:
    """Write synthetic clips into `folder` until there are enough hours; what is there is kept.

    Returns:
        The clips, and those that could not be made, each with its reason.

    Raises:
        InputError: no engine speaks any of the languages, or engines fail again and again.
    """
    clips: list[CorpusClip] = []
    skipped: list[tuple[Path, str]] = []
    if not any(language in engine.voices for engine in engines for language in options.languages):
        raise InputError(f"no engine here speaks {', '.join(sorted(set(options.languages)))}")
    wanted_s = options.hours * 3600
    done_s, number, failures = 0.0, 0, 0
    while done_s < wanted_s:
        planned = plan_clip(number, engines, options)
        number += 1
        if planned is None:
            continue
        path = folder / f"{planned.name}.flac"
        try:
            clip = _make_clip(path, planned)
        except InputError as error:
            skipped.append((path, str(error)))
            failures += 1
            if failures == MAX_FAILURES:
                raise InputError(f"{failures} clips in a row failed, the last: {error}") from error
            continue
        failures = 0
        clips.append(clip)
        done_s += clip.seconds
        progress(round(min(done_s, wanted_s)), round(wanted_s), planned.text)
    return clips, skipped


def _make_clip(path: Path, planned: PlannedClip) -> CorpusClip:
    """The clip in the file `path`, made where it is not there yet."""
    if not path.is_file():
        audio = speak(planned.engine, planned.text, planned.language, planned.speaker, SAMPLE_RATE)
        seconds = len(audio) / SAMPLE_RATE
        if seconds > LONGEST_S:
            raise InputError(f"{seconds:.1f} s long, more than the {LONGEST_S:.0f} s of a clip")
        write_audio(path, audio * min(1.0, 0.95 / abs(audio).max()), SAMPLE_RATE)
    seconds = probe_audio(path).duration_s or 0.0
    language: CorpusLanguage = "zh" if planned.language == "mixed" else planned.language
    return CorpusClip(path, language, planned.speaker_name, seconds, SAMPLE_RATE, planned.text)
