"""The stages of the workbench and all that can be chosen of each, for every face of them.

A stage is a command. Its first part is a request: all options of its work, and what they are for
(source, out, name, ...). The command line makes its flags of these classes, a page makes its form
of `stage_fields`, and `command_words` turns the form's values into the command's argument list.
Importing this imports nothing heavy.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from gpt_sovits.errors import ConfigError, InputError
from gpt_sovits.evaluate.options import EvaluateRequest
from gpt_sovits.evaluate.score_options import ScoreRequest
from gpt_sovits.inference.options import AddVoiceRequest, SayRequest
from gpt_sovits.inference.voice_requests import ExportRequest, FuseRequest
from gpt_sovits.inference.voice_requests import ImportRequest as ImportVoiceRequest
from gpt_sovits.options import OptionField, flag_name, flag_of, option_fields
from gpt_sovits.pipeline.clone_request import CloneRequest
from gpt_sovits.prepare.check.options import CheckRequest
from gpt_sovits.prepare.denoise_options import DenoiseRequest
from gpt_sovits.prepare.feature_options import FeaturesRequest
from gpt_sovits.prepare.label_options import ImportRequest, TranscribeRequest
from gpt_sovits.prepare.separate.options import SeparateRequest
from gpt_sovits.prepare.slicing.options import SliceRequest
from gpt_sovits.training.options import (
    MINI_GPT,
    MINI_SOVITS,
    GPTOptions,
    GPTRequest,
    SoVITSOptions,
    SoVITSRequest,
)
from gpt_sovits.weights.options import DownloadRequest, ImportWeightsRequest


@dataclass(frozen=True)
class Part:
    """One options class of a stage."""

    options: type
    prefix: str = ""
    """Stands before the names of its fields: `sovits_epochs`."""
    mini: Mapping[str, Any] = field(default_factory=dict)
    """Defaults that are others for the embedded base, the family that is taken unless told."""
    unsettled: Collection[str] = ()
    """Further fields whose default hangs on what else is chosen."""
    like: str = ""
    """Stage that has these fields too, and whose texts tell of them."""
    brief: Collection[str] | None = None
    """Fields that the help of the command lists; None: all."""

    @property
    def quiet(self) -> frozenset[str]:
        """Fields that have a flag which the help does not list."""
        names = frozenset(each.name for each in option_fields(self.options))
        return frozenset() if self.brief is None else names - frozenset(self.brief)

    def names(self) -> dict[str, OptionField]:
        """Its fields by their names in the stage."""
        return {flag_name(each, self.prefix): each for each in option_fields(self.options)}


@dataclass(frozen=True)
class Stage:
    """One command that a page can start."""

    name: str
    """As on the command line: "slice", "train sovits"."""
    parts: tuple[Part, ...]

    @property
    def words(self) -> tuple[str, ...]:
        """What its argument list begins with."""
        return tuple(self.name.split())


_IN_CLONE = ("epochs", "batch_size", "learning_rate", "max_minutes", "precision")

CLONE_TRAININGS = (
    Part(SoVITSOptions, "sovits", mini=MINI_SOVITS, like="train sovits", brief=_IN_CLONE),
    Part(GPTOptions, "gpt", mini=MINI_GPT, like="train gpt", brief=_IN_CLONE),
)

STAGES: Mapping[str, Stage] = {
    stage.name: stage
    for stage in (
        Stage("separate", (Part(SeparateRequest),)),
        Stage("denoise", (Part(DenoiseRequest),)),
        Stage("slice", (Part(SliceRequest),)),
        Stage("transcribe", (Part(TranscribeRequest),)),
        Stage("import", (Part(ImportRequest),)),
        Stage("check", (Part(CheckRequest),)),
        Stage("features", (Part(FeaturesRequest),)),
        Stage("train sovits", (Part(SoVITSRequest, mini=MINI_SOVITS),)),
        Stage("train gpt", (Part(GPTRequest, mini=MINI_GPT),)),
        Stage("clone", (Part(CloneRequest), *CLONE_TRAININGS)),
        Stage("score", (Part(ScoreRequest),)),
        Stage("say", (Part(SayRequest),)),
        Stage("evaluate", (Part(EvaluateRequest, unsettled=("seeds",)),)),
        Stage("voices add", (Part(AddVoiceRequest),)),
        Stage("voices fuse", (Part(FuseRequest),)),
        Stage("voices export", (Part(ExportRequest),)),
        Stage("voices import", (Part(ImportVoiceRequest),)),
        Stage("models download", (Part(DownloadRequest),)),
        Stage("models import", (Part(ImportWeightsRequest),)),
    )
}
"""All of them, in the order in which a voice goes through them."""


def stage_fields(stage: Stage) -> tuple[tuple[str, OptionField], ...]:
    """Everything that can be chosen of a stage, by name; defaults are those of the family mini."""
    return tuple(
        (name, replace(each, default=part.mini.get(each.name, each.default)))
        for part in stage.parts
        for name, each in part.names().items()
    )


def check_values(stage: Stage, values: Mapping[str, Any]) -> None:
    """Refuse values that the stage could not work with, before it is started.

    Raises:
        InputError: its `field` is the name in the stage, where one field is to blame.
    """
    _check_names(stage, values)
    for part in stage.parts:
        given = {each.name: values[name] for name, each in part.names().items() if name in values}
        for name, each in part.names().items():
            if each.needed and each.name not in given:
                raise ConfigError(f"{name} is needed: {each.sentence}", field=name)
        try:
            part.options(**{**part.mini, **given})
        except InputError as error:
            if error.field and part.prefix:
                error.field = f"{part.prefix}_{error.field}"
            raise


def command_words(
    stage: Stage, values: Mapping[str, Any], *, extra: Iterable[str] = ()
) -> list[str]:
    """The argument list of a stage's command, behind `python -m gpt_sovits`.

    Each option is one word, so that no value can be taken for a flag.

    Args:
        stage: the stage.
        values: what was chosen, by the names of `stage_fields`; what is as it would be anyway is
            left out.
        extra: further flags, such as `--progress-json`; nothing may be put behind the result,
            where `--` can stand before a name that begins with a dash.

    Raises:
        ConfigError: the stage has no such option.
    """
    _check_names(stage, values)
    flags: list[str] = []
    arguments: list[str] = []
    for part in stage.parts:
        open_names = {*part.mini, *part.unsettled}
        for name, each in part.names().items():
            if name not in values:
                continue
            if values[name] == each.default and each.name not in open_names:
                continue
            several = values[name] if each.several else (values[name],)
            if each.argument is not None:
                arguments += [_text(each, value) for value in several if value is not None]
            else:
                flags += [_flag(each, name, value) for value in several]
    dashes = ["--"] if any(word.startswith("-") for word in arguments) else []
    return [*stage.words, *flags, *extra, *dashes, *arguments]


def _check_names(stage: Stage, values: Mapping[str, Any]) -> None:
    known = {name for part in stage.parts for name in part.names()}
    for name in values:
        if name not in known:
            raise ConfigError(f"{stage.name} has no option {name}", field=name)


def _flag(option: OptionField, name: str, value: Any) -> str:
    if option.kind is bool:
        return flag_of(name) if value else flag_of(f"no_{name}")
    return f"{flag_of(name)}={_text(option, value)}"


def _text(option: OptionField, value: Any) -> str:
    if value is None:
        return "none"
    return str(option.kind(value)) if option.kind in (int, float) else str(value)
