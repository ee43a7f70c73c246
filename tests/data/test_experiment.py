import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from gpt_sovits.config import FamilyConfig, load_vits_family
from gpt_sovits.data.clips import (
    Clip,
    ClipInfo,
    check_clip,
    read_about,
    read_clip,
    write_clip,
)
from gpt_sovits.data.experiment import (
    Experiment,
    feature_path,
    open_experiment,
    write_clips,
)
from gpt_sovits.errors import InputError
from tests.data.clips import make_clip, tiny_vits
from tests.tiny_mini import tiny_family


def info(name: str, key: str) -> ClipInfo:
    return ClipInfo(name, "好 a", "zh", "好 a.", ["h", "ao3", "."], 0.2, 3, 5, key)


def make_experiment(folder: Path, names: list[str]) -> list[ClipInfo]:
    family = tiny_vits()
    for index, name in enumerate(names):
        write_clip(feature_path(folder, f"key{index}"), make_clip(family, name=name), {"n": index})
    infos = [info(name, f"key{index}") for index, name in enumerate(names)]
    write_clips(folder, family, infos)
    return infos


def assert_equal(first: Clip, second: Clip) -> None:
    for part in ("phone_ids", "bert", "ssl", "semantic", "audio", "pointer", "speaker"):
        one, other = getattr(first, part), getattr(second, part)
        assert (one is None) == (other is None), part
        if one is not None:
            assert torch.equal(one, other), part


@pytest.mark.parametrize("family", [tiny_vits(), tiny_vits(speaker=7), tiny_family()])
def test_a_clip_is_read_as_it_was_written(tmp_path: Path, family: FamilyConfig) -> None:
    clip = make_clip(family)
    write_clip(tmp_path / "a.safetensors", clip, {"b": 1, "a": [2.5]})
    assert_equal(read_clip(tmp_path / "a.safetensors", clip.name), clip)
    assert read_about(tmp_path / "a.safetensors") == {"b": 1, "a": [2.5]}


def test_equal_clips_give_equal_bytes(tmp_path: Path) -> None:
    clip = make_clip(tiny_vits())
    for name in ("a", "b"):
        write_clip(tmp_path / f"{name}.safetensors", replace(clip, name=name), {"b": 1, "a": 2})
    first, second = sorted(tmp_path.iterdir())
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize("content", [None, b"", b"no tensors", b"\x10\0\0\0\0\0\0\0{}"])
def test_a_damaged_clip_is_one_sentence(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "a.safetensors"
    if content is not None:
        path.write_bytes(content)
    assert read_about(path) is None
    with pytest.raises(InputError, match="missing or damaged"):
        read_clip(path, "a.wav")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"ssl": torch.zeros(5, 10)}, r"ssl is \[5, 10\], v2 needs \[6, 10\]"),
        ({"semantic": torch.zeros(4, dtype=torch.long)}, r"semantic is \[4\]"),
        ({"audio": torch.zeros(9)}, r"audio is \[9\]"),
        ({"bert": torch.zeros(4, 9)}, r"bert is \[4, 9\], v2 needs \[4, 3\]"),
        ({"pointer": torch.zeros(5)}, "v2 needs absent"),
        ({"speaker": torch.zeros(5)}, "v2 needs absent"),
        ({"ssl": torch.zeros(6, 9)}, r"semantic is \[5\], v2 needs \[4\]"),
        ({"phone_ids": torch.zeros(0), "bert": None}, "has 0 phones"),
    ],
)
def test_parts_that_do_not_fit_are_named(change: dict[str, Any], says: str) -> None:
    family = tiny_vits()
    with pytest.raises(InputError, match=says):
        check_clip(replace(make_clip(family), **change), family)


def test_an_experiment_opens_with_its_clips_in_order(tmp_path: Path) -> None:
    infos = make_experiment(tmp_path, ["b.wav", "a.wav"])
    experiment = open_experiment(tmp_path, tiny_vits())
    assert experiment.clips == infos
    assert experiment.skipped == []
    assert_equal(experiment.load("a.wav"), make_clip(tiny_vits()))


def test_clips_without_features_are_skipped(tmp_path: Path) -> None:
    make_experiment(tmp_path, ["a.wav", "b.wav"])
    feature_path(tmp_path, "key0").unlink()
    experiment = open_experiment(tmp_path, tiny_vits())
    assert [each.name for each in experiment.clips] == ["b.wav"]
    assert experiment.skipped == [(Path("a.wav"), "its features are gone; run `features` again")]


def test_an_unknown_clip_is_one_sentence(tmp_path: Path) -> None:
    make_experiment(tmp_path, ["a.wav"])
    with pytest.raises(InputError, match=r"has no clip 'c\.wav'"):
        open_experiment(tmp_path, tiny_vits()).load("c.wav")


def test_features_of_another_family_are_refused(tmp_path: Path) -> None:
    make_experiment(tmp_path, ["a.wav"])
    with pytest.raises(InputError, match="holds features of v2; run `features --family mini`"):
        open_experiment(tmp_path, tiny_family())
    with pytest.raises(InputError, match=r"ssl is \[6, 10\], v2 needs \[768, 10\]"):
        open_experiment(tmp_path, load_vits_family("v2")).load("a.wav")


@pytest.mark.parametrize("line", ["{", "[]", "{}", "a", '{"family": "v2", "name": "a"}'])
def test_a_damaged_index_is_one_sentence(tmp_path: Path, line: str) -> None:
    make_experiment(tmp_path, ["a.wav"])
    with (tmp_path / "clips.jsonl").open("a") as file:
        file.write(line + "\n")
    with pytest.raises(InputError, match="line 2 is damaged"):
        open_experiment(tmp_path, tiny_vits())


def test_an_index_with_values_of_another_type_is_damaged(tmp_path: Path) -> None:
    make_experiment(tmp_path, ["a.wav"])
    index = tmp_path / "clips.jsonl"
    values = json.loads(index.read_text(encoding="utf-8")) | {"n_tokens": "5"}
    index.write_text(json.dumps(values) + "\n", encoding="utf-8")
    with pytest.raises(InputError, match="n_tokens has the wrong type"):
        open_experiment(tmp_path, tiny_vits())


def test_an_empty_folder_tells_the_command(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="python -m gpt_sovits features LIST --name"):
        open_experiment(tmp_path, tiny_vits())


def test_an_index_without_clips_is_one_sentence(tmp_path: Path) -> None:
    make_experiment(tmp_path, [])
    with pytest.raises(InputError, match="no clip in it can be used"):
        open_experiment(tmp_path, tiny_vits())


def test_an_experiment_can_be_made_of_clips_in_memory(tmp_path: Path) -> None:
    clip = make_clip(tiny_family(), n_tokens=6)
    experiment = Experiment.from_clips(tmp_path, tiny_family(), [clip])
    (about,) = experiment.clips
    assert (about.name, about.n_tokens, about.n_phones) == ("a.wav", 6, 3)
    assert about.seconds == pytest.approx(6 / 25)
    assert experiment.load("a.wav") is clip
