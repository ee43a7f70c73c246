"""`import`: bring labels that people already have."""

import argparse
import sys
from dataclasses import asdict

from gpt_sovits.cli.options import add_stage_options, given_options
from gpt_sovits.cli.progress import show_progress
from gpt_sovits.cli.shared import Commands, add_talk_flags, print_json
from gpt_sovits.cli.transcribe import print_list_note
from gpt_sovits.options import part_of
from gpt_sovits.paths import PROJECT
from gpt_sovits.prepare.label_options import ImportOptions, ImportRequest
from gpt_sovits.stages import STAGES


def add_command(commands: Commands) -> None:
    """Describe the command and its flags."""
    parser = commands.add_parser(
        "import", help="make a .list of labels that you have: tables, subtitles, texts"
    )
    add_stage_options(parser, STAGES["import"])
    add_talk_flags(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Bring them in, name what was left out, and sum up."""
    from gpt_sovits.prepare.import_labels import import_labels

    request = ImportRequest(**given_options(args, ImportRequest))
    options = part_of(request, ImportOptions)
    source = request.source
    name = source.resolve().name if source.is_dir() else source.stem
    out = request.out or PROJECT.output / "imported" / f"{name}.list"
    with show_progress(sys.stderr, as_json=args.progress_json, stage="import") as progress:
        report = import_labels(
            source,
            out,
            options,
            audio=request.audio,
            replace=request.replace,
            paths=PROJECT,
            progress=progress,
        )
    for path, reason in report.skipped:
        print(f"skipped {path}: {reason}", file=sys.stderr)
    if args.json:
        return print_json(asdict(report))
    coded = f", coded as {report.coding}" if report.coding else ""
    print(
        f"{report.listed.path}: {report.listed.n_lines} clips of {report.kind}{coded};"
        f" {len(report.skipped)} left out"
    )
    print_list_note(report.listed)
    return 0
