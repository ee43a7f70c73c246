"""What a recogniser said of its own texts, where `transcribe` has written the list."""

import json
from collections.abc import Sequence
from pathlib import Path

from gpt_sovits.data.annotations import Annotation

UNSURE = 0.35
"""Confidence below which an engine mostly guesses."""


def read_confidences(listed: Path, items: Sequence[Annotation]) -> list[float | None]:
    """The recogniser's confidence in each line's text, 0 to 1.

    It stands in NAME.jsonl beside NAME.list. A text that was corrected since has none.
    """
    path = listed.with_suffix(".jsonl")
    known: dict[tuple[str, str], float] = {}
    for line in path.read_text("utf-8", "replace").split("\n") if path.is_file() else []:
        try:
            values = json.loads(line)
            known[Path(values["audio"]).name, values["text"]] = float(values["confidence"])
        except (ValueError, TypeError, KeyError):  # torn, foreign, or without confidence
            continue
    return [known.get((item.audio.name, item.text)) for item in items]
