"""A take: one text and every rendering of its sentences, in a folder that is never overwritten.

output/say/anna-20260504-173000/
    take.json            text, voice, options, and of each sentence what was made and what counts
    reference.wav        the clip that the voice was given
    001-5f0c3a9d.wav     one rendering of the first sentence
    anna-….mp3           the whole, as it was joined at one time
"""

import json
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Literal

from pydantic import Field

from gpt_sovits.config import Settings, parse_settings
from gpt_sovits.errors import ConfigError, InputError
from gpt_sovits.inference.options import LONGEST_PAUSE_S, SpeakingOptions
from gpt_sovits.inference.reference import ReferenceClip
from gpt_sovits.inference.voice_file import VoiceParts
from gpt_sovits.paths import ProjectPaths, check_name, replacing
from gpt_sovits.text.dictionary import Entry
from gpt_sovits.text.reading import Symbols, UserWord

FILE = "take.json"

MAX_BYTES = 64 << 20
"""Largest take.json: hundreds of renderings of a book. A recording would fill the memory."""

_File = Field(pattern=r"^[\w-][^/\\]*$")
"""A file's name and no path: what is read and sent lies in the take's own folder."""


class Rendering(Settings):
    """One time that a sentence was spoken."""

    file: str = _File
    """Its recording, in the take's folder."""
    text: str
    """What was said."""
    readings: tuple[Entry, ...] = ()
    """The own readings that it was said with."""
    seed: int
    seconds: float
    phones: tuple[str, ...] = ()
    """How it was read."""
    remarks: tuple[str, ...] = ()
    """What was left out or went wrong, a sentence each."""


def writable(text: str) -> str:
    """A text with U+FFFD where it has half of a surrogate pair, which no file can hold."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


class TakeSentence(Settings):
    """One sentence: what is to be said, and what was said."""

    text: str
    """Empty where the user took the sentence out."""
    readings: tuple[Entry, ...] = ()
    """Readings of words for this sentence alone."""
    pause_s: float | None = Field(default=None, ge=0, le=LONGEST_PAUSE_S)
    """Silence after it; None is the take's own."""
    renderings: tuple[Rendering, ...] = ()
    """All of them, the oldest first."""
    chosen: int | None = None
    """Which one counts; None where none says what is to be said."""
    problem: str = ""
    """Why it could not be spoken."""

    @property
    def rendering(self) -> Rendering | None:
        """The one that counts."""
        return None if self.chosen is None else self.renderings[self.chosen]

    @property
    def missing(self) -> bool:
        """Whether it is still to be spoken."""
        return bool(self.text) and self.chosen is None

    @property
    def words(self) -> list[UserWord]:
        """Its own readings, as the front end takes them."""
        return [UserWord(each.word, each.language, each.reading) for each in self.readings]

    def matching(self) -> int | None:
        """The newest rendering that says what is to be said."""
        said = [(each.text, each.readings) for each in self.renderings]
        wanted = (self.text, self.readings)
        return next((n for n in reversed(range(len(said))) if said[n] == wanted), None)


class TakeVoice(Settings):
    """Who speaks."""

    name: str
    """What the user chose: a voice, or the base of a family."""
    gpt: str
    sovits: str
    """Weights; a relative path starts at the project's folder."""
    symbols: Symbols
    """Table of the voice's phones."""
    reference: str = _File
    """The clip, in the take's folder."""
    reference_text: str | None = None
    reference_language: str = "auto"
    more_references: tuple[str, ...] = ()


class Joined(Settings):
    """A file that was made of the whole."""

    file: str = _File
    key: str
    """Stands for what it was made of."""


class Take(Settings):
    """A text that is being spoken, or was."""

    version: Literal[1] = 1
    """Of this form; another one was written by another workbench."""
    created: str
    """ISO 8601."""
    voice: TakeVoice
    text: str
    """The whole, as it was given."""
    options: SpeakingOptions
    """How it is spoken; its seed is one that comes again."""
    skipped: tuple[tuple[str, str], ...] = ()
    """Parts of the text that cannot be read, each with its reason."""
    sentences: tuple[TakeSentence, ...]
    joined: tuple[Joined, ...] = ()

    def sentence(self, index: int) -> TakeSentence:
        """A sentence by its place, from 0.

        Raises:
            InputError: there is none.
        """
        if not 0 <= index < len(self.sentences):
            raise InputError(f"there is no sentence {index + 1}; the take has {self.n_sentences}")
        return self.sentences[index]

    @property
    def n_sentences(self) -> int:
        """How many there are."""
        return len(self.sentences)

    @property
    def seconds(self) -> float:
        """Length of what was spoken, without pauses."""
        return sum(each.rendering.seconds for each in self.sentences if each.rendering)

    def with_sentence(self, index: int, sentence: TakeSentence) -> "Take":
        """The same with another sentence in one place."""
        sentences = (*self.sentences[:index], sentence, *self.sentences[index + 1 :])
        return self.model_copy(update={"sentences": sentences})

    def parts(self, folder: Path, paths: ProjectPaths) -> VoiceParts:
        """The files of the voice.

        Raises:
            InputError: one of them is not there any more.
        """
        voice = self.voice
        clip, *more = (folder / name for name in (voice.reference, *voice.more_references))
        parts = VoiceParts(
            paths.root / voice.gpt,
            paths.root / voice.sovits,
            ReferenceClip(clip, voice.reference_text, voice.reference_language, tuple(more)),
        )
        for path in (parts.gpt, parts.sovits, clip, *more):
            if not path.is_file():
                raise InputError(f"{path}: is not here any more; bring it back, or speak anew")
        return parts


# --- the folder ---------------------------------------------------------------------------------


def takes_folder(paths: ProjectPaths) -> Path:
    """Where all takes lie."""
    return paths.output / "say"


def take_folder(name: str, paths: ProjectPaths) -> Path:
    """The folder of a take.

    Raises:
        InputError: there is none of this name.
    """
    folder = takes_folder(paths) / check_name(name)
    if not (folder / FILE).is_file():
        raise InputError(f"there is no take {name!r} (any more); choose another one")
    return folder


def new_folder(voice: str, paths: ProjectPaths) -> Path:
    """Make a folder that was not there, such as output/say/anna-20260504-173000.

    Raises:
        InputError: it cannot be made.
    """
    safe = "".join(letter if letter.isalnum() else "-" for letter in voice)[:40].strip("-")
    stem = f"{safe or 'voice'}-{datetime.now():%Y%m%d-%H%M%S}"
    try:
        takes_folder(paths).mkdir(parents=True, exist_ok=True)
        for number in count(1):
            folder = takes_folder(paths) / (stem if number == 1 else f"{stem}-{number}")
            try:
                folder.mkdir()
            except FileExistsError:
                continue
            return folder
    except OSError as error:
        raise InputError(f"{takes_folder(paths)}: cannot be made ({error.strerror})") from error
    raise AssertionError("count has no end")


def load_take(folder: Path) -> Take:
    """Read a take.

    Raises:
        ConfigError: its file is not there, damaged, or of another version; the message names it.
    """
    path = folder / FILE
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ConfigError(f"{path}: is too large for a take; delete its folder")
        take = parse_settings(Take, _parse(path.read_bytes(), path), str(path))
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror})") from error
    for number, each in enumerate(take.sentences, 1):
        if each.chosen is not None and not 0 <= each.chosen < len(each.renderings):
            raise ConfigError(f"{path}: sentence {number} has no rendering {each.chosen}")
    return take


def _parse(content: bytes, path: Path) -> object:
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{path}: is damaged ({error}); delete its folder") from error


def save_take(folder: Path, take: Take) -> None:
    """Write a take, whole or not at all.

    Raises:
        InputError: it cannot be written.
    """
    path = folder / FILE
    try:
        with replacing(path) as part:
            part.write_text(take.model_dump_json(indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise InputError(
            f"{path}: cannot be written ({error.strerror}); check the space on the disk"
        ) from error
