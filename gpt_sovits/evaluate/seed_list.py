"""The lists of Seed-TTS-eval: each line has a prompt of its own.

Source: Anastassiou et al. 2024, "Seed-TTS"; github.com/BytedanceSpeech/seed-tts-eval.
"""

from dataclasses import dataclass
from pathlib import Path

from gpt_sovits.errors import InputError
from gpt_sovits.evaluate.clips import Skipped
from gpt_sovits.evaluate.sentences import group_of, mode_of
from gpt_sovits.inference.reference import ReferenceClip
from gpt_sovits.inference.table import TableLine, read_utf8
from gpt_sovits.paths import check_name

LIST = "meta.lst"
"""The list in its folder."""

COLUMNS = "utt|prompt_text|prompt_wav|infer_text"


@dataclass(frozen=True)
class SeedLine:
    """One line of a list."""

    said: TableLine
    """Number, name, language and text of what is spoken."""
    group: str
    """Its language, as figures are told apart by."""
    prompt: ReferenceClip
    """Whom it sounds like."""
    real: Path | None
    """The same text by the person of the prompt, where the list has it."""


def read_seed_list(source: Path) -> tuple[list[SeedLine], list[Skipped]]:
    """Read a list: `utt|prompt_text|prompt_wav|infer_text`, perhaps with `|infer_wav` behind.

    Args:
        source: a `.lst` file, or the folder of a meta.lst. Recordings are named from its folder.

    Returns:
        The lines that can be spoken, and the others with their reasons.

    Raises:
        InputError: the list cannot be read, or holds no line that can be spoken.
    """
    path = source / LIST if source.is_dir() else source
    lines: list[SeedLine] = []
    skipped: list[Skipped] = []
    met: dict[str, int] = {}
    for number, line in enumerate(read_utf8(path).splitlines(), 1):
        if not line.strip():
            continue
        try:
            lines.append(_parse(line, number, path.parent, met))
        except InputError as error:
            skipped.append((f"{path}:{number}", str(error)))
    if not lines:
        where, reason = skipped[0] if skipped else (str(path), f"is empty; write {COLUMNS}")
        raise InputError(f"{path}: holds no line that can be spoken ({where}: {reason})")
    return lines, skipped


def _parse(line: str, number: int, folder: Path, met: dict[str, int]) -> SeedLine:
    cells = [cell.strip() for cell in line.split("|")]
    if len(cells) not in (4, 5):
        raise InputError(f"has {len(cells)} columns; write {COLUMNS}, with |infer_wav or without")
    name, prompt_text, prompt, text = cells[:4]
    name = check_name(name.removesuffix(".wav"))
    earlier = met.setdefault(name.casefold(), number)
    if earlier != number:
        raise InputError(f"the name {name!r} stands in line {earlier} already")
    audio = _inside(folder, prompt)
    real = _inside(folder, cells[4]) if len(cells) == 5 and cells[4] else None
    group = group_of(text, "auto")
    said = TableLine(number, name, mode_of(group, "auto"), text)
    mode = mode_of(group_of(prompt_text, "auto"), "auto") if prompt_text else "auto"
    return SeedLine(said, group, ReferenceClip(audio, prompt_text or None, mode), real)


def _inside(folder: Path, name: str) -> Path:
    """A recording of the list.

    Raises:
        InputError: it is not there, or lies outside the list's folder.
    """
    path = folder / name
    if not path.resolve().is_relative_to(folder.resolve()):
        raise InputError(f"{name} lies outside {folder}; copy it in there")
    if not name or not path.is_file():
        raise InputError(f"{path}: no such file; unpack the recordings beside the list")
    return path
