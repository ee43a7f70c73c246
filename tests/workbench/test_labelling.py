from collections.abc import Iterator
from pathlib import Path

import pytest

from gpt_sovits.errors import InputError
from gpt_sovits.paths import ProjectPaths
from gpt_sovits.workbench.labelling import OpenLists, list_choices
from gpt_sovits.workbench.places import Places
from tests.subfix.lists import lines_of, make_list


@pytest.fixture
def paths(tmp_path: Path) -> ProjectPaths:
    return ProjectPaths(tmp_path)


def lists_of(paths: ProjectPaths) -> OpenLists:
    return OpenLists(Places(paths), program=("true",))


@pytest.fixture
def lists(paths: ProjectPaths) -> Iterator[OpenLists]:
    lists = lists_of(paths)
    yield lists
    lists.close()


def test_a_list_is_opened_once_and_closed_with_the_page(
    paths: ProjectPaths, lists: OpenLists
) -> None:
    listed = make_list(paths.input)
    other = make_list(paths.output / "transcribed")
    key = lists.open("input/voice.list")
    assert lists.open(f'"{listed}"') == key
    assert lists.open(str(other)) != key
    assert lists.open(str(listed)) == lists.latest == key
    with pytest.raises(InputError, match="is open already"):
        lists_of(paths).open(str(listed))
    lists.close()
    again = lists_of(paths)
    again.open(str(listed))
    again.close()


@pytest.mark.parametrize(
    "name", ["", "  ", "none.list", "..", "a\0b.list", "$(id).list", "; id", "x" * 4000, "input"]
)
def test_what_is_no_list_gets_a_sentence(paths: ProjectPaths, lists: OpenLists, name: str) -> None:
    make_list(paths.input)
    with pytest.raises(InputError):
        lists.open(name)


def test_only_lists_and_sounds_within_reach_are_opened(tmp_path: Path) -> None:
    paths = ProjectPaths(tmp_path / "project")
    outside = make_list(tmp_path / "elsewhere")
    inside = make_list(paths.input)
    with inside.open("a", encoding="utf-8") as file:
        file.write(f"{outside.parent / 'wavs' / '0.wav'}|x|en|t\n")
    places = Places(paths)
    lists = OpenLists(places, program=("true",))
    with pytest.raises(InputError, match="outside of the project"):
        lists.open(str(outside))
    lists.open("input/voice.list")
    (store,) = lists._stores.values()
    assert store.find_sound(store.clips[1])
    with pytest.raises(InputError, match="outside of the project"):
        store.find_sound(store.clips[5])
    places.folders = (outside.parent,)
    assert store.find_sound(store.clips[5]), "what is allowed counts at once"
    assert lists.open(str(outside))
    lists.close()


def test_the_projects_lists_are_offered_the_latest_first(paths: ProjectPaths) -> None:
    for folder in (paths.input / "anna", paths.output / "transcribed", paths.logs / "bob"):
        make_list(folder)
    make_list(paths.input / "anna" / "voice.list.subfix" / "first")
    assert list_choices(paths) == [
        "logs/bob/voice.list",
        "output/transcribed/voice.list",
        "input/anna/voice.list",
    ]
    assert lines_of(paths.root / list_choices(paths)[0])
