"""How far a voice in the making is, read from what the stages themselves leave."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from gpt_sovits.data.experiment import CLIPS
from gpt_sovits.data.heard import HeardRecord
from gpt_sovits.errors import InputError
from gpt_sovits.inference.voice_file import load_voice_file
from gpt_sovits.paths import PROJECT, ProjectPaths
from gpt_sovits.pipeline.project import ProjectFiles, VoiceProject, list_of, recordings_of
from gpt_sovits.pipeline.project_reading import (
    changed,
    count_lines,
    last_epoch,
    made_in,
    minutes_of,
    read_clips,
)
from gpt_sovits.state import read_state
from subfix.tally import tally

Status = Literal["empty", "ready", "partial", "running", "failed", "stale"]

STAGES = (
    *("recording", "separate", "denoise", "slice", "transcribe", "check", "label", "features"),
    *("train sovits", "train gpt", "voice"),
)
"""The rungs of the ladder, in their order."""

SUMMARIES: Mapping[str, str] = {
    "recordings": "recordings: {files}, {minutes} min",
    "made": "recordings: {files}, {minutes} min",
    "clips": "clips: {files}, {minutes} min",
    "list": "clips: {clips}, by {engine}",
    "listed": "clips: {clips}",
    "unreadable": "{reason}",
    "checked": "{red} red, {yellow} yellow, {green} green; {minutes} min can be used",
    "checked_before": "{red} red, {yellow} yellow, {green} green, before the list was changed",
    "labelled": "called right: {done} of {clips}",
    "features": "clips: {clips}, {minutes} min, for {family}",
    "features_before": "clips: {clips}, {minutes} min, before the list was changed",
    "trained": "epoch {epoch}, checkpoints: {files}",
    "trained_before": "epoch {epoch}, before the features were extracted anew",
    "training": "epoch {epoch}, no weights yet",
    "went_on": "stopped in epoch {epoch}",
    "voice": "{name}, {family}",
    "voice_before": "{name}: there are newer weights",
    "problem": "{reason}",
}
"""English sentence for each kind of summary; the page has them in other languages."""


@dataclass(frozen=True)
class StageJob:
    """What the queue knows of one job of a project."""

    kind: str
    """Name of the stage, or "clone" for all of them."""
    created: float
    """Seconds since 1970."""
    active: bool
    problem: str = ""
    """Why it failed; empty where it did not."""
    at: str = ""
    """What it is doing now."""


@dataclass(frozen=True)
class StageState:
    """Where one stage stands."""

    stage: str
    status: Status = "empty"
    key: str = ""
    """Of the sentence in `SUMMARIES`; empty where there is nothing to say."""
    values: Mapping[str, Any] = field(default_factory=dict)
    """Numbers and names in it."""
    path: Path | None = None
    """What the stage left."""
    when: float = 0.0
    """When it was left, seconds since 1970; 0 where nothing is."""

    @property
    def summary(self) -> str:
        """One short sentence, in English."""
        return SUMMARIES[self.key].format(**self.values) if self.key else ""

    def to_json(self) -> dict[str, Any]:
        """The state as the command line prints it."""
        return {
            "stage": self.stage,
            "status": self.status,
            "summary": self.summary,
            "path": self.path,
            "when": self.when or None,
            **self.values,
        }


def stages_of(
    project: VoiceProject, jobs: Sequence[StageJob] = (), paths: ProjectPaths = PROJECT
) -> tuple[StageState, ...]:
    """The state of every stage, in their order.

    Args:
        project: the voice in the making.
        jobs: of this project, the oldest first.
        paths: the project's folders.
    """
    look = _Look(project, ProjectFiles(project.name, paths), paths)
    return tuple(_with_job(state, jobs) for state in look.states())


def _with_job(state: StageState, jobs: Sequence[StageJob]) -> StageState:
    """Let the newest job of a stage have its say: it runs, or it failed and nothing came later."""
    own = [job for job in jobs if state.stage in _stages_of(job)]
    if not own:
        return state
    job = own[-1]
    if job.active:
        return replace(state, status="running")
    if job.problem and job.created > state.when:
        return replace(state, status="failed", key="problem", values={"reason": job.problem})
    return state


_OF_CLONE = {
    "slice and label": ("slice", "transcribe"),
    "features": ("features",),
    "reference": ("features",),
    "train sovits": ("train sovits",),
    "train gpt": ("train gpt",),
}
"""Rungs by what `clone` says it does."""


def _stages_of(job: StageJob) -> Sequence[str]:
    """The rungs that a job works on now, or worked on when it failed."""
    if job.kind == "clone":
        return _OF_CLONE.get(job.at, ("slice",))
    return {"import": ("transcribe",)}.get(job.kind, (job.kind,))


class _Look:
    """One look at a project."""

    def __init__(self, project: VoiceProject, files: ProjectFiles, paths: ProjectPaths) -> None:
        self.project = project
        self.files = files
        self.paths = paths
        self.listed = list_of(project, paths)

    def states(self) -> Iterator[StageState]:
        """All rungs."""
        yield self._recording()
        yield self._made("separate", self.files.separated, lambda files: files[:1])
        yield self._made("denoise", self.files.denoised, lambda files: files)
        yield self._slice()
        yield self._transcribe()
        yield self._check()
        yield self._label()
        features = self._features()
        yield features
        halves = [
            self._train("train sovits", self.paths.sovits_weights, r"_e(\d+)_s\d+", features),
            self._train("train gpt", self.paths.gpt_weights, r"-e(\d+)", features),
        ]
        yield from halves
        yield self._voice(halves)

    def _recording(self) -> StageState:
        found = recordings_of(self.project, self.paths)
        if not found:
            return StageState("recording")
        values = {"files": len(found), "minutes": minutes_of(found)}
        when = max(changed(path) for path in found)
        return StageState("recording", "ready", "recordings", values, self.files.input, when)

    def _made(self, stage: str, folder: Path, pick: Callable[[list[str]], list[str]]) -> StageState:
        """A stage over recordings that keeps a record of what it made."""
        made = [path for path in made_in(folder, pick) if path.is_file()]
        if not made:
            return StageState(stage)
        values = {"files": len(made), "minutes": minutes_of(made)}
        return StageState(stage, "ready", "made", values, folder, max(map(changed, made)))

    def _slice(self) -> StageState:
        """Clips of `slice`, of `clone`, or those that came with a list."""
        for folder, pattern in (
            (self.files.sliced, "*.wav"),
            (self.files.sliced, "*/*.wav"),
            (self.files.experiment / "clips", "*/*.wav"),
            (self.files.input / "clips", "*"),
        ):
            clips = [path for path in folder.glob(pattern) if path.name[0] != "."]
            if clips:
                values = {"files": len(clips), "minutes": minutes_of(clips)}
                when = max(map(changed, clips))
                return StageState("slice", "ready", "clips", values, folder, when)
        return StageState("slice")

    def _transcribe(self) -> StageState:
        if self.listed is None:
            return StageState("transcribe")
        known = count_lines(self.listed, self.paths)
        if isinstance(known, str):
            about: dict[str, Any] = {"reason": known}
            return StageState("transcribe", "failed", "unreadable", about, self.listed)
        engine = self._engine()
        about = {"clips": known, "engine": engine} if engine else {"clips": known}
        key = "list" if engine else "listed"
        return StageState("transcribe", "ready", key, about, self.listed, changed(self.listed))

    def _engine(self) -> str:
        """What wrote most of the texts, where that is known."""
        assert self.listed is not None
        if self.listed == self.files.cloned:
            engines: dict[str, int] = read_state(self.files.experiment / "labels.json").get(
                "engines", {}
            )
        else:
            heard = HeardRecord(self.listed.with_suffix(".jsonl")).clips.values()
            names = [clip.engine for clip in heard if clip.engine]
            engines = {name: names.count(name) for name in set(names)}
        return max(engines, key=engines.__getitem__, default="")

    def _check(self) -> StageState:
        if self.listed is None:
            return StageState("check")
        path = self.paths.output / "check" / self.listed.stem / "summary.json"
        told = read_state(path)
        if not told or not self._is_listed(told.get("list", "")):
            return StageState("check")
        lights = [line.get("light") for line in told.get("lines", [])]
        values = {light: lights.count(light) for light in ("red", "yellow", "green")}
        values["red"] += len(told.get("skipped", []))
        values["minutes"] = round(told.get("usable_seconds", 0.0) / 60, 1)
        is_old = changed(self.listed) > changed(path)
        key = "checked_before" if is_old else "checked"
        status: Status = "stale" if is_old else "ready"
        return StageState(
            "check", status, key, values, path.with_name("report.html"), changed(path)
        )

    def _is_listed(self, name: str) -> bool:
        """Whether a path is that of the list in use, also where the whole project was moved."""
        path = (self.paths.root / name).resolve()
        listed = self.listed.resolve() if self.listed else None
        if listed is None or path == listed:
            return listed is not None
        return not path.exists() and path.parts[-3:] == listed.parts[-3:]

    def _label(self) -> StageState:
        if self.listed is None:
            return StageState("label")
        known = tally(self.listed)
        if not known.clips:
            return StageState("label")
        values = {"done": known.done, "clips": known.clips}
        status: Status = "ready" if known.done == known.clips else "partial"
        return StageState("label", status, "labelled", values, self.listed, known.changed)

    def _features(self) -> StageState:
        path = self.files.experiment / CLIPS
        clips = read_clips(path)
        if not clips:
            return StageState("features")
        values = {
            "clips": len(clips),
            "minutes": round(sum(clip["seconds"] for clip in clips) / 60, 1),
            "family": clips[0]["family"],
        }
        is_old = self.listed is not None and changed(self.listed) > changed(path)
        key, status = ("features_before", "stale") if is_old else ("features", "ready")
        return StageState("features", status, key, values, path, changed(path))  # type: ignore[arg-type]  # both are statuses

    def _train(self, stage: str, folder: Path, end: str, features: StageState) -> StageState:
        own = re.compile(re.escape(self.project.name) + end)
        saved = [
            (path, int(match[1]))
            for path in folder.glob("*.safetensors")
            if (match := own.fullmatch(path.stem))
        ]
        kind = stage.removeprefix("train ")
        training = self.files.experiment / f"training_{kind}"
        reached = last_epoch(training / "losses.csv")
        if not saved:
            if not reached:
                return StageState(stage)
            when = changed(training / "losses.csv")
            return StageState(stage, "partial", "training", {"epoch": reached}, training, when)
        newest, _ = max(saved, key=lambda each: changed(each[0]))
        epoch = max(number for _, number in saved)
        values = {"epoch": epoch, "files": len(saved)}
        when = changed(newest)
        if features.when > when:
            return StageState(stage, "stale", "trained_before", values, newest, when)
        if reached > epoch:
            return StageState(stage, "partial", "went_on", {"epoch": reached}, newest, when)
        return StageState(stage, "ready", "trained", values, newest, when)

    def _voice(self, halves: Sequence[StageState]) -> StageState:
        path = self.files.voice
        if not path.is_file():
            return StageState("voice")
        try:
            voice = load_voice_file(path, self.paths)
        except InputError as error:
            return StageState("voice", "failed", "unreadable", {"reason": str(error)}, path)
        values = {"name": voice.name, "family": voice.family}
        when, own = changed(path), (voice.gpt, voice.sovits)
        newer = (half.path for half in halves if half.when > when and half.path)
        if any(self.paths.name_of(weights) not in own for weights in newer):
            return StageState("voice", "stale", "voice_before", values, path, when)
        return StageState("voice", "ready", "voice", values, path, when)
