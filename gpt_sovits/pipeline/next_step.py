"""What to do next with a voice in the making, and why; stages that are not needed are skipped."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

from gpt_sovits.errors import InputError
from gpt_sovits.paths import PROJECT, ProjectPaths
from gpt_sovits.pipeline.project import VoiceProject, recordings_of
from gpt_sovits.pipeline.project_state import StageState

LISTENED_S = 60.0
"""How much of a recording is listened to."""

LISTENED = 3
"""Recordings that are listened to."""

LITTLE_MINUTES = 0.3
"""Less speech than this makes no voice."""

LOUD_BEHIND_DB = 8.0
"""Below this more than noise is behind the voice, such as music; as `check` has it for red."""

NOISY_DB = 15.0
"""Below this noise is heard; as `check` has it for yellow."""

REASONS: Mapping[str, str] = {
    "wait": "{stage} is running.",
    "failed": "{stage} failed: {reason}",
    "no_recording": "There is no recording yet: about a minute of clear speech is enough.",
    "music": "Speech is only {db} dB above what sounds behind it: take the music or noise away.",
    "noise": "Speech is {db} dB above the noise: denoise it.",
    "slice": "The recordings have to be cut into clips of one to three sentences.",
    "transcribe": "The clips have no texts yet.",
    "check": "Wrong texts and bad clips spoil a voice: have them looked for.",
    "check_again": "The list was changed since it was checked.",
    "label": "{bad} clips are not good as they are: correct or delete them.",
    "features": "The list is ready: extract what training reads of it.",
    "features_again": "The list was changed since the features were extracted.",
    "train": "The features are ready: train the network.",
    "train_again": "The features are newer than this network: train it again.",
    "train_on": "The training was broken off in epoch {epoch}: go on with it.",
    "voice": "Both networks are trained: make a voice of them.",
    "speak": "The voice is ready: let it speak.",
    "little": "{minutes} min of speech are little: add a recording, a minute is a good beginning.",
}
"""English sentence for each reason; the page has them in other languages."""


@dataclass(frozen=True)
class NextStep:
    """What to do next."""

    stage: str
    """One of the stages, or "speak"."""
    key: str
    """Of the sentence in `REASONS`."""
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def reason(self) -> str:
        """Why, in English."""
        return REASONS[self.key].format(**self.values)


def next_step(
    project: VoiceProject,
    states: Sequence[StageState],
    paths: ProjectPaths = PROJECT,
    *,
    hear: Callable[[Path], float | None] | None = None,
) -> NextStep:
    """Choose what to do next.

    Args:
        project: the voice in the making.
        states: of its stages.
        paths: the project's folders.
        hear: how far speech stands out in a recording, dB; None where it cannot be told.
    """
    of = {state.stage: state for state in states}
    running = next((state for state in states if state.status == "running"), None)
    if running is not None:
        return NextStep(running.stage, "wait", {"stage": running.stage})
    failed = next((state for state in reversed(states) if state.status == "failed"), None)
    if failed is not None:
        return NextStep(failed.stage, "failed", {"stage": failed.stage, **failed.values})
    done = {state.stage for state in states if state.status == "ready"}
    if "voice" in done and not any(of[each].status == "stale" for each in _TRAINED):
        return NextStep("speak", "speak")
    if of["transcribe"].status == "empty":
        return _before_texts(project, of, paths, hear or snr_of)
    return _after_texts(of)


_TRAINED = ("features", "train sovits", "train gpt")


def _before_texts(
    project: VoiceProject,
    of: Mapping[str, StageState],
    paths: ProjectPaths,
    hear: Callable[[Path], float | None],
) -> NextStep:
    if of["recording"].status == "empty" and of["slice"].status == "empty":
        return NextStep("recording", "no_recording")
    if of["slice"].status == "ready":
        minutes = of["slice"].values["minutes"]
        if minutes < LITTLE_MINUTES:
            return NextStep("recording", "little", {"minutes": minutes})
        return NextStep("transcribe", "transcribe")
    if of["separate"].status == of["denoise"].status == "empty":
        heard = [hear(path) for path in recordings_of(project, paths)[:LISTENED]]
        snr_db = min((each for each in heard if each is not None), default=None)
        if snr_db is not None and snr_db < NOISY_DB:
            is_loud = snr_db < LOUD_BEHIND_DB
            stage, key = ("separate", "music") if is_loud else ("denoise", "noise")
            return NextStep(stage, key, {"db": max(0, round(snr_db))})
    return NextStep("slice", "slice")


def _after_texts(of: Mapping[str, StageState]) -> NextStep:
    if of["features"].status == "empty":
        if of["check"].status != "ready":
            return NextStep("check", "check_again" if of["check"].status == "stale" else "check")
        bad = of["check"].values["red"]
        if bad:
            return NextStep("label", "label", {"bad": bad})
    if of["features"].status != "ready":
        is_old = of["features"].status == "stale"
        return NextStep("features", "features_again" if is_old else "features")
    for stage in ("train sovits", "train gpt"):
        state = of[stage]
        if state.status == "partial":
            return NextStep(stage, "train_on", {"epoch": state.values["epoch"]})
        if state.status != "ready":
            return NextStep(stage, "train_again" if state.status == "stale" else "train")
    return NextStep("voice", "voice")


def snr_of(path: Path) -> float | None:
    """How far speech stands out in the first minute of a recording, dB."""
    try:
        about = path.stat()
    except OSError:
        return None
    return _heard_snr(path, about.st_mtime_ns, about.st_size)


@lru_cache(256)
def _heard_snr(path: Path, changed_ns: int, size: int) -> float | None:
    import numpy as np

    from gpt_sovits.audio.read import iter_audio
    from gpt_sovits.prepare.check.sound import frame_levels, signal_to_noise

    rate = 16_000
    try:
        pieces = iter_audio(path, sample_rate=rate, block_s=5.0)
        audio = np.concatenate([*islice(pieces, round(LISTENED_S / 5.0))])
        return signal_to_noise(frame_levels(audio, rate))
    except (InputError, ValueError):
        return None
