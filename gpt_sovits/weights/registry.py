"""Which models are published: a table of files, and groups of them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from itertools import chain

from gpt_sovits.errors import InputError


@dataclass(frozen=True, kw_only=True)
class PublishedFile:
    """One file of a published model."""

    path: str
    """Below pretrained_models/, with `/`."""
    bytes: int | None
    """Size; None until the hub has told it."""
    sha256: str | None
    """Hash in hexadecimal; None until the hub or the first download has told it."""
    huggingface: str | None
    """Repository on Hugging Face."""
    revision: str
    """Commit of that repository."""
    modelscope: str | None
    """Repository on ModelScope, branch `master`; the hash must be the same."""
    groups: tuple[str, ...]
    """Names that bring it together with others."""
    by_hand: str | None
    """How a person brings it, where no hub has the file by itself."""
    folder: str = ""
    """Folder below pretrained_models/ that stands for the whole repository."""

    @property
    def remote_path(self) -> str:
        """Where it lies in the repository."""
        return self.path.removeprefix(f"{self.folder}/") if self.folder else self.path


@cache
def published_models() -> tuple[PublishedFile, ...]:
    """The table of published files, in its order."""
    recognisers = (_files_of(row) for row in _table("published_recognisers.tsv"))
    return (*map(_row, _table("published_models.tsv")), *chain.from_iterable(recognisers))


def _table(name: str) -> Iterator[dict[str, str]]:
    text = (files("gpt_sovits.weights") / "data" / name).read_text("utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    names = lines[0].split("\t")
    for line in lines[1:]:
        yield dict(zip(names, line.split("\t"), strict=True))


def _files_of(row: dict[str, str]) -> Iterator[PublishedFile]:
    """Files of a repository that is brought into a folder of its own."""
    unknown = {"bytes": "?", "sha256": "?", "by_hand": "-"}
    for name in row["files"].split():
        path = f"{row['folder']}/{name}"
        yield replace(_row({**row, **unknown, "path": path}), folder=row["folder"])


def _row(row: dict[str, str]) -> PublishedFile:
    known = {key: None if value in ("?", "-") else value for key, value in row.items()}
    return PublishedFile(
        path=row["path"],
        bytes=int(known["bytes"]) if known["bytes"] else None,
        sha256=known["sha256"],
        huggingface=known["huggingface"],
        revision=row["revision"],
        modelscope=known["modelscope"],
        groups=tuple(row["groups"].split(",")),
        by_hand=known["by_hand"],
    )


def model_groups() -> dict[str, tuple[str, ...]]:
    """Group -> paths of its files."""
    names = dict.fromkeys(name for file in published_models() for name in file.groups)
    return {
        name: tuple(file.path for file in published_models() if name in file.groups)
        for name in names
    }


def find_models(name: str) -> tuple[PublishedFile, ...]:
    """Files of a group, or the one file whose path this is.

    Raises:
        InputError: neither is known; the message names the groups.
    """
    found = tuple(file for file in published_models() if name in (file.path, *file.groups))
    if not found:
        raise InputError(
            f"unknown model {name!r}; known groups are {', '.join(model_groups())}, and"
            " `models list` shows every file"
        )
    return found
