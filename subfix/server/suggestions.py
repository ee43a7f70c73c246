"""Texts that recognisers propose for clips, until a person took or refused them."""

import threading
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from gpt_sovits.state import Entries
from subfix.clip import Clip


class Suggestions:
    """What is proposed, kept in a file.

    Args:
        path: the file; need not be there yet.
    """

    def __init__(self, path: Path) -> None:
        self._entries = Entries(path)
        self._lock = threading.Lock()

    def of(self, clip: Clip) -> dict[str, Any] | None:
        """What is proposed for a clip; None where nothing is, or where it sounds otherwise now."""
        values = self._entries.found.get(str(clip.id))
        if not values or values.get("sound") != list(clip.sound):
            return None
        return {name: values.get(name) for name in ("text", "language", "engine", "confidence")}

    def note(self, clip: Clip, heard: Mapping[str, Any]) -> None:
        """Keep what was heard in a clip.

        Raises:
            InputError: it cannot be written.
        """
        with self._lock:
            self._entries.note(str(clip.id), {**heard, "sound": list(clip.sound)})

    def forget(self, ids: Iterable[int]) -> list[int]:
        """Propose nothing more for clips; gives those for which something was proposed.

        Raises:
            InputError: it cannot be written.
        """
        with self._lock:
            known = [each for each in ids if self._entries.found.get(str(each))]
            for each in known:
                self._entries.note(str(each), {})
        return known
