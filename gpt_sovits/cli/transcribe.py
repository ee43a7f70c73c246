"""`transcribe`: write down what is said in clips."""

import argparse
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from gpt_sovits.cli.options import add_options, given_options
from gpt_sovits.cli.progress import show_progress
from gpt_sovits.cli.shared import Commands, add_progress_flag, print_json
from gpt_sovits.paths import PROJECT
from gpt_sovits.prepare.label_options import TranscribeOptions

if TYPE_CHECKING:
    from gpt_sovits.prepare.own_list import ListReport

_SHOWN = 10
"""Doubtful clips that are named on screen; the record holds all."""


def add_command(commands: Commands) -> None:
    """Describe the command and its flags."""
    parser = commands.add_parser("transcribe", help="write down what is said in clips: a .list")
    parser.add_argument(
        "source", type=Path, metavar="CLIPS", help="a folder of clips, one clip, or a .list"
    )
    parser.add_argument(
        "--out",
        type=Path,
        metavar="LIST",
        help="annotation list (output/transcribed/NAME.list); what you corrected in it stays",
    )
    parser.add_argument("--speaker", default="", help="who speaks (the folder's name)")
    add_options(parser, TranscribeOptions)
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    add_progress_flag(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write down, name what is doubtful, and sum up."""
    from gpt_sovits.prepare.transcribe_list import transcribe_to_list

    options = TranscribeOptions(**given_options(args, TranscribeOptions))
    name = args.source.resolve().name if args.source.is_dir() else args.source.stem
    target = args.out or PROJECT.output / "transcribed" / f"{name}.list"
    with show_progress(sys.stderr, as_json=args.progress_json, stage="transcribe") as progress:
        report = transcribe_to_list(
            args.source, target, options, speaker=args.speaker, paths=PROJECT, progress=progress
        )
    for path, reason in report.skipped:
        print(f"skipped {path}: {reason}", file=sys.stderr)
    for path, doubt in report.doubtful[:_SHOWN]:
        print(f"look at {path}: {doubt}", file=sys.stderr)
    if len(report.doubtful) > _SHOWN:
        more = len(report.doubtful) - _SHOWN
        print(f"look at {more} more: their doubts are in {report.record}", file=sys.stderr)
    if args.json:
        return print_json(asdict(report))
    by = f" by {report.engine}" if report.engine else ", texts left to you"
    print(
        f"{report.listed.path}: {report.listed.n_lines} clips{by}; {report.n_heard} heard now,"
        f" {report.n_kept} before, {len(report.doubtful)} doubtful, {len(report.skipped)} left out"
    )
    print_list_note(report.listed)
    return 0


def print_list_note(listed: "ListReport") -> None:
    """Say what became of a list that a person changed."""
    if listed.is_users:
        print(
            f"it was changed by hand and stays as it is; {listed.n_added} lines added,"
            f" {listed.n_filled} empty texts filled in, {listed.n_removed} removed ones left out"
        )
