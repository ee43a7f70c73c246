"""Settings of the page: configs/workbench.yaml, the user's own."""

import re
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import AfterValidator

from gpt_sovits.config.settings import Settings, parse_settings, read_yaml
from gpt_sovits.errors import ConfigError
from gpt_sovits.paths import ProjectPaths, replacing

_HEAD = (
    "# Settings of the page. It reads them when it starts, and writes them in its tab Settings.\n"
)


def _device(name: str) -> str:
    if not re.fullmatch(r"auto|cpu|cuda(:\d{1,2})?", name):
        raise ValueError(f"must be auto, cpu, cuda or cuda:NUMBER, got {name!r}")
    return name


def _endpoint(address: str) -> str:
    if address and not re.fullmatch(r"https?://[^/\s@]+(/[^\s]*)?", address):
        raise ValueError(f"must begin with https:// or http:// and name a host, got {address!r}")
    return address


def _folder(name: str) -> str:
    path = Path(name)
    if not path.is_absolute() or path == Path(path.anchor) or ".." in path.parts or "\0" in name:
        raise ValueError(f"must be the whole path of a folder and not a whole disk, got {name!r}")
    return name


class WorkbenchSettings(Settings):
    """What the user chose for the page."""

    language: Literal["auto", "en", "zh", "ja"] = "auto"
    """Language of the page; auto is the browser's."""
    device: Annotated[str, AfterValidator(_device)] = "auto"
    """What speaks: auto, cpu, cuda or cuda:1."""
    source: Literal["huggingface", "modelscope"] = "huggingface"
    """Hub that models are brought from."""
    endpoint: Annotated[str, AfterValidator(_endpoint)] = ""
    """Mirror of the hub, such as https://hf-mirror.com; empty is the hub itself."""
    folders: tuple[Annotated[str, AfterValidator(_folder)], ...] = ()
    """Folders outside of the project whose files the page may reach."""


def settings_path(paths: ProjectPaths) -> Path:
    """Where the settings lie."""
    return paths.configs / "workbench.yaml"


def load_settings(paths: ProjectPaths) -> WorkbenchSettings:
    """Read the settings; where there is no file they are the defaults.

    Raises:
        ConfigError: the file is damaged, or a key of it is unknown or wrong.
    """
    path = settings_path(paths)
    if not path.exists():
        return WorkbenchSettings()
    values = read_yaml(path)
    return parse_settings(WorkbenchSettings, {} if values is None else values, str(path))


def save_settings(settings: WorkbenchSettings, paths: ProjectPaths) -> None:
    """Write the settings, whole or not at all; a damaged file is not replaced.

    Raises:
        ConfigError: the file that is there is damaged, or it cannot be written.
    """
    load_settings(paths)
    path = settings_path(paths)
    content = yaml.safe_dump(settings.model_dump(mode="json"), allow_unicode=True, sort_keys=False)
    try:
        with replacing(path) as part:
            part.write_text(_HEAD + content, encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written ({error.strerror})") from error
