"""What all commands print in the same way."""

import argparse
import json
import sys
from dataclasses import asdict
from typing import Any, TypeAlias

from gpt_sovits.report import StageReport

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def add_talk_flags(parser: argparse.ArgumentParser, *, progress: bool = True) -> None:
    """Add how a command talks to a program: `--json` and, for long work, `--progress-json`.

    The latter is to be handed to `progress.show_progress` as `as_json`.
    """
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    if progress:
        parser.add_argument(
            "--progress-json",
            action="store_true",
            help="tell the progress as lines of JSON on stderr, for a program that reads along",
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
