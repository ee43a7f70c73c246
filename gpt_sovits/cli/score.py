"""`score`: hear and measure the checkpoints of a voice, and find the best pair."""

import argparse
import sys

from gpt_sovits.cli.options import add_stage_options, given_options
from gpt_sovits.cli.progress import show_progress
from gpt_sovits.cli.shared import Commands, add_talk_flags, print_json
from gpt_sovits.evaluate.score_options import ScoreRequest
from gpt_sovits.paths import PROJECT
from gpt_sovits.stages import STAGES


def add_command(commands: Commands) -> None:
    """Describe the command and its flags."""
    parser = commands.add_parser(
        "score", help="hear and measure a voice's checkpoints, find the best pair"
    )
    add_stage_options(parser, STAGES["score"])
    add_talk_flags(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Speak, measure, and show the table."""
    from gpt_sovits.evaluate.score_report import SCORES, SEARCH, explain, text_table
    from gpt_sovits.evaluate.scoring import score_voice

    request = ScoreRequest(**given_options(args, ScoreRequest))
    with show_progress(sys.stderr, as_json=args.progress_json) as progress:
        report = score_voice(request, paths=PROJECT, progress=progress, on_stage=progress.enter)
    for where, reason in report.skipped:
        print(f"left out: {where}: {reason}", file=sys.stderr)
    if args.json:
        return print_json(report.to_json())
    print(text_table(report))
    print(f"tried: {SEARCH}")
    for name, needs in report.missing:
        print(f"not measured: {name}; {needs}")
    print(explain(report))
    print(f"heard in {PROJECT.logs / report.experiment / 'scores'}; table in {SCORES} beside it")
    if report.chosen:
        print(f"voice {report.voice} speaks with it now")
    else:
        best = report.best
        print(
            f"choose it: python -m gpt_sovits voices choose {report.voice} --gpt {best.gpt}"
            f" --sovits {best.sovits}"
        )
    return 0
