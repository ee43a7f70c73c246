"""`separate`: vocals from accompaniment, a dry voice from echo and reverb."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from gpt_sovits.cli.options import add_stage_options, given_options
from gpt_sovits.cli.progress import show_progress
from gpt_sovits.cli.shared import Commands, add_talk_flags, print_json, print_report
from gpt_sovits.options import part_of
from gpt_sovits.paths import PROJECT
from gpt_sovits.prepare.separate.models import (
    FOLDER,
    MODELS,
    PRESETS,
    SPECTRAL,
    file_of,
    how_to_get,
    model_folders,
)
from gpt_sovits.prepare.separate.options import SeparateOptions, SeparateRequest
from gpt_sovits.stages import STAGES


def add_command(commands: Commands) -> None:
    """Describe the command and its flags."""
    parser = commands.add_parser(
        "separate", help="vocals from accompaniment, a dry voice from echo and reverb"
    )
    add_stage_options(parser, STAGES["separate"])
    add_talk_flags(parser)
    parser.add_argument(
        "--list", action=_ListModels, nargs=0, help="show the models and presets, and leave"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Separate, say by which models, and how weak the result is without one."""
    from gpt_sovits.prepare.separate.run import separate_recordings

    request = SeparateRequest(**given_options(args, SeparateRequest))
    options = part_of(request, SeparateOptions)
    with show_progress(sys.stderr, as_json=args.progress_json, stage="separate") as progress:
        report = separate_recordings(
            request.source,
            request.out,
            options,
            replace=request.replace,
            paths=PROJECT,
            progress=progress,
        )
    if report.note:
        print(f"note: {report.note}", file=sys.stderr)
    if not args.json:
        print(f"separated by {', then '.join(report.models)}")
        return print_report(report.stage, as_json=False)
    for path, reason in report.stage.skipped:
        print(f"skipped {path}: {reason}", file=sys.stderr)
    return print_json(asdict(report.stage) | {"models": report.models, "note": report.note})


class _ListModels(argparse.Action):
    """Print what there is, as `--version` does: no recording has to be named."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,
    ) -> None:
        folders = model_folders(getattr(namespace, "folder", None), PROJECT)
        width = max(len(model.name) for model in MODELS)
        print(f"models, looked for in {folders[0]}:\n")
        for model in MODELS:
            is_here = file_of(model, folders) is not None
            print(f"{'here' if is_here else '-':5} {model.name:{width}}  {model.title}")
            if not is_here:
                print(f"{'':5} {'':{width}}  {how_to_get(model)}")
        print(f"{'here':5} {SPECTRAL.name:{width}}  {SPECTRAL.title}")
        print("\nany other .ckpt of BS-RoFormer, Mel-Band-RoFormer or MDX23C with its .yaml beside")
        print(f"it in pretrained_models/{FOLDER} works by its name.\n\npresets:\n")
        for name, chain in PRESETS.items():
            print(f"{'':5} {name:{width}}  {', then '.join(chain)}")
        parser.exit()
