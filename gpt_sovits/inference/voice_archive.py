"""A voice as one file: weights, clips, its note of consent, and a list of hashes.

A zip archive whose entries are stored as they are:

- `manifest.json`: format, size and SHA-256 of every other entry
- `voice.yaml`: the voice's file; its paths are entries of the archive
- `NOTE.txt`: consent and licence, for people
- `weights/gpt.safetensors`, `weights/sovits.safetensors`: published `.ckpt` and `.pth` are turned
  into safetensors on the way, as nothing in an archive may be a pickle
- `reference/1.wav`, `reference/2.mp3` ...: the voice's clips
"""

import hashlib
import json
import os
import stat
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from gpt_sovits import __version__
from gpt_sovits.errors import InputError
from gpt_sovits.inference.voice_file import VoiceFile, load_voice_file
from gpt_sovits.inference.voice_fusion import NO_CONSENT, require_consent
from gpt_sovits.inference.voice_requests import ExportRequest
from gpt_sovits.paths import PROJECT, ProjectPaths, check_name, replacing
from gpt_sovits.report import Progress, no_progress

FORMAT = "gpt-sovits voice"
VERSION = 1
MANIFEST, VOICE, NOTE = "manifest.json", "voice.yaml", "NOTE.txt"
WEIGHTS = {"gpt": "weights/gpt.safetensors", "sovits": "weights/sovits.safetensors"}

MAX_TEXT_BYTES = 1 << 20
"""Of the manifest, the voice's file and the note."""
MAX_WEIGHTS_BYTES = 4 << 30
"""Of one half; the largest published one has 0.8 GB."""
MAX_CLIP_BYTES = 64 << 20
MAX_CLIPS = 40
PIECE_BYTES = 1 << 20

_DATE = (2020, 1, 1, 0, 0, 0)
"""Of every entry: the same voice gives the same bytes."""


def export_voice(
    request: ExportRequest, *, paths: ProjectPaths = PROJECT, progress: Progress = no_progress
) -> Path:
    """Put a voice into one file, whole or not at all.

    Args:
        request: which voice, and where.
        paths: the project.
        progress: told after each entry.

    Returns:
        The file.

    Raises:
        ConfigError: no such voice.
        WeightsError: weights are damaged or hostile.
        InputError: a file of the voice is missing or too large, no consent is noted, or the archive
            is there already or cannot be written.
    """
    voice = load_voice_file(request.name, paths)
    if not request.without_consent:
        require_consent(voice)
    out = request.out
    if out.suffix.lower() != ".zip":
        raise InputError(f"{out}: the file of a voice ends in .zip; name it so", field="out")
    check_name(out.name)
    if out.exists() and not request.replace:
        raise InputError(
            f"{out} is there already; name another file, or give --replace", field="out"
        )
    parts = voice.parts(paths)
    clips = (parts.reference.audio, *parts.reference.more)
    if len(clips) > MAX_CLIPS:
        raise InputError(
            f"voice {voice.name!r} has {len(clips)} clips; an archive holds {MAX_CLIPS}"
        )
    names = [f"reference/{number}{_ending(clip)}" for number, clip in enumerate(clips, 1)]
    inside = voice.model_copy(
        update={
            **WEIGHTS,
            "reference": voice.reference.model_copy(update={"audio": names[0]}),
            "more_references": tuple(names[1:]),
        }
    )
    try:
        with replacing(out) as part, _Writer(part, voice.name, progress) as writer:
            writer.total = len(clips) + 4
            writer.add_text(VOICE, _yaml(inside))
            writer.add_text(NOTE, _note(voice, request.licence))
            for kind, name in WEIGHTS.items():
                with _as_safetensors(getattr(parts, kind), out.parent) as path:
                    writer.add_file(name, path, MAX_WEIGHTS_BYTES)
            for name, clip in zip(names, clips, strict=True):
                writer.add_file(name, clip, MAX_CLIP_BYTES)
            writer.finish()
    except OSError as error:
        raise InputError(f"{out}: cannot be written ({error.strerror or error})") from error
    return out


@dataclass
class _Writer:
    """Writes entries and their hashes."""

    path: Path
    voice: str
    progress: Progress
    total: int = 0
    entries: list[dict[str, Any]] = field(default_factory=list)

    def __enter__(self) -> "_Writer":
        self._zip = zipfile.ZipFile(self.path, "w", zipfile.ZIP_STORED)
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def add_text(self, name: str, text: str) -> None:
        self._zip.writestr(self._entry(name), text.encode())
        self._note(name, len(text.encode()), hashlib.sha256(text.encode()).hexdigest())

    def add_file(self, name: str, path: Path, most: int) -> None:
        """Copy a file in pieces.

        Raises:
            InputError: it is larger than an archive may hold.
        """
        if path.stat().st_size > most:
            raise InputError(f"{path}: is larger than {most >> 20} MiB, too large for an archive")
        digest, size = hashlib.sha256(), 0
        with (
            path.open("rb") as source,
            self._zip.open(self._entry(name), "w", force_zip64=True) as target,
        ):
            while piece := source.read(PIECE_BYTES):
                digest.update(piece)
                size += len(piece)
                target.write(piece)
        self._note(name, size, digest.hexdigest())

    def finish(self) -> None:
        """Write the manifest."""
        manifest = {
            "format": FORMAT,
            "version": VERSION,
            "written_by": __version__,
            "created": datetime.now(UTC).isoformat(timespec="seconds"),
            "voice": self.voice,
            "files": self.entries,
        }
        text = json.dumps(manifest, ensure_ascii=False, indent=1)
        self._zip.writestr(self._entry(MANIFEST), text.encode())

    def _entry(self, name: str) -> zipfile.ZipInfo:
        info = zipfile.ZipInfo(name, _DATE)
        info.external_attr = (stat.S_IFREG | 0o644) << 16
        return info

    def _note(self, name: str, size: int, digest: str) -> None:
        self.entries.append({"name": name, "bytes": size, "sha256": digest})
        self.progress(len(self.entries), self.total, name)


@contextmanager
def _as_safetensors(path: Path, folder: Path) -> Iterator[Path]:
    """The weights themselves where they are safetensors, otherwise a copy that is.

    Raises:
        WeightsError: they are damaged or hostile.
    """
    from gpt_sovits.weights.read import read_weights
    from gpt_sovits.weights.write import provenance_of, write_safetensors

    file = read_weights(path)
    with path.open("rb") as opened:
        is_ours = opened.read(9)[8:] == b"{"
    if is_ours:
        yield path
        return
    # Beside the archive: there is room for as much again, and nothing is left behind.
    copy = folder / f".{os.urandom(8).hex()}.part.safetensors"
    try:
        write_safetensors(
            copy,
            file.tensors,
            kind=file.kind,
            family=file.family,
            config=file.config,
            provenance=file.provenance or provenance_of([path]),
            info=file.info,
            lora_rank=file.lora_rank,
        )
        yield copy
    finally:
        copy.unlink(missing_ok=True)


def _yaml(voice: VoiceFile) -> str:
    return yaml.safe_dump(voice.model_dump(mode="json"), allow_unicode=True, sort_keys=False)


def _note(voice: VoiceFile, licence: str) -> str:
    return (
        f"Voice: {voice.name} ({voice.family})\n"
        f"Consent: {voice.consent.strip() or NO_CONSENT}\n"
        f"Licence: {licence.strip() or 'none given'}\n"
    )


def _ending(clip: Path) -> str:
    """The clip's own ending where it is a plain one: readers look into the content anyway."""
    ending = clip.suffix.lower()
    return ending if ending[1:].isascii() and ending[1:].isalnum() and len(ending) <= 6 else ".bin"
