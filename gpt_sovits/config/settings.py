"""What all settings share: frozen, checked, and every mistake named."""

from pathlib import Path
from typing import Annotated, Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gpt_sovits.errors import ConfigError

Count = Annotated[int, Field(gt=0)]
"""A whole number above 0."""


class Settings(BaseModel):
    """Frozen settings; a key that is not known is an error that names it."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def check_divisible(**sizes: int) -> None:
    """Refuse two named sizes of which the second does not divide the first."""
    (name, size), (part, count) = sizes.items()
    if size % count:
        raise ValueError(f"{name} {size} must be a multiple of {part} {count}")


SettingsT = TypeVar("SettingsT", bound=Settings)


def parse_settings(kind: type[SettingsT], values: object, where: str) -> SettingsT:
    """Check values against their settings class.

    Args:
        kind: the settings class.
        values: what was read, usually a mapping.
        where: file or option named in the error.

    Raises:
        ConfigError: a key is missing, unknown or out of range.
    """
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"]) or "the file"
        raise ConfigError(f"{where}: {key}: {first['msg']}") from error


def read_yaml(path: Path) -> Any:
    """Read one YAML file without running anything in it.

    Raises:
        ConfigError: the file is missing, is not text or is not YAML.
    """
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ConfigError(f"{path}: no such file") from error
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        first = str(error).splitlines()[0]
        raise ConfigError(f"{path}: cannot be read as YAML ({first})") from error
