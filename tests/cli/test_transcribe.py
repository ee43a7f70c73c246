import json
from pathlib import Path

import numpy as np
import pytest

from gpt_sovits.audio.write import write_audio
from gpt_sovits.cli import transcribe
from gpt_sovits.cli.main import main
from gpt_sovits.paths import ProjectPaths
from gpt_sovits.prepare.engines import Transcript
from tests.prepare.fake_engine import Parrot, put_in

Output = pytest.CaptureFixture[str]


@pytest.fixture
def parrot(monkeypatch: pytest.MonkeyPatch) -> Parrot:
    return put_in(monkeypatch, Parrot({11: Transcript("", "ko")}))


@pytest.fixture
def paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ProjectPaths:
    paths = ProjectPaths(tmp_path)
    monkeypatch.setattr(transcribe, "PROJECT", paths)
    for number, tenths in enumerate((10, 11)):
        noise = np.random.default_rng(number).normal(0, 0.1, tenths * 1600).astype(np.float32)
        write_audio(paths.input / "anna" / f"{number}.wav", noise, 16_000)
    return paths


def test_clips_are_written_down(paths: ProjectPaths, parrot: Parrot, capsys: Output) -> None:
    words = ["transcribe", str(paths.input / "anna"), "--language", "ko", "--speaker", "Anna"]
    assert main([*words, "--json"]) == 0
    captured = capsys.readouterr()
    said = json.loads(captured.out.splitlines()[-1])
    listed = paths.output / "transcribed" / "anna.list"
    assert said["listed"]["path"] == str(listed)
    assert (said["n_heard"], said["engine"], len(said["doubtful"])) == (2, "parrot grey", 1)
    assert listed.read_text("utf-8").startswith("input/anna/0.wav|Anna|ko|안녕하세요 10\n")
    assert "look at " in captured.err
    assert main(words) == 0
    assert "0 heard now, 2 before, 1 doubtful, 0 left out" in capsys.readouterr().out
    listed.write_text("input/anna/0.wav|Anna|ko|고친 글\n", encoding="utf-8")
    assert main(words) == 0
    assert "changed by hand and stays as it is; 0 lines added" in capsys.readouterr().out


def test_progress_is_told_as_json(paths: ProjectPaths, parrot: Parrot, capsys: Output) -> None:
    words = ["transcribe", str(paths.input / "anna"), "--language=ko", "--progress-json"]
    assert main(words) == 0
    told = [json.loads(line) for line in capsys.readouterr().err.splitlines() if line[0] == "{"]
    assert (told[-1]["stage"], told[-1]["done"], told[-1]["total"]) == ("transcribe", 2, 2)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["gone"], "gone: no such file or folder"),
        (["anna", "--language", "klingon"], "unknown language 'klingon'"),
        (["anna", "--out", "x.txt"], "end it in .list"),
        (["anna", "--engine", "funasr"], "is not here"),
        (["anna", "--beam-size", "99"], "beam_size must be 1 to 20"),
    ],
)
def test_what_the_user_can_mend_is_one_sentence(
    paths: ProjectPaths, parrot: Parrot, capsys: Output, words: list[str], says: str
) -> None:
    assert main(["transcribe", str(paths.input / words[0]), *words[1:]]) == 2
    error = capsys.readouterr().err.strip()
    assert says in error
    assert "\n" not in error[error.index("error:") :]
