"""The takes of a project: make one, list them, delete one."""

import re
import secrets
import shutil
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from gpt_sovits.errors import ConfigError, InputError, TextError
from gpt_sovits.inference.options import SpeakingOptions
from gpt_sovits.inference.plan import plan_text
from gpt_sovits.inference.take import (
    FILE,
    Take,
    TakeSentence,
    TakeVoice,
    load_take,
    new_folder,
    save_take,
    take_folder,
    takes_folder,
    writable,
)
from gpt_sovits.inference.take_changes import changing
from gpt_sovits.inference.voice_file import VoiceParts
from gpt_sovits.paths import ProjectPaths
from gpt_sovits.text.dictionary import load_dictionary
from gpt_sovits.text.reading import Symbols

_TIME = re.compile(r"-(\d{8}-\d{6})(?:-(\d+))?$")

SHOWN = 50
"""Takes that a history shows, the newest."""

MAX_REFERENCE_BYTES = 256 << 20
"""Largest reference that is copied into a take: a minute of video."""


def make_take(
    name: str,
    parts: VoiceParts,
    text: str,
    options: SpeakingOptions,
    *,
    symbols: Symbols,
    paths: ProjectPaths,
) -> Path:
    """Cut a text into sentences that can be spoken one by one, and keep all that belongs to it.

    The reference is copied into the take: it stays as it is whatever becomes of the clip.

    Args:
        name: how the voice is called.
        parts: its files.
        text: what is said.
        options: how; a seed of -1 becomes one that comes again.
        symbols: table of the voice's phones.
        paths: the project.

    Returns:
        The take's folder.

    Raises:
        TextError: nothing in the text can be read.
        InputError: the reference cannot be read, or the take cannot be written.
    """
    text = writable(text)
    if not text.strip():
        raise TextError("there is no text yet; type what the voice should say", field="text")
    if options.seed < 0:
        options = replace(options, seed=secrets.randbelow(2**31))
    plan = plan_text(text, options, symbols=symbols, dictionary=load_dictionary(paths.dictionary))
    clip = parts.reference
    clips = {f"reference{clip.audio.suffix.lower()}": clip.audio}
    clips |= {f"reference-{n}{more.suffix.lower()}": more for n, more in enumerate(clip.more, 2)}
    for path in clips.values():
        _check_reference(path)
    folder = new_folder(name, paths)
    reference, *more = clips
    take = Take(
        created=datetime.now().astimezone().isoformat(timespec="seconds"),
        voice=TakeVoice(
            name=name,
            gpt=paths.name_of(parts.gpt),
            sovits=paths.name_of(parts.sovits),
            symbols=symbols,
            reference=reference,
            reference_text=clip.text,
            reference_language=clip.language,
            more_references=tuple(more),
        ),
        text=text,
        options=options,
        # A character that is left out of a sentence is told with its rendering.
        skipped=tuple(
            (part, why)
            for part, why in plan.skipped
            if not any(part in sentence.text for sentence in plan.sentences)
        ),
        sentences=tuple(TakeSentence(text=sentence.text) for sentence in plan.sentences),
    )
    try:
        for own, path in clips.items():
            shutil.copyfile(path, folder / own)
        save_take(folder, take)
    except (OSError, InputError) as error:
        shutil.rmtree(folder, ignore_errors=True)
        if isinstance(error, InputError):
            raise
        raise InputError(f"{error.filename}: cannot be copied ({error.strerror})") from error
    return folder


def _check_reference(path: Path) -> None:
    try:
        size = path.stat().st_size
    except OSError as error:
        raise InputError(
            f"{path}: cannot be read ({error.strerror}); give the clip again", field="reference"
        ) from error
    if size > MAX_REFERENCE_BYTES:
        raise InputError(
            f"{path}: is too large for a reference; cut a clip of 3 to 10 s out of it",
            field="reference",
        )


@dataclass(frozen=True)
class History:
    """The newest takes."""

    takes: list[tuple[str, Take]]
    """Each with the name of its folder, the newest first."""
    damaged: list[tuple[str, str]]
    """Names of those that cannot be read, each with the reason."""
    n_older: int
    """Takes that are not among them."""


def list_takes(paths: ProjectPaths, *, limit: int = SHOWN) -> History:
    """The newest takes of a project; a damaged one does not hide the others."""
    names = [path.parent.name for path in takes_folder(paths).glob(f"[!.]*/{FILE}")]
    names.sort(key=_age, reverse=True)
    history = History([], [], max(0, len(names) - limit))
    for name in names[:limit]:
        try:
            history.takes.append((name, load_take(takes_folder(paths) / name)))
        except ConfigError as error:
            history.damaged.append((name, str(error)))
    return history


def newest_take(paths: ProjectPaths) -> str | None:
    """Name of the newest take that can be read."""
    takes = list_takes(paths, limit=1).takes
    return takes[0][0] if takes else None


def _age(name: str) -> tuple[str, int, str]:
    """By the time in the folder's name, which stays when the take is changed."""
    match = _TIME.search(name)
    return (match[1], int(match[2] or 1), name) if match else ("", 0, name)


def delete_take(name: str, paths: ProjectPaths) -> None:
    """Delete a take with all its recordings.

    Raises:
        InputError: there is none, or it cannot be deleted.
    """
    folder = take_folder(name, paths)
    try:
        # Gone at once: a kill in between leaves no take with half of its recordings.
        with changing:
            away = folder.rename(folder.with_name(f".{secrets.token_hex(8)}.deleted"))
        shutil.rmtree(away)
    except OSError as error:
        raise InputError(f"{folder}: cannot be deleted ({error.strerror})") from error
