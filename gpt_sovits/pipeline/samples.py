"""What a voice in training says every time its weights are saved."""

import logging
from pathlib import Path

from gpt_sovits.audio.write import write_audio
from gpt_sovits.data.experiment import Experiment
from gpt_sovits.errors import InputError
from gpt_sovits.inference.options import SpeakingOptions
from gpt_sovits.inference.reference import ReferenceClip
from gpt_sovits.inference.voice import load_voice, reference_seconds
from gpt_sovits.paths import PROJECT, ProjectPaths
from gpt_sovits.text.languages import base_language, parse_mode
from gpt_sovits.training.results import OnSave, newest_weights
from gpt_sovits.weights.file import Kind
from gpt_sovits.weights.networks import base_weights

SENTENCES = {
    "zh": "今天天气很好，我们出去走走吧。",
    "en": "It is a lovely day, let us go for a walk.",
    "ja": "今日はいい天気ですね、散歩に行きましょう。",
    "ko": "오늘은 날씨가 참 좋네요.",
    "yue": "今日天氣好好，我哋出去行下啦。",
}
"""One short sentence for each language."""

_ALWAYS = ("zh", "en", "ja")
"""Languages of every family; another one is spoken where the reference is in it."""

_BEST_S = 5.0
"""Best length of a reference."""


def speak_at_saves(
    experiment: Experiment,
    name: str,
    kind: Kind,
    *,
    reference: ReferenceClip | None = None,
    paths: ProjectPaths = PROJECT,
) -> OnSave:
    """Speak `SENTENCES` with the weights that a training writes, into logs/NAME/samples.

    The half that is not in training is the voice's own where it was trained before, otherwise the
    base. Speaking takes the CPU, so that no memory of the training is taken away, and leaves no
    trace in the training.

    Args:
        experiment: what is trained on.
        name: of the voice.
        kind: the half in training.
        reference: whom the samples sound like; None takes a clip of the experiment.
        paths: the project.

    Returns:
        What `train_gpt` and `train_sovits` call; it raises `InputError` where nothing can be said.
    """
    folder = experiment.folder / "samples"

    def speak(weights: Path, epoch: int) -> None:
        clip = reference or clip_of(experiment, folder / "reference.wav")
        other: Kind = "sovits" if kind == "gpt" else "gpt"
        beside = newest_weights(name, other, experiment, paths)
        beside = beside or base_weights(experiment.family, other, paths=paths)
        gpt, sovits = (weights, beside) if kind == "gpt" else (beside, weights)
        voice = load_voice(gpt, sovits, clip, paths=paths)
        for language in dict.fromkeys((*_ALWAYS, base_language(parse_mode(clip.language)))):
            path = folder / f"{weights.stem}_{language}.wav"
            try:
                speech = voice.say(SENTENCES[language], SpeakingOptions(language=language))
            except InputError as error:
                logging.getLogger(__name__).warning("no sample %s: %s", path.name, error)
            else:
                write_audio(path, speech.audio, speech.sample_rate)

    return speak


def clip_of(experiment: Experiment, path: Path) -> ReferenceClip:
    """Write the clip of an experiment whose length suits a reference best to `path`.

    Raises:
        InputError: none suits.
    """
    shortest, longest = reference_seconds(experiment.family)
    fitting = [info for info in experiment.clips if shortest <= info.seconds <= longest]
    if not fitting:
        raise InputError(f"no clip is {shortest:g} to {longest:g} s long, as a reference has to be")
    info = min(fitting, key=lambda info: abs(info.seconds - _BEST_S))
    audio = experiment.load(info.name).audio.numpy()
    write_audio(path, audio, experiment.family.spectrogram.sample_rate)
    return ReferenceClip(path, info.text or info.norm_text, info.language or "auto")
