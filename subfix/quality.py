"""What `check` found of the clips, as it wrote it beside the list."""

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from gpt_sovits.data.checked import CheckedLine, checked_path, read_checked
from gpt_sovits.data.subtitles import spoken_words
from subfix.clip import Clip


def said_in(clip: Clip) -> str:
    """The text of a clip in one line; of subtitles without their mark-up."""
    text = clip.text if clip.start_s is None else spoken_words(clip.text)
    return " ".join(text.split())


class Quality:
    """Findings of a list that was checked; read again when they are written anew.

    Args:
        listed: the list that was checked.
        name_of: what that list calls a clip's recording.
    """

    def __init__(self, listed: Path, name_of: Callable[[Clip], str]) -> None:
        self._listed = listed
        self._name_of = name_of
        self._lines: dict[str, CheckedLine] = {}
        self._stamp: tuple[int, int] | None = None
        self.refresh()

    def refresh(self) -> bool:
        """Read what is new; tells whether there was something."""
        try:
            status = checked_path(self._listed).stat()
            stamp = (status.st_mtime_ns, status.st_size)
        except OSError:
            stamp = None
        if stamp == self._stamp:
            return False
        self._stamp = stamp
        self._lines = read_checked(self._listed)
        return True

    def of(self, clip: Clip) -> dict[str, Any] | None:
        """What was found of a clip; None where it was not checked."""
        line = self._lines.get(self._name_of(clip)) if self._lines else None
        if line is None:
            return None
        return {
            "light": line.light,
            "fit": line.fit,
            "snr_db": line.snr_db,
            "clipped": line.clipped,
            "rate": line.rate,
            "confidence": line.confidence,
            "findings": [asdict(finding) for finding in line.findings],
            "stale": " ".join(line.text.split()) != said_in(clip),
        }

    def words(self, clip: Clip) -> list[dict[str, Any]]:
        """The words that were checked and where they are heard; none where that is not known."""
        line = self._lines.get(self._name_of(clip))
        if line is None:
            return []
        return [asdict(word) for word in line.words]
