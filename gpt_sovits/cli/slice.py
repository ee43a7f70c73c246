"""`slice`: long recordings in, clips of one to three sentences out."""

import argparse
import os
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

from gpt_sovits.cli.options import add_options, given_options
from gpt_sovits.cli.progress import show_progress
from gpt_sovits.cli.shared import Commands, add_stage_flags, print_json, print_report
from gpt_sovits.errors import ConfigError, InputError
from gpt_sovits.prepare.slicing.options import SliceOptions

if TYPE_CHECKING:
    from gpt_sovits.prepare.slicing.split import SplitReport

OUT = "output/sliced"


def add_command(commands: Commands) -> None:
    """Describe the command and its flags."""
    parser = commands.add_parser("slice", help="cut recordings into clips at pauses")
    add_stage_flags(parser, out=OUT)
    parser.add_argument(
        "--speakers",
        choices=("off", "main", "all"),
        default="off",
        help="main: keep the clips of who speaks longest, those of others go to FOLDER/others; all:"
        " a folder for each voice (off)",
    )
    parser.add_argument(
        "--processes",
        type=int,
        default=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1,
        metavar="N",
        help="recordings in work at a time (as many as processor cores)",
    )
    add_options(parser, SliceOptions)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Cut, and say what was written."""
    from gpt_sovits.prepare.slice import slice_by_voice, slice_folder

    options = SliceOptions(**given_options(args, SliceOptions))
    if args.processes < 1:
        raise ConfigError(f"--processes must be at least 1, got {args.processes}")
    how = {"replace": args.replace, "processes": args.processes}
    split = None
    with show_progress(sys.stderr, as_json=args.progress_json, stage="slice") as progress:
        if args.speakers == "off":
            report = slice_folder(args.source, args.out, options, progress=progress, **how)
        else:
            split = slice_by_voice(
                args.source,
                args.out,
                args.speakers,
                options,
                progress=progress,
                on_stage=progress.enter,
                **how,
            )
            report = split.stage
    if split is not None and args.json:
        voices = {"encoder": split.encoder.name, "about": split.encoder.about}
        print_json({**asdict(report), **voices, "voices": [asdict(each) for each in split.voices]})
    else:
        print_report(report, args.json)
    if split is not None and not args.json:
        _print_voices(split)
    if not (report.written or report.kept):
        raise InputError(f"{args.source}: no clip could be cut; what was skipped says why")
    return 0


def _print_voices(split: "SplitReport") -> None:
    for voice in split.voices:
        alike = "" if voice.likeness is None else f", {voice.likeness:.2f} like speaker-1"
        print(f"{voice.name}: {voice.clips} clips, {voice.seconds:.0f} s{alike}, in {voice.folder}")
    print(
        f"voices told apart by {split.encoder.name}, one voice above {split.encoder.alike:g}:"
        f" {split.encoder.about}"
    )
