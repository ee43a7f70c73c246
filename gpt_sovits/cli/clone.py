"""`clone`: a recording or an annotation list in, a voice that speaks out."""

import argparse
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from gpt_sovits.cli.options import add_stage_options, given_options
from gpt_sovits.cli.progress import show_progress
from gpt_sovits.cli.shared import Commands, add_talk_flags, print_json
from gpt_sovits.jobs.progress import spoken_time
from gpt_sovits.pipeline.clone_request import ClonedVoice, CloneRequest
from gpt_sovits.stages import STAGES
from gpt_sovits.training.options import GPTOptions, SoVITSOptions, gpt_options, sovits_options

if TYPE_CHECKING:
    from gpt_sovits.pipeline.clone_report import CloneOptions, CloneReport


def add_command(commands: Commands) -> None:
    """Describe the command and its flags."""
    parser = commands.add_parser(
        "clone",
        help="make a voice from a recording or a .list",
        epilog=MORE_FLAGS,
    )
    add_stage_options(parser, STAGES["clone"])
    add_talk_flags(parser)
    parser.set_defaults(run=run)


MORE_FLAGS = (
    "Every other option of `train sovits` and `train gpt` can be given too, with --sovits- or"
    " --gpt- before its name."
)


def options_of(args: argparse.Namespace, asked: ClonedVoice, name: str) -> "CloneOptions":
    """What the flags ask for, `--replace` excepted.

    Raises:
        InputError: a flag is out of range, or the file of the text cannot be read.
    """
    from gpt_sovits.config import load_family
    from gpt_sovits.pipeline.clone_report import CloneOptions
    from gpt_sovits.pipeline.labels import LabelOptions
    from gpt_sovits.prepare.transcribe import read_transcript

    text = asked.text if asked.text_file is None else read_transcript(asked.text_file)
    family = load_family(asked.family)
    return CloneOptions(
        name=name,
        family=asked.family,
        labels=LabelOptions(language=asked.language, text=text),
        sovits=sovits_options(family, **given_options(args, SoVITSOptions, prefix="sovits")),
        gpt=gpt_options(family, **given_options(args, GPTOptions, prefix="gpt")),
        device=asked.device,
        consent=asked.consent,
        samples=asked.samples,
    )


def run(args: argparse.Namespace) -> int:
    """Go the whole way and sum up."""
    from gpt_sovits.pipeline.clone import clone_voice

    request = CloneRequest(**given_options(args, CloneRequest))
    options = replace(options_of(args, request, request.name), replace=request.replace)
    with show_progress(sys.stderr, as_json=args.progress_json) as progress:
        report = clone_voice(request.source, options, progress=progress, on_stage=progress.enter)
    print_remarks(report)
    if args.json:
        return print_json(report.to_json())
    print_summary(report)
    print(f'try it: python -m gpt_sovits say --voice {request.name} --text "..."')
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
