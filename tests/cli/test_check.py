import json
import re
from pathlib import Path

import numpy as np
import pytest

from gpt_sovits.audio.write import write_audio
from gpt_sovits.cli.main import main
from tests.speech_set import RATE, write_list, write_set

Output = pytest.CaptureFixture[str]


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    clips = write_set(tmp_path, 2)
    silent = tmp_path / "silent.wav"
    write_audio(silent, np.zeros(RATE, np.float32), RATE)
    return write_list(tmp_path / "x.list", [*clips, (silent, "何も聞こえない。")])


def test_a_list_is_checked_and_the_result_is_told(listed: Path, capsys: Output) -> None:
    out = listed.parent / "report"
    assert main(["check", str(listed), "--out", str(out), "--fix"]) == 0
    said = capsys.readouterr().out
    assert re.search(r"x.list: 3 clips, 0.1 min; 2 of them", said)
    assert re.search(r"red +1 silent\. Record it again", said)
    assert "left out line 3: silent" in said
    assert f"open {out / 'report.html'} in a browser" in said
    assert len(listed.with_name("x-checked.list").read_text("utf-8").splitlines()) == 2


def test_a_program_reads_one_line(listed: Path, capsys: Output) -> None:
    out = listed.parent / "report"
    assert main(["check", str(listed), "--out", str(out), "--fix", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["light"], said["clips"], said["usable_clips"]) == ("red", 3, 2)
    assert said["checked"] == str(listed.with_name("x-checked.list"))
    assert Path(said["summary"]).is_file()


def test_progress_is_told_by_stage(listed: Path, capsys: Output) -> None:
    words = ["check", str(listed), "--out", str(listed.parent / "report"), "--progress-json"]
    assert main(words) == 0
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert list(dict.fromkeys(line["stage"] for line in lines)) == [
        "measuring",
        "comparing",
        "writing",
    ]
    last = [line for line in lines if line["stage"] == "measuring"][-1]
    assert (last["done"], last["total"]) == (3, 3)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["gone.list"], "gone.list: no such file"),
        (["x.list", "--family", "nothing"], "nothing"),
        (["x.list", "--processes", "0"], "processes must be 1 to 1024"),
        (["x.list", "--audio-folder", "gone"], "is no folder"),
        (["x.list", "--out", "x.list"], "cannot be written"),
    ],
)
def test_wrong_words_are_told_in_one_sentence(
    listed: Path,
    capsys: Output,
    monkeypatch: pytest.MonkeyPatch,
    words: list[str],
    says: str,
) -> None:
    monkeypatch.chdir(listed.parent)
    if "--out" not in words:
        words = [*words, "--out", "report"]
    assert main(["check", *words]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("error: ")
    assert says in line
