"""Change a voice that is there: other weights, consent, out of the way. Nothing is lost."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from gpt_sovits.errors import InputError
from gpt_sovits.inference.voice_file import (
    VoiceFile,
    load_voice_file,
    save_voice_file,
    voice_names,
    voice_path,
)
from gpt_sovits.paths import PROJECT, ProjectPaths, replacing
from gpt_sovits.weights.file import Kind
from gpt_sovits.weights.saved import saved_weights, weights_folder

EARLIER = "earlier"
"""Folder below voices/ that keeps the files of voices as they were before a change."""

REMOVED = "removed"
"""Folder below output/ that removed voices are moved to."""

MAX_CONSENT = 4000
"""Letters of a note of consent."""


@contextmanager
def changing_voices(paths: ProjectPaths) -> Iterator[None]:
    """Let one process at a time change voices, so that none takes a name that is just given away.

    Raises:
        InputError: another one is at work for long.
    """
    from filelock import FileLock, Timeout

    paths.voices.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(paths.voices / ".change.lock", timeout=60):
            yield
    except Timeout as error:
        raise InputError(f"{paths.voices}: another program changes voices; try again") from error


def choose_weights(name: str, gpt: Path, sovits: Path, *, paths: ProjectPaths = PROJECT) -> Path:
    """Let a voice speak with another pair of weights; its earlier file is kept as a dated copy.

    Args:
        name: of the voice.
        gpt: text-to-semantic weights, ours or published.
        sovits: weights of the synthesizer, ours or published.
        paths: the project.

    Returns:
        The voice's file.

    Raises:
        ConfigError: no such voice.
        WeightsError: a file is damaged or hostile, or the two do not belong together.
    """
    load_voice_file(name, paths)
    family = check_weights(gpt, sovits, paths)  # takes seconds, in which others may change it
    return change_voice(
        name,
        paths,
        family=family,
        gpt=paths.name_of(gpt),
        sovits=paths.name_of(sovits),
    )


def check_weights(gpt: Path, sovits: Path, paths: ProjectPaths) -> str:
    """Build both networks and see whether they belong together; the name of their family.

    Raises:
        WeightsError: a file is damaged or hostile, or the two do not belong together.
    """
    from gpt_sovits.inference.voice import check_pair
    from gpt_sovits.weights.networks import load_gpt, load_synthesizer

    semantic, synthesizer = load_gpt(gpt, paths=paths), load_synthesizer(sovits, paths=paths)
    check_pair(semantic, synthesizer)
    return synthesizer.family.name


def note_consent(name: str, text: str, *, paths: ProjectPaths = PROJECT) -> Path:
    """Write down who agreed to a voice; the date is put before it where the text has none.

    The earlier note stays in the dated copy of the voice's file.

    Raises:
        ConfigError: no such voice.
        InputError: the note is empty or far too long.
    """
    note = " ".join(text.split())
    if not note:
        raise InputError("the note is empty; write who agreed, to what and when", field="text")
    if len(note) > MAX_CONSENT:
        raise InputError(
            f"the note has {len(note)} letters; write at most {MAX_CONSENT}", field="text"
        )
    today = f"{datetime.now():%Y-%m-%d}"
    dated = note if today[:4] in note else f"{today}: {note}"
    return change_voice(name, paths, consent=dated)


def change_voice(name: str, paths: ProjectPaths, **changes: str) -> Path:
    """Write a voice's file with some entries changed; where nothing changes it stays.

    Returns:
        The file.

    Raises:
        ConfigError: no such voice.
    """
    path = voice_path(name, paths)
    with changing_voices(paths):
        voice = load_voice_file(name, paths)
        changed = voice.model_copy(update=changes)
        if changed == voice:
            return path
        keep_copy(path)
        return save_voice_file(changed, paths, replace=True)


@contextmanager
def all_or_none() -> Iterator[list[Path]]:
    """Remove new files again where the block fails; they are put into the list it is given."""
    written: list[Path] = []
    try:
        yield written
    except BaseException:
        for path in written:
            path.unlink(missing_ok=True)
        raise


def keep_copy(path: Path) -> Path:
    """Copy a voice's file to voices/earlier/NAME-TIME.yaml before it is replaced."""
    copy = free_path(path.parent / EARLIER / f"{path.stem}-{_now()}{path.suffix}")
    try:
        with replacing(copy) as part:
            shutil.copyfile(path, part)
    except OSError as error:
        raise InputError(f"{copy}: cannot be written ({error.strerror})") from error
    return copy


def remove_voice(name: str, *, paths: ProjectPaths = PROJECT) -> Path:
    """Move a voice's file, clips and weights to output/removed/NAME-TIME/; logs/ stays.

    What another voice uses as well stays where it is.

    Returns:
        The folder that holds them now.

    Raises:
        ConfigError: no such voice.
        InputError: a file cannot be moved.
    """
    voice = load_voice_file(name, paths)
    with changing_voices(paths):
        target = free_path(paths.output / REMOVED / f"{name}-{_now()}")
        used = _used_by_others(name, paths)
        own = [paths.root / file for file in files_of_voice(voice)]
        for kind in ("gpt", "sovits"):
            for saved in saved_weights(name, kind, paths):
                # With its twin in the published format, which has the same stem.
                own.extend(saved.path.parent.glob(f"{_plain(saved.path.stem)}.*"))
        places = (paths.voices, paths.gpt_weights, paths.sovits_weights)
        moved = [
            path
            for path in dict.fromkeys(path.resolve() for path in own)
            if path.is_file()
            and path not in used
            and any(path.parent == place.resolve() for place in places)
        ]
        try:
            # The voice's own file goes last: until then it is still a voice, and can be removed.
            for path in (*moved, voice_path(name, paths)):
                folder = target / path.parent.name
                folder.mkdir(parents=True, exist_ok=True)
                shutil.move(path, folder / path.name)
        except OSError as error:
            raise InputError(f"{target}: cannot be written ({error.strerror})") from error
    return target


def files_of_voice(voice: VoiceFile) -> list[str]:
    """Weights and recordings as they stand in a voice's file."""
    return [voice.gpt, voice.sovits, voice.reference.audio, *voice.more_references]


def _used_by_others(name: str, paths: ProjectPaths) -> set[Path]:
    used: set[Path] = set()
    for other in voice_names(paths):
        if other != name:
            try:
                voice = load_voice_file(other, paths)
            except InputError:  # a damaged file names nothing
                continue
            used.update((paths.root / file).resolve() for file in files_of_voice(voice))
    return used


def free_name(name: str, paths: ProjectPaths) -> str:
    """The name itself, or with -2, -3 ... where a voice or weights of that name are there."""
    for number in count(1):
        free = name if number == 1 else f"{name}-{number}"
        taken = voice_path(free, paths).exists() or any(
            saved_weights(free, kind, paths) for kind in ("gpt", "sovits")
        )
        if not taken:
            return free
    raise AssertionError("unreachable: one of the names is free")


def new_weights(name: str, kind: Kind, paths: ProjectPaths) -> Path:
    """A file for weights of a voice; with a number behind the name where that is taken."""
    folder = weights_folder(kind, paths)
    for number in count(1):
        stem = name if number == 1 else f"{name}-{number}"
        if not any(folder.glob(f"{_plain(stem)}.*")):
            return folder / f"{stem}.safetensors"
    raise AssertionError("unreachable: one of the names is free")


def _plain(stem: str) -> str:
    """A name of which `glob` takes every letter as it is."""
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in stem)


def _now() -> str:
    return f"{datetime.now(UTC):%Y%m%d-%H%M%S}"


def free_path(path: Path) -> Path:
    """The path, with a number behind it where something is there."""
    numbered = (path.with_name(f"{path.stem}{f'-{n}' if n else ''}{path.suffix}") for n in count())
    return next(one for one in numbered if not one.exists())
