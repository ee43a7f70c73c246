"""Which models are published: a table of files, and groups of them."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from gpt_sovits.errors import InputError


@dataclass(frozen=True, kw_only=True)
class PublishedFile:
    """One file of a published model."""

    path: str
    """Below pretrained_models/ and in the repository alike, with `/`."""
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


@cache
def published_models() -> tuple[PublishedFile, ...]:
    """The table of published files, in its order."""
    text = (files("gpt_sovits.weights") / "data" / "published_models.tsv").read_text("utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    names = lines[0].split("\t")
    return tuple(_row(dict(zip(names, line.split("\t"), strict=True))) for line in lines[1:])


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
