from pathlib import Path

import pytest

from gpt_sovits.config.workbench import load_settings, settings_path
from gpt_sovits.errors import InputError
from gpt_sovits.paths import ProjectPaths
from gpt_sovits.workbench.settings import (
    SettingsKeeper,
    folder_facts,
    read_folders,
    version_facts,
)


@pytest.fixture
def paths(tmp_path: Path) -> ProjectPaths:
    return ProjectPaths(tmp_path / "project")


def test_what_is_changed_counts_at_once_and_after_a_restart(paths: ProjectPaths) -> None:
    keeper = SettingsKeeper(paths)
    assert keeper.language == ""
    keeper.change(language="ja", folders=(str(paths.root.parent),))
    assert keeper.language == "ja"
    assert keeper.folders == (paths.root.parent,)
    assert SettingsKeeper(paths).current == keeper.current


@pytest.mark.parametrize(
    ("values", "key"),
    [
        ({"language": "fr"}, "language"),
        ({"device": "gpu"}, "device"),
        ({"endpoint": "no address"}, "endpoint"),
        ({"colour": "red"}, "colour"),
        ({"folders": ("relative",)}, "folders"),
        ({"folders": ("/",)}, "folders"),
        ({"folders": ("/no/such/folder",)}, "no such folder"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(
    paths: ProjectPaths, values: dict[str, object], key: str
) -> None:
    keeper = SettingsKeeper(paths)
    with pytest.raises(InputError, match=key):
        keeper.change(**values)
    assert keeper.current == SettingsKeeper(paths).current
    assert not settings_path(paths).exists()


def test_whoever_comes_from_elsewhere_keeps_folders_and_mirror(
    paths: ProjectPaths,
) -> None:
    own = str(paths.root.parent)
    SettingsKeeper(paths).change(folders=(own,))
    keeper = SettingsKeeper(paths, private=False)
    keeper.change(language="zh", folders=(own,))
    for folders in ((), (own, own + "/x"), ("/etc",)):
        with pytest.raises(InputError, match="on the machine itself") as caught:
            keeper.change(folders=folders)
        assert caught.value.field == "folders"
    with pytest.raises(InputError, match="on the machine itself") as caught:
        keeper.change(endpoint="https://mirror.example")
    assert caught.value.field == "endpoint"
    assert load_settings(paths).folders == (own,)


def test_a_damaged_file_is_told_and_kept(paths: ProjectPaths) -> None:
    path = settings_path(paths)
    path.parent.mkdir(parents=True)
    path.write_text("folders: [/etc", encoding="utf-8")
    keeper = SettingsKeeper(paths)
    assert "workbench.yaml" in keeper.problem
    assert keeper.folders == ()
    with pytest.raises(InputError, match="cannot be read"):
        keeper.change(language="ja")
    assert path.read_text(encoding="utf-8") == "folders: [/etc"
    assert keeper.language == ""


def test_folders_are_read_as_they_were_pasted() -> None:
    home = str(Path("~").expanduser())
    assert read_folders(" \"/a b\" \n\n'/c'\r\n/c\n~\n") == ("/a b", "/c", home)
    with pytest.raises(InputError, match="nobody-of-this-name"):
        read_folders("~nobody-of-this-name/x")


def test_it_is_told_where_everything_lies(paths: ProjectPaths) -> None:
    keeper = SettingsKeeper(paths)
    keeper.change(folders=(str(paths.root.parent),))
    facts = list(folder_facts(keeper))
    assert facts[0].name == "input"
    assert facts[0].path == paths.input, "it need not be there"
    assert 0 < facts[0].free_bytes <= facts[0].total_bytes
    assert (facts[-1].name, facts[-1].path) == ("", paths.root.parent)
    assert "Python" in version_facts()
