"""What a scoring needs to know of a voice that may have no file yet: weights, clip, languages."""

import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from gpt_sovits.config import load_family
from gpt_sovits.data.clips import info_of
from gpt_sovits.data.experiment import CLIPS, open_experiment
from gpt_sovits.errors import InputError, TextError
from gpt_sovits.evaluate.clips import Skipped
from gpt_sovits.evaluate.score_options import ScoreOptions, ScoreRequest
from gpt_sovits.evaluate.sentences import Sentence, bundled_sentences, group_of, read_sentences
from gpt_sovits.inference.reference import ReferenceClip
from gpt_sovits.inference.table import TableLine
from gpt_sovits.inference.voice_changes import check_weights, choose_weights
from gpt_sovits.inference.voice_file import (
    VoiceFile,
    VoiceParts,
    load_voice_file,
    make_voice_file,
    save_voice_file,
    voice_path,
)
from gpt_sovits.paths import ProjectPaths, check_name, replacing
from gpt_sovits.pipeline.samples import SENTENCES, clip_of
from gpt_sovits.text.languages import base_language, parse_mode
from gpt_sovits.weights.file import Kind
from gpt_sovits.weights.saved import SavedWeights, saved_weights, weights_folder

_BUNDLED = ("en", "zh", "ja", "mixed")
"""Languages with bundled sentences; of each other one there is a single sample."""


@dataclass(frozen=True)
class VoiceInTraining:
    """A voice and everything that it could speak with."""

    name: str
    reference: ReferenceClip
    gpt: tuple[SavedWeights, ...]
    """The newest last."""
    sovits: tuple[SavedWeights, ...]
    languages: tuple[str, ...]
    """Of the clips that it learned from."""
    is_saved: bool
    """Whether voices/NAME.yaml is there."""

    def choose(self, gpt: Path, sovits: Path, paths: ProjectPaths) -> None:
        """Write a pair into the voice's file, which is made where there is none.

        Raises:
            InputError: it cannot be written.
        """
        if self.is_saved:
            choose_weights(self.name, gpt, sovits, paths=paths)
            return
        clip = self.reference
        audio = paths.voices / f"{self.name}{clip.audio.suffix}"
        with replacing(audio) as part:
            shutil.copyfile(clip.audio, part)
        parts = VoiceParts(gpt, sovits, ReferenceClip(audio, clip.text, clip.language, clip.more))
        family = check_weights(gpt, sovits, paths)
        save_voice_file(make_voice_file(self.name, family, parts, paths=paths), paths)


def find_voice(request: ScoreRequest, paths: ProjectPaths) -> VoiceInTraining:
    """Find weights, clip and languages of a voice.

    Raises:
        ConfigError: a name cannot be a file's.
        InputError: there is no such voice and no such experiment, or a half has no weights.
    """
    name = check_name(request.voice)
    folder = paths.logs / check_name(request.experiment)
    file = load_voice_file(name, paths) if voice_path(name, paths).is_file() else None
    if file is None and not folder.is_dir():
        raise InputError(
            f"{folder}: no such experiment, and no voice is called {name!r}; name one that was"
            " trained",
            field="experiment",
        )
    gpt = _weights("gpt", name, file, request.gpt, paths)
    sovits = _weights("sovits", name, file, request.sovits, paths)
    reference = file.reference_clip(paths) if file else _clip_of_experiment(folder, paths)
    languages = _languages(folder, reference)
    return VoiceInTraining(name, reference, gpt, sovits, languages, file is not None)


def said_sentences(
    options: ScoreOptions, voice: VoiceInTraining
) -> tuple[list[Sentence], list[Skipped]]:
    """What every pair of weights says, and lines of the user's file that cannot be said.

    Raises:
        InputError: the user's file cannot be read or holds nothing that is wanted.
    """
    if options.sentences is not None:
        return read_sentences(options.sentences, options.languages)
    sentences: list[Sentence] = []
    for language in options.languages or voice.languages:
        if language in _BUNDLED:
            sentences.extend(bundled_sentences([language])[: options.per_language])
        else:
            line = TableLine(len(sentences) + 1, f"{language}_01", language, SENTENCES[language])
            sentences.append(Sentence(line, language))
    # Numbers tell lines apart, and those of two languages may be the same.
    return [
        Sentence(TableLine(number, each.line.name, each.line.language, each.line.text), each.group)
        for number, each in enumerate(sentences, 1)
    ], []


def _weights(
    kind: Kind, name: str, file: VoiceFile | None, more: Sequence[Path], paths: ProjectPaths
) -> tuple[SavedWeights, ...]:
    """What trainings saved, what the voice's file names, and what the user adds."""
    found = {saved.path.resolve(): saved for saved in saved_weights(name, kind, paths)}
    extra = list(more)
    if file is not None:
        own = paths.root / (file.gpt if kind == "gpt" else file.sovits)
        if own.is_file():
            extra.insert(0, own)
    stems = {saved.path.stem for saved in found.values()}
    foreign = {}
    for path in extra:
        if not path.is_file():
            raise InputError(f"{path}: no such file; check the path", field=kind)
        # A .ckpt or .pth beside ours of the same name holds the same.
        if path.resolve() not in found and path.stem not in stems:
            foreign[path.resolve()] = SavedWeights(path, None)
    whole = (*foreign.values(), *found.values())
    if not whole:
        raise InputError(
            f"voice {name!r} has no {kind} weights in {weights_folder(kind, paths)};"
            f" train it first: python -m gpt_sovits train {kind} {name}",
            field="name",
        )
    labels = [saved.label for saved in whole]
    for label in labels:
        if labels.count(label) > 1:
            raise InputError(f"two {kind} weights are called {label!r}; rename one", field=kind)
    return whole


def _clip_of_experiment(folder: Path, paths: ProjectPaths) -> ReferenceClip:
    """A clip of the experiment, as the voice has no file that names one.

    Raises:
        InputError: the experiment has no features, or no clip has a good length.
    """
    family = next((of for _, of in _clips_in(folder)), None)
    if family is None:
        raise InputError(
            f"{folder}: holds no features, so there is no clip to sound like; make the voice with"
            " `voices add` first",
            field="experiment",
        )
    experiment = open_experiment(folder, load_family(family, paths.configs))
    return clip_of(experiment, folder / "samples" / "reference.wav")


def _languages(folder: Path, reference: ReferenceClip) -> tuple[str, ...]:
    """Languages of the experiment's clips; where it tells none, the one of the reference."""
    modes = [language for language, _ in _clips_in(folder)] or [reference.language]
    found: dict[str, None] = {}
    for mode in dict.fromkeys(modes):
        with suppress(TextError):
            parsed = parse_mode(mode)
            if not parsed.startswith("auto"):
                found[str(base_language(parsed))] = None
    with suppress(TextError):
        if not found and reference.text:
            found[group_of(reference.text, reference.language)] = None
    return tuple(found) or ("en",)


def _clips_in(folder: Path) -> list[tuple[str, str]]:
    """Language and family of each clip; a line that cannot be read is passed over."""
    found = []
    try:
        lines = (folder / CLIPS).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return []
    for line in lines:
        try:
            info, family = info_of(line)
        except ValueError:
            continue
        found.append((info.language, family))
    return found
