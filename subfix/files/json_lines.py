"""JSON lines: an object with a clip on each line; what else is in it stays as it is written."""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from gpt_sovits.data.tables import AUDIO_KEYS, LANGUAGE_KEYS, SPEAKER_KEYS, TEXT_KEYS
from subfix.clip import Clip
from subfix.files.format import Fields, Format, one_line, spelled, told_fields

KEYS_OF = {
    "audio": AUDIO_KEYS,
    "speaker": SPEAKER_KEYS,
    "language": LANGUAGE_KEYS,
    "text": TEXT_KEYS,
}
"""Names that the fields of a clip have in tables of other programs."""

_SPACE = re.compile(r"\s*")


class JsonLines(Format):
    """One JSON object a line."""

    name = "jsonl"

    def read(self, line: str) -> Fields:
        """What a line tells."""
        try:
            values = json.loads(line)
        except (ValueError, RecursionError):
            values = None
        if not isinstance(values, dict):
            return {"problem": 'is no JSON object; write {"file_name": ..., "text": ...}'}
        return told_fields(**{field: _told(values, keys) for field, keys in KEYS_OF.items()})

    def write(self, clip: Clip, line: str, newline: str) -> str:
        """The line with the values that changed; all others stay letter by letter."""
        before = self.read(line)
        if "audio" not in before:
            line = "{}"
        values: dict[str, Any] = json.loads(line)
        ascii_only = line.isascii() and "\\u" in line
        for field, keys in KEYS_OF.items():
            value = spelled(clip, field, before)
            if value != before.get(field, ""):
                written = json.dumps(value, ensure_ascii=ascii_only)
                line = _with_value(line, _key(values, keys), written)
        return line


def _told(values: dict[str, Any], keys: Sequence[str]) -> str:
    """What the first of some keys says that says anything."""
    for key in keys:
        if key in values and (text := _text_of(values[key])):
            return text
    return ""


def _key(values: dict[str, Any], keys: Sequence[str]) -> str:
    """The first of some keys that says anything; else one that is there, or may be new."""
    here = [key for key in keys if key in values]
    return next((key for key in here if _text_of(values[key])), (here or keys)[0])


def _text_of(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    text = one_line(str(value))
    # JSON can name half a letter, which nothing can write.
    return text if text.isascii() else text.encode(errors="replace").decode()


def _with_value(line: str, key: str, written: str) -> str:
    """A line of JSON with another value of one key, which may be new."""
    places = [place for name, *place in _members(line) if name == key]
    if places:
        start, end = places[-1]
        return f"{line[:start]}{written}{line[end:]}"
    inside = line.rstrip()[:-1].rstrip()
    comma = "" if inside.endswith("{") else ", "
    return f"{inside}{comma}{json.dumps(key)}: {written}}}"


def _members(line: str) -> Iterator[Sequence[Any]]:
    """Key, and where the value begins and ends, of each member of a line's object."""
    decoder = json.JSONDecoder()
    position = line.index("{") + 1
    while line[position := _skip(line, position)] != "}":
        key, position = decoder.raw_decode(line, position)
        start = _skip(line, _skip(line, position) + 1)
        _, end = decoder.raw_decode(line, start)
        yield key, start, end
        position = _skip(line, end)
        if line[position] == ",":
            position += 1


def _skip(line: str, position: int) -> int:
    space = _SPACE.match(line, position)
    assert space is not None
    return space.end()
