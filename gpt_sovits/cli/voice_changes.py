"""`voices fuse`, `export`, `import`, `choose`, `consent` and `remove`."""

import argparse
import sys
from pathlib import Path

from gpt_sovits.cli.options import add_stage_options, given_options
from gpt_sovits.cli.progress import show_progress
from gpt_sovits.cli.shared import Commands, add_talk_flags, print_json
from gpt_sovits.inference.voice_requests import ExportRequest, FuseRequest, ImportRequest
from gpt_sovits.paths import PROJECT
from gpt_sovits.stages import STAGES


def add_actions(actions: Commands) -> None:
    """Describe the actions and their flags."""
    fuse = actions.add_parser("fuse", help="mix two voices into a third one")
    add_stage_options(fuse, STAGES["voices fuse"])
    fuse.set_defaults(run=run_fuse)

    export = actions.add_parser("export", help="put a voice into one file")
    add_stage_options(export, STAGES["voices export"])
    export.set_defaults(run=run_export)

    importing = actions.add_parser("import", help="take a voice out of such a file")
    add_stage_options(importing, STAGES["voices import"])
    importing.set_defaults(run=run_import)

    choose = actions.add_parser("choose", help="let a voice speak with another pair of weights")
    choose.add_argument("name", metavar="NAME")
    choose.add_argument("--gpt", type=Path, required=True, help="ours or a .ckpt")
    choose.add_argument("--sovits", type=Path, required=True, help="ours or a .pth")
    choose.set_defaults(run=run_choose)

    consent = actions.add_parser("consent", help="note who agreed to a voice")
    consent.add_argument("name", metavar="NAME")
    consent.add_argument("--text", required=True, help="who agreed, to what and when")
    consent.set_defaults(run=run_consent)

    remove = actions.add_parser("remove", help="move a voice to output/removed/")
    remove.add_argument("name", metavar="NAME")
    remove.set_defaults(run=run_remove)

    for action in (fuse, export, importing, choose, consent, remove):
        add_talk_flags(action, progress=action in (fuse, export, importing))


def run_fuse(args: argparse.Namespace) -> int:
    """Mix two voices."""
    from gpt_sovits.inference.voice_fusion import fuse_voices

    request = FuseRequest(**given_options(args, FuseRequest))
    with show_progress(sys.stderr, as_json=args.progress_json, stage="fuse") as progress:
        report = fuse_voices(request, paths=PROJECT, progress=progress)
    if args.json:
        return print_json({"path": report.path, **report.voice.model_dump(mode="json")})
    for path in report.written:
        print(f"wrote {path}")
    print(f"wrote {report.path}")
    print(f'try it: python -m gpt_sovits say --voice {report.voice.name} --text "..."')
    return 0


def run_export(args: argparse.Namespace) -> int:
    """Put a voice into one file."""
    from gpt_sovits.inference.voice_archive import export_voice

    request = ExportRequest(**given_options(args, ExportRequest))
    with show_progress(sys.stderr, as_json=args.progress_json, stage="export") as progress:
        path = export_voice(request, paths=PROJECT, progress=progress)
    if args.json:
        return print_json({"path": path, "bytes": path.stat().st_size})
    print(f"wrote {path}, {path.stat().st_size / 1e6:.1f} MB")
    return 0


def run_import(args: argparse.Namespace) -> int:
    """Take a voice out of a file."""
    from gpt_sovits.inference.voice_import import import_voice

    request = ImportRequest(**given_options(args, ImportRequest))
    with show_progress(sys.stderr, as_json=args.progress_json, stage="import") as progress:
        report = import_voice(request, paths=PROJECT, progress=progress)
    if args.json:
        return print_json({"path": report.path, **report.voice.model_dump(mode="json")})
    print(f"wrote {report.path}; consent: {report.voice.consent or 'none noted'}")
    print(f'try it: python -m gpt_sovits say --voice {report.voice.name} --text "..."')
    return 0


def run_choose(args: argparse.Namespace) -> int:
    """Write a pair of weights into a voice's file."""
    from gpt_sovits.inference.voice_changes import choose_weights

    path = choose_weights(args.name, args.gpt, args.sovits, paths=PROJECT)
    return _wrote(path, args)


def run_consent(args: argparse.Namespace) -> int:
    """Write a note of consent into a voice's file."""
    from gpt_sovits.inference.voice_changes import note_consent

    return _wrote(note_consent(args.name, args.text, paths=PROJECT), args)


def run_remove(args: argparse.Namespace) -> int:
    """Move a voice away."""
    from gpt_sovits.inference.voice_changes import remove_voice

    folder = remove_voice(args.name, paths=PROJECT)
    if args.json:
        return print_json({"path": folder})
    print(f"moved {args.name} to {folder}; move the files back to have it again")
    return 0


def _wrote(path: Path, args: argparse.Namespace) -> int:
    if args.json:
        return print_json({"path": path})
    print(f"wrote {path}; the file as it was lies in voices/earlier/")
    return 0
