"""Take the worst clips out of a list, into a second one; the user's own list stays as it is."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from gpt_sovits.data.annotations import read_lines
from gpt_sovits.errors import InputError
from gpt_sovits.paths import replacing
from gpt_sovits.prepare.check.findings import KINDS
from gpt_sovits.prepare.check.report import CheckReport
from gpt_sovits.state import read_state, write_state

RECORD = "fixed.json"
"""File in the report's folder: the hash of each list that was written, by its path."""


@dataclass(frozen=True)
class FixReport:
    """What became of the lines."""

    checked: Path
    """List of the lines that are good enough."""
    left_out: Path | None
    """List of the others; None where there are none."""
    moved: list[tuple[int, str]]
    """Number of each line that was left out, with the reasons."""


def move_worst(report: CheckReport) -> FixReport:
    """Write NAME-checked.list without the red lines, and these into NAME-left-out.list.

    Lines stay as they are written, and both lists lie beside the first, so that paths go on
    meaning the same.

    Raises:
        InputError: nothing would be left, or one of the two files is not as a check wrote it.
    """
    bad = {
        clip.measured.item.line: "; ".join(
            f"{KINDS[each.kind].label}: {each.what}"
            for each in clip.findings
            if each.light == "red"
        )
        for clip in report.clips
        if clip.light == "red"
    }
    bad |= {int(str(where).rpartition(":")[2]): reason for where, reason in report.skipped}
    lines = {
        number: line for number, line in enumerate(read_lines(report.listed), 1) if line.strip()
    }
    if not lines.keys() - bad.keys():
        raise InputError(
            f"{report.listed}: every line would be left out; see {report.page} for what is wrong"
        )
    checked, left_out = (
        report.listed.with_name(f"{report.listed.stem}-{what}.list")
        for what in ("checked", "left-out")
    )
    contents = {
        checked: _content(line for number, line in lines.items() if number not in bad),
        left_out: _content(line for number, line in lines.items() if number in bad),
    }
    _write(contents, report.folder / RECORD)
    return FixReport(checked, left_out if bad else None, sorted(bad.items()))


def _content(lines: Iterable[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


def _write(contents: dict[Path, bytes], record: Path) -> None:
    """Write lists, or none where one of them holds a person's work."""
    written = read_state(record)
    for path, content in contents.items():
        if path.exists() and _hash(path.read_bytes()) not in (
            _hash(content),
            written.get(str(path.resolve())),
        ):
            raise InputError(
                f"{path}: was not written by a check, or was changed since; rename it or move it"
                " away"
            )
    for path, content in contents.items():
        if not content:
            path.unlink(missing_ok=True)
        elif not path.exists() or path.read_bytes() != content:
            with replacing(path) as part:
                part.write_bytes(content)
        written[str(path.resolve())] = _hash(content)
    write_state(record, written)


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
