"""`demo`: the whole job on the bundled minute of speech, with a page that shows the result."""

import argparse
import sys
from pathlib import Path

from gpt_sovits.cli.clone import MORE_FLAGS, options_of, print_remarks, print_summary
from gpt_sovits.cli.options import add_options, add_part, given_options
from gpt_sovits.cli.progress import show_progress
from gpt_sovits.cli.shared import Commands, add_talk_flags, print_json
from gpt_sovits.pipeline.clone_request import ClonedVoice
from gpt_sovits.stages import CLONE_TRAININGS


def add_command(commands: Commands) -> None:
    """Describe the command and its flags."""
    parser = commands.add_parser(
        "demo",
        help="clone the bundled minute of speech and let it speak three languages",
        epilog=MORE_FLAGS,
    )
    parser.add_argument("--audio", type=Path, help="another recording, or a .list")
    parser.add_argument(
        "--say", action="append", metavar="SENTENCE", help="what it says instead; repeatable"
    )
    add_options(parser, ClonedVoice)
    for part in CLONE_TRAININGS:
        add_part(parser, part)
    add_talk_flags(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Clone, speak, and say where the page is."""
    from gpt_sovits.pipeline.demo import NAME, SENTENCES, bundled_recording, run_demo
    from gpt_sovits.state import read_state

    asked = ClonedVoice(**given_options(args, ClonedVoice))
    options = options_of(args, asked, NAME)
    with show_progress(sys.stderr, as_json=args.progress_json) as progress:
        report = run_demo(
            args.audio or bundled_recording(),
            options,
            sentences=args.say or SENTENCES,
            progress=progress,
            on_stage=progress.enter,
        )
    print_remarks(report.clone)
    if args.json:
        return print_json(read_state(report.summary))
    print_summary(report.clone)
    for spoken in report.spoken:
        print(f"wrote {spoken.path}  (phone error rate {spoken.phone_error_rate:.0%})")
    print(f"open {report.page} in a browser")
    return 0
