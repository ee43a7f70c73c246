"""How far a voice in the making is, read from what the stages themselves leave."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from gpt_sovits.data.annotations import read_annotations
from gpt_sovits.data.experiment import CLIPS
from gpt_sovits.data.heard import HeardRecord
from gpt_sovits.errors import InputError
from gpt_sovits.inference.voice_file import load_voice_file
from gpt_sovits.paths import PROJECT, ProjectPaths
from gpt_sovits.pipeline.project import ProjectFiles, VoiceProject, list_of, recordings_of
from gpt_sovits.state import Entries, read_state
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
        values = {"files": len(found), "minutes": _minutes(found)}
        when = max(_changed(path) for path in found)
        return StageState("recording", "ready", "recordings", values, self.files.input, when)

    def _made(self, stage: str, folder: Path, pick: Callable[[list[str]], list[str]]) -> StageState:
        """A stage over recordings that keeps a record of what it made."""
        made = [path for path in made_in(folder, pick) if path.is_file()]
        if not made:
            return StageState(stage)
        values = {"files": len(made), "minutes": _minutes(made)}
        return StageState(stage, "ready", "made", values, folder, max(map(_changed, made)))

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
                values = {"files": len(clips), "minutes": _minutes(clips)}
                when = max(map(_changed, clips))
                return StageState("slice", "ready", "clips", values, folder, when)
        return StageState("slice")

    def _transcribe(self) -> StageState:
        if self.listed is None:
            return StageState("transcribe")
        known = _read_list(self.listed, self.paths)
        if isinstance(known, str):
            about: dict[str, Any] = {"reason": known}
            return StageState("transcribe", "failed", "unreadable", about, self.listed)
        engine = self._engine()
        about = {"clips": known, "engine": engine} if engine else {"clips": known}
        key = "list" if engine else "listed"
        return StageState("transcribe", "ready", key, about, self.listed, _changed(self.listed))

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
        if not told or (self.paths.root / told.get("list", "")).resolve() != self.listed.resolve():
            return StageState("check")
        lights = [line.get("light") for line in told.get("lines", [])]
        values = {light: lights.count(light) for light in ("red", "yellow", "green")}
        values["red"] += len(told.get("skipped", []))
        values["minutes"] = round(told.get("usable_seconds", 0.0) / 60, 1)
        is_old = _changed(self.listed) > _changed(path)
        key = "checked_before" if is_old else "checked"
        status: Status = "stale" if is_old else "ready"
        return StageState(
            "check", status, key, values, path.with_name("report.html"), _changed(path)
        )

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
        clips = _read_clips(path)
        if not clips:
            return StageState("features")
        values = {
            "clips": len(clips),
            "minutes": round(sum(clip["seconds"] for clip in clips) / 60, 1),
            "family": clips[0]["family"],
        }
        is_old = self.listed is not None and _changed(self.listed) > _changed(path)
        key, status = ("features_before", "stale") if is_old else ("features", "ready")
        return StageState("features", status, key, values, path, _changed(path))  # type: ignore[arg-type]  # both are statuses

    def _train(self, stage: str, folder: Path, end: str, features: StageState) -> StageState:
        own = re.compile(re.escape(self.project.name) + end)
        saved = [
            (path, int(match[1]))
            for path in folder.glob("*.safetensors")
            if (match := own.fullmatch(path.stem))
        ]
        kind = stage.removeprefix("train ")
        training = self.files.experiment / f"training_{kind}"
        reached = _last_epoch(training / "losses.csv")
        if not saved:
            if not reached:
                return StageState(stage)
            when = _changed(training / "losses.csv")
            return StageState(stage, "partial", "training", {"epoch": reached}, training, when)
        newest, _ = max(saved, key=lambda each: _changed(each[0]))
        epoch = max(number for _, number in saved)
        values = {"epoch": epoch, "files": len(saved)}
        when = _changed(newest)
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
        when = _changed(path)
        if any(half.when > when for half in halves):
            return StageState("voice", "stale", "voice_before", values, path, when)
        return StageState("voice", "ready", "voice", values, path, when)


def made_in(
    folder: Path, pick: Callable[[list[str]], list[str]] = lambda files: files
) -> list[Path]:
    """Files that a stage's own record says it made in a folder.

    Args:
        folder: of the stage.
        pick: which of the files that came of one recording; of `separate` the voice is the first.
    """
    from gpt_sovits.prepare.stage import RECORD

    entries = Entries(folder / RECORD).found.values()
    names = [name for entry in entries for name in pick(list(entry.get("files", {})))]
    return [folder / name for name in names]


def _changed(path: Path) -> float:
    """When a file was changed; 0 where it is gone meanwhile."""
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _minutes(paths: Sequence[Path]) -> float:
    """Length of recordings together, to a tenth."""
    return round(sum(seconds_of(path) for path in paths) / 60, 1)


def seconds_of(path: Path) -> float:
    """Length of a recording as its header tells it; 0 where it cannot be read."""
    try:
        about = path.stat()
    except OSError:
        return 0.0
    return _probed_seconds(path, about.st_mtime_ns, about.st_size)


@lru_cache(20_000)
def _probed_seconds(path: Path, changed_ns: int, size: int) -> float:
    from gpt_sovits.audio.read import probe_audio

    try:
        return probe_audio(path).duration_s or 0.0
    except InputError:
        return 0.0


def _read_list(path: Path, paths: ProjectPaths) -> int | str:
    """How many lines of a list can be used, or why it cannot be read."""
    try:
        about = path.stat()
    except OSError:
        return f"{path}: no such file; choose another list"
    return _known_list(path, paths.root, about.st_mtime_ns, about.st_size)


@lru_cache(64)
def _known_list(path: Path, root: Path, changed_ns: int, size: int) -> int | str:
    try:
        return len(read_annotations(path, root=root, blank=True).items)
    except InputError as error:
        return str(error)


def _read_clips(path: Path) -> list[dict[str, Any]]:
    """Lines of clips.jsonl; none where one is not ours."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        clips = [json.loads(line) for line in lines if line.strip()]
        return clips if all({"seconds", "family"} <= clip.keys() for clip in clips) else []
    except (OSError, ValueError, AttributeError):
        return []


def _last_epoch(losses: Path) -> int:
    """Epoch of the last row of a table of losses; 0 where there is none."""
    try:
        with losses.open("rb") as file:
            file.seek(max(0, losses.stat().st_size - 4096))
            lines = file.read().decode(errors="replace").splitlines()
        return int(lines[-1].split(",")[0])
    except (OSError, ValueError, IndexError):
        return 0
