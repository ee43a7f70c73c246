import json
from pathlib import Path

import pytest

from gpt_sovits.audio.write import write_audio
from gpt_sovits.cli.main import main
from tests.audio.sounds import noise

Output = pytest.CaptureFixture[str]


@pytest.fixture
def talk(tmp_path: Path) -> Path:
    write_audio(tmp_path / "talk.wav", noise(0.3, 16000), 16000)
    return tmp_path / "talk.wav"


def test_a_person_reads_what_was_written(talk: Path, tmp_path: Path, capsys: Output) -> None:
    assert main(["denoise", str(talk), "--out", str(tmp_path / "out")]) == 0
    assert f"wrote {tmp_path / 'out' / 'talk_denoised.wav'}" in capsys.readouterr().out


def test_a_program_reads_one_line(talk: Path, tmp_path: Path, capsys: Output) -> None:
    words = ["--engine", "none", "--target-lufs", "-23", "--peak-db", "-6", "--format", "flac"]
    assert main(["denoise", str(talk), "--out", str(tmp_path / "out"), *words, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert [Path(path).name for path in said["written"]] == ["talk_denoised.flac"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--strength", "2"], "strength must be 0 to 1"),
        (["--engine", "none"], "changes nothing by itself"),
        (["--target-lufs", "3"], "target_lufs must be -70 to 0"),
    ],
)
def test_bad_input_gets_one_sentence_and_exit_2(
    words: list[str], says: str, talk: Path, tmp_path: Path, capsys: Output
) -> None:
    assert main(["denoise", str(talk), "--out", str(tmp_path / "out"), *words]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.splitlines()[-1].startswith("error: ")
    assert says in captured.err


def test_nothing_at_the_source_is_one_sentence(tmp_path: Path, capsys: Output) -> None:
    assert main(["denoise", str(tmp_path / "gone.wav"), "--out", str(tmp_path / "out")]) == 2
    assert "no such file or folder" in capsys.readouterr().err
