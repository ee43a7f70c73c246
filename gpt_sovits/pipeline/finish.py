"""The last step: a voice of two trained networks and the clip that it sounds like.

`clone` ends with it, and so does a person who went step by step: both leave the same.
"""

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gpt_sovits.config import load_family
from gpt_sovits.data.annotations import Annotation, read_annotations
from gpt_sovits.errors import InputError
from gpt_sovits.inference.reference import ReferenceClip
from gpt_sovits.inference.voice_changes import changing_voices, keep_copy
from gpt_sovits.inference.voice_file import (
    VoiceFile,
    VoiceParts,
    load_voice_file,
    make_voice_file,
    save_voice_file,
    voice_path,
)
from gpt_sovits.paths import PROJECT, ProjectPaths, replacing
from gpt_sovits.pipeline.project import ProjectFiles, VoiceProject, list_of
from gpt_sovits.pipeline.reference import ScoredClip, pick_reference
from gpt_sovits.state import hash_of, read_state, write_state
from gpt_sovits.weights.file import Kind

if TYPE_CHECKING:
    from gpt_sovits.data.experiment import Experiment

STATE = "clone.json"
"""File in logs/NAME that says, among others, which voices were written from here."""


@dataclass(frozen=True)
class TrainedVoice:
    """All that a voice is made of."""

    name: str
    family: str
    gpt: Path
    sovits: Path
    reference: ScoredClip


def finish_voice(
    project: VoiceProject, *, replace: bool = False, paths: ProjectPaths = PROJECT
) -> Path:
    """Make a voice of the newest weights of a project and the clip that is heard best.

    Args:
        project: the voice in the making; both networks are trained.
        replace: take the place of a voice that was edited, or made in another way.
        paths: the project's folders.

    Returns:
        voices/NAME.yaml

    Raises:
        InputError: a network is not trained yet, no clip can be the reference, or a voice of this
            name is there that was not written from here.
    """
    from gpt_sovits.data.experiment import open_experiment

    folder = ProjectFiles(project.name, paths).experiment
    state = read_state(folder / STATE)
    path = voice_path(project.name, paths)
    if path.exists() and not replace and not wrote_voice(path, state):
        raise InputError(
            f"{path}: this voice was made in another way, or edited; give --replace to have it"
            " written anew"
        )
    listed = list_of(project, paths)
    if listed is None or not folder.is_dir():
        raise InputError(f"{project.name}: there are no features yet; run `features` first")
    experiment = open_experiment(folder, load_family(project.family, paths.configs))
    items = read_annotations(listed, root=paths.root).items
    made = TrainedVoice(
        project.name,
        project.family,
        _trained(project.name, "gpt", experiment, paths),
        _trained(project.name, "sovits", experiment, paths),
        pick_voice_reference(items, experiment, paths),
    )

    def remember(**values: Any) -> None:
        write_state(folder / STATE, {**state, **values})

    # The note in a voice of ours is the latest: the tab "Voices" writes it.
    noted = noted_consent(project.name, paths) if wrote_voice(path, state) else ""
    consent = noted or project.consent or str(state.get("consent", ""))
    return save_trained_voice(made, consent, state, remember, paths)


def pick_voice_reference(
    items: Sequence[Annotation], experiment: "Experiment", paths: ProjectPaths
) -> ScoredClip:
    """Choose the clip that a voice sounds like among those that it is trained on.

    Raises:
        InputError: none has a length that the family can use.
    """
    from gpt_sovits.features.content import content_path, load_content
    from gpt_sovits.inference.voice import reference_seconds
    from gpt_sovits.prepare.features import clip_names

    seconds = {info.name: info.seconds for info in experiment.clips}
    named = zip(items, clip_names(items), strict=True)
    lengths = {item: seconds[name] for item, name in named if name in seconds}
    content = load_content(content_path(paths.pretrained_models))
    return pick_reference(lengths, content, usable_s=reference_seconds(experiment.family))


def save_trained_voice(
    made: TrainedVoice,
    consent: str,
    state: Mapping[str, Any],
    remember: Callable[..., None],
    paths: ProjectPaths,
) -> Path:
    """Write a voice with its reference beside it, so that it needs nothing of logs/.

    Args:
        made: its parts.
        consent: who agreed to it.
        state: of the experiment.
        remember: keeps values in that state.
        paths: the project.
    """
    item = made.reference.item
    audio = paths.voices / f"{made.name}{item.audio.suffix}"
    with replacing(audio) as part:
        shutil.copyfile(item.audio, part)
    reference = ReferenceClip(audio, item.text, item.language)
    parts = VoiceParts(gpt=made.gpt, sovits=made.sovits, reference=reference)
    voice = make_voice_file(made.name, made.family, parts, consent=consent, paths=paths)
    # Before the file is written, so that it is known for ours whenever this run is killed.
    written = dict.fromkeys([*state.get("voices", []), key_of(voice)])
    remember(voices=list(written), consent=voice.consent)
    path = voice_path(made.name, paths)
    with changing_voices(paths):
        if path.is_file() and not wrote_voice(path, {"voices": written}):
            keep_copy(path)
        return save_voice_file(voice, paths, replace=True)


def noted_consent(name: str, paths: ProjectPaths) -> str:
    """The consent that stands in a voice's file; empty where there is none."""
    try:
        return load_voice_file(name, paths).consent
    except InputError:
        return ""


def wrote_voice(path: Path, state: Mapping[str, Any]) -> bool:
    """Whether a voice's file is as it was written from here."""
    try:
        return key_of(load_voice_file(path)) in state.get("voices", [])
    except InputError:
        return False


def key_of(voice: VoiceFile) -> str:
    """Hash of what a voice was made of: not of the moment, nor of who agreed."""
    return hash_of(voice.model_dump(mode="json", exclude={"created", "consent"}))


def _trained(name: str, kind: Kind, experiment: "Experiment", paths: ProjectPaths) -> Path:
    from gpt_sovits.training.results import newest_weights

    found = newest_weights(name, kind, experiment, paths)
    if found is None:
        raise InputError(
            f"{name}: no {kind} weights of these features are here; train them first with:"
            f" train {kind} {name}"
        )
    return found
