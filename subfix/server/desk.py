"""One open list with everything that a page is told of it."""

import logging
import re
import threading
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

from gpt_sovits.errors import InputError
from gpt_sovits.paths import ProjectPaths
from gpt_sovits.text.languages import MODES, parse_mode
from subfix.clip import Clip
from subfix.exporting import ExportReport
from subfix.history import Event
from subfix.notices import Notice, Saved
from subfix.quality import Quality
from subfix.server.bodies import Engine, Export
from subfix.server.exports import export
from subfix.server.facts import FactsKeeper
from subfix.server.listing import LISTED, listed_name, write_listing
from subfix.server.media import Media
from subfix.server.stream import Hub
from subfix.server.suggestions import Suggestions
from subfix.server.wav import Samples
from subfix.server.wire import clip_to_json, event_to_json, outside_to_json
from subfix.server.work import Work
from subfix.store import Store

logger = logging.getLogger(__name__)

_SOUND = frozenset({"audio", "start_s", "end_s"})

LOOK_S = 0.3
"""How often it is looked what the jobs do."""


class Desk:
    """An open list.

    Args:
        store: the list.
        paths: the project, which runs the jobs.
        program: what the jobs' commands are given to.
    """

    def __init__(self, store: Store, paths: ProjectPaths, program: Sequence[str]) -> None:
        self.store = store
        self.hub = Hub(store.n)
        self.media = Media(store.folder)
        self.facts = FactsKeeper(store.clips, store.find_sound, self.media, self._tell_facts)
        self.suggestions = Suggestions(store.folder / "suggestions.jsonl")
        self._check_folder = store.folder / "check"
        self.quality = Quality(self._checked_list, self._checked_name)
        self.work = Work(
            f"{store.path.parent.name}/{store.path.name}",
            store.folder / "jobs",
            paths,
            on_change=lambda job: self.hub.publish("job", job),
            on_heard=self._take_heard,
            program=program,
        )
        self.exported: dict[str, Path] = {}
        self._ended = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="watch", daemon=True)
        self._unsubscribe = store.subscribe(self._on_notice)

    def start(self) -> None:
        """Begin to look for what pages do not ask for."""
        self.facts.want(self.store.snapshot()[1])
        self.facts.start()
        self._watcher.start()

    def close(self) -> None:
        """End everything that was begun; the store stays open."""
        self._unsubscribe()
        self._ended.set()
        self.hub.close()
        self.media.close()  # whoever waits for a long recording waits no longer
        self.facts.close()
        self._watcher.join()

    # --- what a page shows ----------------------------------------------------------------------

    def state(self) -> dict[str, Any]:
        """Everything, as a page needs it at first."""
        store = self.store
        n, clips = store.snapshot()
        document = store.document
        quality = {clip.id: self.quality.of(clip) for clip in clips}
        suggested = {clip.id: self.suggestions.of(clip) for clip in clips}
        return {
            "n": n,
            "list": {
                "name": store.path.name,
                "path": str(store.path),
                "format": document.format.name,
                "spans": document.format.spans,
                "audio_editable": True,
                "notice": self._notice(),
            },
            "clips": [clip_to_json(clip) for clip in clips],
            "facts": self.facts.all(),
            "quality": {id_: one for id_, one in quality.items() if one is not None},
            "suggestions": {id_: one for id_, one in suggested.items() if one is not None},
            "history": store.history(),
            "outside": outside_to_json(store.outside),
            "saved": store.is_saved,
            "languages": list(MODES),
            "engines": list(get_args(Engine)),
            "jobs": self.work.jobs(),
        }

    def answer(self, event: Event) -> dict[str, Any]:
        """What an operation did, for the page that asked."""
        return event_to_json(event, self.store.history())

    def samples(self, clip: Clip) -> Samples:
        """A clip's samples; pages learn its exact length.

        Raises:
            InputError: it cannot be read.
        """
        try:
            samples = self.media.samples(self.store.find_sound(clip))
        except InputError as error:
            self.facts.note_problem(clip, str(error))
            raise
        self.facts.note(clip, samples.n_samples, samples.sample_rate)
        return samples

    def peaks(self, clip: Clip, n: int) -> list[int]:
        """A clip's outline; empty where it cannot be read, which its facts then tell."""
        try:
            outline = self.media.outline(self.store.find_sound(clip), n)
        except InputError as error:
            self.facts.note_problem(clip, str(error))
            return []
        self.facts.note(clip, outline.n_samples, outline.sample_rate)
        return outline.peaks

    # --- what listens to clips ------------------------------------------------------------------

    def check(self) -> dict[str, Any]:
        """Have the list checked.

        Raises:
            InputError: it is being checked, or the job cannot be started.
        """
        self.store.save()
        if self._checked_list == self.store.path:
            folder = self.store.audio_folder
            return self.work.check(self.store.path, folder and folder.resolve())
        wanted = [one for one in self.store.snapshot()[1] if not one.deleted and not one.problem]
        self._write_listing(wanted, self._check_folder)
        return self.work.check(self._checked_list, None)

    def transcribe(self, ids: Iterable[int], engine: str, language: str) -> dict[str, Any]:
        """Have clips written down.

        Raises:
            InputError: none of them can be heard, or the job cannot be started.
        """
        wanted = set(ids)
        clips = [clip for clip in self.store.snapshot()[1] if clip.id in wanted]
        return self.work.transcribe(clips, engine, parse_mode(language), self._write_listing)

    def forget_suggestions(self, ids: Iterable[int]) -> None:
        """Propose nothing more for clips.

        Raises:
            InputError: it cannot be written.
        """
        known = self.suggestions.forget(ids)
        if known:
            self.hub.publish("suggestions", dict.fromkeys(known))

    def export(self, wanted: Export) -> ExportReport:
        """Write clips into a file or a folder beside the list.

        Raises:
            InputError: as `exports.export`.
        """
        report = export(self.store, wanted, self.facts.seconds)
        self.exported[wanted.target] = report.path
        return report

    def _write_listing(self, clips: Sequence[Clip], folder: Path) -> dict[Path, list[int]]:
        return write_listing(clips, folder, self.store.find_sound, self.media)

    @property
    def _checked_list(self) -> Path:
        """What `check` reads: the list itself, where it is one that it knows."""
        if self.store.path.suffix.lower() == ".list":
            return self.store.path
        return self._check_folder / LISTED

    def _checked_name(self, clip: Clip) -> str:
        if self._checked_list == self.store.path:
            return clip.audio
        try:
            return listed_name(clip, self.store.find_sound(clip), self.media)
        except InputError:
            return ""

    def _take_heard(self, number: int, heard: dict[str, Any]) -> None:
        clip = self.store.clips.get(number)
        if clip is not None:
            self.suggestions.note(clip, heard)
            self.hub.publish("suggestions", {number: self.suggestions.of(clip)})

    # --- what happens by itself -----------------------------------------------------------------

    def _on_notice(self, notice: Notice) -> None:
        """Tell the pages, in the thread that caused it."""
        if isinstance(notice, Event):
            self.hub.publish("change", self.answer(notice))
            self.facts.want(notice.clips)
            self._tell_found(notice)
        elif isinstance(notice, Saved):
            told = {"n": notice.n, "saved": self.store.is_saved, "error": notice.problem or None}
            self.hub.publish("saved", told)
        else:
            self.hub.publish("outside", outside_to_json(notice))

    def _tell_found(self, event: Event) -> None:
        """What is known of a clip holds no longer when its text or its sound is another."""
        moved = {
            change.id for change in event.changes if change.before and _SOUND & change.before.keys()
        }
        self._tell_quality(event.clips, moved)
        proposed = {clip.id: self.suggestions.of(clip) for clip in event.clips}
        self._tell("suggestions", proposed, moved)

    def _tell_quality(self, clips: Iterable[Clip], moved: Collection[int] = ()) -> None:
        self._tell("quality", {clip.id: self.quality.of(clip) for clip in clips}, moved)

    def _tell(self, event: str, known: Mapping[int, Any], moved: Collection[int]) -> None:
        """Tell what is known of clips; that there is nothing only of those that sound otherwise."""
        news = {id_: one for id_, one in known.items() if one is not None or id_ in moved}
        if news:
            self.hub.publish(event, news)

    def _tell_facts(self, facts: dict[int, Any]) -> None:
        self.hub.publish("facts", facts)

    def _watch(self) -> None:
        while not self._ended.wait(LOOK_S):
            try:
                self.work.look()
                if self.quality.refresh():
                    _, clips = self.store.snapshot()
                    self._tell_quality(clips, {clip.id for clip in clips})
            except Exception:  # one fault must not end the looking
                logger.exception("%s: looking after its jobs", self.store.path)

    def _notice(self) -> str | None:
        """What a person should know who opens the list."""
        coding = self.store.document.coding
        if re.fullmatch("utf[-_]?8([-_]sig)?|ascii", coding, re.IGNORECASE):
            return None
        return f"The file is coded as {coding.upper()}; the first edit turns it into UTF-8."
