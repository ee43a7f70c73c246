"""`evaluate`: how well voices speak, in figures and on a page."""

import argparse
import sys
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from gpt_sovits.cli.options import add_stage_options, given_options
from gpt_sovits.cli.progress import ItemProgress, show_progress
from gpt_sovits.cli.shared import Commands, add_talk_flags, print_json
from gpt_sovits.cli.voice_parts import parts_of, weights_of
from gpt_sovits.evaluate.options import EvaluateRequest, EvaluationOptions
from gpt_sovits.inference.options import DrawingOptions, SpeakingOptions
from gpt_sovits.options import part_of
from gpt_sovits.paths import PROJECT
from gpt_sovits.stages import STAGES

if TYPE_CHECKING:
    from gpt_sovits.evaluate.report import EvaluationReport
    from gpt_sovits.evaluate.run import Candidate


def add_command(commands: Commands) -> None:
    """Describe the command and its flags."""
    parser = commands.add_parser("evaluate", help="measure how well voices speak")
    add_stage_options(parser, STAGES["evaluate"])
    add_talk_flags(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Speak, measure, and show the table."""
    given = given_options(args, EvaluateRequest)
    if "seed_tts" in given:
        given.setdefault("seeds", 1)
    request = EvaluateRequest(**given)
    run = _run_voices if request.seed_tts is None else _run_seed_tts
    with show_progress(sys.stderr, as_json=args.progress_json) as progress:
        report = run(request, progress)
    return _show(report, args.json)


def _run_voices(request: EvaluateRequest, progress: ItemProgress) -> "EvaluationReport":
    from gpt_sovits.evaluate.run import candidate, evaluate_voices

    voices = [candidate(name, PROJECT) for name in request.voices]
    if request.has_parts:
        voices.append(_candidate_of_parts(request))
    return evaluate_voices(
        voices,
        part_of(request, EvaluationOptions),
        _folder(request, [voice.name for voice in voices]),
        how=_how(request),
        paths=PROJECT,
        progress=progress,
        on_stage=progress.enter,
    )


def _run_seed_tts(request: EvaluateRequest, progress: ItemProgress) -> "EvaluationReport":
    from gpt_sovits.evaluate.run import candidate
    from gpt_sovits.evaluate.seed_tts import evaluate_seed_tts

    assert request.seed_tts is not None
    if request.voices:
        voice = candidate(request.voices[0], PROJECT)
        name, weights = voice.name, (voice.parts.gpt, voice.parts.sovits)
    else:
        name, weights = _name_of_parts(request), weights_of(request, PROJECT)
    return evaluate_seed_tts(
        request.seed_tts,
        weights,
        name,
        part_of(request, EvaluationOptions),
        _folder(request, [name]),
        how=_how(request),
        paths=PROJECT,
        progress=progress,
        on_stage=progress.enter,
    )


def _name_of_parts(request: EvaluateRequest) -> str:
    return request.family or (request.sovits.stem if request.sovits else "")


def _candidate_of_parts(request: EvaluateRequest) -> "Candidate":
    from gpt_sovits.evaluate.run import Candidate

    parts = parts_of(request, None, PROJECT)
    note = "not fine-tuned" if request.family else parts.gpt.name
    return Candidate(_name_of_parts(request), parts, note)


def _how(request: EvaluateRequest) -> SpeakingOptions:
    return SpeakingOptions(**vars(part_of(request, DrawingOptions)))


def _folder(request: EvaluateRequest, names: list[str]) -> Path:
    """--out, or a folder that is not there yet; the user is told, to be able to go on in it."""
    folder = request.out
    if folder is None:
        who = "+".join(names[:3]) or "recordings"
        stem = f"{who}-{datetime.now():%Y%m%d-%H%M%S}"
        parent = PROJECT.output / "evaluate"
        numbered = (parent / f"{stem}{f'-{n}' if n else ''}" for n in count())
        folder = next(path for path in numbered if not path.exists())
    print(f"writing into {folder}; with --out {folder} the same command goes on", file=sys.stderr)
    return folder


def _show(report: "EvaluationReport", as_json: bool) -> int:
    from gpt_sovits.evaluate.summary import text_table

    for where, reason in report.skipped:
        print(f"left out: {where}: {reason}", file=sys.stderr)
    if as_json:
        return print_json(report.to_json())
    print(text_table(report.table, report.columns))
    for name, needs in report.measured.missing:
        print(f"not measured: {name}; {needs}")
    print(f"wrote {report.summary}")
    print(f"open {report.page} in a browser")
    return 0
