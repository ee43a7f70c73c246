"""Every option of every stage: the same in its command, in its request and in Python."""

import argparse
import inspect
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import pytest

from gpt_sovits.cli.main import build_parser
from gpt_sovits.cli.options import given_options
from gpt_sovits.config import family_names
from gpt_sovits.errors import InputError
from gpt_sovits.options import Family, OptionField, flag_of, option_fields
from gpt_sovits.paths import PROJECT
from gpt_sovits.stages import STAGES, Stage, check_values, command_words, stage_fields

TALK = {"--json", "--progress-json", "--help", "-h", "--list"}
"""How a command talks; `separate --list` is no stage of its own."""

EACH_STAGE = pytest.mark.parametrize("stage", STAGES.values(), ids=lambda stage: stage.name)


def parser_of(stage: Stage) -> argparse.ArgumentParser:
    """The real parser of a stage's command."""
    parser = build_parser()
    for word in stage.words:
        (actions,) = (
            action for action in parser._actions if isinstance(action, argparse._SubParsersAction)
        )
        parser = actions.choices[word]
    return parser


def spellings(name: str, field: OptionField) -> set[str]:
    if field.argument is not None:
        return {name}
    twin = {flag_of(f"no_{name}")} if field.kind is bool else set()
    return {flag_of(name), *twin, *field.flag.also}


@EACH_STAGE
def test_flags_and_fields_are_the_same(stage: Stage) -> None:
    flags: set[str] = set()
    for action in parser_of(stage)._actions:
        flags |= set(action.option_strings or [action.dest])
    fields = set[str]().union(*(spellings(*field) for field in stage_fields(stage)))
    assert flags - TALK == fields


def functions(stage: str) -> list[Callable[..., Any]]:
    """What a stage's command calls, in Python, and the options classes that it takes.

    The functions of newer stages take the whole request.
    """
    from gpt_sovits.data.annotations import read_annotations
    from gpt_sovits.evaluate.options import EvaluationOptions
    from gpt_sovits.evaluate.run import evaluate_voices
    from gpt_sovits.evaluate.score_options import ScoreRequest
    from gpt_sovits.inference.options import SpeakingOptions
    from gpt_sovits.inference.table import speak_table
    from gpt_sovits.inference.voice import Voice, load_voice
    from gpt_sovits.inference.voice_file import VoiceParts, make_voice_file, save_voice_file
    from gpt_sovits.inference.voice_requests import ExportRequest, FuseRequest, ImportRequest
    from gpt_sovits.pipeline.clone import clone_voice
    from gpt_sovits.pipeline.clone_report import CloneOptions
    from gpt_sovits.pipeline.labels import LabelOptions
    from gpt_sovits.prepare.check.options import CheckOptions
    from gpt_sovits.prepare.check.run import check_list
    from gpt_sovits.prepare.denoise import denoise_recordings
    from gpt_sovits.prepare.denoise_options import DenoiseOptions
    from gpt_sovits.prepare.feature_options import FeatureOptions
    from gpt_sovits.prepare.features import extract_features
    from gpt_sovits.prepare.import_labels import import_labels
    from gpt_sovits.prepare.label_options import ImportOptions, TranscribeOptions
    from gpt_sovits.prepare.separate.options import SeparateOptions
    from gpt_sovits.prepare.separate.run import separate_recordings
    from gpt_sovits.prepare.slice import slice_by_voice
    from gpt_sovits.prepare.slicing.options import SliceOptions
    from gpt_sovits.prepare.transcribe_list import transcribe_to_list
    from gpt_sovits.training.options import GPTOptions, SoVITSOptions
    from gpt_sovits.training.train import train_gpt, train_sovits
    from gpt_sovits.weights.download import download_models
    from gpt_sovits.weights.importing import import_weights
    from gpt_sovits.weights.options import DownloadOptions

    of_stage: dict[str, list[Callable[..., Any]]] = {
        "separate": [separate_recordings, SeparateOptions],
        "denoise": [denoise_recordings, DenoiseOptions],
        "slice": [slice_by_voice, SliceOptions],
        "transcribe": [transcribe_to_list, TranscribeOptions],
        "import": [import_labels, ImportOptions],
        "check": [check_list, CheckOptions],
        "features": [extract_features, FeatureOptions, read_annotations],
        "train sovits": [train_sovits, SoVITSOptions],
        "train gpt": [train_gpt, GPTOptions],
        "clone": [clone_voice, CloneOptions, LabelOptions],
        "say": [SpeakingOptions, Voice.say, VoiceParts, load_voice, speak_table],
        "evaluate": [evaluate_voices, EvaluationOptions, SpeakingOptions, VoiceParts],
        "score": [ScoreRequest],
        "voices fuse": [FuseRequest],
        "voices export": [ExportRequest],
        "voices import": [ImportRequest],
        "voices add": [make_voice_file, save_voice_file, VoiceParts],
        "models download": [download_models, DownloadOptions],
        "models import": [import_weights],
    }
    return of_stage[stage]


IN_ANOTHER_WAY = {
    "reference_text": "ReferenceClip.text",
    "reference_language": "ReferenceClip.language",
    "more_reference": "ReferenceClip.more",
    ("check", "fix"): "move_worst(report)",
    ("features", "source"): "read_annotations(path)",
    ("features", "name"): "extract_features(experiment=logs/NAME)",
    ("train sovits", "family"): "open_experiment(family)",
    ("train sovits", "samples"): "on_save=speak_at_saves(...)",
    ("train gpt", "family"): "open_experiment(family)",
    ("train gpt", "samples"): "on_save=speak_at_saves(...)",
    ("clone", "text_file"): "LabelOptions.text=read_transcript(path)",
    ("say", "family"): "base_weights(family)",
    ("say", "text_file"): "Voice.say(text=read_utf8(path))",
    ("say", "table"): "speak_table(read_table(path))",
    ("say", "out"): "write_audio(path)",
    ("say", "timings"): "write_timings(path)",
    ("evaluate", "family"): "base_weights(family)",
    ("evaluate", "out"): "evaluate_voices(folder)",
    ("evaluate", "seed_tts"): "evaluate_seed_tts(source)",
}
"""Fields that Python has under another name: an object that is read first, a written file."""


@EACH_STAGE
def test_python_has_every_field_under_the_same_name(stage: Stage) -> None:
    names = {name for each in functions(stage.name) for name in inspect.signature(each).parameters}
    for part in stage.parts:
        if part.prefix in names:  # an options class of its own: `CloneOptions.sovits`
            continue
        for field in option_fields(part.options):
            is_other = {field.name, (stage.name, field.name)} & IN_ANOTHER_WAY.keys()
            assert (field.name in names) != bool(is_other), field.name


@EACH_STAGE
def test_every_field_says_what_it_does_and_how_far_it_goes(stage: Stage) -> None:
    for name, field in stage_fields(stage):
        assert field.sentence.endswith("."), name
        if field.kind in (int, float):
            assert field.within is not None, f"{name} has no limits"
            assert field.within.lowest is not None, f"{name} can fall without end"
        assert not field.needed or field.argument or field.kind in (str, Path), name


def test_families_that_are_offered_are_there() -> None:
    (words,) = get_args(Family)[1:]
    assert set(words.offers) == set(family_names(PROJECT.configs))


# --- argument lists -------------------------------------------------------------------------------

TEXTS = ("a", "-x", "--seed=3", "a b", "你好，世界。", "", '"; rm -rf $(pwd)', "1\n2", "none", "-1")


def draw(field: OptionField, rng: random.Random) -> Any:
    """A value that the field may have."""
    if field.several:
        count = rng.randint(1 if field.needed else 0, 3)
        return tuple(draw_one(field, rng) for _ in range(count))
    if field.optional and rng.random() < 0.3 and (field.kind in (int, float) or not field.default):
        return None
    return draw_one(field, rng)


def draw_one(field: OptionField, rng: random.Random) -> Any:
    if field.choices:
        return rng.choice(field.choices)
    if field.kind is bool:
        return rng.random() < 0.5
    if field.kind is Path:
        return Path(rng.choice(["a", "-b.wav", "--out", "a b/c=d", "-", "/x/ü/声.wav", "~/$HOME"]))
    if field.kind is str:
        return rng.choice([text for text in TEXTS if text or field.argument is None])
    assert field.within is not None
    lowest = field.within.lowest
    assert lowest is not None
    highest = field.within.highest if field.within.highest is not None else lowest + 1000
    if field.kind is int:
        return rng.randint(int(lowest), int(highest))
    return rng.uniform(lowest, highest)


@EACH_STAGE
def test_what_is_written_is_read_again(stage: Stage) -> None:
    rng = random.Random(stage.name)
    parser = build_parser()
    for _ in range(200):
        values = {
            name: draw(field, rng)
            for name, field in stage_fields(stage)
            if field.needed or rng.random() < 0.4
        }
        args = parser.parse_args(command_words(stage, values, extra=["--json"]))
        assert args.json
        read: dict[str, Any] = {}
        for part in stage.parts:
            given = given_options(args, part.options, prefix=part.prefix)
            for name, field in part.names().items():
                read[name] = given.get(field.name, field.default)
        for name, value in values.items():
            assert read[name] == value, name


def test_only_what_differs_is_written() -> None:
    values = {"source": Path("in"), "min_s": 2.5, "max_s": 10.0, "out": Path("output/sliced")}
    words = command_words(STAGES["slice"], values, extra=["--progress-json"])
    assert words == ["slice", "--min-s=2.5", "--progress-json", "in"]


def test_a_number_of_a_form_becomes_a_whole_one() -> None:
    words = command_words(STAGES["transcribe"], {"source": Path("in"), "beam_size": 3.0})
    assert words == ["transcribe", "--beam-size=3", "in"]


@pytest.mark.parametrize(
    ("stage", "values", "word"),
    [
        # mini begins with 14 rounds, published families with 8: neither may be left out
        ("train sovits", {"experiment": "a", "epochs": 8}, "--epochs=8"),
        ("train sovits", {"experiment": "a", "epochs": 14}, "--epochs=14"),
        ("clone", {"source": "a", "name": "b", "gpt_epochs": 15}, "--gpt-epochs=15"),
        # a list of Seed-TTS-eval is spoken once unless told
        ("evaluate", {"seeds": 2}, "--seeds=2"),
        ("train gpt", {"experiment": "a", "gradient_clip": None}, "--gradient-clip=none"),
    ],
)
def test_a_default_that_hangs_on_others_is_always_written(
    stage: str, values: dict[str, Any], word: str
) -> None:
    assert word in command_words(STAGES[stage], values)


@pytest.mark.parametrize(
    ("stage", "values", "field", "says"),
    [
        ("slice", {"source": "a", "min_s": 6.0}, "min_s", "at most half of max_s"),
        ("slice", {"source": "a", "min_s": None}, "min_s", "is needed"),
        ("slice", {"source": "a", "min_s": float("nan")}, "min_s", "above 0"),
        ("slice", {"source": "a", "out": "b\0c"}, "out", "NUL"),
        ("slice", {}, "source", "is needed"),
        ("slice", {"source": "a", "colour": 1}, "colour", "no option"),
        ("slice", {"source": "a", "processes": 0}, "processes", "1 to 1024"),
        ("denoise", {"source": "a", "engine": "none"}, "engine", "changes nothing"),
        ("denoise", {"source": "a", "strength": "much"}, "strength", "a number"),
        ("transcribe", {"source": "a", "language": "xx"}, "language", "unknown language"),
        ("transcribe", {"source": "a", "device": "cpu; ls"}, "device", "auto, cpu, cuda"),
        ("transcribe", {"source": "a", "speaker": "a|b"}, "speaker", "cannot stand"),
        ("features", {"source": "a", "name": "../b"}, "name", "file names cannot have"),
        ("features", {"source": "a", "name": "b", "device": "$(ls)"}, "device", "device"),
        ("train gpt", {"experiment": "a", "name": ""}, "name", "must not be empty"),
        ("clone", {"source": "a", "name": "b", "gpt_epochs": 0}, "gpt_epochs", "epochs must be"),
        ("clone", {"source": "a", "name": "b", "text": " "}, "text", "empty"),
        ("clone", {"source": "a", "name": "b", "text": "x", "text_file": "y"}, "text", "one"),
        ("say", {"text": "a"}, "voice", "choose a voice"),
        ("say", {"voice": "a"}, "text", "one thing to say"),
        ("say", {"voice": "a", "text": "b", "table": "c"}, "table", "one thing to say"),
        ("say", {"voice": "a", "text": "b", "out_dir": "c"}, "out_dir", "belongs to --table"),
        ("say", {"voice": "a", "table": "b"}, "out_dir", "needs --out-dir"),
        ("say", {"voice": "a", "table": "b", "out_dir": "c", "out": "d"}, "out", "one text"),
        ("say", {"family": "mini", "text": "b"}, "reference", "a clip"),
        ("say", {"gpt": "a", "text": "b"}, "sovits", "both networks"),
        ("say", {"voice": "a", "text": "b", "reference_text": "c"}, "reference_text", "belong"),
        ("evaluate", {"voices": ("a",), "reference": "b"}, "reference", "belongs to"),
        ("evaluate", {"voices": ("a",), "languages": ("fr",)}, "languages", "one of en"),
        ("evaluate", {"seed_tts": "a", "real": "b", "voices": ("c",)}, "real", "does not go"),
        ("voices add", {"name": "a"}, "reference", "is needed"),
        ("models download", {"name": ("v2",), "proxy": "x"}, "proxy", "begins with https"),
        ("models import", {"source": "a", "name": "CON"}, "name", "reserved"),
    ],
)
def test_what_cannot_work_is_said_at_its_field(
    stage: str, values: dict[str, Any], field: str, says: str
) -> None:
    with pytest.raises(InputError, match=says) as caught:
        check_values(STAGES[stage], values)
    assert caught.value.field == field


def test_values_that_can_work_are_taken() -> None:
    check_values(STAGES["slice"], {"source": Path("a"), "min_s": 1.0})
    check_values(STAGES["say"], {"voice": "a", "text": "b"})
    check_values(STAGES["clone"], {"source": "a", "name": "b", "sovits_epochs": 3})


def test_a_secret_stands_on_no_command_line() -> None:
    assert "token" not in dict(stage_fields(STAGES["models download"]))


def test_reading_the_stages_imports_nothing_heavy() -> None:
    """The help of every command and the start of the page wait for it."""
    heavy = "torch numpy pydantic yaml gradio httpx scipy soundfile av lightning"
    code = (
        "import sys, gpt_sovits.stages\n"
        f"print(*[name for name in '{heavy}'.split() if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=PROJECT.root
    )
    assert done.stdout.strip() == ""
