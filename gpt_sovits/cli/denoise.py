"""`denoise`: take the noise out of recordings, and bring them to one level."""

import argparse
import sys

from gpt_sovits.cli.options import add_stage_options, given_options
from gpt_sovits.cli.progress import show_progress
from gpt_sovits.cli.shared import Commands, add_talk_flags, print_report
from gpt_sovits.options import part_of
from gpt_sovits.prepare.denoise_options import DenoiseOptions, DenoiseRequest
from gpt_sovits.stages import STAGES


def add_command(commands: Commands) -> None:
    """Describe the command and its flags."""
    parser = commands.add_parser("denoise", help="take noise out, and bring to one level")
    add_stage_options(parser, STAGES["denoise"])
    add_talk_flags(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Denoise and say what was written."""
    from gpt_sovits.prepare.denoise import denoise_recordings

    request = DenoiseRequest(**given_options(args, DenoiseRequest))
    options = part_of(request, DenoiseOptions)
    with show_progress(sys.stderr, as_json=args.progress_json, stage="denoise") as progress:
        report = denoise_recordings(
            request.source, request.out, options, replace=request.replace, progress=progress
        )
    return print_report(report, args.json)
