"""`check`: what is wrong with a labelled data set, said before any training."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from gpt_sovits.cli.options import add_options, given_options
from gpt_sovits.cli.progress import show_progress
from gpt_sovits.cli.shared import Commands, add_progress_flag, print_json
from gpt_sovits.paths import PROJECT
from gpt_sovits.prepare.check.options import CheckOptions

if TYPE_CHECKING:
    from gpt_sovits.prepare.check.fixing import FixReport
    from gpt_sovits.prepare.check.report import CheckReport


def add_command(commands: Commands) -> None:
    """Describe the command and its flags."""
    parser = commands.add_parser("check", help="look for what is wrong with a labelled data set")
    parser.add_argument(
        "list", type=Path, metavar="LIST", help="annotation list: wav_path|speaker|language|text"
    )
    parser.add_argument(
        "--audio-folder", type=Path, help="where the clips lie, whatever folder the list names"
    )
    parser.add_argument(
        "--fix",
        action="store_true",
        help="write NAME-checked.list without the red lines, and these into NAME-left-out.list;"
        " NAME.list stays as it is",
    )
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="left out: output/check/NAME")
    add_options(parser, CheckOptions)
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    add_progress_flag(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Check, fix where that is asked for, and sum up."""
    from gpt_sovits.prepare.check.fixing import move_worst
    from gpt_sovits.prepare.check.run import check_list

    options = CheckOptions(**given_options(args, CheckOptions))
    folder = args.out or PROJECT.output / "check" / args.list.stem
    with show_progress(sys.stderr, as_json=args.progress_json) as progress:
        report = check_list(
            args.list,
            folder,
            options,
            audio_folder=args.audio_folder,
            paths=PROJECT,
            progress=progress,
            on_stage=progress.enter,
        )
    fixed = move_worst(report) if args.fix else None
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
