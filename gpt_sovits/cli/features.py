"""`features`: everything that training reads of each clip of an annotation list."""

import argparse
import sys
from pathlib import Path

from gpt_sovits.cli.progress import show_progress
from gpt_sovits.cli.shared import Commands, add_progress_flag, print_json
from gpt_sovits.paths import PROJECT, check_name


def add_command(commands: Commands) -> None:
    """Describe the command and its flags."""
    parser = commands.add_parser("features", help="extract what training reads of each clip")
    parser.add_argument(
        "list", type=Path, metavar="LIST", help="annotation list: wav_path|speaker|language|text"
    )
    parser.add_argument("--name", required=True, help="experiment; its folder is logs/NAME")
    parser.add_argument("--family", default="mini", help="family that will be trained")
    parser.add_argument(
        "--audio-folder", type=Path, help="where the clips lie, whatever folder the list names"
    )
    parser.add_argument("--device", default="cpu", help="where the networks run: cpu, cuda, ...")
    parser.add_argument("--min-s", type=float, default=0.6, help="leave out clips that are shorter")
    parser.add_argument("--max-s", type=float, default=54.0, help="leave out clips that are longer")
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    add_progress_flag(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Extract, name what was left out, and sum up."""
    from gpt_sovits.config import load_family
    from gpt_sovits.data.annotations import read_annotations
    from gpt_sovits.data.experiment import open_experiment
    from gpt_sovits.prepare.features import FeatureOptions, extract_features

    folder = PROJECT.logs / check_name(args.name)
    options = FeatureOptions(
        family=args.family, device=args.device, min_s=args.min_s, max_s=args.max_s
    )
    annotations = read_annotations(args.list, args.audio_folder, root=PROJECT.root)
    with show_progress(sys.stderr, as_json=args.progress_json, stage="features") as progress:
        report = extract_features(annotations, folder, options, paths=PROJECT, progress=progress)
    for path, reason in report.skipped:
        print(f"skipped {path}: {reason}", file=sys.stderr)
    experiment = open_experiment(folder, load_family(args.family, PROJECT.configs))
    seconds = sum(info.seconds for info in experiment.clips)
    n_new = len(report.written) - 1
    if args.json:
        return print_json(
            {
                "experiment": folder,
                "family": args.family,
                "clips": len(experiment.clips),
                "seconds": round(seconds, 2),
                "extracted": n_new,
                "written": report.written,
                "skipped": report.skipped,
            }
        )
    print(
        f"{folder}: {len(experiment.clips)} clips, {seconds:.0f} s for {args.family};"
        f" {n_new} extracted now, {len(report.skipped)} left out"
    )
    return 0
