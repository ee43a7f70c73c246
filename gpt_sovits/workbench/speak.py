"""Which voices can speak, and the one that is kept loaded."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from gpt_sovits.config import FamilyConfig, load_family
from gpt_sovits.errors import InputError
from gpt_sovits.inference.reference import ReferenceClip
from gpt_sovits.inference.take_speaking import Utters
from gpt_sovits.inference.voice_file import VoiceParts, load_voice_file, voice_names
from gpt_sovits.paths import ProjectPaths
from gpt_sovits.weights.file import sha256_of
from gpt_sovits.weights.networks import base_weights
from gpt_sovits.workbench.choices import family_choices, is_here

if TYPE_CHECKING:
    from gpt_sovits.inference.voice import Voice

BASE = "base:"
"""Stands before the name of a family whose base is chosen; no voice's name can hold a colon."""

LoadVoice = Callable[[VoiceParts, ProjectPaths], Utters]


def load_parts(parts: VoiceParts, paths: ProjectPaths, device: str = "auto") -> "Voice":
    """Load a voice; "auto" is a graphics card where there is one."""
    from gpt_sovits.inference.voice import load_voice

    return load_voice(parts.gpt, parts.sovits, parts.reference, device=device, paths=paths)


class VoiceKeeper:
    """Keeps the voice that spoke last, as loading takes longer than a sentence.

    Args:
        paths: the project.
        load: how a voice is loaded.
    """

    def __init__(self, paths: ProjectPaths, load: LoadVoice = load_parts) -> None:
        self.paths = paths
        self.load = load
        self._lock = threading.Lock()
        self._key: object = None
        self._voice: Utters | None = None

    def voice(self, parts: VoiceParts) -> Utters:
        """The voice of these files; loaded again when one of them changed.

        Raises:
            InputError: it cannot be loaded.
        """
        with self._lock:
            clip = parts.reference
            files = [parts.gpt, parts.sovits]
            if self.paths.dictionary.is_file():
                files.append(self.paths.dictionary)
            # Takes have copies of one clip: what is in it counts, and not where it lies.
            clips = [sha256_of(path) for path in (clip.audio, *clip.more)]
            key = (files, list(map(_version, files)), clips, clip.text, clip.language)
            if self._voice is None or key != self._key:
                self._voice = None  # frees its memory before the next one takes as much
                self._voice = self.load(parts, self.paths)
                self._key = key
            return self._voice

    def forget(self) -> None:
        """Load the next voice anew, whichever it is."""
        with self._lock:
            self._key = None


def _version(path: Path) -> tuple[int, int]:
    try:
        stat = path.stat()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error
    return stat.st_mtime_ns, stat.st_size


def speaking_voices(paths: ProjectPaths) -> list[str]:
    """The project's voices, then the bases that speak with a clip alone."""
    bases = [name for _, name in family_choices(paths) if is_here(name, paths)]
    return [*voice_names(paths), *(BASE + name for name in bases)]


def family_of(choice: str, paths: ProjectPaths) -> FamilyConfig:
    """The family of a voice or base.

    Raises:
        InputError: it is not there any more.
    """
    if choice.startswith(BASE):
        return load_family(choice.removeprefix(BASE), paths.configs)
    return load_family(load_voice_file(choice, paths).family, paths.configs)


def parts_of(choice: str | None, clip: ReferenceClip | None, paths: ProjectPaths) -> VoiceParts:
    """The files to load.

    Args:
        choice: one of `speaking_voices`.
        clip: the user's own reference; None takes the voice's.
        paths: the project.

    Raises:
        InputError: no voice is chosen, it is not there any more, or a base has no clip.
    """
    if not choice:
        raise InputError("there is no voice yet; make one in the tab “Train”", field="voice")
    if choice.startswith(BASE):
        if clip is None:
            raise InputError(
                "the base has no voice of its own; give a reference clip", field="reference"
            )
        family = family_of(choice, paths)
        return VoiceParts(
            base_weights(family, "gpt", paths=paths),
            base_weights(family, "sovits", paths=paths),
            clip,
        )
    parts = load_voice_file(choice, paths).parts(paths)
    return parts if clip is None else VoiceParts(parts.gpt, parts.sovits, clip)
