from pathlib import Path
from typing import Any

import pytest
import torch

from gpt_sovits.data.experiment import Experiment
from gpt_sovits.errors import ConfigError, InputError, MissingModelError, WeightsError
from gpt_sovits.paths import ProjectPaths
from gpt_sovits.training.fit import TrainingReport
from gpt_sovits.training.options import gpt_options, sovits_options
from gpt_sovits.training.train import train_gpt, train_sovits
from gpt_sovits.weights.file import sha256_of
from gpt_sovits.weights.networks import load_gpt, load_synthesizer
from gpt_sovits.weights.read import read_weights
from tests.training.tiny import dropping_family, tiny_clip, tiny_experiment, tiny_project

SHORT = {"epochs": 2, "save_every": 1, "clips_per_epoch": 1, "checkpoint_seconds": 99.0}


@pytest.fixture
def paths(tmp_path: Path) -> ProjectPaths:
    return tiny_project(ProjectPaths(tmp_path))


def train(
    paths: ProjectPaths, experiment: Experiment | None = None, **given: Any
) -> TrainingReport:
    experiment = experiment or tiny_experiment(paths)
    options = gpt_options(experiment.family, **SHORT)
    name = given.pop("name", "voice")
    return train_gpt(experiment, name, options, paths=paths, **given)


def test_both_halves_are_written_by_name_and_can_be_loaded(paths: ProjectPaths) -> None:
    experiment = tiny_experiment(paths)
    gpt = train(paths, experiment)
    sovits = train_sovits(
        experiment, "voice", sovits_options(experiment.family, **SHORT), paths=paths
    )
    assert gpt.weights == [paths.gpt_weights / f"voice-e{epoch}.safetensors" for epoch in (1, 2)]
    names = ("voice_e1_s2.safetensors", "voice_e2_s4.safetensors")
    assert sovits.weights == [paths.sovits_weights / name for name in names]
    assert gpt.losses_csv == experiment.folder / "training_gpt/losses.csv"
    assert sovits.losses_csv == experiment.folder / "training_sovits/losses.csv"
    assert load_gpt(gpt.weights[-1], paths=paths).family == experiment.family
    assert load_synthesizer(sovits.weights[-1], paths=paths).family == experiment.family


def test_the_weights_are_the_trained_ones(paths: ProjectPaths) -> None:
    first, last = (read_weights(path).tensors for path in train(paths).weights)
    base = read_weights(paths.pretrained_models / "mini/gpt.safetensors").tensors
    key = "phone_embedding.weight"
    assert not torch.equal(base[key], first[key])
    assert not torch.equal(first[key], last[key])


def test_the_header_tells_where_the_weights_come_from(paths: ProjectPaths) -> None:
    file = read_weights(train(paths).weights[-1])
    base = paths.pretrained_models / "mini/gpt.safetensors"
    assert file.info == "GPT-e2"
    assert file.provenance["sources"] == [{"name": base.name, "sha256": sha256_of(base)}]
    training = file.provenance["training"]
    assert (training["experiment"], training["epoch"], training["step"]) == ("exp", 2, 4)
    assert training["losses"].keys() == {"tokens", "moves", "token_accuracy", "move_accuracy"}
    assert training["options"]["epochs"] == 2


def test_every_save_is_told(paths: ProjectPaths) -> None:
    told: list[tuple[str, int]] = []
    train(paths, on_save=lambda path, epoch: told.append((path.name, epoch)))
    assert told == [("voice-e1.safetensors", 1), ("voice-e2.safetensors", 2)]


@pytest.mark.parametrize("error", [InputError, torch.OutOfMemoryError])
def test_a_sample_that_fails_does_not_end_the_training(
    paths: ProjectPaths, caplog: pytest.LogCaptureFixture, error: type[Exception]
) -> None:
    def fail(path: Path, epoch: int) -> None:
        raise error("no reference")

    assert len(train(paths, on_save=fail).weights) == 2
    assert "no sample of voice-e1.safetensors: no reference" in caplog.text


def test_clips_that_were_left_out_are_reported(paths: ProjectPaths) -> None:
    family = dropping_family()
    good, bad = tiny_clip("good", 20), tiny_clip("bad", 20)
    slow = bad.__class__(
        **{**vars(bad), "phone_ids": bad.phone_ids[:1], "pointer": 0 * bad.semantic}
    )
    experiment = Experiment.from_clips(paths.logs / "exp", family, [good, slow])
    ((path, reason),) = train(paths, experiment).skipped
    assert path == Path("bad")
    assert "phones a second" in reason


def test_another_experiments_voice_is_not_replaced(paths: ProjectPaths) -> None:
    report = train(paths)
    before = report.weights[-1].read_bytes()
    other = tiny_experiment(paths, "other")
    with pytest.raises(InputError, match=r"voice-e1.safetensors belongs to another voice"):
        train(paths, other)
    assert report.weights[-1].read_bytes() == before
    train(paths, other, replace=True)
    assert report.weights[-1].read_bytes() != before


def test_a_foreign_file_is_not_replaced(paths: ProjectPaths) -> None:
    paths.gpt_weights.mkdir()
    (paths.gpt_weights / "voice-e15.ckpt").write_bytes(b"somebody's")
    with pytest.raises(InputError, match=r"voice-e15.ckpt belongs to another voice"):
        train(paths)


def test_files_of_longer_names_do_not_matter(paths: ProjectPaths) -> None:
    paths.gpt_weights.mkdir()
    (paths.gpt_weights / "voice-elder-e15.ckpt").write_bytes(b"another's")
    (paths.gpt_weights / "my-voice-e2.ckpt").write_bytes(b"another's")
    assert len(train(paths).weights) == 2


@pytest.mark.parametrize("name", ["", "../up", "a/b", ".hidden", "end.", "new\nline"])
def test_names_that_cannot_be_files_are_refused(paths: ProjectPaths, name: str) -> None:
    with pytest.raises(ConfigError, match="name"):
        train(paths, name=name)


def test_weights_of_other_sizes_are_refused(paths: ProjectPaths) -> None:
    family = dropping_family()
    wider = family.gpt.model_copy(update={"ff_width": 48})
    experiment = Experiment.from_clips(
        paths.logs / "exp", family.model_copy(update={"gpt": wider}), [tiny_clip("one", 20)]
    )
    with pytest.raises(WeightsError, match="its sizes are not those of mini"):
        train(paths, experiment)


def test_another_dropout_is_no_other_size(paths: ProjectPaths) -> None:
    family = dropping_family()
    gentler = family.gpt.model_copy(update={"dropout": 0.01})
    experiment = Experiment.from_clips(
        paths.logs / "exp", family.model_copy(update={"gpt": gentler}), [tiny_clip("one", 20)]
    )
    assert train(paths, experiment).steps


def test_a_base_that_is_not_here_is_named(tmp_path: Path) -> None:
    with pytest.raises(MissingModelError, match=r"mini/gpt.safetensors is not here"):
        train(ProjectPaths(tmp_path))


def test_other_clips_after_a_finished_training_train_anew(paths: ProjectPaths) -> None:
    train(paths, tiny_experiment(paths, n_clips=6))
    report = train(paths, tiny_experiment(paths, n_clips=3))
    assert report.steps == 2
