"""ASS and SSA subtitles: the dialogue is edited, styles and everything else stays as it is."""

import re
from dataclasses import dataclass
from typing import Self

from gpt_sovits.data.subtitles import ASS_TIME, DRAWING, seconds_of
from gpt_sovits.errors import InputError
from subfix.clip import Clip
from subfix.files.format import Fields, Format, Parts, refuse, split_lines

_DIALOGUE = re.compile(r"\s*dialogue\s*:", re.IGNORECASE)
_FORMAT = re.compile(r"\s*format\s*:(.*\btext\b.*)", re.IGNORECASE)
_COLUMNS = (
    *("layer", "start", "end", "style", "name"),
    *("marginl", "marginr", "marginv", "effect", "text"),
)
_NEW = {"style": "Default", "name": "", "actor": "", "effect": "", "marked": "Marked=0"}
"""Columns of a line that is new; the others are 0."""

_SPEAKER = ("name", "actor")


@dataclass(frozen=True)
class Dialogue(Format):
    """A line of dialogue is a clip; its own line breaks are line breaks in the text."""

    audio: str
    """Name of the recording."""
    columns: tuple[str, ...]

    name = "ass"
    spans = True

    @classmethod
    def of(cls, text: str, audio: str) -> Self:
        """The format with the columns that a file names."""
        found = next((told for line in split_lines(text) if (told := _FORMAT.match(line))), None)
        names = tuple(name.strip().lower() for name in found[1].split(",")) if found else _COLUMNS
        return cls(audio, names if {"start", "end", "text"} <= set(names) else _COLUMNS)

    def divide(self, text: str) -> Parts:
        """Lines of dialogue, but for drawings, are clips; all others are before the next one."""
        records: list[tuple[str, str]] = []
        lead: list[str] = []
        for line in split_lines(text):
            if _DIALOGUE.match(line) and not DRAWING.search(line):
                records.append(("".join(lead), line))
                lead = []
            else:
                lead.append(line)
        return "", records, "".join(lead)

    def read(self, line: str) -> Fields:
        """What a line of dialogue tells."""
        kind, _, rest = line.partition(":")
        cells = rest.split(",", len(self.columns) - 1)
        values = dict(zip(self.columns, cells, strict=False))
        fields: Fields = {
            "audio": self.audio,
            "speaker": next((values[key].strip() for key in _SPEAKER if key in values), ""),
            "text": _shown(values.get("text", "")),
        }
        start, end = (ASS_TIME.match(values.get(key, "")) for key in ("start", "end"))
        if kind.strip().lower() != "dialogue" or len(cells) < len(self.columns):
            fields["problem"] = f"is no line of dialogue; write Dialogue: {','.join(self.columns)}"
        elif start is None or end is None:
            fields["problem"] = "has no times; write them as 0:00:01.50"
        else:
            fields["start_s"] = seconds_of(start.groups())
            fields["end_s"] = seconds_of(end.groups())
            if fields["end_s"] <= fields["start_s"]:
                fields["problem"] = "ends before it begins; set its times"
        return fields

    def write(self, clip: Clip, line: str, newline: str) -> str:
        """The line with the times, the speaker or the text that changed."""
        if clip.start_s is None or clip.end_s is None:
            raise InputError("a line of dialogue has no times; set where it begins and ends")
        refuse([clip.speaker], ",", "dialogue")
        kind, colon, rest = line.partition(":")
        cells = rest.split(",", len(self.columns) - 1)
        if len(cells) < len(self.columns) or not _DIALOGUE.match(line):
            kind, colon = "Dialogue", ": "
            cells = [_NEW.get(column, "0") for column in self.columns]
        for key, seconds in (("start", clip.start_s), ("end", clip.end_s)):
            at = self.columns.index(key)
            told = ASS_TIME.match(cells[at])
            if told is None or round(seconds * 100) != round(seconds_of(told.groups()) * 100):
                cells[at] = ass_clock(seconds)
        at = next((self.columns.index(key) for key in _SPEAKER if key in self.columns), -1)
        if at >= 0 and clip.speaker != cells[at].strip():
            cells[at] = clip.speaker
        at = self.columns.index("text")
        if clip.text.strip() != _shown(cells[at]):
            cells[at] = re.sub(r"\r\n|\n|\r", r"\\N", clip.text.strip())
        return f"{kind}{colon}{','.join(cells)}"


def _shown(text: str) -> str:
    """A text with the line breaks that are always made."""
    return text.replace("\\N", "\n").strip()


def ass_clock(seconds: float) -> str:
    """A time to a hundredth of a second, as 0:00:01.50."""
    whole, hundredths = divmod(round(max(seconds, 0.0) * 100), 100)
    minutes, second = divmod(whole, 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{second:02d}.{hundredths:02d}"
