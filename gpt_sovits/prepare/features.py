"""From an annotation list to an experiment: everything that training reads of each clip.

Features lie in `features/<key>.safetensors`, where the key is a hash of the recording's bytes, the
reading of its text and the networks; `clips.jsonl` names those that belong to the experiment. What
was extracted is never extracted again, and what an edit has left behind stays, so that undoing the
edit or coming back to another family costs nothing. The folder may be deleted at any time.
"""

import hashlib
import json
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, count
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gpt_sovits.config import FamilyConfig, load_family
from gpt_sovits.data.annotations import Annotation, AnnotationList
from gpt_sovits.data.clips import Clip, ClipInfo, bert_width, check_clip, read_about, write_clip
from gpt_sovits.data.experiment import feature_path, write_clips
from gpt_sovits.data.recordings import AudioFacts, check_facts, check_pace, read_recording
from gpt_sovits.errors import (
    ConfigError,
    InputError,
    MissingModelError,
    WeightsError,
)
from gpt_sovits.paths import PROJECT, ProjectPaths
from gpt_sovits.prepare.feature_networks import FeatureNetworks, feature_networks
from gpt_sovits.prepare.feature_options import FeatureOptions
from gpt_sovits.report import Progress, StageReport, no_progress
from gpt_sovits.text.dictionary import load_dictionary
from gpt_sovits.text.frontend import TextReport, read_text

if TYPE_CHECKING:
    from torch import Tensor

log = logging.getLogger(__name__)

VERSION = 1
"""Goes up when other features are made of the same input, so that none from before is used."""

_NO_CLIPS_FAULT = (ConfigError, MissingModelError, WeightsError)
"""What every clip would meet; the run ends with it."""

CHUNK = 16
"""Clips whose texts go through BERT together, and that are in memory at a time."""


@dataclass(frozen=True)
class _Job:
    """One clip on its way."""

    place: int
    """Its place among the annotations."""
    item: Annotation
    info: ClipInfo
    """Seconds and tokens are filled in when they are known."""
    report: TextReport


def extract_features(
    annotations: AnnotationList,
    experiment: Path,
    options: FeatureOptions,
    *,
    paths: ProjectPaths = PROJECT,
    progress: Progress = no_progress,
) -> StageReport:
    """Extract the features of all clips that can be trained on.

    It may be stopped at any moment and run again: what was finished is kept. Clips whose recording,
    text and networks are unchanged load no network.

    Args:
        annotations: the clips.
        experiment: folder that receives them, logs/<name>/.
        options: for which family, and which clips are left out.
        paths: the project.
        progress: told after each clip.

    Returns:
        `clips.jsonl` and the new feature files; the clips left out, each with its reason.

    Raises:
        ConfigError: the family is unknown.
        MissingModelError: a network is not on this machine.
        InputError: no clip can be used, the folder cannot be written, or another run is at work in
            it.
    """
    from filelock import FileLock, Timeout

    family = load_family(options.family, paths.configs)
    networks = feature_networks(family, options.device, paths)
    try:
        experiment.mkdir(parents=True, exist_ok=True)
        with FileLock(experiment / ".features.lock", timeout=0):
            run = _Run(family, networks, experiment, options, paths, progress)
            return run.extract(annotations)
    except Timeout as error:
        raise InputError(
            f"{experiment}: another run is extracting into it; wait until it ends"
        ) from error
    except OSError as error:
        raise InputError(
            f"{error.filename or experiment}: cannot be used ({error.strerror or error}); check"
            " the folder and the space on the disk"
        ) from error


class _Run:
    """One call of `extract_features`."""

    def __init__(
        self,
        family: FamilyConfig,
        networks: FeatureNetworks,
        folder: Path,
        options: FeatureOptions,
        paths: ProjectPaths,
        progress: Progress,
    ) -> None:
        self.family = family
        self.networks = networks
        self.folder = folder
        self.options = options
        self.paths = paths
        self.dictionary = load_dictionary(paths.dictionary)
        self.progress = progress
        self.total = 0
        self.done = 0
        self.finished: dict[int, ClipInfo] = {}
        self.written: list[Path] = []
        self.skipped: list[tuple[Path, str]] = []

    def extract(self, annotations: AnnotationList) -> StageReport:
        """Find out what is missing, extract it, and name all clips in their order."""
        self._remove_unfinished()
        self.total = len(annotations.items)
        self.skipped += annotations.skipped
        missing = [job for job in self._jobs(annotations.items) if not self._is_cached(job)]
        for first in range(0, len(missing), CHUNK):
            self._extract_chunk(missing[first : first + CHUNK])
        if not self.finished:
            raise InputError(self._why_nothing_is_left())
        clips = [self.finished[place] for place in sorted(self.finished)]
        index = write_clips(self.folder, self.family, clips)
        return StageReport([index, *self.written], self.skipped)

    def _why_nothing_is_left(self) -> str:
        """One sentence; the log tells every clip, as no report will."""
        for path, reason in self.skipped:
            log.warning("skipped %s: %s", path, reason)
        if not self.skipped:
            return "no clip can be used: the list names none"
        path, reason = self.skipped[0]
        rest = f"; and {len(self.skipped) - 1} more" if self.skipped[1:] else ""
        return f"no clip can be used: {path}: {reason}{rest}"

    def _remove_unfinished(self) -> None:
        """Files that a killed run was about to write."""
        for pattern in (".*.part.jsonl", "features/.*.part.safetensors"):
            for part in self.folder.glob(pattern):
                part.unlink(missing_ok=True)

    def _jobs(self, items: Sequence[Annotation]) -> Iterator[_Job]:
        """Read texts and hash recordings."""
        for place, (item, name) in enumerate(zip(items, clip_names(items), strict=True)):
            try:
                yield self._job(place, item, name)
            except _NO_CLIPS_FAULT:
                raise
            except InputError as error:
                self._skip(item, error)

    def _job(self, place: int, item: Annotation, name: str) -> _Job:
        report = read_text(
            item.text,
            language=item.language,
            symbols=self.family.symbols,
            dictionary=self.dictionary,
        )
        phones = self.networks.phones(report)
        info = ClipInfo(
            name=name,
            text=item.text,
            language=item.language,
            norm_text=report.norm_text,
            phones=phones,
            seconds=0.0,
            n_phones=len(phones),
            n_tokens=0,
            key=self._key(_hash_of(item.audio), report),
        )
        return _Job(place, item, info, report)

    def _key(self, audio_hash: str, report: TextReport) -> str:
        """Hash of everything that the features depend on."""
        parts = {
            "version": VERSION,
            "audio": audio_hash,
            "text": [[s.language, s.norm_text, s.phones, s.word2ph] for s in report.segments],
            "family": self.family.name,
            "symbols": self.family.symbols,
            "spectrogram": self.family.spectrogram.model_dump(mode="json"),
            "networks": self.networks.identity(report),
        }
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()

    def _is_cached(self, job: _Job) -> bool:
        """Finish a clip whose features are there."""
        about = read_about(feature_path(self.folder, job.info.key))
        if about is None:
            return False
        try:
            facts, n_tokens = AudioFacts(**about["facts"]), int(about["n_tokens"])
        except (KeyError, TypeError, ValueError):
            return False
        try:
            check_facts(facts, self.options)
            self._check_pace(job.report, facts.seconds)
        except InputError as error:
            self._skip(job.item, error)
        else:
            self._finish(job, facts.seconds, n_tokens)
        return True

    def _extract_chunk(self, jobs: Sequence[_Job]) -> None:
        """Extract a few clips; their texts go through BERT together, as padding is masked there."""
        heard: list[tuple[_Job, np.ndarray, int, AudioFacts]] = []
        for job in jobs:
            try:
                audio, sample_rate, facts = read_recording(job.item.audio, self.options)
                self._check_pace(job.report, facts.seconds)
                heard.append((job, audio, sample_rate, facts))
            except InputError as error:
                self._skip(job.item, error)
        columns = self._bert([job.report for job, *_ in heard])
        for (job, audio, sample_rate, facts), bert in zip(heard, columns, strict=True):
            try:
                clip = self.networks.extract(job.info.name, audio, sample_rate, job.report, bert)
                check_clip(clip, self.family)
            except _NO_CLIPS_FAULT:
                raise
            except InputError as error:
                self._skip(job.item, error)
            else:
                self._keep(job, clip, facts)

    def _bert(self, reports: Sequence[TextReport]) -> "list[Tensor]":
        """Text features of each report; zeros where the family has none."""
        import torch

        from gpt_sovits.features.bert import bert_features

        if not bert_width(self.family):
            return [torch.zeros(0, len(report.phones)) for report in reports]
        return bert_features(reports, paths=self.paths, device=self.options.device)

    def _keep(self, job: _Job, clip: Clip, facts: AudioFacts) -> None:
        about = {"facts": facts.to_json(), "n_tokens": len(clip.semantic)}
        path = feature_path(self.folder, job.info.key)
        write_clip(path, clip, about)
        self.written.append(path)
        self._finish(job, facts.seconds, len(clip.semantic))

    def _check_pace(self, report: TextReport, seconds: float) -> None:
        limits = (self.options.min_phones_per_s, self.options.max_phones_per_s)
        check_pace(len(report.phones), seconds, limits)

    def _finish(self, job: _Job, seconds: float, n_tokens: int) -> None:
        self.finished[job.place] = replace(job.info, seconds=seconds, n_tokens=n_tokens)
        self._advance(job.item)

    def _skip(self, item: Annotation, error: InputError) -> None:
        self.skipped.append((item.audio, str(error).removeprefix(f"{item.audio}: ")))
        self._advance(item)

    def _advance(self, item: Annotation) -> None:
        self.done += 1
        self.progress(self.done, self.total, item.audio.name)


def clip_names(items: Sequence[Annotation]) -> list[str]:
    """Name of each clip: its base name, numbered where a clip of another folder has it already."""
    names: dict[str, None] = {}
    for audio in (item.audio for item in items):
        numbered = (f"{audio.stem} ({number}){audio.suffix}" for number in count(2))
        names[next(name for name in chain([audio.name], numbered) if name not in names)] = None
    return list(names)


def _hash_of(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror}); check its permissions") from error
