"""Stands in for `python -m gpt_sovits` on the page: tells progress and leaves what a stage leaves.

It reads its words with the real parser, so a page that asks for what no command knows fails.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gpt_sovits.cli.main import build_parser
from gpt_sovits.cli.progress import show_progress
from gpt_sovits.pipeline.clone_report import STAGES
from gpt_sovits.state import write_state
from tests.workbench.fakes import add_voice, make_project, write_tone

N_ITEMS = 12


def main() -> None:
    """Do as if."""
    args = build_parser().parse_args()
    with show_progress(sys.stderr, as_json=True) as progress:
        told = _WORK.get(args.command, _nothing)(args, progress)
    sys.stdout.write(json.dumps(told, default=str) + "\n")


def _root() -> Path:
    return Path(os.environ["FAKE_ROOT"])


def _take_time(progress: Any, stage: str, times: float = 1.0) -> None:
    """Take a tenth of `FAKE_CLONE_S` for each item, or several times as long."""
    progress.enter(stage)
    for done in range(1, N_ITEMS + 1):
        time.sleep(float(os.environ.get("FAKE_CLONE_S", "0.1")) / 10 * times)
        progress(done, N_ITEMS, f"item {done}")
    sys.stderr.write(f"{stage} is through\n")


def _clone(args: argparse.Namespace, progress: Any) -> dict[str, Any]:
    for stage in STAGES:
        _take_time(progress, stage, 4.0 if args.name == "Slow" else 1.0)
        if args.name == "Bad" and stage == "features":
            sys.exit("error: no clip of 12 can be used; give a recording with speech")
    return _voice(args)


def _voice(args: argparse.Namespace) -> dict[str, Any]:
    paths = make_project(_root())
    (paths.voices / f"{args.name}.yaml").unlink(missing_ok=True)
    add_voice(paths, args.name)
    return {"voice": args.name}


def _over_recordings(args: argparse.Namespace, progress: Any) -> dict[str, Any]:
    """What `separate`, `denoise` and `slice` leave: files and a record of them."""
    _take_time(progress, args.command)
    out = Path(args.out)
    names = {"slice": [f"a.wav_{n:010d}_{n + 1:010d}.wav" for n in range(3)]}.get(
        args.command, ["a_vocals.wav" if args.command == "separate" else "a_denoised.wav"]
    )
    made = [write_tone(out / name, seconds=3.0) for name in names]
    line = {"key": "a.wav", "made_of": "x", "files": dict.fromkeys(names, "0"), "skipped": []}
    (out / ".made.jsonl").write_text(json.dumps(line) + "\n", encoding="utf-8")
    return {"written": made, "kept": [], "skipped": [["b.wav", "silent: record it <b>again</b>"]]}


def _transcribe(args: argparse.Namespace, progress: Any) -> dict[str, Any]:
    _take_time(progress, "transcribe")
    listed = Path(args.out)
    listed.parent.mkdir(parents=True, exist_ok=True)
    clips = sorted(Path(args.source).glob("*.wav"))
    lines = [
        f"{clip}|{getattr(args, 'speaker', '') or 'a'}|en|Clip {n}.\n"
        for n, clip in enumerate(clips)
    ]
    listed.write_text("".join(lines), encoding="utf-8")
    return {"written": [listed], "skipped": [], "doubtful": [[str(clips[0]), "hard to hear"]]}


def _check(args: argparse.Namespace, progress: Any) -> dict[str, Any]:
    _take_time(progress, "measuring")
    folder = _root() / "output" / "check" / Path(args.source).stem
    lights = [{"light": light} for light in ("green", "yellow", "red")]
    summary = {"list": args.source, "lines": lights, "usable_seconds": 6.0, "skipped": []}
    write_state(folder / "summary.json", summary)
    (folder / "report.html").write_text("<p>report</p>", encoding="utf-8")
    return {"written": [], "skipped": []}


def _features(args: argparse.Namespace, progress: Any) -> dict[str, Any]:
    _take_time(progress, "features")
    folder = _root() / "logs" / args.name
    folder.mkdir(parents=True, exist_ok=True)
    line = json.dumps({"name": "a", "seconds": 60.0, "family": getattr(args, "family", "mini")})
    (folder / "clips.jsonl").write_text(f"{line}\n", encoding="utf-8")
    return {"written": [folder / "clips.jsonl"], "skipped": []}


def _train(args: argparse.Namespace, progress: Any) -> dict[str, Any]:
    _take_time(progress, f"train {args.half}")
    is_gpt = args.half == "gpt"
    folder = _root() / ("GPT_weights" if is_gpt else "SoVITS_weights")
    end = "-e8" if is_gpt else "_e14_s392"
    path = folder / f"{getattr(args, 'name', '') or args.experiment}{end}.safetensors"
    folder.mkdir(parents=True, exist_ok=True)
    path.touch()
    write_tone(_root() / "logs" / args.experiment / "samples" / f"{path.stem}_en.wav")
    return {"weights": [path], "skipped": []}


def _project(args: argparse.Namespace, progress: Any) -> dict[str, Any]:
    _take_time(progress, "reference")
    return _voice(args)


def _nothing(args: argparse.Namespace, progress: Any) -> dict[str, Any]:
    _take_time(progress, args.command)
    return {}


_WORK: dict[str, Callable[[argparse.Namespace, Any], dict[str, Any]]] = {
    "clone": _clone,
    "separate": _over_recordings,
    "denoise": _over_recordings,
    "slice": _over_recordings,
    "transcribe": _transcribe,
    "check": _check,
    "features": _features,
    "train": _train,
    "project": _project,
}


if __name__ == "__main__":
    main()
