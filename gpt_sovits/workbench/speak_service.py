"""Speak takes in a thread of the server: closing a page loses nothing, and every page sees it."""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from gpt_sovits.errors import WorkbenchError
from gpt_sovits.inference.take import load_take, take_folder
from gpt_sovits.inference.take_speaking import forget_problems, speak_again, speak_next
from gpt_sovits.paths import ProjectPaths
from gpt_sovits.workbench.messages import sentence_of
from gpt_sovits.workbench.speak import VoiceKeeper

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class SpeakingState:
    """What the service does with a take."""

    waits_for: int = 0
    """Requests that come before it."""
    loads: bool = False
    """Whether its voice is being loaded."""
    stops: bool = False
    """Whether it was stopped, and the last sentence is still being spoken."""
    whole: bool = False
    """Whether all that is missing is to be spoken."""
    asked: frozenset[int] = frozenset()
    """Sentences that are to be spoken again."""
    again: int | None = None
    """The one of them that is being spoken."""
    spends_s: float = 0.0
    """How long the text has been spoken, without the loading."""
    n_spoken: int = 0
    """Letters that were spoken in that time."""


@dataclass(eq=False)
class _Request:
    """A take that is to be spoken: what is missing of it, or one sentence again."""

    name: str
    index: int | None = None
    spent_s: float = 0.0
    n_spoken: int = 0


@dataclass
class SpeakingService:
    """Speaks one take after the other; a single sentence comes before long texts.

    Args:
        paths: the project.
        keeper: loads the voices.
    """

    paths: ProjectPaths
    keeper: VoiceKeeper
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _queue: list[_Request] = field(default_factory=list)
    _problems: dict[str, str] = field(default_factory=dict)
    _now: _Request | None = None
    _loading: str = ""
    _thread: threading.Thread | None = None

    def speak(self, name: str) -> None:
        """Speak what is missing of a take; what failed before is tried again.

        Raises:
            InputError: there is no such take, or it is damaged.
        """
        forget_problems(take_folder(name, self.paths))
        self._ask(_Request(name))

    def speak_again(self, name: str, index: int) -> None:
        """Speak one sentence of a take once more.

        Raises:
            InputError: there is no such take or sentence.
        """
        load_take(take_folder(name, self.paths)).sentence(index)
        self._ask(_Request(name, index))

    def _ask(self, request: _Request) -> None:
        with self._changed:
            self._problems.pop(request.name, None)
            known = [(each.name, each.index) for each in self._queue]
            if (request.name, request.index) not in known:
                self._queue.append(request)
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="speaking", daemon=True)
                self._thread.start()
            self._changed.notify()

    def stop(self, name: str) -> None:
        """End the speaking of a take after the sentence that is being spoken, which is kept."""
        with self._changed:
            self._queue = [each for each in self._queue if each.name != name]

    def state(self, name: str) -> SpeakingState | None:
        """What is being done with a take; None where nothing is asked for."""
        with self._changed:
            own = [each for each in self._queue if each.name == name]
            now = self._now if self._now and self._now.name == name else None
            if not own:
                return SpeakingState(stops=True) if now else None
            texts = [each for each in own if each.index is None]
            return SpeakingState(
                waits_for=min(map(self._in_turn().index, own)),
                loads=self._loading == name,
                whole=bool(texts),
                asked=frozenset(each.index for each in own if each.index is not None),
                again=now.index if now else None,
                spends_s=sum(each.spent_s for each in texts),
                n_spoken=sum(each.n_spoken for each in texts),
            )

    def problem(self, name: str) -> str:
        """Why the last speaking of a take ended early; empty where it did not."""
        return self._problems.get(name, "")

    @property
    def current(self) -> str | None:
        """Name of the take that is being spoken."""
        with self._changed:
            return self._in_turn()[0].name if self._queue else None

    # --- the thread -----------------------------------------------------------------------------

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._queue)
                request = self._in_turn()[0]
                self._now = request
            try:
                is_done = self._step(request)
            except Exception as error:
                if not isinstance(error, WorkbenchError):
                    log.exception("speaking %s failed", request.name)
                self._problems[request.name] = sentence_of(error)
                is_done = True
            with self._changed:
                self._now = None
                if is_done and request in self._queue:
                    self._queue.remove(request)

    def _in_turn(self) -> list[_Request]:
        """What is asked for as it will be spoken: single sentences first."""
        return sorted(self._queue, key=lambda request: request.index is None)

    def _step(self, request: _Request) -> bool:
        """Speak one sentence of a request, or as many as are drawn side by side.

        Returns:
            Whether nothing is left of it.
        """
        folder = take_folder(request.name, self.paths)
        take = load_take(folder)
        with self._told_to_load(request.name):
            voice = self.keeper.voice(take.parts(folder, self.paths))
        if request.index is not None:
            speak_again(folder, request.index, voice, self.paths)
            return True
        began, missing = time.monotonic(), _letters_missing(folder)
        is_left = speak_next(folder, voice, self.paths)
        request.spent_s += time.monotonic() - began
        request.n_spoken += max(0, missing - _letters_missing(folder))
        return not is_left

    @contextmanager
    def _told_to_load(self, name: str) -> Iterator[None]:
        self._loading = name
        try:
            yield
        finally:
            self._loading = ""


def _letters_missing(folder: Path) -> int:
    return sum(len(each.text) for each in load_take(folder).sentences if each.missing)
