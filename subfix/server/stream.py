"""What happens to a list, told to every page that has it open (server-sent events)."""

import asyncio
import json
import threading
from collections import deque
from collections.abc import AsyncIterator
from typing import Any

RING = 1000
"""Recent changes that a page which was away gets again; behind that it loads everything anew."""

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
                if len(self._ring) > RING:
                    self._oldest = self._ring.popleft()[0]
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
        return [frame for n, frame in self._ring if n > after]


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


def _frame(event: str, data: Any) -> str:
    return f"event: {event}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"
