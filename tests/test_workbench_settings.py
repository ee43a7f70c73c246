from pathlib import Path
from typing import Any

import pytest

from gpt_sovits.config import family_names
from gpt_sovits.config.workbench import (
    WorkbenchSettings,
    load_settings,
    save_settings,
    settings_path,
)
from gpt_sovits.errors import ConfigError
from gpt_sovits.paths import ProjectPaths


@pytest.fixture
def paths(tmp_path: Path) -> ProjectPaths:
    return ProjectPaths(tmp_path)


def write(paths: ProjectPaths, content: str | bytes) -> Path:
    path = settings_path(paths)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


BAD: list[tuple[str | bytes, str]] = [
    ("colour: red", "colour"),
    ("language: fr", "language"),
    ("language: [en]", "language"),
    ("device: tpu", "device"),
    ("device: cuda:x", "device"),
    ("device: 'cuda:0; id'", "device"),
    ("source: elsewhere", "source"),
    ("endpoint: hf-mirror.com", "endpoint"),
    ("endpoint: ftp://a", "endpoint"),
    ("endpoint: http://", "endpoint"),
    ("endpoint: 'http://a b'", "endpoint"),
    ("endpoint: http://me:you@host", "endpoint"),
    ("folders: /a", "folders"),
    ("folders: [relative]", "folders"),
    ("folders: [/]", "folders"),
    ("folders: [/a/../..]", "folders"),
    ('folders: ["/a\\0b"]', "folders"),
    ("- a\n- b", "the file"),
    ("language: [", "cannot be read"),
    (b"\xff\xfe\x00", "cannot be read"),
    ("!!python/object/apply:os.system ['id']", "cannot be read"),
]


@pytest.mark.parametrize(("content", "key"), BAD)
def test_a_damaged_file_is_told_and_stays_as_it_is(
    paths: ProjectPaths, content: str | bytes, key: str
) -> None:
    path = write(paths, content)
    before = path.read_bytes()
    with pytest.raises(ConfigError, match=r"workbench\.yaml") as caught:
        load_settings(paths)
    assert key in str(caught.value)
    with pytest.raises(ConfigError):
        save_settings(WorkbenchSettings(), paths)
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", ["", "# only a remark\n", "{}"])
def test_what_is_not_set_is_the_default(paths: ProjectPaths, content: str) -> None:
    assert load_settings(paths) == WorkbenchSettings()
    write(paths, content)
    assert load_settings(paths) == WorkbenchSettings()


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"language": "ja", "device": "cuda:1", "source": "modelscope"},
        {"endpoint": "https://hf-mirror.com", "folders": ("/data/声 音", "/b: c")},
    ],
)
def test_what_is_written_is_read_again(paths: ProjectPaths, values: dict[str, Any]) -> None:
    settings = WorkbenchSettings(**values)
    save_settings(settings, paths)
    assert load_settings(paths) == settings
    assert [path.name for path in paths.configs.iterdir()] == ["workbench.yaml"]


def test_a_damaged_file_hides_no_family(paths: ProjectPaths) -> None:
    write(paths, b"[\xff")
    (paths.configs / "v9.yaml").write_text("name: v9", encoding="utf-8")
    assert family_names(paths.configs) == ["v9"]


def test_a_place_that_cannot_be_written_gets_a_sentence(paths: ProjectPaths) -> None:
    paths.configs.touch()
    with pytest.raises(ConfigError, match="cannot be"):
        save_settings(WorkbenchSettings(), paths)
