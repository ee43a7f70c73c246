import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

from gpt_sovits.base.options import BaseOptions, Part
from gpt_sovits.base.plan import load_part
from gpt_sovits.base.train import train_base
from gpt_sovits.errors import ConfigError, InputError, MissingModelError, WeightsError
from gpt_sovits.features.content import load_content
from gpt_sovits.models.mel.vocoder import Vocoder
from gpt_sovits.paths import PROJECT
from gpt_sovits.training.losses_log import read_losses
from gpt_sovits.weights.networks import load_gpt, load_synthesizer
from gpt_sovits.weights.read import read_weights
from tests.base.tiny import short, write_corpus
from tests.tiny_mini import make_tiny_project, tiny_family


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


def test_all_four_networks_are_trained_and_measured(tmp_path: Path) -> None:
    corpus, state = write_corpus(tmp_path / "corpus"), tmp_path / "state"
    options = short("content", "mel", "gpt", "vocoder", seconds=4)
    report = train_base([corpus], options, state, family=tiny_family())
    assert load_content(state / "content.safetensors").about.encoder == tiny_family().content
    assert load_synthesizer(state / "sovits.safetensors").family == tiny_family()
    assert load_gpt(state / "gpt.safetensors").family == tiny_family()
    vocoder = Vocoder(tiny_family().vocoder, tiny_family().spectrogram)
    load_part(vocoder, state / "vocoder.safetensors")
    assert {"per_en"} <= report.figures["content"].keys()
    assert {"mel_l1_en", "perplexity", "dead_codes"} <= report.figures["mel"].keys()
    assert {"tokens_en", "moves_en"} <= report.figures["gpt"].keys()
    assert {"mel_l1_vocoder", "per_griffin_lim"} <= report.figures["vocoder"].keys()
    assert report.skipped == []
    rows = [json.loads(line) for line in (state / "figures.jsonl").read_text().splitlines()]
    assert {row["part"] for row in rows} == {"content", "mel", "gpt", "vocoder"}


def test_more_minutes_train_on_and_the_same_minutes_do_nothing(tmp_path: Path) -> None:
    corpus, state = write_corpus(tmp_path / "corpus"), tmp_path / "state"
    table = state / "content" / "losses.csv"
    steps = []
    for seconds in (0.5, 0.5, 1.0):
        train_base([corpus], short("content", seconds=seconds), state, family=tiny_family())
        steps.append(len(read_losses(table)))
    assert steps[0] == steps[1] < steps[2]


@pytest.mark.slow
def test_a_killed_training_goes_on(tmp_path: Path) -> None:
    corpus, state = write_corpus(tmp_path / "corpus"), tmp_path / "state"
    code = (
        "from pathlib import Path; import torch; torch.set_num_threads(1);"
        "from gpt_sovits.base.train import train_base; from tests.base.tiny import short;"
        "from tests.tiny_mini import tiny_family;"
        f"train_base([Path({str(corpus)!r})], short('content', seconds=600),"
        f" Path({str(state)!r}), family=tiny_family())"
    )
    process = subprocess.Popen([sys.executable, "-c", code], cwd=PROJECT.root)
    checkpoint = state / "content" / "checkpoint.ckpt"
    while not checkpoint.is_file():
        assert process.poll() is None, "the training ended before it left a checkpoint"
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    before = read_losses(state / "content" / "losses.csv")
    trained_s = sum(row.seconds for row in before)
    train_base([corpus], short("content", seconds=trained_s + 1), state, family=tiny_family())
    after = read_losses(state / "content" / "losses.csv")
    assert [row.step for row in after] == list(range(1, len(after) + 1))
    assert after[0] == before[0]
    assert (state / "content.safetensors").is_file()


def test_training_begins_with_the_weights_it_is_given(tmp_path: Path) -> None:
    paths = make_tiny_project(tmp_path / "project")
    start = paths.pretrained_models / "mini"
    report = train_base(
        [write_corpus(tmp_path / "corpus")],
        short("gpt", seconds=0.3),
        tmp_path / "state",
        start=start,
        family=tiny_family(),
    )
    training = read_weights(report.weights[0]).provenance["training"]
    assert training["started_from"] is not None
    assert training["part"] == "gpt"


def test_minutes_before_are_told(tmp_path: Path) -> None:
    def told(folder: Path) -> tuple[float, float]:
        training = read_weights(folder / "content.safetensors").provenance["training"]
        return training["minutes_before"], training["minutes"]

    corpus, first, second = write_corpus(tmp_path / "corpus"), tmp_path / "one", tmp_path / "two"
    train_base([corpus], short("content", seconds=1.2), first, family=tiny_family())
    assert told(first) == (0, 0.02)
    for seconds in (0.6, 1.8):  # the second goes on in the same state
        options = short("content", seconds=seconds)
        train_base([corpus], options, second, start=first, family=tiny_family())
        assert told(second) == (0.02, round(seconds / 60, 2))


def test_tokens_keep_their_meaning_when_the_synthesizer_trains_on(tmp_path: Path) -> None:
    def codebook(folder: Path) -> torch.Tensor:
        return read_weights(folder / "sovits.safetensors").tensors[
            "quantizer.vq.layers.0._codebook.embed"
        ]

    corpus, first, second = write_corpus(tmp_path / "corpus"), tmp_path / "one", tmp_path / "two"
    train_base([corpus], short("content", "mel", seconds=1), first, family=tiny_family())
    assert codebook(first).std() > 0
    train_base([corpus], short("mel", seconds=0.5), second, start=first, family=tiny_family())
    assert codebook(second).equal(codebook(first))
    one, other = (
        read_weights(each / "sovits.safetensors").tensors["out.weight"] for each in (first, second)
    )
    assert not one.equal(other)


def test_a_clip_that_cannot_be_learned_from_is_named(tmp_path: Path) -> None:
    corpus = write_corpus(tmp_path / "corpus")
    (corpus / "en" / "3.wav").write_bytes(b"no audio")
    (corpus / "zh" / "4.wav").unlink()
    report = train_base(
        [corpus], short("content", seconds=0.3), tmp_path / "state", family=tiny_family()
    )
    assert [path.name for path, _ in report.skipped] == ["index.tsv:5", "3.wav"]


def test_a_part_whose_material_is_missing_says_what_to_train(tmp_path: Path) -> None:
    corpus = write_corpus(tmp_path / "corpus")
    with pytest.raises(MissingModelError, match="train the part content first"):
        train_base([corpus], short("mel"), tmp_path / "state", family=tiny_family())


def test_a_state_of_another_family_is_refused(tmp_path: Path) -> None:
    corpus, state = write_corpus(tmp_path / "corpus"), tmp_path / "state"
    train_base([corpus], short("content", seconds=0.2), state, family=tiny_family())
    other = tiny_family().model_copy(update={"symbols": "v1"})
    with pytest.raises(ConfigError, match="symbols v2, the family has v1"):
        train_base([corpus], short("content"), state, family=other)


def test_weights_of_other_sizes_are_refused(tmp_path: Path) -> None:
    corpus = write_corpus(tmp_path / "corpus")
    start = PROJECT.pretrained_models / "mini"
    with pytest.raises(WeightsError, match=r"content\.safetensors.*another family"):
        train_base(
            [corpus], short("content"), tmp_path / "state", start=start, family=tiny_family()
        )


def test_one_clip_is_too_few(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="1 clips"):
        train_base(
            [write_corpus(tmp_path / "corpus", 1)],
            short("content"),
            tmp_path / "state",
            family=tiny_family(),
        )


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"minutes": 0}, "minutes must be above 0"),
        ({"minutes": 1, "parts": ("voice",)}, "parts must be one of content"),
        ({"minutes": 1, "parts": ()}, "no part is named"),
        ({"minutes": 1, "batch_scale": -1}, "batch_scale must be above 0"),
    ],
)
def test_options_out_of_range_are_named(values: dict[str, object], says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        BaseOptions(**values)  # type: ignore[arg-type]  # wrong on purpose


def test_the_parts_asked_for_share_all_minutes() -> None:
    parts: tuple[Part, ...] = ("content", "gpt")
    options = BaseOptions(minutes=11, parts=parts)
    assert sum(options.minutes_of(part) for part in parts) == pytest.approx(11)
    assert options.minutes_of("content") > options.minutes_of("gpt")
