"""Take a voice out of a file that somebody sent: nothing in it is believed before it is checked."""

import hashlib
import json
import re
import shutil
import stat
import zipfile
from dataclasses import dataclass
from errno import ENOENT
from pathlib import Path
from typing import Any

import yaml

from gpt_sovits.config import parse_settings
from gpt_sovits.errors import InputError, WorkbenchError
from gpt_sovits.inference.reference import ReferenceClip
from gpt_sovits.inference.voice_archive import (
    FORMAT,
    MANIFEST,
    MAX_CLIP_BYTES,
    MAX_CLIPS,
    MAX_TEXT_BYTES,
    MAX_WEIGHTS_BYTES,
    NOTE,
    PIECE_BYTES,
    VERSION,
    VOICE,
    WEIGHTS,
)
from gpt_sovits.inference.voice_changes import (
    all_or_none,
    changing_voices,
    check_weights,
    free_name,
    free_path,
    keep_copy,
    new_weights,
)
from gpt_sovits.inference.voice_file import (
    VoiceFile,
    VoiceParts,
    check_new,
    make_voice_file,
    save_voice_file,
    voice_path,
)
from gpt_sovits.inference.voice_requests import ImportRequest
from gpt_sovits.paths import PROJECT, ProjectPaths, check_name, replacing
from gpt_sovits.report import Progress, no_progress

_CLIP = re.compile(r"reference/[1-9][0-9]?\.(?!ya?ml$)[a-z0-9]{1,5}")  # voices are *.yaml
_MAX_RATIO = 200
"""By which a packed entry may grow: text packs to a tenth, nothing honest to a thousandth."""


MAX_SHOWN = 300
"""Letters of a path that are repeated in a sentence."""


@dataclass(frozen=True)
class ImportReport:
    """What was taken over."""

    path: Path
    """The voice's file."""
    voice: VoiceFile
    replaced: bool
    """Whether a voice of this name was there."""


def import_voice(
    request: ImportRequest, *, paths: ProjectPaths = PROJECT, progress: Progress = no_progress
) -> ImportReport:
    """Take a voice out of an archive, whole or not at all.

    No path of the archive is used: its entries have fixed names, and where they go is decided here.
    Sizes are limited whatever the archive claims, hashes are compared, weights are opened by the
    reader that runs nothing, and both networks are built before the voice is there.

    Args:
        request: which file, and what the voice will be called.
        paths: the project.
        progress: told after each entry.

    Raises:
        ConfigError: the name cannot be a file's, or the voice's file has a mistake.
        WeightsError: weights are damaged or hostile, or do not belong together.
        InputError: the archive is damaged, hostile or of another kind, the name is taken, or the
            disk is full. Nothing is left behind.
    """
    source = request.source
    try:
        if not source.is_file():  # a pipe would be waited for without end
            raise FileNotFoundError(ENOENT, "no such file; name what `voices export` wrote", source)
        with zipfile.ZipFile(source) as archive, changing_voices(paths):
            return _Import(archive, source, paths, progress).run(request)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, NotImplementedError) as error:
        raise InputError(
            f"{source}: is no voice archive, or a damaged one ({error}); get it again",
            field="source",
        ) from error
    except OSError as error:
        where = str(error.filename or source)
        raise InputError(
            f"{where[:MAX_SHOWN]}: cannot be used ({error.strerror or error})"
        ) from error


class _Import:
    """One call of `import_voice`."""

    def __init__(
        self, archive: zipfile.ZipFile, source: Path, paths: ProjectPaths, progress: Progress
    ) -> None:
        self.archive = archive
        self.source = source
        self.paths = paths
        self.progress = progress

    def run(self, request: ImportRequest) -> ImportReport:
        entries = self._entries()
        listed = self._manifest(entries)
        voice = self._voice(entries, listed)
        name, replaced = self._name(request, voice)
        self._check_space(listed)
        with all_or_none() as written:
            places: dict[str, Path] = {}
            for entry in sorted(listed.keys() - {VOICE, NOTE}):
                target = self._target(entry, name)
                written.append(target)
                with replacing(target) as part:
                    self._extract(entry, listed[entry], part)
                places[entry] = target
                self.progress(len(places), len(listed) - 2, entry)
            family = self._check(places)
            reference = voice.reference
            parts = VoiceParts(
                places[WEIGHTS["gpt"]],
                places[WEIGHTS["sovits"]],
                ReferenceClip(
                    places[reference.audio],
                    reference.text,
                    reference.language,
                    tuple(places[each] for each in voice.more_references),
                ),
            )
            made = make_voice_file(
                name, family, parts, consent=self._consent(voice, listed), paths=self.paths
            )
            if replaced:
                keep_copy(voice_path(name, self.paths))
            path = save_voice_file(made, self.paths, replace=replaced)
        return ImportReport(path, made, replaced)

    def _refuse(self, reason: str) -> InputError:
        return InputError(f"{self.source}: {reason}; get it from another source", field="source")

    def _entries(self) -> dict[str, zipfile.ZipInfo]:
        """Every entry is a plain file of a known name, once.

        Raises:
            InputError: one is not.
        """
        infos = self.archive.infolist()
        if len(infos) > MAX_CLIPS + 5:
            raise self._refuse(f"holds {len(infos)} entries, more than any voice has")
        found: dict[str, zipfile.ZipInfo] = {}
        for info in infos:
            shown = ascii(info.filename[:80])
            kind = stat.S_IFMT(info.external_attr >> 16)
            if kind not in (0, stat.S_IFREG):
                raise self._refuse(f"{shown} is no plain file but a link or a device")
            known = info.filename in (MANIFEST, VOICE, NOTE, *WEIGHTS.values())
            if not known and not _CLIP.fullmatch(info.filename):
                raise self._refuse(f"{shown} has no place in a voice's archive")
            if info.filename in found:
                raise self._refuse(f"{shown} is in it twice")
            if info.flag_bits & 1:
                raise self._refuse(f"{shown} is encrypted")
            if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise self._refuse(f"{shown} is packed in a way that archives of voices are not")
            if info.file_size > _limit(info.filename) or (
                info.file_size > _MAX_RATIO * max(info.compress_size, 1)
            ):
                raise self._refuse(f"{shown} would become {info.file_size} bytes, too many")
            found[info.filename] = info
        return found

    def _manifest(self, entries: dict[str, zipfile.ZipInfo]) -> dict[str, tuple[int, str]]:
        """Size and hash of each entry.

        Raises:
            InputError: there is no manifest, or it does not name what is there.
        """
        if MANIFEST not in entries:
            raise self._refuse(f"is no voice archive: it has no {MANIFEST}")
        try:
            values: Any = json.loads(self._read(MANIFEST))
            told, version = values["format"], values["version"]
            listed = {
                str(each["name"]): (int(each["bytes"]), str(each["sha256"]))
                for each in values["files"]
            }
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise self._refuse(f"its {MANIFEST} is damaged") from error
        if told != FORMAT:
            raise self._refuse("is no voice archive")
        if version != VERSION:
            raise InputError(
                f"{self.source}: is of version {version} of this format, which is not known here;"
                " update this program",
                field="source",
            )
        needed = {VOICE, NOTE, *WEIGHTS.values()}
        if listed.keys() != entries.keys() - {MANIFEST} or not needed <= listed.keys():
            raise self._refuse(f"holds other entries than its {MANIFEST} says")
        return listed

    def _voice(
        self, entries: dict[str, zipfile.ZipInfo], listed: dict[str, tuple[int, str]]
    ) -> VoiceFile:
        """The voice's file, whose paths are entries.

        Raises:
            ConfigError: it has a mistake.
            InputError: it names something else than entries.
        """
        text = self._read(VOICE)
        self._compare(VOICE, len(text), hashlib.sha256(text).hexdigest(), listed)
        try:
            values = yaml.safe_load(text.decode())
        except (UnicodeDecodeError, yaml.YAMLError, RecursionError) as error:
            raise self._refuse(f"its {VOICE} is damaged") from error
        voice = parse_settings(VoiceFile, values, f"{self.source}, {VOICE}")
        clips = {name for name in entries if _CLIP.fullmatch(name)}
        if {"gpt": voice.gpt, "sovits": voice.sovits} != WEIGHTS or {
            voice.reference.audio,
            *voice.more_references,
        } != clips:
            raise self._refuse(f"its {VOICE} names files that are not in it")
        return voice

    def _name(self, request: ImportRequest, voice: VoiceFile) -> tuple[str, bool]:
        """What the voice is called here, and whether it replaces one."""
        if request.name is None and not request.replace:
            return free_name(check_name(voice.name), self.paths), False
        name = request.name or voice.name
        return name, check_new(name, self.paths, replace=request.replace).exists()

    def _check_space(self, listed: dict[str, tuple[int, str]]) -> None:
        needed = sum(size for size, _ in listed.values())
        free = shutil.disk_usage(self.paths.root).free
        if needed > free:
            raise InputError(
                f"{self.source}: needs {needed >> 20} MiB, but only {free >> 20} MiB are free; make"
                " room first"
            )

    def _target(self, entry: str, name: str) -> Path:
        """Where an entry goes: a file that is not there yet."""
        for kind, known in WEIGHTS.items():
            if entry == known:
                return new_weights(name, "gpt" if kind == "gpt" else "sovits", self.paths)
        number, _, ending = entry.removeprefix("reference/").partition(".")
        stem = name if number == "1" else f"{name}.{number}"
        return free_path(self.paths.voices / f"{stem}.{ending}")

    def _read(self, name: str) -> bytes:
        """A small entry, whatever it claims to be.

        Raises:
            InputError: it is larger than it may be.
        """
        with self.archive.open(name) as entry:
            text = entry.read(MAX_TEXT_BYTES + 1)
        if len(text) > MAX_TEXT_BYTES:
            raise self._refuse(f"{name} is too large")
        return text

    def _extract(self, name: str, told: tuple[int, str], part: Path) -> None:
        """Copy an entry in pieces, no byte more than the manifest says.

        Raises:
            InputError: it is larger, or another one than the manifest says.
        """
        size, _ = told
        digest, done = hashlib.sha256(), 0
        with self.archive.open(name) as entry, part.open("wb") as target:
            while piece := entry.read(PIECE_BYTES):
                done += len(piece)
                if done > min(size, _limit(name)):
                    raise self._refuse(f"{name} is larger than its {MANIFEST} says")
                digest.update(piece)
                target.write(piece)
        self._compare(name, done, digest.hexdigest(), {name: told})

    def _compare(
        self, name: str, size: int, digest: str, listed: dict[str, tuple[int, str]]
    ) -> None:
        if (size, digest) != listed[name]:
            raise InputError(
                f"{self.source}: {name} is damaged, its hash is not the one that the archive names;"
                " get the file again",
                field="source",
            )

    def _check(self, places: dict[str, Path]) -> str:
        """Build both networks and open the clips; the family.

        Raises:
            WeightsError: weights cannot be used.
            AudioError: a clip cannot be read.
        """
        from gpt_sovits.audio.read import probe_audio

        try:
            for entry, place in places.items():
                if _CLIP.fullmatch(entry):
                    probe_audio(place)
            return check_weights(places[WEIGHTS["gpt"]], places[WEIGHTS["sovits"]], self.paths)
        except WorkbenchError as error:
            reason = str(error)  # names files that are removed again
            for entry, place in places.items():
                reason = reason.replace(str(place), f"{self.source}, {entry}")
            raise type(error)(reason) from error

    def _consent(self, voice: VoiceFile, listed: dict[str, tuple[int, str]]) -> str:
        """The voice's own note, with the licence where the archive tells one."""
        text = self._read(NOTE)
        self._compare(NOTE, len(text), hashlib.sha256(text).hexdigest(), listed)
        found = re.search(r"^Licence: (.+)$", text.decode(errors="replace"), re.MULTILINE)
        licence = found[1].strip() if found else ""
        if licence in ("", "none given") or licence in voice.consent:
            return voice.consent
        return "; ".join(filter(None, [voice.consent, f"licence: {licence}"]))


def _limit(name: str) -> int:
    """The largest size of an entry."""
    if name in WEIGHTS.values():
        return MAX_WEIGHTS_BYTES
    return MAX_CLIP_BYTES if _CLIP.fullmatch(name) else MAX_TEXT_BYTES
