"""Small JSON files by which a stage knows, in another run, what was done already."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gpt_sovits.errors import InputError
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


class Entries:
    """JSON values by a key, kept in a file as soon as they are known, a line each.

    Args:
        path: the file; need not be there yet. A line that a kill has torn is passed over.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.found: dict[str, dict[str, Any]] = {}
        content = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
        for line in content.split("\n"):
            try:
                values = json.loads(line)
                self.found[values.pop("key")] = values
            except (ValueError, TypeError, KeyError, AttributeError):
                continue

    def note(self, key: str, values: Mapping[str, Any]) -> None:
        """Keep values.

        Raises:
            InputError: they cannot be written.
        """
        self.found[key] = dict(values)
        try:
            with self.path.open("a", encoding="utf-8") as file:
                # A line that a kill has torn must not swallow this one.
                file.write(f"\n{json.dumps({'key': key, **values})}\n")
        except OSError as error:
            raise InputError(f"{self.path}: cannot be written ({error.strerror})") from error
