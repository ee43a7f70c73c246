"""`train`: fine-tune one half of a voice on an experiment's clips."""

import argparse
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from gpt_sovits.cli.options import add_stage_options, given_options
from gpt_sovits.cli.progress import show_progress
from gpt_sovits.cli.shared import Commands, add_talk_flags, print_json
from gpt_sovits.errors import InputError
from gpt_sovits.paths import PROJECT
from gpt_sovits.stages import STAGES
from gpt_sovits.training.options import (
    GPTOptions,
    GPTRequest,
    SoVITSOptions,
    SoVITSRequest,
    TrainRequest,
    gpt_options,
    sovits_options,
)

if TYPE_CHECKING:
    from gpt_sovits.data.experiment import Experiment
    from gpt_sovits.training.fit import TrainingReport
    from gpt_sovits.training.results import OnSave
    from gpt_sovits.weights.file import Kind


def add_command(commands: Commands) -> None:
    """Describe the two commands and their flags."""
    train = commands.add_parser("train", help="fine-tune one half of a voice")
    halves = train.add_subparsers(dest="half", metavar="HALF", required=True)
    for half, about, run in (
        ("sovits", "the synthesizer: how the voice sounds", run_sovits),
        ("gpt", "the text-to-semantic network: how the voice speaks", run_gpt),
    ):
        parser = halves.add_parser(half, help=about)
        add_stage_options(parser, STAGES[f"train {half}"])
        add_talk_flags(parser)
        parser.set_defaults(run=run)


def run_sovits(args: argparse.Namespace) -> int:
    """Fine-tune the synthesizer."""
    request = SoVITSRequest(**given_options(args, SoVITSRequest))
    experiment = _open(request)
    options = sovits_options(experiment.family, **given_options(args, SoVITSOptions))
    from gpt_sovits.training.train import train_sovits

    return _run(args, request, experiment, "sovits", partial(train_sovits, options=options))


def run_gpt(args: argparse.Namespace) -> int:
    """Fine-tune the text-to-semantic network."""
    request = GPTRequest(**given_options(args, GPTRequest))
    experiment = _open(request)
    options = gpt_options(experiment.family, **given_options(args, GPTOptions))
    from gpt_sovits.training.train import train_gpt

    return _run(args, request, experiment, "gpt", partial(train_gpt, options=options))


def _run(
    args: argparse.Namespace,
    request: TrainRequest,
    experiment: "Experiment",
    kind: "Kind",
    train: Callable[..., "TrainingReport"],
) -> int:
    with show_progress(sys.stderr, as_json=args.progress_json, stage=f"train {kind}") as progress:
        report = train(
            experiment,
            _name(request, experiment),
            start=request.start,
            replace=request.replace,
            progress=progress,
            on_save=_on_save(request, experiment, kind),
        )
    return _print(report, args.json)


def _open(request: TrainRequest) -> "Experiment":
    """The experiment that the user named.

    Raises:
        InputError: there is no such folder, or it holds no clips.
    """
    from gpt_sovits.config import load_family
    from gpt_sovits.data.experiment import open_experiment

    folder = PROJECT.logs / request.experiment
    if not folder.is_dir():
        folder = Path(request.experiment)
    if not folder.is_dir():
        raise InputError(
            f"{request.experiment}: no such folder, here or in {PROJECT.logs}; make one with:"
            f" python -m gpt_sovits features LIST --name {Path(request.experiment).name}"
        )
    return open_experiment(folder.resolve(), load_family(request.family))


def _name(request: TrainRequest, experiment: "Experiment") -> str:
    return request.name or experiment.folder.name


def _on_save(request: TrainRequest, experiment: "Experiment", kind: "Kind") -> "OnSave | None":
    """What speaks the samples, unless they are turned off."""
    if not request.samples:
        return None
    from gpt_sovits.pipeline.samples import speak_at_saves

    return speak_at_saves(experiment, _name(request, experiment), kind, paths=PROJECT)


def _print(report: "TrainingReport", as_json: bool) -> int:
    for path, reason in report.skipped:
        print(f"skipped {path}: {reason}", file=sys.stderr)
    if as_json:
        return print_json(vars(report))
    for path in report.weights:
        print(f"wrote {path}")
    for name, before in report.first.items():
        print(f"{name}: {before:.4g} in the first epoch, {report.last[name]:.4g} in the last")
    print(f"{report.steps} steps in {report.seconds:.0f} s; losses in {report.losses_csv}")
    return 0
