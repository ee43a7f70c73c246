"""LJSpeech tables: `clip|text` or `clip|text|text as it is read`, without names of columns."""

from dataclasses import dataclass

from subfix.clip import Clip
from subfix.files.format import Fields, Format, one_line, refuse, told_fields


@dataclass(frozen=True)
class LJSpeech(Format):
    """One clip a line; its name may lack the folder and the ending."""

    separator: str = "|"

    name = "ljspeech"

    def read(self, line: str) -> Fields:
        """What a line tells: the last column that is filled is the text."""
        cells = line.split(self.separator, 2)
        if len(cells) < 2:
            form = self.separator.join(("clip", "text"))
            return {"problem": f"has one field, where {form!r} is needed; write what is missing"}
        return told_fields(cells[0], "", "", cells[-1].strip() or cells[1])

    def write(self, clip: Clip, line: str, newline: str) -> str:
        """The line with what changed."""
        before = self.read(line)
        cells = line.split(self.separator, 2) if "audio" in before else ["", ""]
        text = one_line(clip.text)
        refuse([clip.audio], self.separator, "this table")
        if clip.audio != before.get("audio"):
            cells[0] = clip.audio
        if text != before.get("text"):
            column = 2 if len(cells) == 3 and (cells[2].strip() or not cells[1].strip()) else 1
            if column == 1:  # there a separator would begin a third column
                refuse([text], self.separator, "this table")
            cells[column] = text
        return self.separator.join(cells)
