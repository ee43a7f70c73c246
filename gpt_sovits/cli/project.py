"""`project`: voices in the making: begin one, add recordings, see how far it is."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gpt_sovits.cli.shared import Commands, print_json
from gpt_sovits.paths import PROJECT

if TYPE_CHECKING:
    from gpt_sovits.pipeline.project_sources import Added


def add_command(commands: Commands) -> None:
    """Describe the commands and their flags."""
    project = commands.add_parser("project", help="voices in the making: new, add, list, show")
    actions = project.add_subparsers(dest="action", metavar="ACTION", required=True)

    new = actions.add_parser("new", help="begin a voice, or take up one that is there")
    new.add_argument("name", help="of the project, and of its voice")
    new.add_argument("sources", nargs="*", type=Path, metavar="RECORDING", help="see `project add`")
    new.add_argument("--language", default="auto", help="what is spoken: zh, en, ja, ... (auto)")
    new.add_argument("--family", default="mini", help="family of the networks (mini)")
    new.add_argument("--speaker", default="", help="who speaks (the name)")
    new.add_argument("--consent", default="", help="who agreed to this voice, to what and when")
    new.add_argument(
        "--adopt", action="store_true", help="take up a voice or experiment of this name"
    )
    new.set_defaults(run=run_new)

    add = actions.add_parser("add", help="copy recordings into input/NAME/")
    add.add_argument("name")
    add.add_argument(
        "sources",
        nargs="+",
        type=Path,
        metavar="RECORDING",
        help="audio, video, a folder of them, or a .list with its clips; texts and subtitles come"
        " along with the recording of their name",
    )
    add.set_defaults(run=run_add)

    listing = actions.add_parser("list", help="which projects there are")
    listing.set_defaults(run=run_list)

    show = actions.add_parser("show", help="how far a project is, and what to do next")
    show.add_argument("name")
    show.set_defaults(run=run_show)

    voice = actions.add_parser("voice", help="make a voice of what was trained, as `clone` does")
    voice.add_argument("name")
    voice.add_argument("--replace", action="store_true", help="replace a voice that was edited")
    voice.add_argument("--progress-json", action="store_true", help=argparse.SUPPRESS)
    voice.set_defaults(run=run_voice)

    for action in (new, add, listing, show, voice):
        action.add_argument("--json", action="store_true", help="end with one line of JSON")


def run_new(args: argparse.Namespace) -> int:
    """Begin a project; its recordings may come with it."""
    from gpt_sovits.pipeline.project import adopt_project, project_path
    from gpt_sovits.pipeline.project_sources import Added, add_recordings, begin_project

    if args.adopt:
        project = adopt_project(args.name, PROJECT)
        added = (
            add_recordings(project, args.sources, paths=PROJECT) if args.sources else Added(project)
        )
    else:
        added = begin_project(
            args.name,
            args.sources,
            language=args.language,
            family=args.family,
            speaker=args.speaker,
            consent=args.consent,
            paths=PROJECT,
        )
    return _print_added(added, project_path(args.name, PROJECT), args.json)


def run_add(args: argparse.Namespace) -> int:
    """Take over recordings."""
    from gpt_sovits.pipeline.project import load_project, project_path
    from gpt_sovits.pipeline.project_sources import add_recordings

    added = add_recordings(load_project(args.name, PROJECT), args.sources, paths=PROJECT)
    return _print_added(added, project_path(args.name, PROJECT), args.json)


def run_list(args: argparse.Namespace) -> int:
    """Show the projects, and what could be taken up as one."""
    from gpt_sovits.pipeline.project import adoptable, list_projects

    projects = list_projects(PROJECT)
    others = adoptable(PROJECT)
    if args.json:
        told = [project.model_dump(mode="json") for project in projects]
        return print_json({"projects": told, "adoptable": others})
    for project in projects:
        consent = project.consent or "no consent noted"
        print(f"{project.name:24} {project.family:10} {project.language:6} {consent}")
    if not projects:
        print("no projects yet; begin one with: python -m gpt_sovits project new NAME RECORDING")
    if others:
        print(f"can be taken up with `project new NAME --adopt`: {', '.join(others)}")
    return 0


def run_show(args: argparse.Namespace) -> int:
    """Show the state of every stage and what to do next."""
    from gpt_sovits.pipeline.next_step import next_step
    from gpt_sovits.pipeline.project import load_project
    from gpt_sovits.pipeline.project_jobs import stage_jobs
    from gpt_sovits.pipeline.project_state import stages_of

    project = load_project(args.name, PROJECT)
    states = stages_of(project, stage_jobs(args.name, PROJECT), PROJECT)
    step = next_step(project, states, PROJECT)
    if args.json:
        told: dict[str, Any] = project.model_dump(mode="json")
        told["stages"] = [state.to_json() for state in states]
        return print_json(told | {"next": {"stage": step.stage, "reason": step.reason}})
    for state in states:
        print(f"{state.stage:14} {state.status:8} {state.summary}")
    print(f"next: {step.stage}: {step.reason}")
    return 0


def run_voice(args: argparse.Namespace) -> int:
    """Make the voice."""
    from gpt_sovits.pipeline.finish import finish_voice
    from gpt_sovits.pipeline.project import load_project

    path = finish_voice(load_project(args.name, PROJECT), replace=args.replace, paths=PROJECT)
    if args.json:
        return print_json({"written": [path], "voice": path})
    print(f'wrote {path}; try it with: python -m gpt_sovits say --voice {args.name} --text "..."')
    return 0


def _print_added(added: "Added", path: Path, as_json: bool) -> int:
    for file, reason in added.skipped:
        print(f"skipped {file}: {reason}", file=sys.stderr)
    if as_json:
        told = added.project.model_dump(mode="json")
        return print_json({"written": [path], "kept": added.kept, "skipped": added.skipped} | told)
    print(f"wrote {path}")
    for file in added.kept:
        print(f"kept {file}")
    return 0
