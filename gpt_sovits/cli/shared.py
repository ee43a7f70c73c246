"""What all commands print in the same way."""

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeAlias

from gpt_sovits.report import StageReport

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def add_progress_flag(parser: argparse.ArgumentParser) -> None:
    """Add `--progress-json`, to be handed to `progress.show_progress` as `as_json`."""
    parser.add_argument(
        "--progress-json",
        action="store_true",
        help="tell the progress as lines of JSON on stderr, for a program that reads along",
    )


def add_stage_flags(parser: argparse.ArgumentParser, *, out: str) -> None:
    """Add what every stage over recordings has; `out` is its folder where none is named."""
    parser.add_argument(
        "source", type=Path, metavar="SOURCE", help="an audio or video file, or a folder of them"
    )
    parser.add_argument(
        "--out", type=Path, default=Path(out), metavar="FOLDER", help=f"for the result ({out})"
    )
    parser.add_argument(
        "--replace",
        action="store_true",
        help="replace what this stage made there before with other options",
    )
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    add_progress_flag(parser)


def add_samples_flag(parser: argparse.ArgumentParser) -> None:
    """Add `--no-samples`, which `args.samples` tells."""
    parser.add_argument(
        "--no-samples",
        dest="samples",
        action="store_false",
        help="speak no sentences into logs/NAME/samples when weights are saved",
    )


def print_json(value: Any) -> int:
    """Print one line of JSON; the exit code of a command that is done.

    Where the output cannot hold a letter, as in another encoding or a file name that is no text,
    every letter beyond ASCII is written as JSON's own escape.
    """
    line = json.dumps(value, ensure_ascii=False, default=str)
    try:
        line.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        line = json.dumps(value, default=str)
    print(line, flush=True)  # a program that asks line by line waits for each answer
    return 0


def print_report(report: StageReport, as_json: bool) -> int:
    """Print what a stage wrote and what it skipped; the exit code of a command that is done."""
    for path, reason in report.skipped:
        print(f"skipped {path}: {reason}", file=sys.stderr)
    if as_json:
        return print_json(asdict(report))
    for path in report.written:
        print(f"wrote {path}")
    if report.kept:
        print(f"{len(report.kept)} files of an earlier run are as they would be made now")
    return 0
