"""What the "Speak" tab does: choose a voice, keep it loaded, speak sentence by sentence."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from gpt_sovits.audio.write import write_audio
from gpt_sovits.config import load_family
from gpt_sovits.errors import InputError, TextError
from gpt_sovits.inference.plan import SpeakingOptions
from gpt_sovits.inference.reference import ReferenceClip
from gpt_sovits.inference.speech import Speech, SpokenSentence, join_speech
from gpt_sovits.inference.voice_file import VoiceParts, load_voice_file, voice_names
from gpt_sovits.paths import ProjectPaths
from gpt_sovits.weights.networks import base_weights
from gpt_sovits.workbench.choices import Choices, family_choices, is_here

if TYPE_CHECKING:
    from gpt_sovits.inference.voice import Voice

BASE = "base:"
"""Stands before the name of a family whose base is chosen; no voice's name can hold a colon."""


class Speaks(Protocol):
    """The part of `Voice` that the page needs."""

    def stream(self, text: str, options: SpeakingOptions) -> Iterator[Speech]:
        """Speak a text and hand out each sentence as it comes."""


LoadVoice = Callable[[VoiceParts, ProjectPaths], Speaks]


def load_parts(parts: VoiceParts, paths: ProjectPaths) -> "Voice":
    """Load a voice, on a graphics card where there is one."""
    from gpt_sovits.inference.voice import load_voice

    return load_voice(parts.gpt, parts.sovits, parts.reference, device="auto", paths=paths)


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
        self._voice: Speaks | None = None

    def voice(self, parts: VoiceParts) -> Speaks:
        """The voice of these files; loaded again when one of them changed.

        Raises:
            InputError: it cannot be loaded.
        """
        with self._lock:
            clip = parts.reference
            files = [parts.gpt, parts.sovits, clip.audio, *clip.more]
            if self.paths.dictionary.is_file():
                files.append(self.paths.dictionary)
            key = (parts, *map(_version, files))
            if self._voice is None or key != self._key:
                self._voice = None  # frees its memory before the next one takes as much
                self._voice = self.load(parts, self.paths)
                self._key = key
            return self._voice


def _version(path: Path) -> tuple[int, int]:
    try:
        stat = path.stat()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error
    return stat.st_mtime_ns, stat.st_size


def voice_choices(paths: ProjectPaths) -> Choices:
    """The project's voices, then the bases that speak with a clip alone."""
    voices = [(name, name) for name in voice_names(paths)]
    bases = [name for _, name in family_choices(paths) if is_here(name, paths)]
    return voices + [(f"Base of {name}, with a clip of yours", BASE + name) for name in bases]


def parts_of(choice: str | None, clip: ReferenceClip | None, paths: ProjectPaths) -> VoiceParts:
    """The files to load.

    Args:
        choice: a value of `voice_choices`.
        clip: the user's own reference; None takes the voice's.
        paths: the project.

    Raises:
        InputError: no voice is chosen, it is not there any more, or a base has no clip.
    """
    if not choice:
        raise InputError("There is no voice yet: make one in the tab “Fine-tune”.")
    if choice.startswith(BASE):
        if clip is None:
            raise InputError("The base has no voice of its own: give a reference clip.")
        family = load_family(choice.removeprefix(BASE), paths.configs)
        return VoiceParts(
            base_weights(family, "gpt", paths=paths),
            base_weights(family, "sovits", paths=paths),
            clip,
        )
    parts = load_voice_file(choice, paths).parts(paths)
    return parts if clip is None else VoiceParts(parts.gpt, parts.sovits, clip)


@dataclass(frozen=True)
class Spoken:
    """How far a speech is."""

    sentences: list[SpokenSentence]
    seconds: float
    """Length of the audio so far."""
    skipped: list[tuple[str, str]]
    path: Path | None = None
    """The recording, once all is said."""


def speak(
    voice: Speaks, name: str, text: str, options: SpeakingOptions, paths: ProjectPaths
) -> Iterator[Spoken]:
    """Speak a text into a file below output/, and tell after each sentence how far it is.

    Raises:
        TextError: nothing in the text can be read.
        InputError: the file cannot be written.
    """
    if not text.strip():
        raise TextError("There is no text yet: type what the voice should say.")
    pieces: list[Speech] = []
    for piece in voice.stream(text, options):
        pieces.append(piece)
        yield _spoken(pieces, None)
    path = _new_file(name, paths)
    whole = join_speech(pieces)
    write_audio(path, whole.audio, whole.sample_rate)
    yield _spoken(pieces, path)


def _spoken(pieces: list[Speech], path: Path | None) -> Spoken:
    return Spoken(
        sentences=[sentence for piece in pieces for sentence in piece.sentences],
        seconds=sum(len(piece.audio) / piece.sample_rate for piece in pieces),
        skipped=[part for piece in pieces for part in piece.skipped],
        path=path,
    )


def _new_file(name: str, paths: ProjectPaths) -> Path:
    """A file that is not there yet, such as output/say/anna-20260504-173000.wav."""
    stem = f"{name.removeprefix(BASE)}-{datetime.now():%Y%m%d-%H%M%S}"
    folder = paths.output / "say"
    numbered = (folder / f"{stem}{f'-{n}' if n else ''}.wav" for n in count())
    return next(path for path in numbered if not path.exists())
