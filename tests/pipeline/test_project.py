import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from gpt_sovits.audio.write import write_audio
from gpt_sovits.data.annotations import read_annotations
from gpt_sovits.errors import ConfigError, InputError
from gpt_sovits.paths import ProjectPaths
from gpt_sovits.pipeline.project import (
    VoiceProject,
    adopt_project,
    adoptable,
    change_project,
    list_of,
    list_projects,
    load_project,
    new_project,
    project_names,
    project_path,
    recordings_of,
)
from gpt_sovits.pipeline.project_sources import add_recordings
from gpt_sovits.state import write_state
from tests.workbench.fakes import add_voice, make_project, write_tone


@pytest.fixture
def paths(tmp_path: Path) -> ProjectPaths:
    return make_project(tmp_path / "root")


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("", "empty"),
        (" anna", "begin"),
        ("a/b", "'/'"),
        ("..", "dot"),
        ("../up", "'/'|dot"),
        ("a\0b", "holds"),
        ("con", "reserved"),
        ("-x", "dash"),
        ("a.yaml", "leave .yaml out"),
        ("x" * 500, "too long"),
    ],
)
def test_a_name_that_no_file_can_have_is_refused_at_its_field(
    paths: ProjectPaths, name: str, sentence: str
) -> None:
    with pytest.raises(ConfigError, match=sentence) as caught:
        new_project(name, paths=paths)
    assert caught.value.field == "name"
    assert not (paths.output / "projects").exists()


def test_a_project_is_written_read_and_listed(paths: ProjectPaths) -> None:
    made = new_project("Änna", language="zh", consent="Anna, 2026", paths=paths)
    assert load_project("Änna", paths) == made
    new_project("Bo", paths=paths)
    os.utime(project_path("Änna", paths), (1, 1))
    assert project_names(paths) == ["Bo", "Änna"]
    with pytest.raises(InputError, match="is a project already"):
        new_project("Bo", paths=paths)
    with pytest.raises(ConfigError, match="known are Bo, Änna"):
        load_project("Carl", paths)


def test_a_project_file_with_a_mistake_is_named_and_hides_no_other(paths: ProjectPaths) -> None:
    new_project("Anna", paths=paths)
    path = project_path("Bo", paths)
    path.write_text("name: Bo\nlanguag: zh\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="languag"):
        load_project("Bo", paths)
    path.write_text("name: Carl\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="Carl"):
        load_project("Bo", paths)
    assert [project.name for project in list_projects(paths)] == ["Anna"]


def test_an_unknown_language_is_refused(paths: ProjectPaths) -> None:
    with pytest.raises(InputError, match="klingon"):
        new_project("Anna", language="klingon", paths=paths)


def test_a_voice_is_taken_up_as_a_project_and_not_overwritten(paths: ProjectPaths) -> None:
    add_voice(paths, "Anna")
    (paths.logs / "Bo").mkdir(parents=True)
    write_state(paths.logs / "Bo" / "clone.json", {"source": "input/bo.wav"})
    (paths.logs / "notes").mkdir()
    assert adoptable(paths) == ["Anna", "Bo"]
    with pytest.raises(InputError, match="voice already"):
        new_project("Anna", paths=paths)
    assert adopt_project("Anna", paths).family == "mini"
    assert adopt_project("Bo", paths).recordings == ("input/bo.wav",)
    assert adoptable(paths) == []
    with pytest.raises(ConfigError, match="neither"):
        adopt_project("Carl", paths)


def test_recordings_are_copied_once_and_replace_nothing(
    paths: ProjectPaths, tmp_path: Path
) -> None:
    project = new_project("Anna", paths=paths)
    one = write_tone(tmp_path / "one" / "a b|c.WAV".replace("|", "_"), seconds=1.0)
    two = write_tone(tmp_path / "two" / "a b_c.wav", seconds=2.0)
    project = add_recordings(project, [one], paths=paths).project
    project = add_recordings(project, [two, one], paths=paths).project
    project = add_recordings(project, [two.parent], paths=paths).project
    assert project.recordings == ("input/Anna/a b_c.wav", "input/Anna/a b_c-1.wav")
    kept = recordings_of(project, paths)
    assert sorted(path.read_bytes() for path in kept) == sorted(
        path.read_bytes() for path in (one, two)
    )
    assert load_project("Anna", paths) == project
    again = add_recordings(project, [kept[0]], paths=paths)
    assert again.kept == [kept[0]]
    assert len(recordings_of(project, paths)) == 2


def test_texts_come_with_their_recording(paths: ProjectPaths, tmp_path: Path) -> None:
    project = new_project("Anna", paths=paths)
    folder = tmp_path / "brought"
    write_tone(folder / "a.wav")
    (folder / "a.txt").write_text("Hello.", encoding="utf-8")
    (folder / "notes.txt").write_text("Buy milk.", encoding="utf-8")
    (folder / "cat.png").write_bytes(b"\x89PNG\r\n\x1a\n" * 9)
    added = add_recordings(project, [folder], paths=paths)
    assert sorted(path.name for path in added.kept) == ["a.txt", "a.wav"]
    assert sorted(path.name for path, _ in added.skipped) == ["cat.png", "notes.txt"]
    assert added.project.recordings == ("input/Anna/a.wav",)


def test_a_list_comes_with_its_clips(paths: ProjectPaths, tmp_path: Path) -> None:
    project = new_project("Anna", paths=paths)
    clip, other = write_tone(tmp_path / "up1" / "1.wav"), write_tone(tmp_path / "up2" / "2.wav", 5)
    listed = tmp_path / "up3" / "mine.list"
    listed.parent.mkdir()
    listed.write_text(
        "D:\\data\\1.wav|Anna|en|One | two.\n../up2/2.wav|Anna|zh|你好。\ngone.wav|Anna|en|No.\n",
        encoding="utf-8",
    )
    added = add_recordings(project, [listed, clip], paths=paths)
    used = list_of(added.project, paths)
    assert used == paths.input / "Anna" / "mine.list"
    items = read_annotations(used, root=paths.root).items
    assert [(item.audio.read_bytes(), item.text) for item in items] == [
        (clip.read_bytes(), "One | two."),
        (other.read_bytes(), "你好。"),
    ]
    assert all(item.audio.is_relative_to(paths.input) for item in items)
    assert [path.name for path, _ in added.skipped] == ["mine.list:3"]


def test_a_list_of_the_project_is_used_where_it_is(paths: ProjectPaths) -> None:
    project = new_project("Anna", paths=paths)
    write_tone(paths.input / "x.wav")
    listed = paths.input / "x.list"
    listed.write_text("input/x.wav|a|en|Hello.\n", encoding="utf-8")
    assert add_recordings(project, [listed], paths=paths).project.list == "input/x.list"


def test_a_list_reaches_no_file_that_may_not_be_read(paths: ProjectPaths, tmp_path: Path) -> None:
    project = new_project("Anna", paths=paths)
    secret = write_tone(tmp_path / "secret.wav")
    listed = tmp_path / "a.list"
    listed.write_text(f"{secret}|a|en|Hello.\n", encoding="utf-8")
    with pytest.raises(InputError, match="outside"):
        add_recordings(project, [listed], may_read=lambda path: False, paths=paths)
    assert not (paths.input / "Anna").exists()


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (b"", "a.wav", "a.wav"),
        (b"hello, I am no recording", "b.mp3", "b.mp3"),
        (b"text", "lonely.txt", "without a recording"),
        (b"a|b|en|Hi.\n", "c.list", "no line can be used"),
        (b"\xff\xfe\x00", "d.list", "UTF"),
    ],
)
def test_what_is_no_recording_is_refused(
    paths: ProjectPaths, tmp_path: Path, content: bytes, name: str, sentence: str
) -> None:
    project = new_project("Anna", paths=paths)
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=sentence):
        add_recordings(project, [tmp_path / name], paths=paths)
    assert load_project("Anna", paths).recordings == ()
    for sources, why in (([], "no recording yet"), ([tmp_path / "gone"], "no such file")):
        with pytest.raises(InputError, match=why):
            add_recordings(project, sources, paths=paths)


def test_a_disk_without_room_is_told_before_anything_is_copied(
    paths: ProjectPaths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = new_project("Anna", paths=paths)
    usage = shutil.disk_usage(tmp_path)._replace(free=10)
    monkeypatch.setattr("shutil.disk_usage", lambda path: usage)
    with pytest.raises(InputError, match="MB are missing"):
        add_recordings(project, [write_tone(tmp_path / "a.wav")], paths=paths)
    assert not (paths.input / "Anna").exists()


def test_recordings_put_into_the_folder_by_hand_count(paths: ProjectPaths) -> None:
    project = new_project("Anna", paths=paths)
    write_tone(paths.input / "Anna" / "mine.wav")
    write_audio(paths.input / "elsewhere.wav", np.zeros(800, np.float32), 8000)
    project = project.model_copy(update={"recordings": ("input/elsewhere.wav", "input/gone.wav")})
    change_project("Anna", lambda _: project, paths)
    assert [path.name for path in recordings_of(project, paths)] == ["mine.wav", "elsewhere.wav"]


def test_an_uploaded_list_is_copied_with_the_clips_that_came_along(paths: ProjectPaths) -> None:
    clip = write_tone(paths.uploads / "1a" / "x.wav")
    listed = paths.uploads / "2b" / "mine.list"
    listed.parent.mkdir(parents=True)
    listed.write_text("C:\\\\data\\\\x.wav|Anna|en|Hello.\n", encoding="utf-8")
    project = add_recordings(new_project("Anna", paths=paths), [listed, clip], paths=paths).project
    shutil.rmtree(paths.uploads)  # as Gradio does
    assert project.list == "input/Anna/mine.list"
    (item,) = read_annotations(paths.root / project.list, root=paths.root).items
    assert item.audio.is_file()


def test_what_another_window_chose_meanwhile_stays(paths: ProjectPaths) -> None:
    project = new_project("Anna", paths=paths)
    change_project("Anna", lambda now: now.model_copy(update={"list": "input/mine.list"}), paths)
    add_recordings(project, [write_tone(paths.root.parent / "a.wav")], paths=paths)
    assert load_project("Anna", paths).list == "input/mine.list"
    assert load_project("Anna", paths).recordings == ("input/Anna/a.wav",)


def test_the_newest_list_is_in_use_unless_one_is_chosen(paths: ProjectPaths) -> None:
    project = VoiceProject(name="Anna")
    assert list_of(project, paths) is None
    older = paths.logs / "Anna" / "Anna.list"
    newer = paths.output / "transcribed" / "Anna.list"
    for number, path in enumerate((older, newer), 1):
        path.parent.mkdir(parents=True)
        path.write_text("", encoding="utf-8")
        os.utime(path, (number, number))
    assert list_of(project, paths) == newer
    chosen = project.model_copy(update={"list": "input/mine.list"})
    assert list_of(chosen, paths) == paths.root / "input/mine.list"
