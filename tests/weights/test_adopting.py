import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from gpt_sovits.errors import DownloadError, InputError
from gpt_sovits.paths import ProjectPaths
from gpt_sovits.weights import adopting, registry
from gpt_sovits.weights.adopting import adopt_models
from gpt_sovits.weights.groups import known_bytes, list_groups
from gpt_sovits.weights.local import list_models
from gpt_sovits.weights.registry import published_models

CONTENT = b"weights" * 100


@pytest.fixture
def paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ProjectPaths:
    """A project for which three files are published; the hash of the first is known."""
    first = replace(published_models()[0], groups=("v2",))
    rows = (
        replace(
            first,
            path="v2/model.pth",
            bytes=len(CONTENT),
            sha256=hashlib.sha256(CONTENT).hexdigest(),
        ),
        replace(first, path="hubert/config.json", bytes=None, sha256=None),
        replace(first, path="bert/config.json", bytes=None, sha256=None),
    )
    monkeypatch.setattr(registry, "published_models", lambda: rows)
    monkeypatch.setattr("gpt_sovits.weights.local.published_models", lambda: rows)
    return ProjectPaths(tmp_path / "project")


def write(path: Path, content: bytes = CONTENT) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_models_are_found_by_name_and_hash_wherever_they_lie(
    paths: ProjectPaths, tmp_path: Path
) -> None:
    mine = tmp_path / "mine"
    write(mine / "a" / "b" / "model.pth")
    write(mine / "twice" / "model.pth")
    write(mine / "x" / "hubert" / "config.json", b"{}")
    write(mine / "other" / "config.json", b"[]")
    report = adopt_models(mine, paths=paths)
    assert [paths.name_of(path) for path in report.written] == [
        "pretrained_models/v2/model.pth",
        "pretrained_models/hubert/config.json",
    ]
    assert {one.file.path: one.state for one in list_models(paths=paths)} == {
        "v2/model.pth": "verified",
        "hubert/config.json": "verified",
        "bert/config.json": "missing",
    }
    with pytest.raises(InputError, match="holds no published model that is missing"):
        adopt_models(mine, paths=paths)


def test_a_file_with_the_name_of_a_model_is_not_taken_for_it(
    paths: ProjectPaths, tmp_path: Path
) -> None:
    other = write(tmp_path / "mine" / "model.pth", CONTENT[::-1])
    report = adopt_models(tmp_path / "mine", paths=paths)
    assert report.written == []
    assert report.skipped[0][0] == other
    assert "another file" in report.skipped[0][1]
    write(other, b"short")
    with pytest.raises(InputError, match="holds no published model"):
        adopt_models(tmp_path / "mine", paths=paths)
    assert not paths.pretrained_models.exists()


def test_what_is_here_is_not_replaced(paths: ProjectPaths, tmp_path: Path) -> None:
    here = write(paths.pretrained_models / "v2" / "model.pth", b"mine")
    write(tmp_path / "mine" / "model.pth")
    with pytest.raises(InputError, match="holds no published model"):
        adopt_models(tmp_path / "mine", paths=paths)
    assert here.read_bytes() == b"mine"


def test_links_and_other_things_are_passed_over(paths: ProjectPaths, tmp_path: Path) -> None:
    secret = write(tmp_path / "secret" / "model.pth")
    mine = tmp_path / "mine"
    (mine / "model.pth").mkdir(parents=True)
    (mine / "link").mkdir()
    (mine / "link" / "model.pth").symlink_to(secret)
    (mine / "loop").symlink_to(mine)
    with pytest.raises(InputError, match="holds no published model"):
        adopt_models(mine, paths=paths)


@pytest.mark.parametrize("name", ["none", "file"])
def test_what_is_no_folder_gets_a_sentence(paths: ProjectPaths, tmp_path: Path, name: str) -> None:
    write(tmp_path / "file")
    with pytest.raises(InputError, match="no such folder"):
        adopt_models(tmp_path / name, paths=paths)


def test_a_whole_disk_is_refused(
    paths: ProjectPaths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adopting, "MAX_FILES", 2)
    for number in range(3):
        write(tmp_path / "mine" / f"{number}.txt")
    with pytest.raises(InputError, match="more than 2 files"):
        adopt_models(tmp_path / "mine", paths=paths)


def test_a_full_disk_leaves_nothing_half(
    paths: ProjectPaths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(source: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    write(tmp_path / "mine" / "model.pth")
    monkeypatch.setattr("shutil.copyfile", full)
    with pytest.raises(DownloadError, match="No space left"):
        adopt_models(tmp_path / "mine", paths=paths)
    assert list((paths.pretrained_models / "v2").iterdir()) == []


def test_every_group_has_its_use_and_what_is_missing(tmp_path: Path) -> None:
    paths = ProjectPaths(tmp_path)
    groups = {group.name: group for group in list_groups(paths)}
    assert set(groups) == set(registry.model_groups())
    assert next(iter(groups)) == "v2Pro", "the family to begin with stands first"
    assert groups["v2"].licence == "MIT"
    assert groups["hp2"].licence == ""
    assert groups["g2pw"].by_hand
    assert len(groups["v2"].missing) == len(groups["v2"].models)
    size, is_known = known_bytes(groups["speaker"].models)
    assert size > 100_000_000
    assert is_known
    whole = groups["speaker"].models[0]
    with write(whole.path, b"").open("ab") as file:
        file.truncate(whole.file.bytes)
    assert not {group.name: group for group in list_groups(paths)}["speaker"].missing
