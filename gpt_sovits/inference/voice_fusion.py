"""Mix two voices into a third one by averaging their weights."""

import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from gpt_sovits.errors import InputError
from gpt_sovits.inference.reference import ReferenceClip
from gpt_sovits.inference.voice_changes import (
    all_or_none,
    changing_voices,
    check_weights,
    free_path,
    new_weights,
)
from gpt_sovits.inference.voice_file import (
    VoiceFile,
    VoiceParts,
    check_new,
    load_voice_file,
    make_voice_file,
    save_voice_file,
)
from gpt_sovits.inference.voice_requests import FuseRequest
from gpt_sovits.paths import PROJECT, ProjectPaths, replacing
from gpt_sovits.report import Progress, no_progress
from gpt_sovits.weights.file import Kind, WeightFile

NO_CONSENT = "no consent noted"


@dataclass(frozen=True)
class FuseReport:
    """What was made."""

    path: Path
    """The voice's file."""
    voice: VoiceFile
    written: tuple[Path, ...]
    """New weights and the copy of the clip."""


def fuse_voices(
    request: FuseRequest, *, paths: ProjectPaths = PROJECT, progress: Progress = no_progress
) -> FuseReport:
    """Average two voices and write the third one.

    Args:
        request: which voices, how much of each, and what the new one is called.
        paths: the project.
        progress: told after each half.

    Raises:
        ConfigError: no such voice, or the name cannot be a file's.
        WeightsError: the two cannot be averaged; the message says what differs.
        InputError: the name is taken, a voice is without consent, or a file cannot be written.
    """
    voices = [load_voice_file(name, paths) for name in (request.first, request.second)]
    one, other = voices
    if request.first == request.second:
        raise InputError(f"{one.name!r} cannot be mixed with itself; name two", field="second")
    if one.family != other.family:
        raise InputError(
            f"{one.name!r} is of {one.family} and {other.name!r} of {other.family}; only voices of"
            " one family can be mixed",
            field="second",
        )
    if not request.without_consent:
        for voice in voices:
            require_consent(voice)
    with changing_voices(paths):
        check_new(request.name, paths)
        return _fuse(request, one, other, paths, progress)


def _fuse(
    request: FuseRequest,
    one: VoiceFile,
    other: VoiceFile,
    paths: ProjectPaths,
    progress: Progress,
) -> FuseReport:
    first, second = one.parts(paths), other.parts(paths)
    source = second if request.origin == "second" else first
    clip = source.reference
    audio = free_path(paths.voices / f"{request.name}{clip.audio.suffix}")
    files = {"gpt": first.gpt, "sovits": first.sovits}
    halves: tuple[Kind, ...] = ("gpt", "sovits")
    with all_or_none() as written:
        for done, kind in enumerate(halves):
            progress(done, len(halves), kind)
            if request.parts in ("both", kind):
                target = new_weights(request.name, kind, paths)
                written.append(target)
                _write_mean(target, files[kind], getattr(second, kind), request)
                files[kind] = target
        check_weights(files["gpt"], files["sovits"], paths)
        written.append(audio)
        with replacing(audio) as part:
            shutil.copyfile(clip.audio, part)
        reference = ReferenceClip(audio, clip.text, clip.language, clip.more)
        parts = VoiceParts(files["gpt"], files["sovits"], reference)
        consent = _both_notes(request, one, other)
        voice = make_voice_file(request.name, one.family, parts, consent=consent, paths=paths)
        path = save_voice_file(voice, paths)
    progress(len(halves), len(halves), "")
    return FuseReport(path, voice, tuple(written))


def _write_mean(target: Path, one: Path, other: Path, request: FuseRequest) -> None:
    from gpt_sovits.weights.fusion import fuse_weights
    from gpt_sovits.weights.read import read_weights
    from gpt_sovits.weights.write import provenance_of, write_safetensors

    first, second = read_weights(one), read_weights(other)
    tensors = fuse_weights(first, second, request.share)
    about = {"voices": [request.first, request.second], "share_of_second": request.share}
    write_safetensors(
        target,
        tensors,
        kind=first.kind,
        family=first.family,
        config=_config(first, second),
        provenance=provenance_of([one, other]) | {"fusion": about},
        info=f"{1 - request.share:.0%} {request.first}, {request.share:.0%} {request.second}",
    )


def _config(one: WeightFile, other: WeightFile) -> dict[str, object]:
    """Ours where one of them has it: a published file's holds less."""
    return next((file.config for file in (one, other) if "kind" in file.config), one.config)


def require_consent(voice: VoiceFile) -> None:
    """Refuse a voice of which nobody noted who agreed to it.

    Raises:
        InputError: says how to note it.
    """
    if not voice.consent.strip():
        raise InputError(
            f"voice {voice.name!r} has no note of consent; write who agreed, to what and when:"
            f' python -m gpt_sovits voices consent {voice.name} --text "...", or give'
            " --without-consent",
            field="without_consent",
        )


def _both_notes(request: FuseRequest, one: VoiceFile, other: VoiceFile) -> str:
    """Where the new voice comes from, and both notes of consent."""
    notes = "; ".join(f"{each.name}: {each.consent.strip() or NO_CONSENT}" for each in (one, other))
    mixed = f"{1 - request.share:.0%} {one.name} and {request.share:.0%} {other.name}"
    halves = "" if request.parts == "both" else f" ({request.parts} alone)"
    return f"{datetime.now():%Y-%m-%d}: mixed of {mixed}{halves}; {notes}"
