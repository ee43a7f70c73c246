"""`models`: which published weights are here, and how to look into, bring and take over others."""

import argparse
import json
import os
import sys
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

from gpt_sovits.cli.options import add_stage_options, given_options
from gpt_sovits.cli.progress import show_bytes, show_progress
from gpt_sovits.cli.shared import Commands, add_talk_flags, print_json, print_report
from gpt_sovits.options import part_of
from gpt_sovits.report import Progress, StageReport
from gpt_sovits.stages import STAGES
from gpt_sovits.weights.local import ModelState, list_models
from gpt_sovits.weights.options import DownloadOptions, DownloadRequest, ImportWeightsRequest
from gpt_sovits.weights.registry import model_groups

_ENDPOINT, _TOKEN, _PROXY = "HF_ENDPOINT", "HF_TOKEN", "HTTPS_PROXY"


def add_command(commands: Commands) -> None:
    """Describe the four commands and their flags."""
    models = commands.add_parser("models", help="list, bring, import and look into weights")
    actions = models.add_subparsers(dest="action", metavar="ACTION", required=True)

    listing = actions.add_parser("list", help="what is published, and what of it is here")
    listing.add_argument("name", nargs="?", help="a group or one file; all when left out")
    listing.set_defaults(run=run_list)

    info = actions.add_parser("info", help="what a weights file holds")
    info.add_argument("file", type=Path)
    info.set_defaults(run=run_info)

    importing = actions.add_parser("import", help="take over a voice as safetensors")
    add_stage_options(importing, STAGES["models import"])
    importing.set_defaults(run=run_import)

    download = actions.add_parser("download", help="bring published models, checked by hash")
    add_stage_options(download, STAGES["models download"])
    download.set_defaults(run=run_download)

    for action in (listing, info, importing, download):
        add_talk_flags(action, progress=action in (importing, download))


def run_list(args: argparse.Namespace) -> int:
    """Show the table of published files."""
    states = list_models(args.name)
    if args.json:
        return print_json([_state_json(state) for state in states])
    width = max(len(state.file.path) for state in states)
    for state in states:
        size = f"{state.file.bytes / 1e6:9.1f} MB" if state.file.bytes else "   size ? MB"
        groups = ", ".join(state.file.groups)
        print(f"{state.state:10}  {state.file.path:<{width}}  {size}  {groups}")
    if args.name is None:
        print(f"\nbring a group with: python -m gpt_sovits models download {_some_groups()}")
    return 0


def _some_groups() -> str:
    return "{" + ",".join(model_groups()) + "}"


def _state_json(state: ModelState) -> dict[str, Any]:
    return {
        "path": state.file.path,
        "groups": state.file.groups,
        "bytes": state.file.bytes,
        "sha256": state.file.sha256,
        "state": state.state,
    }


def run_info(args: argparse.Namespace) -> int:
    """Describe one weights file."""
    from gpt_sovits.weights.describe import describe_weights

    about = describe_weights(args.file)
    if args.json:
        return print_json(about)
    for key in ("path", "bytes", "sha256", "kind", "family", "info", "lora_rank"):
        if about[key] not in (None, ""):
            print(f"{key:10} {about[key]}")
    parts = ", ".join(f"{part} {count:,}" for part, count in about["parts"].items())
    print(f"parameters {about['n_parameters']:,} ({parts})")
    for key in ("sizes", "config", "provenance"):
        if about[key]:
            print(f"{key:10} {json.dumps(about[key], ensure_ascii=False)}")
    return 0


def run_import(args: argparse.Namespace) -> int:
    """Read a foreign file safely and keep it as our own."""
    from gpt_sovits.weights.adopting import adopt_models
    from gpt_sovits.weights.importing import import_weights

    request = ImportWeightsRequest(**given_options(args, ImportWeightsRequest))
    if request.source.is_dir():
        with show_progress(sys.stderr, as_json=args.progress_json, stage="import") as progress:
            report = adopt_models(request.source, progress=progress)
    else:
        report = import_weights(request.source, request.name)
    return print_report(report, args.json)


def run_download(args: argparse.Namespace) -> int:
    """Bring groups or files."""
    from gpt_sovits.weights.download import download_models

    request = DownloadRequest(**given_options(args, DownloadRequest))
    options = _with_environment(part_of(request, DownloadOptions))
    whole = StageReport()
    with _show(args.progress_json) as progress:
        for name in request.name:
            report = download_models(name, options, progress=progress)
            whole.written.extend(report.written)
            whole.skipped.extend(report.skipped)
    return print_report(whole, args.json)


def _with_environment(options: DownloadOptions) -> DownloadOptions:
    """What was not chosen comes from the variables that other programs read too."""
    own_hub = options.source == "huggingface"  # two of the variables are Hugging Face's
    return replace(
        options,
        endpoint=options.endpoint or (os.environ.get(_ENDPOINT) or None if own_hub else None),
        token=os.environ.get(_TOKEN) if own_hub else None,
        proxy=options.proxy or os.environ.get(_PROXY) or None,
    )


def _show(as_json: bool) -> AbstractContextManager[Progress]:
    if as_json:
        return show_progress(sys.stderr, as_json=True, stage="download")
    return show_bytes(sys.stderr)
