"""Cut recordings of several people: each voice into a folder of its own."""

import json
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Literal

import numpy as np

from gpt_sovits.audio.resample import resample
from gpt_sovits.errors import AudioError
from gpt_sovits.paths import PROJECT, ProjectPaths
from gpt_sovits.prepare.slicing.cuts import find_cuts
from gpt_sovits.prepare.slicing.levels import SAMPLE_RATE, Span
from gpt_sovits.prepare.slicing.options import SliceOptions
from gpt_sovits.prepare.slicing.voices import (
    UNSURE,
    Encoder,
    best_encoder,
    group_voices,
    likeness,
    load_encoder,
)
from gpt_sovits.prepare.slicing.write import read_clips, write_clips
from gpt_sovits.prepare.stage import RECORD, StageRun, Tell, run_stage
from gpt_sovits.report import Progress, StageReport, no_progress
from gpt_sovits.state import hash_of, read_state, write_state
from gpt_sovits.weights.file import sha256_of

Speakers = Literal["main", "all"]

VOICES = ".voices"
"""Folder in the target that keeps what was heard of each recording."""

REPORT = "speakers.json"
"""File in the target that says how long each voice is heard."""

_LISTENING = 0.7
"""Share of the work on a recording that is done when its cuts are known."""


@dataclass(frozen=True)
class Voice:
    """One of the people in the recordings."""

    name: str
    folder: Path
    """Of its clips."""
    clips: int
    seconds: float
    likeness: float | None
    """Mean cosine to the clips of the main voice; None for that one, and for the unsure."""


@dataclass(frozen=True)
class SplitReport:
    """What was written, and whose voices it holds."""

    stage: StageReport
    encoder: Encoder
    voices: list[Voice] = field(default_factory=list)
    """The one that is heard longest first; clips that resemble no other come last as "unsure"."""


@dataclass(frozen=True)
class _Clip:
    source: str
    """Name of its recording."""
    span: Span
    embedding: np.ndarray
    """Empty where it is no use."""


def split_folder(
    source: Path,
    target: Path,
    options: SliceOptions,
    speakers: Speakers,
    about: Mapping[str, Any],
    *,
    replace: bool = False,
    processes: int = 1,
    paths: ProjectPaths = PROJECT,
    progress: Progress = no_progress,
    on_stage: Callable[[str], None] = lambda name: None,
) -> SplitReport:
    """Cut recordings and sort the clips by voice; the voices are told apart over all of them.

    Args:
        source: a recording, or a folder of them.
        target: "main": for the clips of the main voice, those of others lie in others/ in it;
            "all": for a folder of each voice.
        options: how recordings are cut.
        speakers: which of the two.
        about: what the cuts depend on.
        replace: replace what was made in another way before.
        processes: recordings in work at a time.
        paths: the project, which may hold networks that tell voices apart.
        progress: told in hundredths of a recording.
        on_stage: told what begins.

    Raises:
        InputError: there is nothing at `source`, or another run works in `target`.
    """
    encoder = best_encoder(paths)
    weights = encoder.file(paths)
    assert weights is not None, "`best_encoder` asked for it"
    about = {**about, "encoder": encoder.name, "weights": sha256_of(weights)}
    on_stage("listen")
    heard = run_stage(
        source,
        target / VOICES,
        partial(_listen, options=options, encoder=encoder, weights=weights),
        StageRun(about=about, replace=True, processes=processes),
        progress=progress,
    )
    clips = [clip for path in (*heard.written, *heard.kept) for clip in _read(path)]
    clips.sort(key=lambda clip: (clip.source, clip.span.start))
    seconds = [clip.span.seconds for clip in clips]
    found = group_voices([clip.embedding for clip in clips], seconds, encoder.alike)
    report = SplitReport(StageReport(skipped=list(heard.skipped)), encoder)
    on_stage("write")
    key = hash_of([about, speakers])
    folders = {voice: _folder(voice, speakers) for voice in sorted(set(found), key=_last_unsure)}
    # Recordings that were added may change whose voice a clip is; that is no other way to cut.
    may_replace = replace or read_state(target / REPORT).get("key") == key
    every = list(dict.fromkeys([*folders.values(), *_older(target)]))
    for number, folder in enumerate(every):
        own: dict[str, list[Span]] = defaultdict(list)
        for clip, voice in zip(clips, found, strict=True):
            if folders[voice] == folder:
                own[clip.source].append(clip.span)
        of_clips = [[name, [[span.start, span.end] for span in own[name]]] for name in sorted(own)]
        run = StageRun(
            about={**about, "speakers": speakers, "clips": of_clips},
            replace=may_replace,
            processes=processes,
        )
        work = partial(_write, own=dict(own), options=options)
        told = _part(number, len(every), progress)
        made = run_stage(source, target / folder, work, run, progress=told)
        _add(report.stage, made, set(heard.skipped))
    report.voices.extend(_voices(clips, found, folders, target))
    write_state(target / REPORT, {"key": key, **_summary(report)})
    return report


def _listen(
    path: Path, folder: Path, tell: Tell, options: SliceOptions, encoder: Encoder, weights: Path
) -> StageReport:
    """Find the clips of a recording, and what tells whose voice each is."""
    cuts = find_cuts(path, options, lambda share: tell(_LISTENING * share))
    embed = load_encoder(encoder.name, weights)
    rows = []
    for number, (_, audio) in enumerate(read_clips(path, cuts.clips)):
        try:
            row = embed(resample(audio, SAMPLE_RATE, encoder.sample_rate)).tolist()
        except AudioError:
            row = []
        rows.append([round(value, 5) for value in row])
        tell(_LISTENING + (1 - _LISTENING) * (number + 1) / len(cuts.clips))
    clips = [
        {"start": clip.start, "end": clip.end, "embedding": row}
        for clip, row in zip(cuts.clips, rows, strict=True)
    ]
    made = folder / f"{path.name}.json"
    made.write_text(json.dumps({"source": path.name, "clips": clips}), encoding="utf-8")
    return StageReport([made], [(path, reason) for reason in cuts.left_out])


def _read(path: Path) -> list[_Clip]:
    heard = read_state(path)
    return [
        _Clip(heard["source"], Span(clip["start"], clip["end"]), np.array(clip["embedding"]))
        for clip in heard.get("clips", [])
    ]


def _write(
    path: Path, folder: Path, tell: Tell, own: Mapping[str, Sequence[Span]], options: SliceOptions
) -> StageReport:
    """Write the clips of a recording that are one voice's."""
    spans = own.get(path.name, ())
    return write_clips(path, spans, folder, options) if spans else StageReport()


def _name(voice: int) -> str:
    return "unsure" if voice == UNSURE else f"speaker-{voice + 1}"


def _folder(voice: int, speakers: Speakers) -> str:
    """Folder of a voice below the target."""
    if speakers == "all":
        return _name(voice)
    return "." if voice == 0 else f"others/{_name(voice)}"


def _last_unsure(voice: int) -> tuple[bool, int]:
    return voice == UNSURE, voice


def _older(target: Path) -> list[str]:
    """Folders of voices that an earlier run made."""
    records = [*target.glob(f"*/{RECORD}"), *target.glob(f"others/*/{RECORD}"), target / RECORD]
    return [
        path.parent.relative_to(target).as_posix()
        for path in records
        if path.is_file() and path.parent.name != VOICES
    ]


def _part(number: int, count: int, progress: Progress) -> Progress:
    """Progress of one of several equal parts."""
    return lambda done, total, what: progress(number * total + done, count * total, what)


def _add(whole: StageReport, made: StageReport, known: set[tuple[Path, str]]) -> None:
    whole.written.extend(made.written)
    whole.kept.extend(made.kept)
    whole.skipped.extend(each for each in made.skipped if each not in {*known, *whole.skipped})


def _voices(
    clips: Sequence[_Clip], found: Sequence[int], folders: Mapping[int, str], target: Path
) -> list[Voice]:
    voices = []
    rows = {
        voice: np.stack([c.embedding for c, own in zip(clips, found, strict=True) if own == voice])
        for voice in folders
        if voice != UNSURE
    }
    for voice, folder in folders.items():
        seconds = [c.span.seconds for c, own in zip(clips, found, strict=True) if own == voice]
        alike = likeness(rows[voice], rows[0]) if voice > 0 else None
        voices.append(
            Voice(_name(voice), target / folder, len(seconds), round(sum(seconds), 2), alike)
        )
    return voices


def _summary(report: SplitReport) -> dict[str, Any]:
    return {
        "encoder": report.encoder.name,
        "about": report.encoder.about,
        "one voice above": report.encoder.alike,
        "voices": [
            {
                "name": voice.name,
                "clips": voice.clips,
                "seconds": voice.seconds,
                "likeness": voice.likeness and round(voice.likeness, 3),
            }
            for voice in report.voices
        ],
    }
