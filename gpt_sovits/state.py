"""Small JSON files by which a stage knows, in another run, what was done already."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gpt_sovits.paths import replacing


def hash_of(parts: Any) -> str:
    """SHA-256 of JSON values, in hexadecimal."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def read_state(path: Path) -> dict[str, Any]:
    """What `write_state` wrote; empty where there is nothing that can be read."""
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return values if isinstance(values, dict) else {}


def write_state(path: Path, values: Mapping[str, Any]) -> None:
    """Write JSON values whole or not at all; paths become text."""
    text = json.dumps(values, ensure_ascii=False, indent=1, default=str)
    with replacing(path) as part:
        part.write_text(text + "\n", encoding="utf-8")
