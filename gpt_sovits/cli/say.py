"""`say`: speak a text, or a table of them, with a voice."""

import argparse
import sys
import time
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gpt_sovits.cli.options import add_stage_options, given_options
from gpt_sovits.cli.progress import show_progress
from gpt_sovits.cli.shared import Commands, add_talk_flags, print_json
from gpt_sovits.cli.voice_parts import parts_of
from gpt_sovits.errors import InputError
from gpt_sovits.inference.options import SayRequest, SpeakingOptions
from gpt_sovits.options import part_of
from gpt_sovits.paths import PROJECT
from gpt_sovits.stages import STAGES

if TYPE_CHECKING:
    from gpt_sovits.inference.speech import Speech
    from gpt_sovits.inference.table import TableReport
    from gpt_sovits.inference.voice import Voice
    from gpt_sovits.inference.voice_file import VoiceParts


def add_command(commands: Commands) -> None:
    """Describe the command and its flags."""
    parser = commands.add_parser("say", help="speak a text with a voice")
    add_stage_options(parser, STAGES["say"])
    add_talk_flags(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Load the voice and speak."""
    request = SayRequest(**given_options(args, SayRequest))
    parts = parts_of(request, request.voice, PROJECT)
    if request.table is not None:
        return _run_table(args, request, parts)
    return _run_text(args, request, parts)


def _load(parts: "VoiceParts", device: str) -> "Voice":
    from gpt_sovits.inference.voice import load_voice

    return load_voice(parts.gpt, parts.sovits, parts.reference, device=device, paths=PROJECT)


def _run_text(args: argparse.Namespace, request: SayRequest, parts: "VoiceParts") -> int:
    from gpt_sovits.audio.write import write_audio
    from gpt_sovits.inference.speech import write_timings

    text = request.text if request.text_file is None else _text_of(request.text_file)
    out = request.out or _default_out(request.voice or request.family or parts.sovits.stem)
    _check_endings(out, request.timings)
    voice = _load(parts, request.device)
    began = time.perf_counter()
    with show_progress(sys.stderr, as_json=args.progress_json, stage="say") as progress:
        speech = voice.say(text or "", part_of(request, SpeakingOptions), progress=progress)
    spent_s = time.perf_counter() - began
    write_audio(out, speech.audio, speech.sample_rate)
    if request.timings is not None:
        write_timings(request.timings, speech.sentences)
    for part, reason in speech.skipped:
        print(f"skipped {part!r}: {reason}", file=sys.stderr)
    if args.json:
        return print_json(_speech_json(out, request.timings, speech, spent_s))
    print(f"wrote {out} ({speech.seconds:.1f} s of speech in {spent_s:.1f} s)")
    return 0


def _speech_json(
    out: Path, timings: Path | None, speech: "Speech", spent_s: float
) -> dict[str, Any]:
    return {
        "paths": [out] if timings is None else [out, timings],
        "seconds": speech.seconds,
        "sample_rate": speech.sample_rate,
        "seed": speech.seed,
        "sentences": [sentence.to_json() for sentence in speech.sentences],
        "skipped": speech.skipped,
        "real_time_factor": _real_time_factor(spent_s, speech.seconds),
    }


def _real_time_factor(spent_s: float, seconds: float) -> float | None:
    """Seconds of work for a second of speech, loading not counted; None where none was spoken."""
    return round(spent_s / seconds, 4) if seconds else None


def _text_of(path: Path) -> str:
    from gpt_sovits.inference.table import read_utf8

    if str(path) != "-":
        return read_utf8(path)
    try:
        return sys.stdin.buffer.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError("standard input is not UTF-8; send UTF-8") from error


def _default_out(voice: str) -> Path:
    """A file that is not there yet: output/say/VOICE-TIME.wav."""
    stem = f"{Path(voice).stem}-{datetime.now():%Y%m%d-%H%M%S}"
    folder = PROJECT.output / "say"
    numbered = (folder / f"{stem}{f'-{n}' if n else ''}.wav" for n in count())
    return next(path for path in numbered if not path.exists())


def _check_endings(out: Path, timings: Path | None) -> None:
    """Refuse files that could not be written, before the time for speaking is spent."""
    from gpt_sovits.audio.write import SUBTYPES
    from gpt_sovits.inference.speech import check_timings_path

    if out.suffix.lower() not in SUBTYPES:
        raise InputError(f"{out}: unknown ending; use one of {', '.join(SUBTYPES)}")
    if timings is not None:
        check_timings_path(timings)


def _run_table(args: argparse.Namespace, request: SayRequest, parts: "VoiceParts") -> int:
    from gpt_sovits.inference.table import key_of_voice, read_table, speak_table

    assert request.table is not None, "the request was checked"
    assert request.out_dir is not None, "the request was checked"
    lines, failed = read_table(request.table)
    voice = _load(parts, request.device)
    began = time.perf_counter()
    with show_progress(sys.stderr, as_json=args.progress_json, stage="say") as progress:
        report = speak_table(
            lines,
            request.out_dir,
            lambda: voice,
            part_of(request, SpeakingOptions),
            voice_key=key_of_voice(parts, PROJECT),
            force=request.force,
            progress=progress,
        )
    spent_s = time.perf_counter() - began
    report.failed[:] = sorted([*failed, *report.failed])
    return _show_table(args, report, spent_s)


def _show_table(args: argparse.Namespace, report: "TableReport", spent_s: float) -> int:
    for line in report.spoken:
        for part, reason in line.skipped:
            print(f"{line.path.name}: skipped {part!r}: {reason}", file=sys.stderr)
    for number, reason in report.failed:
        print(f"line {number}: {reason}", file=sys.stderr)
    seconds = sum(line.seconds for line in report.spoken)
    if args.json:
        print_json(
            {
                "paths": [line.path for line in report.spoken],
                "unchanged": report.unchanged,
                "seconds": seconds,
                "sentences": [
                    {"path": line.path, **sentence.to_json()}
                    for line in report.spoken
                    for sentence in line.sentences
                ],
                "failed": report.failed,
                "real_time_factor": _real_time_factor(spent_s, seconds),
            }
        )
    else:
        print(
            f"wrote {len(report.spoken)} recordings ({seconds:.1f} s of speech in {spent_s:.1f} s)"
        )
        if report.unchanged:
            print(f"kept {len(report.unchanged)} that were there already")
    if report.failed:
        raise InputError(f"{args.table}: {len(report.failed)} lines were not spoken; see above")
    return 0
