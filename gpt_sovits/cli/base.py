"""`base`: how the embedded base is made: its corpus, its training, its export."""

import argparse
import sys
from pathlib import Path

from gpt_sovits.base.options import BaseOptions
from gpt_sovits.cli.options import add_options, given_options
from gpt_sovits.cli.progress import show_progress
from gpt_sovits.cli.shared import Commands, add_talk_flags, print_json, print_report
from gpt_sovits.paths import PROJECT


def add_command(commands: Commands) -> None:
    """Describe the three commands and their flags."""
    base = commands.add_parser("base", help="make the embedded base: corpus, train, export")
    actions = base.add_subparsers(dest="action", metavar="ACTION", required=True)

    corpus = actions.add_parser("corpus", help="bring recordings and synthetic speech together")
    corpus.add_argument(
        "folders", nargs="*", type=Path, metavar="INDEX_DIR", help="recordings with an index.tsv"
    )
    corpus.add_argument("--out", type=Path, required=True, help="folder of the whole corpus")
    corpus.add_argument("--synthetic", type=float, default=0.0, metavar="HOURS", help="to be added")
    corpus.add_argument("--seed", type=int, default=0, help="of the sentences and speakers (0)")
    corpus.set_defaults(run=run_corpus)

    train = actions.add_parser("train", help="train the four networks, or go on with it")
    train.add_argument("folders", nargs="+", type=Path, metavar="CORPUS_DIR", help="from `corpus`")
    train.add_argument(
        "--state",
        type=Path,
        default=PROJECT.logs / "base",
        help="keeps everything between two runs (logs/base)",
    )
    train.add_argument(
        "--start", type=Path, help="folder of weights to begin with; left out: fresh ones"
    )
    add_options(train, BaseOptions)
    train.set_defaults(run=run_train)

    export = actions.add_parser("export", help="write float16 weights and the model card")
    export.add_argument("state", type=Path, metavar="STATE_DIR", help="the --state of `train`")
    export.add_argument(
        "--out",
        type=Path,
        default=PROJECT.pretrained_models / "mini",
        help="folder that is written over (pretrained_models/mini)",
    )
    export.set_defaults(run=run_export)

    for action in (corpus, train, export):
        add_talk_flags(action, progress=action is not export)


def run_corpus(args: argparse.Namespace) -> int:
    """Copy recordings and let the free engines speak."""
    from gpt_sovits.base.make import make_corpus
    from gpt_sovits.base.synthetic import SyntheticOptions

    synthetic = None
    if args.synthetic:
        synthetic = SyntheticOptions(hours=args.synthetic, seed=args.seed)
    with show_progress(sys.stderr, as_json=args.progress_json, stage="corpus") as progress:
        report = make_corpus(args.folders, args.out, synthetic, progress=progress)
    return print_report(report, args.json)


def run_train(args: argparse.Namespace) -> int:
    """Train within the minutes and print the figures of the held-out clips."""
    from gpt_sovits.base.train import train_base

    options = BaseOptions(**given_options(args, BaseOptions))
    with show_progress(sys.stderr, as_json=args.progress_json, stage="base") as progress:
        report = train_base(args.folders, options, args.state, start=args.start, progress=progress)
    for path, reason in report.skipped:
        print(f"skipped {path}: {reason}", file=sys.stderr)
    if args.json:
        return print_json(
            {"written": report.weights, "figures": report.figures, "skipped": report.skipped}
        )
    for path, (part, figures) in zip(report.weights, report.figures.items(), strict=True):
        print(f"wrote {path}")
        for name, value in figures.items():
            print(f"  {part} {name} {value:.4f}")
    return 0


def run_export(args: argparse.Namespace) -> int:
    """Write what the workbench speaks with."""
    from gpt_sovits.base.export import export_base

    return print_report(export_base(args.state, args.out), args.json)
