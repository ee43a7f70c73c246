"""`voices`: the voices of this project."""

import argparse
import sys

from gpt_sovits.cli.options import add_stage_options, given_options
from gpt_sovits.cli.shared import Commands, add_talk_flags, print_json
from gpt_sovits.cli.voice_changes import add_actions
from gpt_sovits.cli.voice_parts import reference_of
from gpt_sovits.errors import InputError
from gpt_sovits.inference.options import AddVoiceRequest
from gpt_sovits.paths import PROJECT
from gpt_sovits.stages import STAGES


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
    add_stage_options(add, STAGES["voices add"])
    add.set_defaults(run=run_add)

    for action in (listing, show, add):
        add_talk_flags(action, progress=action is add)
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
    from gpt_sovits.inference.voice import load_voice
    from gpt_sovits.inference.voice_file import (
        VoiceParts,
        check_new,
        make_voice_file,
        save_voice_file,
    )

    request = AddVoiceRequest(**given_options(args, AddVoiceRequest))
    check_new(request.name, PROJECT, replace=request.replace)
    reference = reference_of(request)
    assert reference is not None, "it had to be given"
    voice = load_voice(request.gpt, request.sovits, reference, paths=PROJECT)
    parts = VoiceParts(request.gpt, request.sovits, reference)
    file = make_voice_file(
        request.name, voice.family.name, parts, consent=request.consent, paths=PROJECT
    )
    path = save_voice_file(file, PROJECT, replace=request.replace)
    if args.json:
        return print_json({"path": path, **file.model_dump(mode="json")})
    print(f"wrote {path}")
    print(f'try it: python -m gpt_sovits say --voice {request.name} --text "..."')
    return 0
