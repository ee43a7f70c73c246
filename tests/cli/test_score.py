"""`score` and the commands that change voices, as they are typed."""

import json
from pathlib import Path

import pytest

from gpt_sovits.cli.main import main
from gpt_sovits.evaluate import measures
from gpt_sovits.evaluate.hearing import PHONES
from gpt_sovits.inference.voice_file import load_voice_file, voice_names
from gpt_sovits.paths import ProjectPaths
from tests.inference.voices import add_tuned_voice
from tests.tiny_mini import make_tiny_project

Output = pytest.CaptureFixture[str]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ProjectPaths:
    paths = make_tiny_project(tmp_path / "project")
    for module in ("score", "voices", "voice_changes"):
        monkeypatch.setattr(f"gpt_sovits.cli.{module}.PROJECT", paths)
    monkeypatch.setattr(measures, "MEASURES", (PHONES,))
    for seed, name in enumerate(("anna", "ben"), 1):
        add_tuned_voice(paths, name, seed)
    return paths


def last_line(capsys: Output) -> dict[str, str]:
    found: dict[str, str] = json.loads(capsys.readouterr().out.splitlines()[-1])
    return found


def test_the_best_pair_is_shown_with_the_command_that_takes_it(
    project: ProjectPaths, capsys: Output
) -> None:
    assert main(["score", "anna", "--per-language", "1"]) == 0
    told = capsys.readouterr()
    assert "SoVITS e1_s2 + GPT e1 is the only pair" in told.out
    assert "voices choose anna --gpt GPT_weights/anna-e1.safetensors" in told.out
    assert "measure the SoVITS" in told.err
    assert main(["score", "anna", "--per-language", "1", "--json"]) == 0
    assert last_line(capsys)["best"]["label"] == "SoVITS e1_s2 + GPT e1"  # type: ignore[index]


def test_voices_go_through_all_changes(project: ProjectPaths, capsys: Output) -> None:
    out = str(project.output / "mix.zip")
    for words in (
        ["fuse", "anna", "ben", "--share=0.3", "--name=mix"],
        ["consent", "mix", "--text=both agreed"],
        ["export", "mix", f"--out={out}"],
        ["import", out, "--name=again"],
        [
            "choose",
            "again",
            f"--gpt={project.gpt_weights / 'ben-e1.safetensors'}",
            f"--sovits={project.sovits_weights / 'mix.safetensors'}",
        ],
    ):
        assert main(["voices", *words, "--json"]) == 0, words
        assert Path(last_line(capsys)["path"]).is_file()
    assert load_voice_file("again", project).gpt == "GPT_weights/ben-e1.safetensors"
    assert load_voice_file("again", project).consent.endswith("both agreed")
    assert main(["voices", "remove", "mix"]) == 0
    assert "output/removed/mix-" in capsys.readouterr().out
    assert voice_names(project) == ["again", "anna", "ben"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["score", "gone"], "no such experiment"),
        (["score", "anna", "--per-language", "0"], "per_language must be 1 to 20"),
        (["voices", "fuse", "anna", "gone", "--name=mix"], "unknown voice 'gone'"),
        (["voices", "fuse", "anna", "ben", "--name=a/b"], "holds '/'"),
        (["voices", "fuse", "anna", "ben", "--name=mix", "--share=2"], "share must be 0 to 1"),
        (["voices", "export", "anna", "--out=anna.tar"], "ends in .zip"),
        (["voices", "import", "gone.zip"], "no such file"),
        (["voices", "consent", "anna", "--text= "], "is empty"),
        (["voices", "choose", "anna", "--gpt=gone", "--sovits=gone"], "gone: no such file"),
        (["voices", "remove", "gone"], "unknown voice"),
    ],
)
def test_bad_words_are_one_sentence(
    project: ProjectPaths, words: list[str], says: str, capsys: Output
) -> None:
    assert main(words) == 2
    error = capsys.readouterr().err
    assert says in error
    assert error.count("\n") == 1
