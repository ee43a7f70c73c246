"""`evaluate`: how well voices speak, in figures and on a page."""

import argparse
import sys
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from gpt_sovits.cli.options import add_options, given_options
from gpt_sovits.cli.progress import ItemProgress, show_progress
from gpt_sovits.cli.shared import Commands, add_progress_flag, print_json
from gpt_sovits.cli.voice_flags import add_drawing_flags, add_parts_flags, parts_of, weights_of
from gpt_sovits.errors import InputError
from gpt_sovits.evaluate.options import EvaluationOptions
from gpt_sovits.paths import PROJECT

if TYPE_CHECKING:
    from gpt_sovits.evaluate.report import EvaluationReport
    from gpt_sovits.evaluate.run import Candidate
    from gpt_sovits.inference.plan import SpeakingOptions


def add_command(commands: Commands) -> None:
    """Describe the command and its flags."""
    parser = commands.add_parser("evaluate", help="measure how well voices speak")
    parser.add_argument(
        "voices", nargs="*", metavar="VOICE", help="voices of `voices list`, or voice files"
    )
    add_options(parser, EvaluationOptions, leave_out={"languages"})
    parser.add_argument(
        "--languages",
        type=lambda text: tuple(filter(None, text.split(","))),
        default=(),
        metavar="en,zh,ja,mixed",
        help="which of the sentences are spoken (all)",
    )
    parser.add_argument(
        "--seed-tts",
        type=Path,
        metavar="DIR",
        help="speak a list of Seed-TTS-eval instead, DIR/meta.lst or a .lst: each line with its"
        " own prompt, once unless --seeds says otherwise; give one VOICE, or --gpt and --sovits, or"
        " --family",
    )
    add_parts_flags(parser.add_argument_group("a voice without a voice file"))
    add_drawing_flags(parser.add_argument_group("how it is said"))
    parser.add_argument("--out", type=Path, help="left out: output/evaluate/VOICE-TIME")
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    add_progress_flag(parser)
    parser.set_defaults(run=run, voice=None)


def run(args: argparse.Namespace) -> int:
    """Speak, measure, and show the table."""
    given = given_options(args, EvaluationOptions)
    if args.seed_tts is not None:
        given.setdefault("seeds", 1)
    options = EvaluationOptions(**given)
    with show_progress(sys.stderr, as_json=args.progress_json) as progress:
        if args.seed_tts is not None:
            report = _run_seed_tts(args, options, progress)
        else:
            report = _run_voices(args, options, progress)
    return _show(args, report)


def _run_voices(
    args: argparse.Namespace, options: EvaluationOptions, progress: ItemProgress
) -> "EvaluationReport":
    from gpt_sovits.evaluate.run import candidate, evaluate_voices

    voices = [candidate(name, PROJECT) for name in args.voices]
    if _has_parts(args):
        voices.append(_candidate_of_flags(args))
    elif args.reference or args.reference_text or args.more_reference:
        raise InputError("--reference belongs to --family, or to --gpt and --sovits")
    folder = _folder(args, [voice.name for voice in voices])
    return evaluate_voices(
        voices,
        options,
        folder,
        how=_how(args),
        paths=PROJECT,
        progress=progress,
        on_stage=progress.enter,
    )


def _run_seed_tts(
    args: argparse.Namespace, options: EvaluationOptions, progress: ItemProgress
) -> "EvaluationReport":
    from gpt_sovits.evaluate.run import candidate
    from gpt_sovits.evaluate.seed_tts import evaluate_seed_tts

    for name in ("sentences", "real"):
        if getattr(options, name) is not None:
            raise InputError(f"--{name} does not go with --seed-tts, whose list names them")
    if options.baselines or args.languages:
        raise InputError("--baselines and --languages do not go with --seed-tts")
    if args.reference is not None:
        raise InputError("--reference does not go with --seed-tts: each line has its own prompt")
    if len(args.voices) + _has_parts(args) != 1:
        raise InputError("--seed-tts needs one voice: VOICE, or --gpt and --sovits, or --family")
    if args.voices:
        voice = candidate(args.voices[0], PROJECT)
        name, weights = voice.name, (voice.parts.gpt, voice.parts.sovits)
    else:
        name, weights = _name_of_flags(args), weights_of(args, PROJECT)
    return evaluate_seed_tts(
        args.seed_tts,
        weights,
        name,
        options,
        _folder(args, [name]),
        how=_how(args),
        paths=PROJECT,
        progress=progress,
        on_stage=progress.enter,
    )


def _has_parts(args: argparse.Namespace) -> bool:
    return bool(args.gpt or args.sovits or args.family)


def _name_of_flags(args: argparse.Namespace) -> str:
    return args.family or Path(args.sovits or args.gpt).stem


def _candidate_of_flags(args: argparse.Namespace) -> "Candidate":
    from gpt_sovits.evaluate.run import Candidate

    parts = parts_of(args, PROJECT)
    name = _name_of_flags(args)
    return Candidate(name, parts, "not fine-tuned" if args.family else parts.gpt.name)


def _how(args: argparse.Namespace) -> "SpeakingOptions":
    from gpt_sovits.inference.plan import SpeakingOptions

    return SpeakingOptions(
        speed=args.speed,
        top_k=args.top_k,
        top_p=args.top_p,
        temperature=args.temperature,
        repetition_penalty=args.repetition_penalty,
    )


def _folder(args: argparse.Namespace, names: list[str]) -> Path:
    """--out, or a folder that is not there yet; the user is told, to be able to go on in it."""
    folder = args.out
    if folder is None:
        who = "+".join(names[:3]) or "recordings"
        stem = f"{who}-{datetime.now():%Y%m%d-%H%M%S}"
        parent = PROJECT.output / "evaluate"
        numbered = (parent / f"{stem}{f'-{n}' if n else ''}" for n in count())
        folder = next(path for path in numbered if not path.exists())
    print(f"writing into {folder}; with --out {folder} the same command goes on", file=sys.stderr)
    return folder


def _show(args: argparse.Namespace, report: "EvaluationReport") -> int:
    from gpt_sovits.evaluate.summary import text_table

    for where, reason in report.skipped:
        print(f"left out: {where}: {reason}", file=sys.stderr)
    if args.json:
        return print_json(report.to_json())
    print(text_table(report.table, report.columns))
    for name, needs in report.measured.missing:
        print(f"not measured: {name}; {needs}")
    print(f"wrote {report.summary}")
    print(f"open {report.page} in a browser")
    return 0
