import json
from pathlib import Path
from typing import Any

import pytest

from gpt_sovits.cli.main import main
from gpt_sovits.data.experiment import Experiment
from gpt_sovits.paths import ProjectPaths
from gpt_sovits.training import train as training
from gpt_sovits.training.fit import TrainingReport
from gpt_sovits.training.options import GPTOptions, SoVITSOptions


@pytest.fixture
def calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """Calls of the two trainings, which are replaced by ones that do nothing."""
    calls: list[tuple[Any, ...]] = []

    def record(experiment: Experiment, name: str, options: Any, **rest: Any) -> TrainingReport:
        rest["progress"](1, 1, "epoch 1 of 1: loss 2")
        calls.append((experiment.folder.name, name, options, rest))
        return TrainingReport(
            weights=[tmp_path / "voice-e1.safetensors"],
            losses_csv=tmp_path / "losses.csv",
            first={"loss": 3.0},
            last={"loss": 2.0},
            steps=7,
            seconds=1.5,
            skipped=[(Path("clip1"), "is too long")],
        )

    monkeypatch.setattr(training, "train_gpt", record)
    monkeypatch.setattr(training, "train_sovits", record)
    monkeypatch.setattr(
        "gpt_sovits.data.experiment.open_experiment",
        lambda folder, family: Experiment.from_clips(folder, family, []),
    )
    monkeypatch.setattr("gpt_sovits.cli.train.PROJECT", ProjectPaths(tmp_path))
    (tmp_path / "logs/exp").mkdir(parents=True)
    return calls


def test_flags_reach_the_training(calls: list[tuple[Any, ...]]) -> None:
    words = ["train", "gpt", "exp", "--name", "Ann", "--epochs", "3", "--start", "base.ckpt"]
    assert main([*words, "--replace", "--no-resume"]) == 0
    ((folder, name, options, rest),) = calls
    assert (folder, name) == ("exp", "Ann")
    assert isinstance(options, GPTOptions)
    assert (options.epochs, options.resume) == (3, False)
    assert rest["start"] == Path("base.ckpt")
    assert rest["replace"]


def test_samples_are_spoken_unless_they_are_turned_off(calls: list[tuple[Any, ...]]) -> None:
    for half in ("gpt", "sovits"):
        assert main(["train", half, "exp"]) == 0
        assert main(["train", half, "exp", "--no-samples"]) == 0
    assert [callable(rest["on_save"]) for *_, rest in calls] == [True, False, True, False]


def test_a_path_names_the_voice(calls: list[tuple[Any, ...]], tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    assert main(["train", "sovits", str(tmp_path / "elsewhere"), "--text-rate", "0.2"]) == 0
    ((folder, name, options, _),) = calls
    assert folder == name == "elsewhere"
    assert isinstance(options, SoVITSOptions)
    assert options.text_rate == 0.2


def test_the_report_is_printed(
    calls: list[tuple[Any, ...]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["train", "gpt", "exp"]) == 0
    shown = capsys.readouterr()
    assert "voice-e1.safetensors" in shown.out
    assert "loss: 3 in the first epoch, 2 in the last" in shown.out
    assert "7 steps in 2 s" in shown.out
    assert "skipped clip1: is too long" in shown.err


def test_json_is_the_last_line(
    calls: list[tuple[Any, ...]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["train", "sovits", "exp", "--json"]) == 0
    report = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert report["steps"] == 7
    assert report["last"] == {"loss": 2.0}
    assert report["skipped"] == [["clip1", "is too long"]]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["missing"], "missing: no such folder, here or in"),
        (["exp", "--family", "v9"], "unknown family 'v9'"),
        (["exp", "--epochs", "0"], "epochs must be 1 to"),
    ],
)
def test_bad_words_get_a_sentence(
    calls: list[tuple[Any, ...]],
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    message: str,
) -> None:
    assert main(["train", "gpt", *words]) == 2
    assert message in capsys.readouterr().err
    assert not calls
