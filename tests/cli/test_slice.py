import json
from pathlib import Path

import numpy as np
import pytest

from gpt_sovits.audio.write import write_audio
from gpt_sovits.cli.main import main
from tests.prepare.talk import buzz, hear_the_buzz, talk

Output = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _detector(monkeypatch: pytest.MonkeyPatch) -> None:
    hear_the_buzz(monkeypatch)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "in" / "a.wav"
    write_audio(path, talk(4, -0.8, 4), 32_000)
    return path


def test_a_recording_becomes_clips(source: Path, tmp_path: Path, capsys: Output) -> None:
    words = ["slice", str(source), "--out", str(tmp_path / "out"), "--json"]
    assert main(words) == 0
    said = json.loads(capsys.readouterr().out)
    assert len(said["written"]) == 2
    assert all(Path(path).is_file() for path in said["written"])
    assert said["skipped"] == []
    assert main(words) == 0
    assert json.loads(capsys.readouterr().out)["kept"] == said["written"]


def test_a_method_and_its_figures_are_flags(source: Path, tmp_path: Path, capsys: Output) -> None:
    words = ["slice", str(source), "--out", str(tmp_path / "out"), "--method", "classic"]
    words += ["--threshold-db", "-40", "--min-length-ms", "3000", "--progress-json"]
    assert main(words) == 0
    captured = capsys.readouterr()
    assert captured.out.count("wrote ") == 2
    last = json.loads(captured.err.splitlines()[-1])
    assert (last["stage"], last["done"], last["total"]) == ("slice", 100, 100)


def test_voices_are_told(tmp_path: Path, capsys: Output) -> None:
    noise = np.random.default_rng(0).normal(0, 0.1, 4 * 32_000).astype(np.float32)
    turns = [np.concatenate([each, np.zeros(25_600)]) for each in (buzz(4), noise)]
    write_audio(tmp_path / "a.wav", np.concatenate([turns[0], turns[0], turns[1]]), 32_000)
    words = ["slice", str(tmp_path / "a.wav"), "--method", "level", "--speakers", "main"]
    assert main([*words, "--out", str(tmp_path / "out"), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert {"encoder", "about", "voices", "written", "skipped", "kept"} <= set(said)
    assert sum(voice["clips"] for voice in said["voices"]) == len(said["written"]) == 3
    assert main([*words, "--out", str(tmp_path / "out")]) == 0
    text = capsys.readouterr().out
    assert "speaker-1: " in text
    assert f"voices told apart by {said['encoder']}" in text


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["gone.wav"], "gone.wav: no such file or folder"),
        (["a.wav", "--max-s", "3"], "min_s must be at most half of max_s"),
        (["a.wav", "--processes", "0"], "processes must be 1 to 1024"),
        (["a.wav", "--threshold-db", "3"], "threshold_db must be -90 to -0.1"),
        (["a.wav", "--out", "a.wav"], "cannot be made a folder"),
        (["bad.wav"], "bad.wav: no clip could be cut"),
    ],
)
def test_bad_input_gets_one_sentence_and_exit_2(
    source: Path, monkeypatch: pytest.MonkeyPatch, capsys: Output, words: list[str], says: str
) -> None:
    monkeypatch.chdir(source.parent)
    Path("bad.wav").write_bytes(b"no sound")
    assert main(["slice", *words]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    last = captured.err.splitlines()[-1]
    assert last.startswith("error: ")
    assert says in last


def test_an_unknown_method_is_refused(source: Path) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["slice", str(source), "--method", "magic"])
    assert stopped.value.code == 2
