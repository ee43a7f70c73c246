"""`features`: everything that training reads of each clip of an annotation list."""

import argparse
import sys

from gpt_sovits.cli.options import add_stage_options, given_options
from gpt_sovits.cli.progress import show_progress
from gpt_sovits.cli.shared import Commands, add_talk_flags, print_json
from gpt_sovits.options import part_of
from gpt_sovits.paths import PROJECT
from gpt_sovits.prepare.feature_options import FeatureOptions, FeaturesRequest
from gpt_sovits.stages import STAGES


def add_command(commands: Commands) -> None:
    """Describe the command and its flags."""
    parser = commands.add_parser("features", help="extract what training reads of each clip")
    add_stage_options(parser, STAGES["features"])
    add_talk_flags(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Extract, name what was left out, and sum up."""
    from gpt_sovits.config import load_family
    from gpt_sovits.data.annotations import read_annotations
    from gpt_sovits.data.experiment import open_experiment
    from gpt_sovits.prepare.features import extract_features

    request = FeaturesRequest(**given_options(args, FeaturesRequest))
    folder = PROJECT.logs / request.name
    options = part_of(request, FeatureOptions)
    annotations = read_annotations(request.source, request.audio_folder, root=PROJECT.root)
    with show_progress(sys.stderr, as_json=args.progress_json, stage="features") as progress:
        report = extract_features(annotations, folder, options, paths=PROJECT, progress=progress)
    for path, reason in report.skipped:
        print(f"skipped {path}: {reason}", file=sys.stderr)
    experiment = open_experiment(folder, load_family(request.family, PROJECT.configs))
    seconds = sum(info.seconds for info in experiment.clips)
    n_new = len(report.written) - 1
    if args.json:
        return print_json(
            {
                "experiment": folder,
                "family": request.family,
                "clips": len(experiment.clips),
                "seconds": round(seconds, 2),
                "extracted": n_new,
                "written": report.written,
                "skipped": report.skipped,
            }
        )
    print(
        f"{folder}: {len(experiment.clips)} clips, {seconds:.0f} s for {request.family};"
        f" {n_new} extracted now, {len(report.skipped)} left out"
    )
    return 0
