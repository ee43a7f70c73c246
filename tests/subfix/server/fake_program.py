"""What the jobs of the tests run in place of `python -m gpt_sovits`; it hears nothing.

Of a clip whose file is called `wait.wav` it hears the end only when `FILE.go` lies beside it.
"""

import argparse
import json
import sys
import time
from pathlib import Path

from gpt_sovits.data.annotations import read_annotations
from gpt_sovits.data.checked import checked_path


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("command", choices=["check", "transcribe"])
    parser.add_argument("list", type=Path)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--engine")
    parser.add_argument("--language")
    parser.add_argument("--audio-folder", type=Path)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--progress-json", action="store_true")
    args = parser.parse_args()
    if args.language == "ko":
        sys.stderr.write("error: no speech recogniser for Korean is on this machine\n")
        return 2
    items = read_annotations(args.list, args.audio_folder, blank=True).items
    if args.command == "check":
        written = args.list.read_text(encoding="utf-8").splitlines()
        lines = [checked_line(*line.split("|", 3)[::3]) for line in written]
        target = checked_path(args.list)
    else:
        target = args.out.with_suffix(".jsonl")
        lines = []
    for done, item in enumerate(items):
        tell = {"stage": args.command, "done": done, "total": len(items), "what": "", "left_s": 0}
        sys.stderr.write(json.dumps(tell) + "\n")
        sys.stderr.flush()
        if args.command == "transcribe":
            with target.open("a", encoding="utf-8") as file:
                file.write(f"\n{heard_line(item.audio, args.engine, item.language)}")
        while item.audio.name == "wait.wav" and not item.audio.with_suffix(".go").exists():
            time.sleep(0.02)
    if args.command == "check":
        target.write_text("\n".join(lines) + "\n", encoding="utf-8")
    sys.stdout.write("{}\n")
    return 0


def heard_line(audio: Path, engine: str, language: str) -> str:
    heard = {
        "key": str(audio), "audio": str(audio.resolve()), "engine": f"{engine} tiny",
        "language": language, "text": f"Heard {audio.stat().st_size} bytes.", "seconds": 1.0,
        "confidence": 0.5, "misfit": None, "words": [], "doubts": [],
    }  # fmt: skip
    return json.dumps(heard)


def checked_line(audio: str, text: str) -> str:
    finding = {"kind": "fit", "light": "red", "what": "does not fit", "remedy": "Listen to it."}
    line = {
        "audio": audio, "speaker": "ann", "language": "en", "text": text, "light": "red",
        "findings": [finding], "fit": 0.25, "snr_db": 30.0, "clipped": 0.0, "rate": 12.5,
        "confidence": None, "seconds": 0.5, "words": [["Hello", 0.1, 0.2, 0.9]],
    }  # fmt: skip
    return json.dumps(line)


if __name__ == "__main__":
    sys.exit(main())
