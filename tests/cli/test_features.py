import json
from pathlib import Path

import pytest

from gpt_sovits.cli import features
from gpt_sovits.cli.main import main
from gpt_sovits.paths import ProjectPaths
from tests.tiny_mini import make_tiny_project, write_recording

Output = pytest.CaptureFixture[str]


@pytest.fixture
def paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ProjectPaths:
    paths = make_tiny_project(tmp_path)
    monkeypatch.setattr(features, "PROJECT", paths)
    return paths


def write_list(paths: ProjectPaths, *lines: str) -> str:
    write_recording(paths.input / "a.wav", 2.0)
    write_recording(paths.input / "b.wav", 0.2)
    path = paths.root / "x.list"
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return str(path)


def test_a_list_becomes_an_experiment(paths: ProjectPaths, capsys: Output) -> None:
    listed = write_list(paths, "input/a.wav|s|zh|今天天气很好。", "input/b.wav|s|zh|好")
    assert main(["features", listed, "--name", "anna", "--json"]) == 0
    captured = capsys.readouterr()
    said = json.loads(captured.out)
    folder = paths.logs / "anna"
    assert said["experiment"] == str(folder)
    assert (said["clips"], said["extracted"], said["seconds"]) == (1, 1, 2.0)
    assert said["written"][0] == str(folder / "clips.jsonl")
    assert [Path(path).name for path, _ in said["skipped"]] == ["b.wav"]
    assert "b.wav: too short" in captured.err


def test_a_person_reads_one_line(paths: ProjectPaths, capsys: Output) -> None:
    listed = write_list(paths, "a.wav|s|zh|今天天气很好。")
    words = ["features", listed, "--name", "anna", "--audio-folder", str(paths.input)]
    assert main(words) == 0
    assert "1 clips, 2 s for mini; 1 extracted now, 0 left out" in capsys.readouterr().out


def test_progress_is_told_as_json(paths: ProjectPaths, capsys: Output) -> None:
    listed = write_list(paths, "input/a.wav|s|zh|今天天气很好。")
    assert main(["features", listed, "--name", "anna", "--progress-json"]) == 0
    last = json.loads(capsys.readouterr().err.splitlines()[-1])
    assert (last["stage"], last["done"], last["total"]) == ("features", 1, 1)


@pytest.mark.parametrize(
    ("lines", "words", "says"),
    [
        ([], [], "is empty"),
        (["gone.wav|s|zh|好"], [], "no clip can be used"),
        (["input/a.wav|s|xx|好"], [], "unknown language"),
        (["input/a.wav|s|zh|今天天气很好。"], ["--name", "../up"], "name '../up' holds '/'"),
        (["input/a.wav|s|zh|今天天气很好。"], ["--name", ""], "name '' must not be empty"),
        (["input/a.wav|s|zh|今天天气很好。"], ["--family", "v99"], "unknown family"),
        (["input/a.wav|s|zh|今天天气很好。"], ["--min-s", "9", "--max-s", "1"], "min_s"),
        (["input/a.wav|s|zh|今天天气很好。"], ["--audio-folder", "gone"], "is no folder"),
    ],
)
def test_bad_input_gets_one_sentence_and_exit_2(
    paths: ProjectPaths, capsys: Output, lines: list[str], words: list[str], says: str
) -> None:
    listed = write_list(paths, *lines)
    assert main(["features", listed, "--name", "anna", *words]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.splitlines()[-1].startswith("error: ")
    assert says in captured.err


@pytest.mark.parametrize("name", ["", "none.list"])
def test_what_is_no_list_gets_exit_2(paths: ProjectPaths, capsys: Output, name: str) -> None:
    assert main(["features", str(paths.root / name), "--name", "anna"]) == 2
    assert capsys.readouterr().err.startswith("error: ")
