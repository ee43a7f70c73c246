import json
from pathlib import Path

import pytest

from gpt_sovits.cli.main import main
from gpt_sovits.paths import ProjectPaths
from tests.tiny_mini import make_tiny_project, write_recording

Output = pytest.CaptureFixture[str]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ProjectPaths:
    paths = make_tiny_project(tmp_path / "project")
    monkeypatch.setattr("gpt_sovits.cli.voices.PROJECT", paths)
    write_recording(paths.input / "clip.wav", 3.0)
    return paths


def add(project: ProjectPaths, name: str, *more: str) -> int:
    base = project.pretrained_models / "mini"
    files = ["--gpt", str(base / "gpt.safetensors"), "--sovits", str(base / "sovits.safetensors")]
    clip = ["--reference", str(project.input / "clip.wav"), "--reference-text", "你好。"]
    return main(["voices", "add", name, *files, *clip, "--consent", "her own voice", *more])


def test_an_added_voice_is_listed_and_shown(project: ProjectPaths, capsys: Output) -> None:
    assert add(project, "anna", "--json") == 0
    added = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert added["path"] == str(project.voices / "anna.yaml")
    assert main(["voices", "list", "--json"]) == 0
    (listed,) = json.loads(capsys.readouterr().out)
    assert main(["voices", "show", "anna", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert listed == shown
    assert shown["consent"] == "her own voice"
    assert shown["family"] == "mini"
    assert shown["reference"] == {"audio": "input/clip.wav", "text": "你好。", "language": "auto"}


def test_a_person_sees_names_and_consent(project: ProjectPaths, capsys: Output) -> None:
    assert main(["voices", "list"]) == 0
    assert "no voices yet" in capsys.readouterr().out
    assert add(project, "anna") == 0
    assert "say --voice anna" in capsys.readouterr().out
    assert main(["voices", "list"]) == 0
    assert "anna" in capsys.readouterr().out
    assert main(["voices", "show", "anna"]) == 0
    assert "reference audio    input/clip.wav" in capsys.readouterr().out


def test_a_voice_is_replaced_only_when_told(project: ProjectPaths, capsys: Output) -> None:
    assert add(project, "anna") == 0
    assert add(project, "anna") == 2
    assert "this voice is there already" in capsys.readouterr().err
    assert add(project, "anna", "--replace") == 0


def test_a_damaged_voice_does_not_hide_the_others(project: ProjectPaths, capsys: Output) -> None:
    assert add(project, "anna") == 0
    (project.voices / "broken.yaml").write_text("name: [", encoding="utf-8")
    assert main(["voices", "list"]) == 0
    captured = capsys.readouterr()
    assert "anna" in captured.out
    assert "broken.yaml" in captured.err


@pytest.mark.parametrize(
    ("name", "more", "says"),
    [
        ("a/b", [], "holds '/'"),
        ("anna", ["--gpt", "gone.ckpt"], "gone.ckpt"),
        ("anna", ["--reference", "gone.wav"], "gone.wav"),
        ("anna", ["--reference-text", "…"], "text of the reference"),
    ],
)
def test_what_makes_no_voice_is_one_sentence(
    project: ProjectPaths, name: str, more: list[str], says: str, capsys: Output
) -> None:
    assert add(project, name, *more) == 2
    error = capsys.readouterr().err
    assert says in error
    assert error.count("\n") == 1
    assert not project.voices.exists()
