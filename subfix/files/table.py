"""Tables whose first line names the columns, as audiofolder and many others write them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Self

from gpt_sovits.data.tables import separator_of
from subfix.clip import Clip
from subfix.files.format import (
    Fields,
    Format,
    Parts,
    cut_end,
    one_line,
    spelled,
    split_lines,
    told_fields,
)
from subfix.files.json_lines import KEYS_OF


@dataclass(frozen=True)
class Table(Format):
    """One clip a row; quoted cells may hold separators, quotes and line breaks."""

    columns: tuple[str, ...]
    separator: str = ","

    name = "csv"

    @classmethod
    def of(cls, line: str) -> Self:
        """The table whose columns a line names."""
        separator = separator_of(line)
        names = _cell(separator).findall(cut_end(line)[0])
        return cls(tuple(_value(name).lower() for name in names), separator)

    def divide(self, text: str) -> Parts:
        """The head is the line of names; a quoted cell may go on over several lines."""
        pattern = _record(self.separator)
        head, position = "", 0
        records: list[tuple[str, str]] = []
        lead = ""
        while position < len(text):
            found = pattern.match(text, position)
            assert found is not None
            record = found[0]
            lines = split_lines(record)
            if len(lines) > 1 and not self._is_whole(cut_end(record)[0]):
                record = lines[0]  # a stray quote, which must not swallow the lines behind it
            position += len(record)
            if not record.strip():
                lead += record
            elif not head:
                head, lead = lead + record, ""
            else:
                records.append((lead, record))
                lead = ""
        return head, records, lead

    def read(self, line: str) -> Fields:
        """What a row tells."""
        cells = self._cells(line)
        places = _places(self.columns)
        found = {field: _told(cells, columns)[1] for field, columns in places.items()}
        fields = told_fields(**found)
        quote = next((cell for cell in cells if _is_open(cell)), None) if '"' in line else None
        if quote is not None:
            fields["problem"] = f"has a quote without an end at {quote[:20]!r}; write the other one"
        elif not self._is_whole(line):
            fields["problem"] = (
                f"has other columns than the {len(self.columns)} that are named; put a text that"
                f" holds {self.separator!r} in quotes, or write what is missing"
            )
        return fields

    def write(self, clip: Clip, line: str, newline: str) -> str:
        """The row with the cells that changed; fields without a column are not in the file."""
        before = self.read(line)
        cells = self._cells(line)
        cells += [""] * (len(self.columns) - len(cells))
        for field, columns in _places(self.columns).items():
            column, _ = _told(cells, columns)
            value = spelled(clip, field, before)
            if column >= 0 and value != before[field]:
                cells[column] = self._quoted(value, cells[column])
        if not cells[-1].startswith('"'):
            cells[-1] = self._quoted(cells[-1], "")
        return self.separator.join(cells)

    def _cells(self, line: str) -> list[str]:
        """The cells of a row as they are written; the last one has those that are too many."""
        cells = self._written(line)
        last = len(self.columns) - 1
        return cells if len(cells) <= last else [*cells[:last], self.separator.join(cells[last:])]

    def _written(self, row: str) -> list[str]:
        return _cell(self.separator).findall(row) if '"' in row else row.split(self.separator)

    def _is_whole(self, row: str) -> bool:
        return len(self._written(row)) == len(self.columns)

    def _quoted(self, value: str, before: str) -> str:
        if before.startswith('"') or value.startswith('"') or self.separator in value:
            return '"' + value.replace('"', '""') + '"'
        return value


@lru_cache(8)
def _places(columns: tuple[str, ...]) -> dict[str, tuple[int, ...]]:
    """Where each field of a clip may stand."""
    return {
        field: tuple(columns.index(key) for key in keys if key in columns)
        for field, keys in KEYS_OF.items()
    }


def _told(cells: Sequence[str], columns: Sequence[int]) -> tuple[int, str]:
    """The first of some columns that is filled, else the first, and what it says; -1 for none."""
    here = [column for column in columns if column < len(cells)]
    for column in here:
        if value := _value(cells[column]):
            return column, value
    return (here[0] if here else -1), ""


def _value(cell: str) -> str:
    """What a cell says."""
    if cell.startswith('"') and not _is_open(cell):
        cell = cell[1:-1].replace('""', '"')
    return one_line(cell)


def _is_open(cell: str) -> bool:
    """Whether a cell begins with a quote and does not end with it."""
    return cell.startswith('"') and _QUOTED.fullmatch(cell) is None


_QUOTED = re.compile(r'"(?:[^"]++|"")*+"')


def _pattern(separator: str) -> str:
    behind = rf"(?=[{separator}\r\n]|\Z)"
    return rf"(?:{_QUOTED.pattern}{behind}|[^{separator}\r\n]*+)"


@lru_cache(8)
def _record(separator: str) -> re.Pattern[str]:
    """A row with its end."""
    cell = _pattern(separator)
    return re.compile(rf"{cell}(?:[{separator}]{cell})*+(?:\r\n|\n|\r|\Z)")


@lru_cache(8)
def _cell(separator: str) -> re.Pattern[str]:
    return re.compile(rf"(?:\A|[{separator}])({_pattern(separator)})")
