import json
from pathlib import Path

import numpy as np
import pytest

from gpt_sovits.audio.write import write_audio
from gpt_sovits.cli import import_labels
from gpt_sovits.cli.main import main
from gpt_sovits.paths import ProjectPaths

Output = pytest.CaptureFixture[str]


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    paths = ProjectPaths(tmp_path)
    monkeypatch.setattr(import_labels, "PROJECT", paths)
    write_audio(paths.input / "a.wav", np.full(16_000, 0.1, np.float32), 16_000)
    table = paths.input / "metadata.csv"
    table.write_text("a|Good morning.\nb|gone\n", encoding="utf-8")
    return table


def test_labels_are_brought_in(table: Path, capsys: Output) -> None:
    assert main(["import", str(table), "--speaker", "Ann", "--json"]) == 0
    captured = capsys.readouterr()
    said = json.loads(captured.out)
    assert (said["kind"], said["coding"], said["listed"]["n_lines"]) == ("LJSpeech", "utf-8", 1)
    assert "metadata.csv:2: " in captured.err
    listed = Path(said["listed"]["path"])
    assert listed.name == "metadata.list"
    assert listed.read_text("utf-8") == "input/a.wav|Ann|en|Good morning.\n"
    assert main(["import", str(table)]) == 0
    assert "1 clips of LJSpeech, coded as utf-8; 1 left out" in capsys.readouterr().out


def test_what_the_user_can_mend_is_one_sentence(table: Path, capsys: Output) -> None:
    assert main(["import", str(table), "--encoding", "klingon"]) == 2
    assert capsys.readouterr().err.startswith("error: encoding 'klingon' is unknown")
    assert main(["import", str(table), "--out", str(table)]) == 2
    assert "end it in .list" in capsys.readouterr().err
