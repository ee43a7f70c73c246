"""`say`: speak a text, or a table of them, with a voice."""

import argparse
import sys
import time
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gpt_sovits.cli.progress import show_progress
from gpt_sovits.cli.shared import Commands, add_progress_flag, print_json
from gpt_sovits.cli.voice_flags import add_speaking_flags, add_voice_flags, options_of, parts_of
from gpt_sovits.errors import InputError
from gpt_sovits.paths import PROJECT

if TYPE_CHECKING:
    from gpt_sovits.inference.plan import SpeakingOptions
    from gpt_sovits.inference.speech import Speech
    from gpt_sovits.inference.table import TableReport
    from gpt_sovits.inference.voice import Voice
    from gpt_sovits.inference.voice_file import VoiceParts


def add_command(commands: Commands) -> None:
    """Describe the command and its flags."""
    parser = commands.add_parser("say", help="speak a text with a voice")
    add_voice_flags(parser)
    what = parser.add_argument_group("what is said")
    source = what.add_mutually_exclusive_group(required=True)
    source.add_argument("--text", help="the text")
    source.add_argument("--text-file", type=Path, help="a UTF-8 file; - reads standard input")
    source.add_argument(
        "--table", type=Path, help="many texts: name, language and text, separated by tabs"
    )
    what.add_argument("--language", default="auto", help="language mode, such as zh, all_ja, auto")
    add_speaking_flags(parser)
    result = parser.add_argument_group("result")
    result.add_argument(
        "--out",
        type=Path,
        help=".wav, .flac, .mp3, .ogg or .opus; left out: output/say/VOICE-TIME.wav",
    )
    result.add_argument("--timings", type=Path, help="when each sentence sounds: .json or .srt")
    result.add_argument("--out-dir", type=Path, help="folder of --table; each line is NAME.wav")
    result.add_argument(
        "--force", action="store_true", help="with --table: replace files it did not make"
    )
    result.add_argument("--json", action="store_true", help="end with one line of JSON")
    add_progress_flag(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Load the voice and speak."""
    parts = parts_of(args, PROJECT)
    options = options_of(args)
    if args.table is not None:
        return _run_table(args, parts, options)
    return _run_text(args, parts, options)


def _load(parts: "VoiceParts", device: str) -> "Voice":
    from gpt_sovits.inference.voice import load_voice

    return load_voice(parts.gpt, parts.sovits, parts.reference, device=device, paths=PROJECT)


def _run_text(args: argparse.Namespace, parts: "VoiceParts", options: "SpeakingOptions") -> int:
    from gpt_sovits.audio.write import write_audio
    from gpt_sovits.inference.speech import write_timings

    if args.out_dir is not None or args.force:
        raise InputError("--out-dir and --force belong to --table; give --out FILE for one text")
    text = args.text if args.text_file is None else _text_of(args.text_file)
    out = args.out or _default_out(args.voice or args.family or args.sovits.stem)
    _check_endings(out, args.timings)
    voice = _load(parts, args.device)
    began = time.perf_counter()
    with show_progress(sys.stderr, as_json=args.progress_json, stage="say") as progress:
        speech = voice.say(text, options, progress=progress)
    spent_s = time.perf_counter() - began
    write_audio(out, speech.audio, speech.sample_rate)
    if args.timings is not None:
        write_timings(args.timings, speech.sentences)
    for part, reason in speech.skipped:
        print(f"skipped {part!r}: {reason}", file=sys.stderr)
    if args.json:
        return print_json(_speech_json(out, args.timings, speech, spent_s))
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


def _run_table(args: argparse.Namespace, parts: "VoiceParts", options: "SpeakingOptions") -> int:
    from gpt_sovits.inference.table import key_of_voice, read_table, speak_table

    if args.out_dir is None:
        raise InputError("--table needs --out-dir, the folder for the recordings")
    if args.out is not None or args.timings is not None:
        raise InputError("--out and --timings belong to one text; --table writes into --out-dir")
    lines, failed = read_table(args.table)
    voice = _load(parts, args.device)
    began = time.perf_counter()
    with show_progress(sys.stderr, as_json=args.progress_json, stage="say") as progress:
        report = speak_table(
            lines,
            args.out_dir,
            lambda: voice,
            options,
            voice_key=key_of_voice(parts, PROJECT),
            force=args.force,
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
