"""`models`: which published weights are here, and how to look into, bring and take over others."""

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

from gpt_sovits.cli.progress import show_bytes
from gpt_sovits.cli.shared import Commands, print_json, print_report
from gpt_sovits.weights.local import ModelState, list_models
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
    importing.add_argument("file", type=Path, help="a .ckpt, .pth or .safetensors of any origin")
    importing.add_argument("--name", help="name of the voice; the file's when left out")
    importing.set_defaults(run=run_import)

    download = actions.add_parser("download", help="bring published models, checked by hash")
    download.add_argument("name", nargs="+", help="a group or one file of `models list`")
    download.add_argument("--source", default="huggingface", choices=["huggingface", "modelscope"])
    download.add_argument(
        "--endpoint", help=f"mirror, such as https://hf-mirror.com (or set {_ENDPOINT})"
    )
    download.add_argument("--proxy", help=f"HTTP proxy (or set {_PROXY})")
    download.set_defaults(run=run_download)

    for action in (listing, info, importing, download):
        action.add_argument("--json", action="store_true", help="end with one line of JSON")


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
    from gpt_sovits.weights.importing import import_weights

    return print_report(import_weights(args.file, args.name), args.json)


def run_download(args: argparse.Namespace) -> int:
    """Bring groups or files."""
    from gpt_sovits.report import StageReport
    from gpt_sovits.weights.download import DownloadOptions, download_models

    own_hub = args.source == "huggingface"  # the variables are Hugging Face's
    options = DownloadOptions(
        source=args.source,
        endpoint=args.endpoint or (os.environ.get(_ENDPOINT) if own_hub else None),
        token=os.environ.get(_TOKEN) if own_hub else None,
        proxy=args.proxy or os.environ.get(_PROXY),
    )
    whole = StageReport()
    with show_bytes(sys.stderr) as progress:
        for name in args.name:
            report = download_models(name, options, progress=progress)
            whole.written.extend(report.written)
            whole.skipped.extend(report.skipped)
    return print_report(whole, args.json)
