"""`clone` turns flags into options, and mistakes into a sentence."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from gpt_sovits.cli.main import main
from gpt_sovits.config import load_family
from gpt_sovits.data.annotations import AnnotationList
from gpt_sovits.pipeline import clone
from gpt_sovits.pipeline.clone_report import CloneOptions, CloneReport
from gpt_sovits.pipeline.labels import Labels
from gpt_sovits.training.fit import TrainingReport
from gpt_sovits.training.options import gpt_options


def fake_report() -> CloneReport:
    training = TrainingReport(
        [Path("ann-e2.safetensors")], Path("losses.csv"), {"mel": 2.0}, {"mel": 1.0}, 10, 65.0
    )
    labels = Labels(AnnotationList([], []), Path("ann.list"), {"pocketsphinx": 7}, ["check it"])
    reference: Any = SimpleNamespace(
        item=SimpleNamespace(audio=Path("a.wav"), text="Hello."), phone_error_rate=0.25
    )
    return CloneReport(
        voice=Path("voices/ann.yaml"),
        family="mini",
        labels=labels,
        n_clips=7,
        clip_seconds=61.0,
        sovits=training,
        gpt=training,
        reference=reference,
        seconds={"features": 2.0},
        skipped=[(Path("b.wav"), "too short")],
    )


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Path, CloneOptions]]:
    """Clone nothing; gives what would be cloned."""
    calls: list[tuple[Path, CloneOptions]] = []

    def pretend(source: Path, options: CloneOptions, **how: Any) -> CloneReport:
        how["on_stage"]("features")
        how["progress"](1, 1, "a.wav")
        calls.append((source, options))
        return fake_report()

    monkeypatch.setattr(clone, "clone_voice", pretend)
    return calls


def test_flags_become_options(asked: list[tuple[Path, CloneOptions]]) -> None:
    words = "clone talk.wav --name ann --language zh --text 你好 --sovits-epochs 3 --replace"
    words += " --no-samples"
    assert main([*words.split(), "--gpt-learning-rate", "0.01"]) == 0
    ((source, options),) = asked
    assert source == Path("talk.wav")
    assert (options.name, options.replace, options.mark) == ("ann", True, "")
    assert not options.samples
    assert (options.labels.language, options.labels.text) == ("zh", "你好")
    assert options.sovits is not None
    assert options.gpt is not None
    assert (options.sovits.epochs, options.gpt.learning_rate) == (3, 0.01)
    assert options.gpt.epochs == gpt_options(load_family("mini")).epochs


def test_the_end_is_told_to_people_and_programs(
    asked: list[tuple[Path, CloneOptions]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["clone", "talk.wav", "--name", "ann"]) == 0
    said = capsys.readouterr()
    assert "wrote voices/ann.yaml" in said.out
    assert "mel 2 -> 1" in said.out
    assert "skipped b.wav: too short" in said.err
    assert "warning: check it" in said.err
    assert main(["clone", "talk.wav", "--name", "ann", "--json", "--progress-json"]) == 0
    said = capsys.readouterr()
    last = json.loads(said.out.splitlines()[-1])
    assert last["labelled_by"] == {"pocketsphinx": 7}
    assert last["losses"]["sovits"] == {"before": {"mel": 2.0}, "after": {"mel": 1.0}}
    stages = [json.loads(line)["stage"] for line in said.err.splitlines() if line[:1] == "{"]
    assert set(stages) == {"features"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["gone.wav", "--name", "a"], "gone.wav: no such file or folder"),
        (["gone.wav", "--name", "a/b"], "holds '/'"),
        (["gone.wav", "--name", "a", "--family", "v9"], "unknown family 'v9'"),
        (["gone.wav", "--name", "a", "--text", " "], "--text is empty"),
        (["gone.wav", "--name", "a", "--text-file", "gone.txt"], "gone.txt: cannot be read"),
        (["gone.wav", "--name", "a", "--gpt-epochs", "0"], "epochs must be 1 to"),
    ],
)
def test_a_mistake_is_one_sentence(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["clone", *words]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert len(error.splitlines()) == 1
