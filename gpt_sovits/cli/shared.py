"""What all commands print in the same way."""

import argparse
import json
import sys
from typing import Any, TypeAlias

from gpt_sovits.report import StageReport

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def print_json(value: Any) -> int:
    """Print one line of JSON; the exit code of a command that is done."""
    print(json.dumps(value, ensure_ascii=False, default=str))
    return 0


def print_report(report: StageReport, as_json: bool) -> int:
    """Print what a stage wrote and what it skipped; the exit code of a command that is done."""
    for path, reason in report.skipped:
        print(f"skipped {path}: {reason}", file=sys.stderr)
    if as_json:
        return print_json({"written": report.written, "skipped": report.skipped})
    for path in report.written:
        print(f"wrote {path}")
    return 0
