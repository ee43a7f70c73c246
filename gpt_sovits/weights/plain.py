"""Turn the settings that lie in a weights file into plain values, in bounded time."""

import math
from pathlib import Path
from typing import Any

from gpt_sovits.errors import WeightsError

MAX_VALUES = 20_000
"""Values in one config, 64 letters of a text count as one; a published one has about 80."""


class StubConfig:
    """Stands for the reference's settings class while a file is read; only keeps values."""

    __slots__ = ("values",)

    values: dict[Any, Any]

    def __setstate__(self, state: Any) -> None:
        self.values = state if isinstance(state, dict) else {}


def nothing(*values: object) -> StubConfig:
    """Stands for numpy's functions while a file is read: what they would make is not needed."""
    return StubConfig()


def path_text(*parts: object) -> str:
    """Stands for paths and fractions while a file is read: their parts as text."""
    return "/".join(str(part) for part in parts).replace("//", "/")


def plain(value: Any, path: Path) -> Any:
    """Copy a config into dictionaries with text keys, lists, texts, numbers, truth values, None.

    A pickle may hold one list a thousand times, each time inside the next, so that its copy
    would fill any memory; the copy therefore stops at `MAX_VALUES`.

    Raises:
        WeightsError: there are more values than any config has.
    """
    left = MAX_VALUES

    def copy(value: Any) -> Any:
        nonlocal left
        left -= 1 + (len(value) // 64 if isinstance(value, str) else 0)
        if left < 0:
            raise WeightsError(
                f"{path}: its config has more than {MAX_VALUES} values, as none has; get the"
                " file from another source"
            )
        if isinstance(value, StubConfig):
            value = getattr(value, "values", {})
        if isinstance(value, dict):
            return {str(key)[:200]: copy(item) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [copy(item) for item in value]
        if value is None or isinstance(value, (bool, int, str)):
            return value
        if isinstance(value, float) and math.isfinite(value):
            return value
        return f"<{type(value).__name__}>"

    try:
        return copy(value)
    except RecursionError as error:
        raise WeightsError(
            f"{path}: its config holds itself; get the file from another source"
        ) from error
