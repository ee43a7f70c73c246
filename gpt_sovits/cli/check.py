"""`check`: what is wrong with a labelled data set, said before any training."""

import argparse
import sys
from typing import TYPE_CHECKING

from gpt_sovits.cli.options import add_stage_options, given_options
from gpt_sovits.cli.progress import show_progress
from gpt_sovits.cli.shared import Commands, add_talk_flags, print_json
from gpt_sovits.options import part_of
from gpt_sovits.paths import PROJECT
from gpt_sovits.prepare.check.options import CheckOptions, CheckRequest
from gpt_sovits.stages import STAGES

if TYPE_CHECKING:
    from gpt_sovits.prepare.check.fixing import FixReport
    from gpt_sovits.prepare.check.report import CheckReport


def add_command(commands: Commands) -> None:
    """Describe the command and its flags."""
    parser = commands.add_parser("check", help="look for what is wrong with a labelled data set")
    add_stage_options(parser, STAGES["check"])
    add_talk_flags(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Check, fix where that is asked for, and sum up."""
    from gpt_sovits.prepare.check.fixing import move_worst
    from gpt_sovits.prepare.check.run import check_list

    request = CheckRequest(**given_options(args, CheckRequest))
    options = part_of(request, CheckOptions)
    out = request.out or PROJECT.output / "check" / request.source.stem
    with show_progress(sys.stderr, as_json=args.progress_json) as progress:
        report = check_list(
            request.source,
            out,
            options,
            audio_folder=request.audio_folder,
            paths=PROJECT,
            progress=progress,
            on_stage=progress.enter,
        )
    fixed = move_worst(report) if request.fix else None
    if args.json:
        moved = {"checked": fixed.checked, "left_out": fixed.left_out} if fixed else {}
        return print_json({**report.to_json(), **moved})
    _show(report)
    if fixed:
        _show_fixed(fixed)
    return 0


def _show(report: "CheckReport") -> None:
    told = report.to_json()
    print(
        f"{report.listed}: {told['clips']} clips, {told['seconds'] / 60:.1f} min;"
        f" {told['usable_clips']} of them, {told['usable_seconds'] / 60:.1f} min, can be used:"
        f" {report.light}"
    )
    for light, note in report.notes:
        print(f"  {light:6} {note}")
    for found in told["findings"]:
        print(f"  {found['light']:6} {found['clips']:4} {found['label']}. {found['remedy']}")
    print(f"wrote {report.summary}")
    print(f"open {report.page} in a browser")


def _show_fixed(fixed: "FixReport") -> None:
    for line, reason in fixed.moved:
        print(f"left out line {line}: {reason}")
    print(f"wrote {fixed.checked}")
    if fixed.left_out:
        print(f"wrote {fixed.left_out}")
