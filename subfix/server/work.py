"""Commands that listen to the clips of a list: started as jobs, and read while they run.

NAME.list.subfix/jobs/ has a folder for each run: the list that was made for it, what was heard,
and `task.json`, by which another process finds it again.
"""

import json
import logging
import secrets
import shutil
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

from gpt_sovits.errors import InputError
from gpt_sovits.jobs.job import ACTIVE, Job
from gpt_sovits.jobs.runner import PROGRAM, cancel_job, find_job, start_job
from gpt_sovits.paths import ProjectPaths
from gpt_sovits.state import read_state, write_state
from subfix.clip import Clip
from subfix.server.listing import LISTED

logger = logging.getLogger(__name__)

Kind = Literal["check", "transcribe"]

HEARD = "heard.list"
TASK = "task.json"


@dataclass
class Task:
    """One run of a command."""

    kind: Kind
    folder: Path
    """What was made for it, and what it writes."""
    job: Job
    ids: dict[Path, list[int]] = field(default_factory=dict)
    """Clips by the recordings that the command is given."""
    told: dict[str, Any] = field(default_factory=dict)
    """What the pages know."""
    place: int = 0
    """How far the record of what is heard was read."""
    seen: set[str] = field(default_factory=set)

    def to_json(self) -> dict[str, Any]:
        """The job as pages get it."""
        stages = self.job.stages()
        return {
            "name": self.job.name,
            "kind": self.kind,
            "state": self.job.state.value,
            "done": stages[-1].done if stages else None,
            "total": stages[-1].total or None if stages else None,
            "problem": self.job.problem(),
        }


class Work:
    """The commands of one list.

    Args:
        name: what the list is called; jobs of the same name are not started twice.
        folder: where runs keep what they need.
        paths: the project, which runs the jobs.
        on_change: told how a job stands now.
        on_heard: given what was heard in a clip.
        program: what the commands are given to.
    """

    def __init__(
        self,
        name: str,
        folder: Path,
        paths: ProjectPaths,
        *,
        on_change: Callable[[dict[str, Any]], None],
        on_heard: Callable[[int, dict[str, Any]], None],
        program: Sequence[str] = PROGRAM,
    ) -> None:
        self._name = name
        self._folder = folder
        self._paths = paths
        self._on_change = on_change
        self._on_heard = on_heard
        self._program = program
        self._lock = threading.Lock()
        self._tasks: dict[str, Task] = {}
        self._find_earlier()

    def jobs(self) -> list[dict[str, Any]]:
        """All jobs of this list that are known, the oldest first."""
        with self._lock:
            return [task.told for task in self._tasks.values()]

    def check(self, listed: Path, audio_folder: Path | None) -> dict[str, Any]:
        """Have a list checked.

        Raises:
            InputError: it is being checked, or the job cannot be started.
        """
        words = ["check", str(listed)]
        if audio_folder is not None:
            words += ["--audio-folder", str(audio_folder)]
        return self._start("check", words, f"Check {self._name}", self._new_folder(), {})

    def transcribe(
        self,
        clips: Sequence[Clip],
        engine: str,
        language: str,
        write: Callable[[Sequence[Clip], Path], dict[Path, list[int]]],
    ) -> dict[str, Any]:
        """Have clips written down; what is heard comes clip by clip.

        Args:
            clips: which.
            engine: recogniser, or auto.
            language: what is spoken; auto takes what the list says.
            write: writes the list of them into a folder.

        Raises:
            InputError: no clip can be heard, these are being written down already, or the job
                cannot be started.
        """
        folder = self._new_folder()
        words = ["transcribe", str(folder / LISTED), "--out", str(folder / HEARD)]
        words += ["--engine", engine, "--language", language]
        try:
            ids = write(clips, folder)
        except InputError:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return self._start("transcribe", words, _title(clips, self._name), folder, ids)

    def cancel(self, name: str) -> bool:
        """Ask a job to stop; False where it is none of this list's."""
        with self._lock:
            task = self._tasks.get(name)
        if task is None:
            return False
        cancel_job(task.job)
        return True

    def look(self) -> None:
        """Look what became of the jobs, and tell it."""
        with self._lock:
            active = [task for task in self._tasks.values() if task.told["state"] in ACTIVE]
        for task in active:
            now = task.to_json()  # before its record is read: what it wrote until then is there
            self._read_heard(task)
            if now != task.told:
                task.told = now
                self._on_change(now)
            if now["state"] not in ACTIVE:
                shutil.rmtree(task.folder, ignore_errors=True)
                with suppress(OSError):  # other runs are in it
                    self._folder.rmdir()

    def _new_folder(self) -> Path:
        return self._folder / secrets.token_hex(4)

    def _start(
        self, kind: Kind, words: list[str], title: str, folder: Path, ids: dict[Path, list[int]]
    ) -> dict[str, Any]:
        words += ["--json", "--progress-json"]
        try:
            folder.mkdir(parents=True, exist_ok=True)
            job = start_job(words, title=title, paths=self._paths, program=self._program, kind=kind)
        except InputError:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        except OSError as error:
            raise InputError(f"{folder}: cannot be written ({error.strerror})") from error
        task = Task(kind, folder, job, ids)
        named = {str(path): numbers for path, numbers in ids.items()}
        write_state(folder / TASK, {"kind": kind, "job": job.name, "ids": named})
        return self._take(task)

    def _take(self, task: Task) -> dict[str, Any]:
        told = task.told = task.to_json()
        with self._lock:
            self._tasks[task.job.name] = task
        self._on_change(told)
        return told

    def _find_earlier(self) -> None:
        """Take up what another process has started; what is of no use any more is removed."""
        for folder in sorted(self._folder.glob("*")):
            about = read_state(folder / TASK)
            try:
                job = find_job(str(about.get("job")), self._paths)
            except InputError as error:  # the labels need no queue
                logger.warning("earlier jobs of this list are not shown: %s", error)
                return
            kind: Any = about.get("kind")
            ids = about.get("ids")
            if job is None or kind not in get_args(Kind) or not isinstance(ids, dict):
                shutil.rmtree(folder, ignore_errors=True)
                continue
            task = Task(kind, folder, job, {Path(name): numbers for name, numbers in ids.items()})
            task.told = {**task.to_json(), "state": "waiting"}  # its end is told, whenever it was
            self._tasks[job.name] = task

    def _read_heard(self, task: Task) -> None:
        """Read what the recogniser wrote since the last look: a line of JSON a clip."""
        try:
            with (task.folder / HEARD).with_suffix(".jsonl").open("rb") as file:
                if file.seek(0, 2) < task.place:  # it was written anew
                    task.place = 0
                file.seek(task.place)
                lines = file.read().split(b"\n")
        except OSError:
            return
        for number, line in enumerate(lines, 1):
            is_last = number == len(lines)
            try:
                heard = json.loads(line)
                path = (self._paths.root / heard["audio"]).resolve()
                text = str(heard["text"]).strip()
            except (ValueError, TypeError, KeyError):
                if is_last:  # half of it may still be on its way
                    return
            else:
                if text and heard["audio"] not in task.seen:
                    task.seen.add(heard["audio"])
                    names = ("language", "engine", "confidence")
                    about = {name: heard.get(name) for name in names}
                    for each in task.ids.get(path, ()):
                        self._on_heard(each, {"text": text, **about})
            task.place += len(line) + (not is_last)


def _title(clips: Sequence[Clip], name: str) -> str:
    """What the job is called: two for the same clips at once would be one too many."""
    if len(clips) == 1:
        return f"Transcribe clip {clips[0].id} of {name}"
    ids = [clip.id for clip in clips]
    return f"Transcribe {len(ids)} clips, {min(ids)} to {max(ids)}, of {name}"
