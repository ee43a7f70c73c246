"""`evaluate` from the command line."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from gpt_sovits.cli.main import main
from gpt_sovits.evaluate import measures
from gpt_sovits.evaluate.hearing import PHONES
from gpt_sovits.evaluate.options import EvaluationOptions
from gpt_sovits.inference.reference import ReferenceClip
from gpt_sovits.inference.voice_file import VoiceParts, make_voice_file, save_voice_file
from gpt_sovits.paths import ProjectPaths
from tests.tiny_mini import make_tiny_project, write_recording

Output = pytest.CaptureFixture[str]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ProjectPaths:
    """A project with a voice called anna, sentences in said.txt, and a list in seed/meta.lst."""
    paths = make_tiny_project(tmp_path / "project")
    monkeypatch.setattr("gpt_sovits.cli.evaluate.PROJECT", paths)
    monkeypatch.setattr(measures, "MEASURES", (PHONES, measures.SPEED))
    clip = write_recording(paths.input / "clip.wav", 3.0)
    base = paths.pretrained_models / "mini"
    parts = VoiceParts(
        base / "gpt.safetensors", base / "sovits.safetensors", ReferenceClip(clip, "Hello.", "en")
    )
    save_voice_file(make_voice_file("anna", "mini", parts, paths=paths), paths)
    (paths.root / "said.txt").write_text("Good morning.\n", encoding="utf-8")
    write_recording(paths.root / "seed" / "0.wav", 2.0)
    (paths.root / "seed" / "meta.lst").write_text("a|Hi.|0.wav|Good night.\n", encoding="utf-8")
    return paths


def words(project: ProjectPaths, *more: str) -> list[str]:
    said = ["--sentences", str(project.root / "said.txt"), "--device", "cpu"]
    return ["evaluate", "anna", *said, *more]


def last_json(capsys: Output) -> dict[str, Any]:
    return json.loads(capsys.readouterr().out.splitlines()[-1])


def test_a_table_is_shown_and_a_page_is_written(project: ProjectPaths, capsys: Output) -> None:
    assert main(words(project)) == 0
    captured = capsys.readouterr()
    assert re.search(r"^ +anna  recordings$", captured.out, re.MULTILINE)
    assert re.search(r"^phone error rate, en +\d+\.\d % +\d+\.\d %$", captured.out, re.MULTILINE)
    assert re.search(r"^real-time factor +\d+\.\d{3} +–$", captured.out, re.MULTILINE)
    (folder,) = (project.output / "evaluate").iterdir()
    assert re.fullmatch(r"anna-\d{8}-\d{6}", folder.name)
    assert f"writing into {folder}" in captured.err
    assert f"open {folder / 'report.html'}" in captured.out
    assert (folder / "report.html").is_file()
    assert len(list(folder.rglob("*.wav"))) == 2


def test_the_figures_come_as_json(project: ProjectPaths, capsys: Output) -> None:
    out = project.root / "out"
    assert main(words(project, "--out", str(out), "--seeds", "1", "--json")) == 0
    told = last_json(capsys)
    assert told["summary"] == str(out / "summary.json")
    (rate,) = (
        f for f in told["figures"] if f["figure"] == "phone_error_rate" and f["language"] == "en"
    )
    assert rate["values"]["anna"]["clips"] == 1


def test_what_was_left_out_is_named(project: ProjectPaths, capsys: Output) -> None:
    with (project.root / "said.txt").open("a", encoding="utf-8") as file:
        file.write("。。。\n")
    assert main(words(project, "--seeds", "1")) == 0
    assert "said.txt:2: nothing in the text" in capsys.readouterr().err


def test_a_base_is_evaluated_with_a_clip(project: ProjectPaths, capsys: Output) -> None:
    clip = ["--family", "mini", "--reference", str(project.input / "clip.wav")]
    assert main([*words(project, *clip, "--seeds", "1", "--json")]) == 0
    columns = {name for f in last_json(capsys)["figures"] for name in f["values"]}
    assert columns == {"anna", "mini", "recordings"}


@pytest.mark.parametrize("voice", ["anna", "--family mini"])
def test_a_seed_tts_list_is_spoken_once_by_one_voice(
    project: ProjectPaths, capsys: Output, voice: str
) -> None:
    seed = ["--seed-tts", str(project.root / "seed"), "--device", "cpu", "--json"]
    assert main(["evaluate", *voice.split(), *seed]) == 0
    told = last_json(capsys)
    values = {f["figure"]: f["values"] for f in told["figures"] if f["language"] == "en"}
    ((_, value),) = values["phone_error_rate"].items()
    assert value["clips"] == 1


SEED = ["--seed-tts", "seed"]


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (["nobody"], "unknown voice 'nobody'; known are anna"),
        (["anna", "anna"], "cannot be told from another column"),
        ([], "name a voice, or give --real"),
        (["anna", "--languages", "en,klingon"], "languages must be one of en, zh"),
        (["anna", "--languages", "ko"], "none is in 'ko'"),
        (["anna", "--seeds", "0"], "seeds must be 1 to 100"),
        (["anna", "--speed", "9"], "speed must be"),
        (["anna", "--device", "toaster"], "toaster"),
        (["anna", "--sentences", "gone.txt"], "gone.txt: no such file"),
        (["anna", "--real", "gone"], "gone: no such file or folder"),
        (["anna", "--reference", "x.wav"], "--reference belongs to --family"),
        (["--family", "mini"], "give a clip of the speaker"),
        (["--gpt", "a.ckpt"], "give both networks"),
        (SEED, "--seed-tts needs one voice"),
        (["anna", "--family", "mini", *SEED], "--seed-tts needs one voice"),
        (["--gpt", "a.ckpt", *SEED], "give both networks"),
        (["anna", *SEED, "--real", "x"], "--real does not go with --seed-tts"),
        (["anna", *SEED, "--baselines"], "--baselines does not go"),
        (["anna", *SEED, "--reference", "x.wav"], "--reference does not go with --seed-tts"),
        (["anna", "--seed-tts", "gone"], "gone: no such file"),
    ],
)
def test_a_wrong_input_is_one_sentence(
    project: ProjectPaths,
    capsys: Output,
    monkeypatch: pytest.MonkeyPatch,
    more: list[str],
    says: str,
) -> None:
    monkeypatch.chdir(project.root)
    assert main(["evaluate", "--out", "out", *more]) == 2
    assert re.search(f"^error: .*{re.escape(says)}", capsys.readouterr().err, re.MULTILINE)
    assert not list(project.root.glob("out/**/*.wav"))


def test_every_option_has_its_flag(capsys: Output) -> None:
    with pytest.raises(SystemExit):
        main(["evaluate", "--help"])
    told = capsys.readouterr().out
    for name in EvaluationOptions.__dataclass_fields__:
        assert f"--{name}" in told
