"""The annotation list of a voice: made from recordings once, then the user's to correct."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from gpt_sovits.data.annotations import (
    Annotation,
    AnnotationList,
    read_annotations,
    write_annotations,
)
from gpt_sovits.errors import InputError, TextError
from gpt_sovits.features.content import content_path, load_content
from gpt_sovits.paths import PROJECT, ProjectPaths, replacing
from gpt_sovits.prepare.engines import TranscribeOptions, pick_engine
from gpt_sovits.prepare.slicing.options import SliceOptions
from gpt_sovits.prepare.stage import recordings_in
from gpt_sovits.prepare.transcribe import LabelledClip, LabelReport, label_recording, text_beside
from gpt_sovits.report import Progress, no_progress
from gpt_sovits.state import hash_of, read_state, write_state
from gpt_sovits.weights.file import sha256_of

VERSION = 2
"""Goes up when the same recording would be cut or labelled otherwise."""

_STATE = "labels.json"


@dataclass(frozen=True, kw_only=True)
class LabelOptions:
    """How recordings become labelled clips."""

    language: str = "auto"
    """Language mode of what is said; auto finds out."""
    text: str | None = None
    """All that is said, for one recording; left out: the .txt beside it, or a recogniser."""
    slicing: SliceOptions = field(default_factory=SliceOptions)


@dataclass(frozen=True)
class Labels:
    """The clips of a voice and where their texts come from."""

    annotations: AnnotationList
    path: Path
    """The annotation list that holds them."""
    engines: dict[str, int]
    """Clips by what wrote their texts: "list", "text" or a recogniser."""
    warnings: list[str]


def label_source(
    source: Path,
    name: str,
    options: LabelOptions,
    *,
    paths: ProjectPaths = PROJECT,
    progress: Progress = no_progress,
) -> Labels:
    """Bring a source to an annotation list.

    A `.list` is read as it is. Recordings are cut and labelled into logs/NAME/clips, once: a list
    that was edited since is kept and used; one that was edited for another source is set aside.

    Args:
        source: a recording, a folder of recordings, or a `.list`.
        name: of the voice.
        options: how recordings are cut and labelled.
        paths: the project.
        progress: told after each clip or recording.

    Raises:
        InputError: nothing in the source can be used.
    """
    if source.suffix.lower() == ".list":
        if options.text is not None:
            raise InputError(f"{source}: a list has its own texts; leave out --text")
        annotations = read_annotations(source, root=paths.root)
        if not annotations.items:
            raise InputError(f"{source}: no line can be used ({_reasons(annotations.skipped)})")
        return Labels(annotations, source, {"list": len(annotations.items)}, [])
    folder = paths.logs / name
    path = folder / f"{name}.list"
    jobs, skipped = _jobs(source, options, paths)
    about = {
        "source": paths.name_of(source),
        "key": hash_of([*(job.key for job in jobs), *(why for _, why in skipped)]),
    }
    state = read_state(folder / _STATE)
    notes = []
    if path.is_file() and state.get("list") != sha256_of(path):
        if state.get("source", about["source"]) == about["source"]:
            note = f"{path} was edited and is used as it is; delete it to have it made anew"
            return _read(path, {**state, "warnings": [note]}, paths)
        notes.append(f"{_set_aside(path)} holds what was edited of another source's list")
    if not path.is_file() or state.get("key") != about["key"]:
        _label(jobs, skipped, folder, path, about, options, paths, progress)
        state = read_state(folder / _STATE)
    return _read(path, {**state, "warnings": [*notes, *state.get("warnings", [])]}, paths)


def _set_aside(path: Path) -> Path:
    """Give a list a name that nothing else has."""
    names = (path.with_name(f"{path.stem}-{number}{path.suffix}") for number in count(1))
    target = next(name for name in names if not name.exists())
    return path.rename(target)


def _read(path: Path, state: Mapping[str, Any], paths: ProjectPaths) -> Labels:
    annotations = read_annotations(path, root=paths.root)
    if not annotations.items:
        raise InputError(f"{path}: no line can be used ({_reasons(annotations.skipped)})")
    skipped = [(Path(where), why) for where, why in state.get("skipped", [])]
    whole = AnnotationList(annotations.items, [*skipped, *annotations.skipped])
    return Labels(whole, path, dict(state.get("engines", {})), list(state.get("warnings", [])))


@dataclass(frozen=True)
class _Job:
    """One recording."""

    path: Path
    text: str | None
    key: str
    """Hash of all that its clips and their texts depend on."""


def _jobs(
    source: Path, options: LabelOptions, paths: ProjectPaths
) -> tuple[list[_Job], list[tuple[Path, str]]]:
    """The recordings, and those of several whose text cannot be used."""
    recordings = recordings_in(source)
    if options.text is not None and len(recordings) != 1:
        raise InputError(
            f"{source}: one text cannot be that of {len(recordings)} recordings; put a .txt beside"
            " each"
        )
    jobs: list[_Job] = []
    skipped: list[tuple[Path, str]] = []
    for path in recordings:
        try:
            text = options.text if options.text is not None else text_beside(path)
        except TextError as error:
            if len(recordings) == 1:
                raise
            skipped.append((path, str(error)))
            continue
        choice = pick_engine(TranscribeOptions(language=options.language), paths)
        parts = {
            "version": VERSION,
            "recording": [path.name, sha256_of(path)],
            "text": text,
            "language": options.language,
            "slicing": asdict(options.slicing),
            "engine": "" if text is not None or choice is None else choice.engine.name,
        }
        jobs.append(_Job(path, text, hash_of(parts)))
    return jobs, skipped


def _label(
    jobs: Sequence[_Job],
    unusable: Sequence[tuple[Path, str]],
    folder: Path,
    path: Path,
    about: Mapping[str, str],
    options: LabelOptions,
    paths: ProjectPaths,
    progress: Progress,
) -> None:
    """Label what is not labelled yet, then write the list and, before it appears, its state."""
    clips: list[LabelledClip] = []
    engines: Counter[str] = Counter()
    skipped = list(unusable)
    for number, job in enumerate(jobs):
        progress(number, len(jobs), job.path.name)
        try:
            report = _label_once(job, folder / "clips" / job.key[:12], options, paths, progress)
        except InputError as error:
            if len(jobs) + len(unusable) == 1:
                raise
            skipped.append((job.path, str(error)))
            continue
        clips += report.clips
        skipped += report.skipped
        engines[report.engine] += len(report.clips)
    if not clips:
        raise InputError(f"no recording can be used: {_reasons(skipped)}")
    progress(len(jobs), len(jobs), "")
    path.unlink(missing_ok=True)
    with replacing(path) as part:
        write_annotations(part, _annotations(clips, folder.name, paths))
        write_state(
            folder / _STATE,
            {
                **about,
                "list": sha256_of(part),
                "engines": engines,
                "skipped": [[str(where), why] for where, why in skipped],
                "warnings": _warnings(clips, engines, path, options.language),
            },
        )


def _label_once(
    job: _Job, target: Path, options: LabelOptions, paths: ProjectPaths, progress: Progress
) -> LabelReport:
    """Label a recording, or read what was found the last time."""
    done = read_state(target / _STATE)
    if not done:
        content = load_content(content_path(paths.pretrained_models))
        report = label_recording(
            job.path,
            target,
            content,
            language=options.language,
            text=job.text,
            options=options.slicing,
            paths=paths,
            progress=progress,
        )
        done = {
            "engine": report.engine,
            "clips": [[clip.audio.name, clip.language, clip.text] for clip in report.clips],
            "skipped": [[str(where), why] for where, why in report.skipped],
        }
        write_state(target / _STATE, done)
    return LabelReport(
        [LabelledClip(target / audio, language, text) for audio, language, text in done["clips"]],
        done["engine"],
        [(Path(where), why) for where, why in done["skipped"]],
    )


def _annotations(
    clips: Sequence[LabelledClip], speaker: str, paths: ProjectPaths
) -> list[Annotation]:
    """Lines that name clips inside the project from there, so that it can move."""
    return [
        Annotation(clip.audio.relative_to(paths.root), speaker, clip.language, clip.text, number)
        for number, clip in enumerate(clips, 1)
    ]


def _warnings(
    clips: Sequence[LabelledClip], engines: Mapping[str, int], path: Path, language: str
) -> list[str]:
    guessed = {name: count for name, count in engines.items() if name != "text"}
    spoken = ", ".join(sorted({clip.language for clip in clips}))
    heard = f"; it took the language for {spoken}, name another by --language"
    return [
        f"{count} clips were labelled by {name}, which mishears words; check {path} before you rely"
        f" on the voice{heard if language == 'auto' else ''}"
        for name, count in guessed.items()
    ]


def _reasons(skipped: Sequence[tuple[Path, str]], shown: int = 3) -> str:
    told = "; ".join(f"{path}: {reason}" for path, reason in skipped[:shown])
    return f"{told}; and {len(skipped) - shown} more" if len(skipped) > shown else told
