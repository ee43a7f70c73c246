import io
import json
import re
from pathlib import Path

import pytest

from gpt_sovits.audio.read import read_audio
from gpt_sovits.cli.main import main
from gpt_sovits.inference.reference import ReferenceClip
from gpt_sovits.inference.voice_file import VoiceParts, make_voice_file, save_voice_file
from gpt_sovits.paths import ProjectPaths
from tests.tiny_mini import make_tiny_project, write_recording

Output = pytest.CaptureFixture[str]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ProjectPaths:
    """A project with a voice called anna, and input/clip.wav."""
    paths = make_tiny_project(tmp_path / "project")
    monkeypatch.setattr("gpt_sovits.cli.say.PROJECT", paths)
    clip = write_recording(paths.input / "clip.wav", 3.0)
    base = paths.pretrained_models / "mini"
    parts = VoiceParts(
        base / "gpt.safetensors", base / "sovits.safetensors", ReferenceClip(clip, "Hello.", "en")
    )
    save_voice_file(make_voice_file("anna", "mini", parts, paths=paths), paths)
    return paths


def last_json(capsys: Output) -> dict[str, object]:
    return json.loads(capsys.readouterr().out.splitlines()[-1])


def test_a_text_becomes_a_recording(project: ProjectPaths, capsys: Output) -> None:
    out = project.root / "a.flac"
    words = ["say", "--voice", "anna", "--text", "Good morning. 你好。😀", "--out", str(out)]
    assert main([*words, "--cut", "cut5", "--pause", "0.5", "--json"]) == 0
    captured = capsys.readouterr()
    said = json.loads(captured.out.splitlines()[-1])
    audio, rate = read_audio(out)
    assert said["paths"] == [str(out)]
    assert said["sample_rate"] == rate
    assert said["seconds"] == pytest.approx(len(audio) / rate)
    first, second = said["sentences"]
    assert first["text"] == "Good morning."
    assert second["start_s"] - first["end_s"] == pytest.approx(0.5, abs=1e-3)
    assert said["real_time_factor"] > 0
    assert "skipped '😀'" in captured.err


def test_a_recording_without_a_name_gets_one(project: ProjectPaths, capsys: Output) -> None:
    for _ in range(2):
        assert main(["say", "--voice", "anna", "--text", "Hello.", "--json"]) == 0
    made = sorted((project.output / "say").iterdir())
    assert len(made) == 2
    assert all(re.fullmatch(r"anna-\d{8}-\d{6}(-1)?\.wav", path.name) for path in made)


def test_the_same_seed_writes_the_same_bytes(project: ProjectPaths) -> None:
    outs = [project.root / f"{number}.wav" for number in range(3)]
    for out, seed in zip(outs, ("5", "5", "6"), strict=True):
        words = ["say", "--voice", "anna", "--text", "Hello there.", "--seed", seed]
        assert main([*words, "--out", str(out)]) == 0
    first, second, third = (out.read_bytes() for out in outs)
    assert first == second != third


@pytest.mark.parametrize("way", ["files", "family", "voice file"])
def test_a_voice_can_be_given_in_three_more_ways(
    project: ProjectPaths, way: str, capsys: Output
) -> None:
    base = project.pretrained_models / "mini"
    clip = ["--reference", str(project.input / "clip.wav"), "--reference-text", "Hello."]
    files = ["--gpt", str(base / "gpt.safetensors"), "--sovits", str(base / "sovits.safetensors")]
    voice = {
        "files": [*files, *clip, "--reference-language", "en"],
        "family": ["--family", "mini", *clip],
        "voice file": ["--voice", str(project.voices / "anna.yaml")],
    }[way]
    assert main(["say", *voice, "--text", "Hello.", "--json"]) == 0
    assert last_json(capsys)["seconds"] != 0


def test_a_file_or_standard_input_can_be_read_aloud(
    project: ProjectPaths, capsys: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = project.root / "text.txt"
    text.write_text("Good morning.\nGood night.\n", encoding="utf-8")
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.read_bytes())))
    told = []
    for source in (str(text), "-"):
        assert main(["say", "--voice", "anna", "--text-file", source, "--json"]) == 0
        told.append([each["text"] for each in last_json(capsys)["sentences"]])  # type: ignore[attr-defined]  # a list
    assert told == [["Good morning.", "Good night."]] * 2


@pytest.mark.parametrize("ending", ["json", "srt"])
def test_timings_are_written_beside(project: ProjectPaths, ending: str, capsys: Output) -> None:
    timings = project.root / f"a.{ending}"
    words = ["say", "--voice", "anna", "--text", "Good morning.", "--timings", str(timings)]
    assert main([*words, "--json"]) == 0
    assert "Good morning." in timings.read_text(encoding="utf-8")
    assert str(timings) in last_json(capsys)["paths"]  # type: ignore[operator]  # a list


def test_progress_can_be_read_by_a_program(project: ProjectPaths, capsys: Output) -> None:
    words = ["say", "--voice", "anna", "--text", "One day.", "--progress-json"]
    assert main(words) == 0
    last = json.loads(capsys.readouterr().err.splitlines()[-1])
    assert (last["stage"], last["done"], last["total"]) == ("say", 1, 1)


def test_a_table_is_spoken_line_by_line(project: ProjectPaths, capsys: Output) -> None:
    table, folder = project.root / "t.tsv", project.root / "out"
    table.write_text("one\ten\tGood morning.\nbad line\ntwo\tzh\t你好。\n", encoding="utf-8")
    words = ["say", "--voice", "anna", "--table", str(table), "--out-dir", str(folder), "--json"]
    assert main(words) == 2
    captured = capsys.readouterr()
    said = json.loads(captured.out.splitlines()[-1])
    assert said["paths"] == [str(folder / "one.wav"), str(folder / "two.wav")]
    assert [number for number, _ in said["failed"]] == [2]
    assert "line 2: has 1 columns" in captured.err
    assert captured.err.splitlines()[-1].startswith(f"error: {table}: 1 lines were not spoken")
    table.write_text("one\ten\tGood morning.\ntwo\tzh\t你好。\n", encoding="utf-8")
    assert main(words) == 0
    assert len(last_json(capsys)["unchanged"]) == 2  # type: ignore[arg-type]  # a list


VOICE = ["--voice", "anna"]
TEXT = ["--text", "Hello."]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ([*VOICE, "--text", ""], "the text is empty"),
        ([*VOICE, "--text", "。。。"], "nothing in the text"),
        ([*VOICE, *TEXT, "--language", "klingon"], "klingon"),
        ([*VOICE, *TEXT, "--speed", "0"], "speed"),
        ([*VOICE, *TEXT, "--seed", "-5"], "seed"),
        ([*VOICE, *TEXT, "--device", "toaster"], "toaster"),
        ([*VOICE, *TEXT, "--out", "a.wma"], "a.wma: unknown ending"),
        ([*VOICE, *TEXT, "--timings", "a.vtt"], "a.vtt"),
        ([*VOICE, *TEXT, "--out-dir", "x"], "belongs to --table"),
        ([*VOICE, "--text-file", "gone.txt"], "gone.txt: no such file"),
        ([*VOICE, "--table", "gone.tsv"], "--out-dir"),
        ([*VOICE, "--table", "gone.tsv", "--out-dir", "x"], "gone.tsv: no such file"),
        ([*VOICE, *TEXT, "--reference-text", "Hi."], "belong to a reference"),
        ([*VOICE, *TEXT, "--reference", "gone.wav"], "gone.wav"),
        (["--voice", "bob", *TEXT], "unknown voice 'bob'; known are anna"),
        (["--voice", "../anna", *TEXT], "holds '/'"),
        (TEXT, "choose a voice"),
        ([*VOICE, "--family", "mini", *TEXT], "choose a voice"),
        (["--gpt", "g.ckpt", "--reference", "a.wav", *TEXT], "both networks"),
        (["--family", "mini", *TEXT], "give a clip of the speaker"),
        (["--family", "v9", "--reference", "a.wav", *TEXT], "unknown family 'v9'"),
    ],
)
def test_bad_input_gets_one_sentence_and_exit_2(
    project: ProjectPaths, words: list[str], says: str, capsys: Output
) -> None:
    assert main(["say", *words]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("error: ")
    assert says in captured.err
    assert captured.err.count("\n") == 1
    assert not project.output.exists()
