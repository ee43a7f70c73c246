"""`transcribe`: write down what is said in clips."""

import argparse
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

from gpt_sovits.cli.options import add_stage_options, given_options
from gpt_sovits.cli.progress import show_progress
from gpt_sovits.cli.shared import Commands, add_talk_flags, print_json
from gpt_sovits.options import part_of
from gpt_sovits.paths import PROJECT
from gpt_sovits.prepare.label_options import TranscribeOptions, TranscribeRequest
from gpt_sovits.stages import STAGES

if TYPE_CHECKING:
    from gpt_sovits.prepare.own_list import ListReport

_SHOWN = 10
"""Doubtful clips that are named on screen; the record holds all."""


def add_command(commands: Commands) -> None:
    """Describe the command and its flags."""
    parser = commands.add_parser("transcribe", help="write down what is said in clips: a .list")
    add_stage_options(parser, STAGES["transcribe"])
    add_talk_flags(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write down, name what is doubtful, and sum up."""
    from gpt_sovits.prepare.transcribe_list import transcribe_to_list

    request = TranscribeRequest(**given_options(args, TranscribeRequest))
    options = part_of(request, TranscribeOptions)
    source = request.source
    name = source.resolve().name if source.is_dir() else source.stem
    out = request.out or PROJECT.output / "transcribed" / f"{name}.list"
    with show_progress(sys.stderr, as_json=args.progress_json, stage="transcribe") as progress:
        report = transcribe_to_list(
            source, out, options, speaker=request.speaker, paths=PROJECT, progress=progress
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
