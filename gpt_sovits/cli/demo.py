"""`demo`: the whole job on the bundled minute of speech, with a page that shows the result."""

import argparse
import sys
from pathlib import Path

from gpt_sovits.cli.clone import add_clone_flags, options_of, print_remarks, print_summary
from gpt_sovits.cli.progress import show_progress
from gpt_sovits.cli.shared import Commands, add_progress_flag, print_json


def add_command(commands: Commands) -> None:
    """Describe the command and its flags."""
    parser = commands.add_parser(
        "demo", help="clone the bundled minute of speech and let it speak three languages"
    )
    parser.add_argument("--audio", type=Path, help="another recording, or a .list")
    parser.add_argument(
        "--say", action="append", metavar="SENTENCE", help="what it says instead; repeatable"
    )
    add_clone_flags(parser)
    parser.add_argument("--json", action="store_true", help="end with summary.json in one line")
    add_progress_flag(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Clone, speak, and say where the page is."""
    from gpt_sovits.pipeline.demo import NAME, SENTENCES, bundled_recording, run_demo
    from gpt_sovits.state import read_state

    options = options_of(args, NAME)
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
