"""`import`: bring labels that people already have."""

import argparse
import sys
from dataclasses import asdict
from pathlib import Path

from gpt_sovits.cli.options import add_options, given_options
from gpt_sovits.cli.progress import show_progress
from gpt_sovits.cli.shared import Commands, add_progress_flag, print_json
from gpt_sovits.cli.transcribe import print_list_note
from gpt_sovits.paths import PROJECT
from gpt_sovits.prepare.label_options import ImportOptions


def add_command(commands: Commands) -> None:
    """Describe the command and its flags."""
    parser = commands.add_parser(
        "import", help="make a .list of labels that you have: tables, subtitles, texts"
    )
    parser.add_argument(
        "source",
        type=Path,
        metavar="LABELS",
        help="a .list, a table (LJSpeech or audiofolder: .csv .tsv .jsonl), subtitles (.srt .vtt"
        " .ass), a recording with subtitles beside it, or a folder with a .txt beside each clip",
    )
    parser.add_argument(
        "--out", type=Path, metavar="LIST", help="annotation list (output/imported/NAME.list)"
    )
    parser.add_argument(
        "--audio", type=Path, help="the recording of subtitles, or the folder of the clips"
    )
    add_options(parser, ImportOptions)
    parser.add_argument(
        "--replace", action="store_true", help="replace clips that other subtitles were cut into"
    )
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    add_progress_flag(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Bring them in, name what was left out, and sum up."""
    from gpt_sovits.prepare.import_labels import import_labels

    options = ImportOptions(**given_options(args, ImportOptions))
    name = args.source.resolve().name if args.source.is_dir() else args.source.stem
    target = args.out or PROJECT.output / "imported" / f"{name}.list"
    with show_progress(sys.stderr, as_json=args.progress_json, stage="import") as progress:
        report = import_labels(
            args.source,
            target,
            options,
            audio=args.audio,
            replace_clips=args.replace,
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
