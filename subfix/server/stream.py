"""What happens to a list, told to every page that has it open (server-sent events)."""

import asyncio
import json
import threading
from collections import deque
from collections.abc import AsyncIterator, Iterator
from typing import Any

RING = 1000
"""Recent changes that a page which was away gets again; behind that it loads everything anew."""

RING_LETTERS = 16 << 20
"""And no more of them than this together: one batch over a long list has five million."""

WAITING = 500
"""Events that a slow page may be behind; then it loads everything anew."""

HEARTBEAT_S = 15.0
"""A proxy closes a connection on which nothing is heard."""

_RELOAD = "event: reload\ndata: {}\n\n"


class Hub:
    """Everything that pages are told of one list.

    Args:
        n: number of the journal's last entry.
    """

    def __init__(self, n: int) -> None:
        self._lock = threading.Lock()
        self._listeners: set[_Listener] = set()
        self._ring: deque[tuple[int, str]] = deque()
        self._n_letters = 0
        self._news: dict[tuple[str, str], tuple[int, Any]] = {}
        """What else was told last, by event and subject, and the number of the change before it."""
        self._oldest = n
        """A page that knows everything up to here, or more, can be told the rest."""
        self._latest = n
        self._closed = False

    def publish(self, event: str, data: Any) -> None:
        """Tell all pages, from any thread; nobody is waited for."""
        frame = _frame(event, data)
        with self._lock:
            if event == "change":
                self._latest = data["n"]
                frame = f"id: {self._latest}\n{frame}"
                self._ring.append((self._latest, frame))
                self._n_letters += len(frame)
                while len(self._ring) > RING or self._n_letters > RING_LETTERS:
                    self._oldest, oldest = self._ring.popleft()
                    self._n_letters -= len(oldest)
            for subject, value in _subjects(event, data):
                self._news[event, subject] = (self._latest, value)
            for listener in self._listeners:
                listener.tell(frame)

    def close(self) -> None:
        """End all streams, so that the server can end."""
        with self._lock:
            self._closed = True
            for listener in self._listeners:
                listener.tell(None)

    async def listen(self, after: int | None) -> AsyncIterator[str]:
        """The stream of one page.

        Args:
            after: number of the last change that it knows; None for a page that asks for no
                older ones.
        """
        listener = _Listener(asyncio.get_running_loop())
        with self._lock:
            if self._closed:
                return
            self._listeners.add(listener)
            first = [_frame("hello", {"n": self._latest}), *self._missed(after)]
        try:
            for frame in first:
                yield frame
            while (heard := await listener.next()) is not None:
                yield heard
        finally:
            with self._lock:
                self._listeners.discard(listener)

    def _missed(self, after: int | None) -> list[str]:
        if after is None:
            return []
        if not self._oldest <= after <= self._latest:
            return [_RELOAD]
        changes = [frame for n, frame in self._ring if n > after]
        found: dict[str, dict[str, Any]] = {}
        for (event, subject), (n, value) in self._news.items():
            if n >= after:  # it may have been told before the page listened
                found.setdefault(event, {})[subject] = value
        return [
            *changes,
            *(_frame(*each) for event in found for each in _told(event, found[event])),
        ]


class _Listener:
    """One page's queue, filled from any thread and emptied by the loop that sends."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._frames: deque[str | None] = deque()
        self._has_some = asyncio.Event()

    def tell(self, frame: str | None) -> None:
        """Add a frame; None ends the stream. A page too far behind gets `reload` instead."""
        if frame is not None and len(self._frames) >= WAITING:
            self._frames.clear()
            frame = _RELOAD
        self._frames.append(frame)
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._has_some.set)

    async def next(self) -> str | None:
        """The next frame, or a sign of life where there is none for long; None at the end."""
        while not self._frames:
            self._has_some.clear()
            if self._frames:  # one came before the flag went down
                break
            try:
                await asyncio.wait_for(self._has_some.wait(), HEARTBEAT_S)
            except TimeoutError:
                return ": here\n\n"
        return self._frames.popleft()


_OF_CLIPS = frozenset({"facts", "quality", "suggestions"})
"""Events that tell something of several clips, by their numbers."""


def _subjects(event: str, data: Any) -> Iterator[tuple[str, Any]]:
    """What an event is about, each with what is told of it; later news of it replace that."""
    if event in _OF_CLIPS:
        yield from ((str(id_), value) for id_, value in data.items())
    elif event != "change":
        yield data.get("name", "") if event == "job" else "", data


def _told(event: str, values: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    if event in _OF_CLIPS:
        yield event, values
    else:
        yield from ((event, value) for value in values.values())


def _frame(event: str, data: Any) -> str:
    return f"event: {event}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"
