"""`voices`: the voices of this project."""

import argparse
import sys
from pathlib import Path

from gpt_sovits.cli.shared import Commands, print_json
from gpt_sovits.cli.voice_changes import add_actions
from gpt_sovits.errors import InputError
from gpt_sovits.paths import PROJECT


def add_command(commands: Commands) -> None:
    """Describe the commands and their flags."""
    voices = commands.add_parser("voices", help="list, show, add, mix, pass on and change voices")
    actions = voices.add_subparsers(dest="action", metavar="ACTION", required=True)

    listing = actions.add_parser("list", help="which voices there are")
    listing.set_defaults(run=run_list)

    show = actions.add_parser("show", help="what one voice is made of")
    show.add_argument("name")
    show.set_defaults(run=run_show)

    add = actions.add_parser("add", help="make a voice of weights and a clip")
    add.add_argument("name")
    add.add_argument("--gpt", type=Path, required=True, help="ours or a .ckpt")
    add.add_argument("--sovits", type=Path, required=True, help="ours or a .pth")
    add.add_argument("--reference", type=Path, required=True, help="a clip of the speaker")
    add.add_argument("--reference-text", help="what is said in it")
    add.add_argument("--reference-language", default="auto", help="language mode of that text")
    add.add_argument(
        "--more-reference",
        type=Path,
        action="append",
        default=[],
        help="a further clip; repeatable",
    )
    add.add_argument("--consent", default="", help="who agreed to this voice, to what and when")
    add.add_argument("--replace", action="store_true", help="replace a voice of this name")
    add.set_defaults(run=run_add)

    for action in (listing, show, add):
        action.add_argument("--json", action="store_true", help="end with one line of JSON")
    add_actions(actions)


def run_list(args: argparse.Namespace) -> int:
    """Show the voices; one whose file has a mistake is named."""
    from gpt_sovits.inference.voice_file import load_voice_file, voice_names

    voices = []
    for name in voice_names(PROJECT):
        try:
            voices.append(load_voice_file(name, PROJECT))
        except InputError as error:
            print(f"skipped {error}", file=sys.stderr)
    if args.json:
        return print_json([voice.model_dump(mode="json") for voice in voices])
    for voice in voices:
        print(f"{voice.name:24} {voice.family:10} {voice.consent or 'no consent noted'}")
    if not voices:
        print("no voices yet; make one with `clone`, or with `voices add`")
    return 0


def run_show(args: argparse.Namespace) -> int:
    """Show what a voice is made of."""
    from gpt_sovits.inference.voice_file import load_voice_file

    values = load_voice_file(args.name, PROJECT).model_dump(mode="json")
    if args.json:
        return print_json(values)
    reference = values.pop("reference")
    for key, value in [*values.items(), *((f"reference {k}", v) for k, v in reference.items())]:
        if value not in (None, "", []):
            print(f"{key:18} {value}")
    return 0


def run_add(args: argparse.Namespace) -> int:
    """Try the weights and the clip together, then write the voice."""
    from gpt_sovits.inference.reference import ReferenceClip
    from gpt_sovits.inference.voice import load_voice
    from gpt_sovits.inference.voice_file import (
        VoiceParts,
        check_new,
        make_voice_file,
        save_voice_file,
    )

    check_new(args.name, PROJECT, replace=args.replace)
    reference = ReferenceClip(
        args.reference, args.reference_text, args.reference_language, tuple(args.more_reference)
    )
    voice = load_voice(args.gpt, args.sovits, reference, paths=PROJECT)
    parts = VoiceParts(args.gpt, args.sovits, reference)
    file = make_voice_file(args.name, voice.family.name, parts, consent=args.consent, paths=PROJECT)
    path = save_voice_file(file, PROJECT, replace=args.replace)
    if args.json:
        return print_json({"path": path, **file.model_dump(mode="json")})
    print(f'wrote {path}; try it with: python -m gpt_sovits say --voice {args.name} --text "..."')
    return 0
