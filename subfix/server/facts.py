"""How long clips are: asked of every file by one thread, behind everything else."""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from gpt_sovits.errors import InputError
from subfix.clip import Clip
from subfix.server.media import Media, span_of, told_length
from subfix.sounds import Sound

Facts = list[float] | dict[str, str]
"""Seconds, samples a second and number of samples; or the sentence why there are none."""

CHUNK_S = 0.3
"""Time between two messages to the pages."""


class FactsKeeper:
    """What is known of the clips' lengths.

    Args:
        clips: the clips as they are, by number.
        find: gives a clip's sound.
        media: reads a clip whose header does not tell its length.
        tell: told what was found, in chunks.
    """

    def __init__(
        self,
        clips: Mapping[int, Clip],
        find: Callable[[Clip], Sound],
        media: Media,
        tell: Callable[[dict[int, Facts]], None],
    ) -> None:
        self._clips = clips
        self._find = find
        self._media = media
        self._tell = tell
        self._known: dict[int, tuple[Any, Facts]] = {}
        self._waiting: deque[int] = deque()
        self._changed = threading.Condition()
        self._ended = False
        self._thread = threading.Thread(target=self._run, name="facts", daemon=True)

    def start(self) -> None:
        """Begin to ask."""
        self._thread.start()

    def close(self) -> None:
        """Stop asking."""
        with self._changed:
            self._ended = True
            self._changed.notify()
        self._thread.join()

    def want(self, clips: Iterable[Clip]) -> None:
        """Ask for clips whose sound is another one than before."""
        with self._changed:
            for clip in clips:
                if clip.id not in self._known or self._known[clip.id][0] != clip.sound:
                    self._waiting.append(clip.id)
            self._changed.notify()

    def all(self) -> dict[int, Facts]:
        """Everything that is known."""
        return {id_: facts for id_, (_, facts) in self._known.copy().items()}

    def seconds(self, clip: Clip) -> float | None:
        """Length of a clip, asked for where it is not known yet; None where it has none."""
        name, facts = self._known.get(clip.id, (None, {}))
        if name != clip.sound:
            facts = self._ask(clip, told_length)
        return facts[0] if isinstance(facts, list) else None

    def note(self, clip: Clip, n_samples: int, sample_rate: int) -> None:
        """Take the length of a clip that was read; a header may have told another one."""
        facts: Facts = [n_samples / sample_rate, sample_rate, n_samples]
        self._keep({clip.id: (clip.sound, facts)})

    def note_problem(self, clip: Clip, sentence: str) -> None:
        """Take why a clip could not be read; its header may have promised that it can."""
        self._keep({clip.id: (clip.sound, {"error": sentence})})

    def _keep(self, found: Mapping[int, tuple[Any, Facts]]) -> None:
        news = {id_: facts for id_, facts in found.items() if self._known.get(id_) != facts}
        self._known.update(news)
        if news:
            self._tell({id_: facts for id_, (_, facts) in news.items()})

    def _run(self) -> None:
        probe = lru_cache(maxsize=8)(told_length)  # spans of one recording ask for it each
        found: dict[int, tuple[Any, Facts]] = {}
        told = time.monotonic()
        while True:
            with self._changed:
                while not (self._ended or self._waiting or found):
                    self._changed.wait()
                if self._ended:
                    return
                id_ = self._waiting.popleft() if self._waiting else None
            clip = None if id_ is None else self._clips.get(id_)
            if clip is not None:
                found[clip.id] = (clip.sound, self._ask(clip, probe))
            if found and (id_ is None or time.monotonic() - told > CHUNK_S):
                self._keep(found)
                found, told = {}, time.monotonic()

    def _ask(self, clip: Clip, probe: Callable[[Path], tuple[int | None, int]]) -> Facts:
        try:
            sound = self._find(clip)
            told, rate = probe(sound.path)
            length = told or 0
            if span := span_of(sound, rate):
                length = min(span[1], length) - span[0]
            if length <= 0:  # the sound itself tells more
                samples = self._media.samples(sound)
                length, rate = samples.n_samples, samples.sample_rate
        except InputError as error:
            return {"error": str(error)}
        return [length / rate, rate, length]
