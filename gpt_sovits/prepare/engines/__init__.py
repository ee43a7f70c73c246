"""Speech recognisers that write down what a clip says: one table, best first."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from gpt_sovits.errors import MissingModelError
from gpt_sovits.paths import PROJECT, ProjectPaths
from gpt_sovits.prepare.engines import fun, sphinx, whisper
from gpt_sovits.prepare.engines.engine import (
    SAMPLE_RATE,
    Engine,
    Model,
    Recogniser,
    Transcript,
    Word,
)
from gpt_sovits.prepare.label_options import TranscribeOptions, spoken_language

__all__ = [
    "ENGINES",
    "SAMPLE_RATE",
    "Choice",
    "Engine",
    "Model",
    "Recogniser",
    "TranscribeOptions",
    "Transcript",
    "Word",
    "model_stamps",
    "pick_engine",
    "spoken_language",
]

ENGINES: tuple[Engine, ...] = (whisper.ENGINE, fun.ENGINE, sphinx.ENGINE)
"""All engines, best first; for Chinese and Cantonese FunASR's models come first."""


@dataclass(frozen=True)
class Choice:
    """An engine with the model that it will use."""

    engine: Engine
    model: Model

    @property
    def name(self) -> str:
        """For people: `faster-whisper large-v3`."""
        return f"{self.engine.name} {self.model.name}"

    @property
    def version(self) -> list[str]:
        """What its texts hang on besides clip and options: packages and files of the model."""
        return [self.name, _package_version(self.engine), *model_stamps([self.model])]

    def load(self, options: TranscribeOptions) -> Recogniser:
        """Load it.

        Raises:
            WeightsError: the model is damaged, or cannot run as the options ask.
        """
        return self.engine.load(self.model, options)


def pick_engine(
    options: TranscribeOptions,
    paths: ProjectPaths = PROJECT,
    engines: Sequence[Engine] | None = None,
) -> Choice | None:
    """The best engine and model on this machine for what is asked; None where there is none.

    Args:
        options: what is asked for.
        paths: the project, which may hold models.
        engines: those to choose from; None is all.

    Raises:
        MissingModelError: the engine or model that the options name is not here.
    """
    if options.engine == "none":
        return None
    language = options.spoken
    named = [each for each in engines or ENGINES if options.engine in ("auto", each.name)]
    if language in ("zh", "yue"):
        named.sort(key=lambda engine: engine.name != fun.ENGINE.name)
    for engine in named:
        for model in _named_models(engine, options.model, paths):
            if model.writes(language):
                return Choice(engine, model)
    if options.model or options.engine != "auto":
        raise MissingModelError(_not_here(named, options, paths))
    return None


def _named_models(engine: Engine, name: str, paths: ProjectPaths) -> Sequence[Model]:
    models = engine.models(paths)
    if not name:
        return models
    known = [model for model in models if name in (model.name, model.folder and model.folder.name)]
    if not known and Path(name).is_dir():
        model = engine.describe(Path(name))
        return [] if model is None else [model]
    return known


def _not_here(engines: Sequence[Engine], options: TranscribeOptions, paths: ProjectPaths) -> str:
    here = [f"{each.name} {model.name}" for each in engines for model in each.models(paths)]
    wanted = f"{options.engine} {options.model}".removeprefix("auto").strip()
    return (
        f"{wanted} for language {options.language!r} is not here (here are:"
        f" {', '.join(here) or 'none'}); {_remedy(engines)}"
    )


def _remedy(engines: Sequence[Engine]) -> str:
    if len(engines) == 1:
        return engines[0].needs
    return "`python -m gpt_sovits models list` shows which can be brought"


def _package_version(engine: Engine) -> str:
    try:
        return version(engine.name)
    except PackageNotFoundError:
        return ""


def model_stamps(models: Sequence[Model]) -> list[str]:
    """Names and sizes of the models' files, by which a replaced one is noticed."""
    return [
        f"{file.name} {file.stat().st_size}"
        for model in models
        if model.folder is not None
        for file in sorted(model.folder.iterdir())
        if file.is_file()
    ]
