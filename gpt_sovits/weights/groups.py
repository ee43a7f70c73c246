"""The groups of published models as a person chooses among them: use, licence, what is missing."""

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files

from gpt_sovits.paths import PROJECT, ProjectPaths
from gpt_sovits.weights.local import ModelState, list_models
from gpt_sovits.weights.registry import model_groups


@dataclass(frozen=True, kw_only=True)
class ModelGroup:
    """One group, and what is here of it."""

    name: str
    use: str
    """What it is needed for: family, chinese, separation, recogniser, ..."""
    licence: str
    """As its makers state it; empty where they state none."""
    models: tuple[ModelState, ...]

    @property
    def missing(self) -> tuple[ModelState, ...]:
        """Files that are not here whole."""
        return tuple(one for one in self.models if one.state not in ("unverified", "verified"))

    @property
    def by_hand(self) -> str:
        """How a person brings it, where no hub has a file of it by itself."""
        return next((one.file.by_hand for one in self.missing if one.file.by_hand), "")


def list_groups(paths: ProjectPaths = PROJECT) -> tuple[ModelGroup, ...]:
    """All groups, in the order of the table; hashes no file.

    Raises:
        InputError: pretrained_models/ cannot be used.
    """
    states = {one.file.path: one for one in list_models(paths=paths)}
    found = []
    for name, members in model_groups().items():
        row, use, licence = _row_of(name)
        models = tuple(states[path] for path in members)
        found.append((row, ModelGroup(name=name, use=use, licence=licence, models=models)))
    return tuple(group for _, group in sorted(found, key=lambda each: each[0]))


def known_bytes(models: Sequence[ModelState]) -> tuple[int, bool]:
    """Size of files together, and whether all of them are known."""
    sizes = [one.file.bytes for one in models]
    return sum(size or 0 for size in sizes), None not in sizes


def _row_of(group: str) -> tuple[int, str, str]:
    for number, (pattern, use, licence) in enumerate(_table()):
        if fnmatchcase(group, pattern):
            return number, use, licence.removeprefix("-")
    raise AssertionError(f"data/groups.tsv says nothing of {group}")


@cache
def _table() -> tuple[tuple[str, str, str], ...]:
    text = (files("gpt_sovits.weights") / "data" / "groups.tsv").read_text("utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    rows = (line.split("\t") for line in lines[1:])
    return tuple((name, use, licence) for name, use, licence in rows)
