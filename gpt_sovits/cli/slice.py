"""`slice`: long recordings in, clips of one to three sentences out."""

import argparse
import os
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

from gpt_sovits.cli.options import add_stage_options, given_options
from gpt_sovits.cli.progress import show_progress
from gpt_sovits.cli.shared import Commands, add_talk_flags, print_json, print_report
from gpt_sovits.errors import InputError
from gpt_sovits.options import part_of
from gpt_sovits.prepare.slicing.options import SliceOptions, SliceRequest
from gpt_sovits.stages import STAGES

if TYPE_CHECKING:
    from gpt_sovits.prepare.slicing.split import SplitReport


def add_command(commands: Commands) -> None:
    """Describe the command and its flags."""
    parser = commands.add_parser("slice", help="cut recordings into clips at pauses")
    add_stage_options(parser, STAGES["slice"])
    add_talk_flags(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Cut, and say what was written."""
    from gpt_sovits.prepare.slice import slice_by_voice, slice_folder

    request = SliceRequest(**given_options(args, SliceRequest))
    options = part_of(request, SliceOptions)
    processes = request.processes or _cores()
    split = None
    with show_progress(sys.stderr, as_json=args.progress_json, stage="slice") as progress:
        if request.speakers == "off":
            report = slice_folder(
                request.source,
                request.out,
                options,
                replace=request.replace,
                processes=processes,
                progress=progress,
            )
        else:
            split = slice_by_voice(
                request.source,
                request.out,
                request.speakers,
                options,
                replace=request.replace,
                processes=processes,
                progress=progress,
                on_stage=progress.enter,
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
        raise InputError(f"{request.source}: no clip could be cut; what was skipped says why")
    return 0


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1


def _print_voices(split: "SplitReport") -> None:
    for voice in split.voices:
        alike = "" if voice.likeness is None else f", {voice.likeness:.2f} like speaker-1"
        print(f"{voice.name}: {voice.clips} clips, {voice.seconds:.0f} s{alike}, in {voice.folder}")
    print(
        f"voices told apart by {split.encoder.name}, one voice above {split.encoder.alike:g}:"
        f" {split.encoder.about}"
    )
