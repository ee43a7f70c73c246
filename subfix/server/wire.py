"""Clips and events as pages get them."""

import json
from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from subfix.clip import Clip
from subfix.history import Event
from subfix.notices import Outside


def clip_to_json(clip: Clip) -> dict[str, Any]:
    """A clip; of a broken line also the line itself."""
    values = {
        "id": clip.id,
        "audio": clip.audio,
        "speaker": clip.speaker,
        "language": clip.language,
        "text": clip.text,
        "start_s": clip.start_s,
        "end_s": clip.end_s,
        "done": clip.done,
        "flag": clip.flag,
        "deleted": clip.deleted,
        "problem": clip.problem,
        "edited": clip.raw is None,
    }
    if clip.problem:
        values["raw"] = clip.raw
    return values


def event_to_json(event: Event, history: Mapping[str, Any]) -> dict[str, Any]:
    """What an operation did, and what can be undone after it."""
    return {
        "n": event.n,
        "kind": event.kind,
        "label": event.label,
        "by": event.by,
        "clips": [clip_to_json(clip) for clip in event.clips],
        "removed": event.removed,
        "placed": event.placed,
        "history": history,
    }


def outside_to_json(outside: Outside | None) -> dict[str, Any] | None:
    """What another program did to the list."""
    if outside is None:
        return None
    return {
        "changed": outside.n_changed,
        "added": outside.n_added,
        "removed": outside.n_removed,
        "problem": outside.problem,
    }


def to_bytes(values: Any) -> bytes:
    """JSON in UTF-8."""
    text = json.dumps(values, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.encode(errors="replace")


def answer(values: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """An answer in JSON, which nobody keeps."""
    kept = {"Cache-Control": "no-store", **(headers or {})}
    return Response(to_bytes(values), status, kept, media_type="application/json")


def refusal(status: int, sentence: str, **more: Any) -> Response:
    """An answer that says no, and why."""
    return answer({"error": sentence, **more}, status)
