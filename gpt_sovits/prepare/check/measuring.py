"""Measure every clip once, several at a time; what was measured is not measured again."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gpt_sovits.audio.read import probe_audio, read_audio
from gpt_sovits.config import load_family
from gpt_sovits.data.annotations import Annotation
from gpt_sovits.data.checked import CheckedWord
from gpt_sovits.data.limits import AudioLimits
from gpt_sovits.data.recordings import AudioFacts, check_facts
from gpt_sovits.errors import AudioError, InputError
from gpt_sovits.paths import PROJECT, ProjectPaths
from gpt_sovits.prepare.check.fingerprint import fingerprint
from gpt_sovits.prepare.check.fit import HEARD_LANGUAGES, Fit, fit_text
from gpt_sovits.prepare.check.options import CheckOptions
from gpt_sovits.prepare.check.sound import Sound, measure_sound
from gpt_sovits.prepare.check.text import TextFacts, read_facts
from gpt_sovits.prepare.check.words import time_words
from gpt_sovits.prepare.processes import side_by_side
from gpt_sovits.report import Progress, no_progress
from gpt_sovits.state import Entries, hash_of
from gpt_sovits.text.dictionary import load_dictionary
from gpt_sovits.text.frontend import read_text
from gpt_sovits.text.reading import Symbols
from gpt_sovits.text.words import written_words
from gpt_sovits.weights.file import sha256_of

if TYPE_CHECKING:
    import numpy as np

    from gpt_sovits.features.content import Content
    from gpt_sovits.text.dictionary import Dictionary

VERSION = 2
"""Goes up when a measure changes, so that none from before is used."""

RECORD = "measured.jsonl"
"""File in the report's folder that holds what was measured."""

FEW = 6
"""So few clips are measured before other processes have started."""


@dataclass(frozen=True)
class Measured:
    """One clip of the list and all that is known of it by itself."""

    item: Annotation
    text: TextFacts
    audio_hash: str = ""
    fault: str = ""
    """Why the recording cannot be read."""
    sound: Sound | None = None
    fit: Fit | None = None
    """None where the network does not know the language, or hears too little."""
    words: list[CheckedWord] = field(default_factory=list)
    """Where each word of the text is heard; none where that cannot be told."""
    fingerprint: list[int] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        """Length; 0 where it is not known."""
        return self.sound.seconds if self.sound else 0.0

    @property
    def phones_per_second(self) -> float | None:
        """How fast the text is said; None where that is not known."""
        return round(self.text.n_phones / self.seconds, 2) if self.seconds else None

    @property
    def key(self) -> str:
        """Stands for the recording and its text."""
        return hash_of([self.audio_hash, self.item.language, self.item.text])


def measure_list(
    items: Sequence[Annotation],
    folder: Path,
    options: CheckOptions,
    *,
    paths: ProjectPaths = PROJECT,
    progress: Progress = no_progress,
) -> list[Measured]:
    """Measure clips, in their order; those of an earlier run are taken from `folder`.

    Raises:
        MissingModelError: the embedded content network is not here.
        WeightsError: it is damaged.
    """
    from gpt_sovits.features.content import content_path

    entries = Entries(folder / RECORD)
    how = _How(load_family(options.family, paths.configs).symbols, options, paths)
    content = content_path(paths.pretrained_models)
    about = [
        VERSION,
        how.symbols,
        sha256_of(content) if content.is_file() else "",
        sha256_of(paths.dictionary) if paths.dictionary.is_file() else "",
        options.min_s,
        options.max_s,
    ]
    done: dict[int, Measured] = {}
    todo: list[tuple[int, Annotation, str]] = []
    for number, item in enumerate(items):
        try:
            audio_hash = sha256_of(item.audio)
        except InputError as error:
            done[number] = Measured(item, TextFacts(), fault=str(error))
            continue
        kept = _from_json(item, entries.found.get(_key(about, audio_hash, item)))
        if kept is None:
            todo.append((number, item, audio_hash))
        else:
            done[number] = kept
    for (number, item, audio_hash), measured in _measure(todo, how, options.processes):
        done[number] = measured
        entries.note(_key(about, audio_hash, item), _to_json(measured))
        progress(len(done), len(items), item.audio.name)
    progress(len(items), len(items), "")
    return [done[number] for number in range(len(items))]


def _key(about: Sequence[Any], audio_hash: str, item: Annotation) -> str:
    return hash_of([*about, audio_hash, item.language, item.text])


def _to_json(measured: Measured) -> dict[str, Any]:
    values = asdict(measured)
    del values["item"]
    return values


def _from_json(item: Annotation, values: dict[str, Any] | None) -> Measured | None:
    """A clip as it was kept; None for one that another version kept."""
    if values is None:
        return None
    try:
        return Measured(
            item,
            TextFacts(**values["text"]),
            values["audio_hash"],
            values["fault"],
            values["sound"] and Sound(**values["sound"]),
            values["fit"] and Fit(**values["fit"]),
            [CheckedWord(**word) for word in values["words"]],
            values["fingerprint"],
        )
    except (KeyError, TypeError):
        return None


# --- one clip -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class _How:
    """What every clip is measured by; another process gets it with each."""

    symbols: Symbols
    """Table of the family's phones."""
    limits: AudioLimits
    paths: ProjectPaths


_Job = tuple[int, Annotation, str]
"""Place in the list, clip, hash of its recording."""


def _measure(todo: Sequence[_Job], how: _How, processes: int) -> Iterator[tuple[_Job, Measured]]:
    if len(todo) <= FEW or processes == 1:
        for job in todo:
            yield job, measure_clip(job, how)
        return
    for job, measured in side_by_side(partial(_measure_alone, how=how), todo, processes):
        _, item, audio_hash = job
        crash = "a library crashed on it; convert it first"
        yield job, measured or Measured(item, TextFacts(), audio_hash, crash)


def _measure_alone(job: _Job, how: _How) -> Measured:
    """In a process of its own; the other cores have other processes."""
    import torch

    torch.set_num_threads(1)
    return measure_clip(job, how)


def measure_clip(job: _Job, how: _How) -> Measured:
    """Read a clip once and take every measure."""
    _, item, audio_hash = job
    text = read_facts(item.text, item.language, how.symbols, _dictionary(how.paths))
    try:
        audio, sample_rate = _read(item.audio, how.limits)
    except AudioError as error:
        return Measured(item, text, audio_hash, str(error).removeprefix(f"{item.audio}: "))
    sound = measure_sound(audio, sample_rate)
    fit, words = _listen(item, text, sound, audio, how)
    prints = fingerprint(audio, sample_rate)
    return Measured(item, text, audio_hash, "", sound, fit, words, prints)


def _read(path: Path, limits: AudioLimits) -> "tuple[np.ndarray, int]":
    told = probe_audio(path).duration_s
    if told is not None and told > 2 * limits.max_s:  # not worth decoding
        check_facts(AudioFacts(told, 1.0, 0.0), limits)
    return read_audio(path)


def _listen(
    item: Annotation, text: TextFacts, sound: Sound, audio: "np.ndarray", how: _How
) -> tuple[Fit | None, list[CheckedWord]]:
    """How text and recording fit, and where its words are heard.

    Only where both can be trained on and the network knows the language: a recording that training
    refuses is not worth listening to.
    """
    if text.fault or not set(text.languages) <= HEARD_LANGUAGES:
        return None, []
    try:
        check_facts(sound.facts, how.limits)
    except AudioError:
        return None, []
    content = content_of(how.paths)
    table = content.about.symbols
    report = read_text(
        item.text, language=item.language, symbols=table, dictionary=_dictionary(how.paths)
    )
    heard = at_rate_of(content, audio, sound.sample_rate)
    log_probs = content.listen(heard).log_probs
    words = written_words(item.text, report.words)
    return (
        fit_text(content, log_probs, report.phones),
        time_words(content, log_probs, heard.numpy(), words),
    )


def at_rate_of(content: "Content", audio: "np.ndarray", sample_rate: int) -> Any:
    """A waveform [L] as the tensor that the network listens to."""
    import torch

    from gpt_sovits.audio.resample import resample

    return torch.from_numpy(
        resample(audio, sample_rate, content.about.spectrogram.sample_rate).copy()
    )


@cache
def content_of(paths: ProjectPaths) -> "Content":
    """The network, once in each process."""
    from gpt_sovits.features.content import content_path, load_content

    return load_content(content_path(paths.pretrained_models))


@cache
def _dictionary(paths: ProjectPaths) -> "Dictionary":
    return load_dictionary(paths.dictionary)
