"""The sentences that are spoken: the bundled ones, or a user's."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.resources import as_file, files
from pathlib import Path

from gpt_sovits.errors import InputError, TextError
from gpt_sovits.evaluate.clips import GROUPS, MIXED, Skipped
from gpt_sovits.inference.table import TableLine, read_table, read_utf8
from gpt_sovits.text.frontend import read_text
from gpt_sovits.text.languages import base_language, parse_mode

MAX_BYTES = 4 << 20
"""Largest file of sentences."""


@dataclass(frozen=True)
class Sentence:
    """One sentence."""

    line: TableLine
    """Its name, language mode and text, as `speak_table` takes them."""
    group: str
    """The language that it is counted under, one of `GROUPS`."""


def bundled_sentences(languages: Sequence[str] = ()) -> list[Sentence]:
    """The bundled sentences: 20 plain ones for each of en, zh, ja and mixed.

    Raises:
        InputError: there are none in a language that is asked for.
    """
    with as_file(files("gpt_sovits.evaluate") / "data" / "sentences.tsv") as path:
        lines, _ = read_table(path)
    sentences = [Sentence(line, line.name.partition("_")[0]) for line in lines]
    return _in_languages(sentences, languages, "the bundled sentences")


def read_sentences(
    path: Path, languages: Sequence[str] = ()
) -> tuple[list[Sentence], list[Skipped]]:
    """Read a user's sentences.

    Args:
        path: a `.txt` with a sentence a line, whose language is found out; or a table (`.tsv`) of
            name, language and text.
        languages: which are wanted; none named means all.

    Returns:
        The sentences that can be read aloud, and the other lines with their reasons.

    Raises:
        InputError: the file cannot be read, or holds no sentence that is wanted.
    """
    if path.is_file() and path.stat().st_size > MAX_BYTES:
        raise InputError(f"{path}: is too large for a file of sentences; name another file")
    if path.suffix.lower() == ".tsv":
        lines, failed = read_table(path)
    else:
        lines, failed = _lines_of(path), []
    sentences = []
    for line in lines:
        try:
            group = group_of(line.text, line.language)
            mode = mode_of(group, line.language)
            sentences.append(Sentence(replace(line, language=mode), group))
        except TextError as error:
            failed.append((line.number, str(error)))
    skipped = [(f"{path}:{number}", reason) for number, reason in sorted(failed)]
    if not sentences:
        reasons = f" ({skipped[0][0]}: {skipped[0][1]})" if skipped else ""
        raise InputError(f"{path}: holds no sentence that can be spoken{reasons}; write one a line")
    return _in_languages(sentences, languages, str(path)), skipped


def group_of(text: str, mode: str) -> str:
    """The language that a text is counted under: the one it is in, or mixed.

    Raises:
        TextError: the mode is unknown, or nothing in the text can be read.
    """
    report = read_text(text, language=mode, symbols="v2")
    parsed = parse_mode(mode)
    if not parsed.startswith("auto"):
        return base_language(parsed)
    spoken = {segment.language for segment in report.segments}
    return spoken.pop() if len(spoken) == 1 else MIXED


def mode_of(group: str, mode: str) -> str:
    """The mode in our own spelling; the language itself where one was found out.

    Raises:
        TextError: the mode is unknown.
    """
    parsed = parse_mode(mode)
    return group if parsed == "auto" and group != MIXED else parsed


def _lines_of(path: Path) -> list[TableLine]:
    numbered = enumerate(read_utf8(path).splitlines(), 1)
    return [
        TableLine(number, f"line_{number:03d}", "auto", line.strip())
        for number, line in numbered
        if line.strip()
    ]


def _in_languages(
    sentences: Sequence[Sentence], languages: Sequence[str], where: str
) -> list[Sentence]:
    for language in languages:
        if all(sentence.group != language for sentence in sentences):
            raise InputError(
                f"{where}: none is in {language!r}; give others with --sentences, or leave the"
                " language out"
            )
    wanted = [each for each in sentences if not languages or each.group in languages]
    return sorted(wanted, key=lambda sentence: GROUPS.index(sentence.group))
