"""`clone`: a recording or an annotation list in, a voice that speaks out."""

import argparse
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from gpt_sovits.cli.options import add_options, given_options
from gpt_sovits.cli.progress import show_progress
from gpt_sovits.cli.shared import Commands, add_progress_flag, add_samples_flag, print_json
from gpt_sovits.errors import InputError
from gpt_sovits.jobs.progress import spoken_time
from gpt_sovits.options import field_sentences
from gpt_sovits.training.options import (
    MINI_GPT,
    MINI_SOVITS,
    GPTOptions,
    SoVITSOptions,
    gpt_options,
    sovits_options,
)

if TYPE_CHECKING:
    from gpt_sovits.pipeline.clone_report import CloneOptions, CloneReport

TRAINING_FLAGS = frozenset({"epochs", "batch_size", "learning_rate", "max_minutes", "precision"})
"""Fields of the training options that have a flag here; `train` has them all."""


def add_command(commands: Commands) -> None:
    """Describe the command and its flags."""
    parser = commands.add_parser("clone", help="make a voice from a recording or a .list")
    parser.add_argument(
        "source",
        type=Path,
        metavar="RECORDING_OR_LIST",
        help="an audio or video file, a folder of them, or an annotation list (.list)",
    )
    parser.add_argument("--name", required=True, help="of the voice: voices/NAME.yaml")
    add_clone_flags(parser)
    parser.add_argument(
        "--replace", action="store_true", help="replace a voice of this name from another source"
    )
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    add_progress_flag(parser)
    parser.set_defaults(run=run)


def add_clone_flags(parser: argparse.ArgumentParser) -> None:
    """Describe the flags that `demo` has too; `options_of` reads them."""
    parser.add_argument("--family", default="mini", help="family of the networks (mini)")
    parser.add_argument(
        "--language", default="auto", help="what is spoken: zh, en, ja, ... (auto: found out)"
    )
    said = parser.add_mutually_exclusive_group()
    said.add_argument("--text", help="all that is said in the recording, word by word")
    said.add_argument(
        "--text-file", type=Path, help="the same as a file; left out: the .txt beside the recording"
    )
    parser.add_argument("--device", default="cpu", help="where features are extracted: cpu, cuda")
    parser.add_argument("--consent", default="", help="who agreed to this voice, to what and when")
    add_samples_flag(parser)
    for options, prefix, mini in (
        (SoVITSOptions, "sovits", MINI_SOVITS),
        (GPTOptions, "gpt", MINI_GPT),
    ):
        left_out = set(field_sentences(options)) - TRAINING_FLAGS
        add_options(parser, options, prefix=prefix, leave_out=left_out, mini=mini)


def options_of(args: argparse.Namespace, name: str) -> "CloneOptions":
    """What the flags ask for, `--replace` excepted.

    Raises:
        InputError: a flag is out of range, or the file of the text cannot be read.
    """
    from gpt_sovits.config import load_family
    from gpt_sovits.pipeline.clone_report import CloneOptions
    from gpt_sovits.pipeline.labels import LabelOptions
    from gpt_sovits.prepare.transcribe import read_transcript

    text = args.text if args.text_file is None else read_transcript(args.text_file)
    if text is not None and not text.strip():
        raise InputError("--text is empty; write what is said in the recording, or leave it out")
    family = load_family(args.family)
    return CloneOptions(
        name=name,
        family=args.family,
        labels=LabelOptions(language=args.language, text=text),
        sovits=sovits_options(family, **given_options(args, SoVITSOptions, prefix="sovits")),
        gpt=gpt_options(family, **given_options(args, GPTOptions, prefix="gpt")),
        device=args.device,
        consent=args.consent,
        samples=args.samples,
    )


def run(args: argparse.Namespace) -> int:
    """Go the whole way and sum up."""
    from gpt_sovits.pipeline.clone import clone_voice

    options = replace(options_of(args, args.name), replace=args.replace)
    with show_progress(sys.stderr, as_json=args.progress_json) as progress:
        report = clone_voice(args.source, options, progress=progress, on_stage=progress.enter)
    print_remarks(report)
    if args.json:
        return print_json(report.to_json())
    print_summary(report)
    print(f'try it: python -m gpt_sovits say --voice {args.name} --text "..."')
    return 0


def print_remarks(report: "CloneReport") -> None:
    """Say on stderr what was left out and what to check."""
    for path, reason in report.skipped:
        print(f"skipped {path}: {reason}", file=sys.stderr)
    for warning in report.labels.warnings:
        print(f"warning: {warning}", file=sys.stderr)


def print_summary(report: "CloneReport") -> None:
    """Print what was made, for a person."""
    labelled = ", ".join(f"{count} by {name}" for name, count in report.labels.engines.items())
    print(
        f"trained on {report.n_clips} clips, {spoken_time(report.clip_seconds)} of speech"
        f" (labelled: {labelled})"
    )
    for half in ("sovits", "gpt"):
        training = getattr(report, half)
        changes = ", ".join(
            f"{loss} {before:.3g} -> {training.last[loss]:.3g}"
            for loss, before in training.first.items()
        )
        print(f"{half}: {training.steps} steps in {spoken_time(training.seconds)}; {changes}")
    print(f"wrote {report.voice}")
