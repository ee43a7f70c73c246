"""Clips that the editor made are found by whoever reads the list afterwards."""

import shutil
from pathlib import Path

import pytest

from gpt_sovits.audio.write import write_audio
from gpt_sovits.data.annotations import read_annotations
from gpt_sovits.errors import InputError
from gpt_sovits.paths import ProjectPaths
from gpt_sovits.prepare.label_files import read_labels
from subfix.store import Store
from tests.subfix.lists import RATE, make_list, opened, samples

STYLES = {
    "beside the list": "wavs/{}",
    "a whole path": "{folder}/wavs/{}",
    "backslashes": "wavs\\{}",
    "the path of another machine": "D:\\voice\\wavs\\{}",
    "a bare name": "{}",
}


def listed_as(folder: Path, style: str) -> Path:
    """A list with its clips called in a certain way."""
    listed = make_list(folder)
    lines = listed.read_text(encoding="utf-8").splitlines()
    named = [STYLES[style].format(f"{n}.wav", folder=folder) for n in range(len(lines))]
    rest = [line.partition("|")[2] for line in lines]
    text = "".join(f"{name}|{each}\n" for name, each in zip(named, rest, strict=True))
    listed.write_text(text, encoding="utf-8")
    return listed


@pytest.mark.parametrize(
    ("style", "with_folder"),
    [
        *((style, True) for style in STYLES),
        *((style, False) for style in ("beside the list", "a whole path", "backslashes")),
    ],
)
def test_training_finds_clips_that_were_split(
    tmp_path: Path, style: str, with_folder: bool
) -> None:
    listed = listed_as(tmp_path, style)
    folder = tmp_path / "wavs" if with_folder else None
    store = Store.open(listed, folder, ProjectPaths(tmp_path))
    store.split(1, 3000, ("left", "right"))
    store.merge([2, 3])
    made = [store.find_sound(store.clips[each]).path.name for each in (1, 5, 2)]
    store.close()
    for name in made:  # a clip of the user's that has the name of one of ours
        write_audio(tmp_path / "wavs" / name, samples(9), RATE)
    found = read_annotations(listed, folder, root=tmp_path)
    assert found.skipped == []
    ours = tmp_path / "voice.list.subfix" / "audio"
    assert [item.audio.resolve().parent for item in found.items[:3]] == [ours] * 3
    with opened(listed) as store:
        assert store.find_sound(store.clips[1]).path.resolve().parent == ours


@pytest.mark.parametrize("style", ["beside the list", "a whole path"])
@pytest.mark.parametrize("renamed", [False, True])
def test_a_list_that_moved_with_its_folders_keeps_its_clips(
    tmp_path: Path, style: str, renamed: bool
) -> None:
    old = tmp_path / "old"
    listed = listed_as(old, style)
    with opened(listed) as store:
        store.split(1, 3000, ("left", "right"))
    new = tmp_path / "new"
    shutil.move(old, new)
    moved = new / "voice.list"
    if renamed:
        shutil.move(new / "voice.list.subfix", new / "ann.list.subfix")
        moved = moved.rename(new / "ann.list")
    with opened(moved) as store:
        for each in (1, 5):
            assert store.find_sound(store.clips[each]).path.is_file()
        assert store.undo()
    with opened(moved) as store:
        assert store.redo()
    found = read_annotations(moved, root=tmp_path)
    assert [item.audio.is_file() for item in found.items[:2]] == [True, True]
    assert [item.text for item in found.items[:2]] == ["left", "right"]


def test_the_import_finds_split_clips_of_a_table(tmp_path: Path) -> None:
    make_list(tmp_path)
    table = tmp_path / "metadata.csv"
    table.write_text("0|one\n1|two\n", encoding="utf-8")
    store = Store.open(table, tmp_path / "wavs", ProjectPaths(tmp_path))
    store.split(1, 3000, ("left", "right"))
    store.close()
    labels = read_labels(table, "auto", tmp_path / "wavs", ProjectPaths(tmp_path))
    assert [label.text for label in labels.labels] == ["left", "right", "two"]


def test_a_clip_that_is_gone_from_the_folder_is_told(tmp_path: Path) -> None:
    listed = make_list(tmp_path)
    with opened(listed) as store:
        store.split(1, 3000, ("left", "right"))
        path = store.find_sound(store.clips[1]).path
        path.unlink()
        with pytest.raises(InputError, match="no such file"):
            store.find_sound(store.clips[1])
