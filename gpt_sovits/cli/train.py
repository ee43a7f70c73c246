"""`train`: fine-tune one half of a voice on an experiment's clips."""

import argparse
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from gpt_sovits.cli.options import add_options, given_options
from gpt_sovits.cli.progress import show_progress
from gpt_sovits.cli.shared import Commands, add_progress_flag, add_samples_flag, print_json
from gpt_sovits.errors import InputError
from gpt_sovits.paths import PROJECT
from gpt_sovits.training.options import (
    MINI_GPT,
    MINI_SOVITS,
    GPTOptions,
    SoVITSOptions,
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
    sovits = halves.add_parser("sovits", help="the synthesizer: how the voice sounds")
    add_options(sovits, SoVITSOptions, mini=MINI_SOVITS)
    sovits.set_defaults(run=run_sovits)
    gpt = halves.add_parser("gpt", help="the text-to-semantic network: how the voice speaks")
    add_options(gpt, GPTOptions, mini=MINI_GPT)
    gpt.set_defaults(run=run_gpt)
    for half in (sovits, gpt):
        half.add_argument("experiment", help="a folder of `features`, by its name in logs/ or path")
        half.add_argument("--family", default="mini", help="family of the networks (mini)")
        half.add_argument("--name", help="name of the voice; the folder's when left out")
        half.add_argument("--start", type=Path, help="weights to begin with; left out: the base")
        half.add_argument(
            "--replace", action="store_true", help="replace another voice of the same name"
        )
        add_samples_flag(half)
        half.add_argument("--json", action="store_true", help="end with one line of JSON")
        add_progress_flag(half)


def run_sovits(args: argparse.Namespace) -> int:
    """Fine-tune the synthesizer."""
    experiment = _open(args)
    options = sovits_options(experiment.family, **given_options(args, SoVITSOptions))
    from gpt_sovits.training.train import train_sovits

    return _run(args, experiment, "sovits", partial(train_sovits, options=options))


def run_gpt(args: argparse.Namespace) -> int:
    """Fine-tune the text-to-semantic network."""
    experiment = _open(args)
    options = gpt_options(experiment.family, **given_options(args, GPTOptions))
    from gpt_sovits.training.train import train_gpt

    return _run(args, experiment, "gpt", partial(train_gpt, options=options))


def _run(
    args: argparse.Namespace,
    experiment: "Experiment",
    kind: "Kind",
    train: Callable[..., "TrainingReport"],
) -> int:
    with show_progress(sys.stderr, as_json=args.progress_json, stage=f"train {kind}") as progress:
        report = train(
            experiment,
            _name(args, experiment),
            start=args.start,
            replace_voice=args.replace,
            progress=progress,
            on_save=_on_save(args, experiment, kind),
        )
    return _print(report, args.json)


def _open(args: argparse.Namespace) -> "Experiment":
    """The experiment that the user named.

    Raises:
        InputError: there is no such folder, or it holds no clips.
    """
    from gpt_sovits.config import load_family
    from gpt_sovits.data.experiment import open_experiment

    folder = PROJECT.logs / args.experiment
    if not folder.is_dir():
        folder = Path(args.experiment)
    if not folder.is_dir():
        raise InputError(
            f"{args.experiment}: no such folder, here or in {PROJECT.logs}; make one with:"
            f" python -m gpt_sovits features LIST --name {Path(args.experiment).name}"
        )
    return open_experiment(folder.resolve(), load_family(args.family))


def _name(args: argparse.Namespace, experiment: "Experiment") -> str:
    return args.name or experiment.folder.name


def _on_save(args: argparse.Namespace, experiment: "Experiment", kind: "Kind") -> "OnSave | None":
    """What speaks the samples, unless they are turned off."""
    if not args.samples:
        return None
    from gpt_sovits.pipeline.samples import speak_at_saves

    return speak_at_saves(experiment, _name(args, experiment), kind, paths=PROJECT)


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
