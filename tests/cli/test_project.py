import json
from pathlib import Path

import pytest

from gpt_sovits.cli import project as command
from gpt_sovits.cli.main import main
from gpt_sovits.paths import ProjectPaths
from gpt_sovits.pipeline.project import project_names
from tests.workbench.fakes import add_voice, make_project, write_tone


@pytest.fixture
def paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ProjectPaths:
    """A project of its own in the place of this one."""
    paths = make_project(tmp_path / "root")
    monkeypatch.setattr(command, "PROJECT", paths)
    return paths


def run(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, object]:
    assert main(["project", *words, "--json"]) == 0
    found: dict[str, object] = json.loads(capsys.readouterr().out.splitlines()[-1])
    return found


def test_a_project_is_begun_added_to_and_shown(
    paths: ProjectPaths, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, two = write_tone(tmp_path / "a.wav"), write_tone(tmp_path / "b.wav", seconds=5.0)
    told = run(capsys, "new", "Anna", str(one), "--language=en")
    assert told["recordings"] == ["input/Anna/a.wav"]
    assert run(capsys, "add", "Anna", str(two))["recordings"] == [
        "input/Anna/a.wav",
        "input/Anna/b.wav",
    ]
    shown = run(capsys, "show", "Anna")
    stages = {stage["stage"]: stage["status"] for stage in shown["stages"]}  # type: ignore[attr-defined]
    assert (stages["recording"], stages["voice"]) == ("ready", "empty")
    assert shown["next"]
    assert main(["project", "show", "Anna"]) == 0
    assert "next: " in capsys.readouterr().out


def test_voices_are_taken_up(paths: ProjectPaths, capsys: pytest.CaptureFixture[str]) -> None:
    add_voice(paths, "Bo")
    assert run(capsys, "list") == {"projects": [], "adoptable": ["Bo"]}
    run(capsys, "new", "Bo", "--adopt")
    told = run(capsys, "list")
    assert [each["name"] for each in told["projects"]] == ["Bo"]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["new", "a/b"], "'/'"),
        (["new", "Anna", "gone.wav"], "no such file"),
        (["new", "Anna", "--adopt"], "neither a voice"),
        (["add", "Carl", "a.wav"], "unknown project"),
        (["show", "../x"], "holds '/'"),
        (["voice", "Carl"], "unknown project"),
    ],
)
def test_mistakes_end_with_one_sentence(
    paths: ProjectPaths, capsys: pytest.CaptureFixture[str], words: list[str], sentence: str
) -> None:
    assert main(["project", *words]) == 2
    assert sentence in capsys.readouterr().err
    assert not project_names(paths)


def test_a_voice_needs_what_was_trained(
    paths: ProjectPaths, capsys: pytest.CaptureFixture[str]
) -> None:
    run(capsys, "new", "Anna")
    assert main(["project", "voice", "Anna"]) == 2
    assert "no features yet" in capsys.readouterr().err
