"""Stands in for `python -m gpt_sovits clone` on the page: tells progress and leaves a voice."""

import argparse
import json
import os
import sys
import time
from pathlib import Path

from gpt_sovits.cli.progress import show_progress
from gpt_sovits.pipeline.clone_report import STAGES
from tests.workbench.fakes import add_voice, make_project

N_ITEMS = 12


def main() -> None:
    """Take a tenth of `FAKE_CLONE_S` for each item."""
    parser = argparse.ArgumentParser()
    parser.add_argument("command")
    parser.add_argument("source", type=Path)
    for flag in ("--name", "--family", "--language", "--text"):
        parser.add_argument(flag)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--progress-json", action="store_true")
    args = parser.parse_args()
    pause_s = float(os.environ.get("FAKE_CLONE_S", "0.1")) / 10
    with show_progress(sys.stderr, as_json=args.progress_json) as progress:
        for stage in STAGES:
            progress.enter(stage)
            for done in range(1, N_ITEMS + 1):
                time.sleep(pause_s)
                progress(done, N_ITEMS, f"item {done}")
            sys.stderr.write(f"{stage} is through\n")
            if args.name == "Bad" and stage == "features":
                sys.exit("error: no clip of 12 can be used; give a recording with speech")
    add_voice(make_project(Path(os.environ["FAKE_ROOT"])), args.name)
    sys.stdout.write(json.dumps({"voice": args.name}) + "\n")


if __name__ == "__main__":
    main()
