import json
from pathlib import Path

import numpy as np
import pytest

from gpt_sovits.audio.write import write_audio
from gpt_sovits.cli import separate
from gpt_sovits.cli.main import main
from gpt_sovits.paths import ProjectPaths
from gpt_sovits.prepare.separate.models import FOLDER, MODELS, PRESETS
from tests.audio.sounds import noise
from tests.prepare.separate import tiny

Output = pytest.CaptureFixture[str]


@pytest.fixture
def paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ProjectPaths:
    paths = ProjectPaths(tmp_path)
    tiny.save_mdx(paths.pretrained_models / FOLDER / "Kim_Vocal_2.onnx", n_bins=3072)
    write_audio(paths.input / "song.wav", noise(0.2, 44100, channels=2), 44100)
    monkeypatch.setattr(separate, "PROJECT", paths)
    return paths


def words(paths: ProjectPaths, *more: str) -> list[str]:
    return ["separate", str(paths.input), "--out", str(paths.root / "out"), *more]


def test_a_person_reads_what_was_written(paths: ProjectPaths, capsys: Output) -> None:
    assert main(words(paths)) == 0
    out = capsys.readouterr().out
    assert "separated by kim-vocal-2" in out
    assert f"wrote {paths.root / 'out' / 'song_vocals.wav'}" in out


def test_a_program_reads_one_line(paths: ProjectPaths, capsys: Output) -> None:
    assert main(words(paths, "--models", "kim-vocal-2", "--format", "flac", "--json")) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["models"] == ["kim-vocal-2"]
    assert said["note"] == ""
    assert sorted(Path(path).name for path in said["written"]) == [
        "song_accompaniment.flac",
        "song_vocals.flac",
    ]


def test_the_weaker_method_says_so(paths: ProjectPaths, capsys: Output) -> None:
    assert main(words(paths, "--models", "spectral", "--json")) == 0
    captured = capsys.readouterr()
    assert "weaker" in captured.err
    assert "weaker" in json.loads(captured.out)["note"]


def test_the_list_shows_what_is_here_and_how_to_get_the_rest(
    paths: ProjectPaths, capsys: Output
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["separate", "--list"])
    assert stopped.value.code == 0
    lines = capsys.readouterr().out.splitlines()
    for model in MODELS:
        (line,) = (line for line in lines if line.split()[1:2] == [model.name])
        assert line.split()[0] == ("here" if model.name == "kim-vocal-2" else "-")
    assert any("models download hp2" in line for line in lines)
    assert all(any(line.split()[:1] == [preset] for line in lines) for preset in PRESETS)
    assert any("weaker" in line for line in lines)


def test_the_list_of_another_folder(paths: ProjectPaths, capsys: Output) -> None:
    folder = paths.root / "uvr5_weights"
    tiny.save_mdx(folder / "onnx_dereverb_By_FoxJoy" / "vocals.onnx")
    with pytest.raises(SystemExit):
        main(["separate", "--folder", str(folder), "--list"])
    assert "here  dereverb-foxjoy" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (["--models", "nonsense"], "unknown model 'nonsense'"),
        (["--models", "hp2"], "bring it with: python -m gpt_sovits models download hp2"),
        (["--overlap", "0.9"], "overlap must be 0 to 0.5"),
        (["--device", "abacus"], "device 'abacus' cannot be used"),
    ],
)
def test_bad_input_gets_one_sentence_and_exit_2(
    paths: ProjectPaths, capsys: Output, more: list[str], says: str
) -> None:
    assert main(words(paths, *more)) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.splitlines()[-1].startswith("error: ")
    assert says in captured.err


def test_a_recording_that_is_no_use_is_named(paths: ProjectPaths, capsys: Output) -> None:
    (paths.input / "bad.wav").write_bytes(b"no sound")
    write_audio(paths.input / "silence.wav", np.zeros((1, 4410), np.float32), 44100)
    assert main(words(paths)) == 0
    captured = capsys.readouterr()
    assert "skipped" in captured.err
    assert "bad.wav" in captured.err
    assert "silence_vocals.wav" in captured.out
