"""Ctrl-C and SIGTERM end a training between two steps, when its state is whole."""

import signal
import threading
from types import FrameType
from typing import Any


class Interrupts:
    """Listen for the wish to stop.

    The first signal sets `stopped`; a second one interrupts at once. Outside the main thread
    signals cannot be heard, and nothing is changed.
    """

    SIGNALS = (signal.SIGINT, signal.SIGTERM)

    def __init__(self) -> None:
        self.stopped = False
        self._before: dict[int, Any] = {}

    def __enter__(self) -> "Interrupts":
        """Begin."""
        if threading.current_thread() is threading.main_thread():
            self._before = {number: signal.getsignal(number) for number in self.SIGNALS}
        self.listen()
        return self

    def listen(self) -> None:
        """Take the signals over; again when Lightning has, which would end within a step."""
        for number in self._before:
            signal.signal(number, self._hear)

    def __exit__(self, *error: object) -> None:
        """Let those listen who did before."""
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _hear(self, number: int, frame: FrameType | None) -> None:
        if self.stopped:
            raise KeyboardInterrupt
        self.stopped = True
