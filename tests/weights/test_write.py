from datetime import UTC, datetime
from pathlib import Path

import pytest
import torch

from gpt_sovits.errors import WeightsError
from gpt_sovits.weights.read import read_weights
from gpt_sovits.weights.write import provenance_of, write_safetensors
from tests.weights.torch_files import Tensors, tiny_gpt, tiny_sovits

MOMENT = datetime(2026, 1, 2, tzinfo=UTC)


def write(path: Path, tensors: Tensors, **provenance: object) -> None:
    write_safetensors(
        path,
        tensors,
        kind="gpt",
        family="mini",
        config={"gpt": {"width": 4, "名": None, "rates": [1, 2.5]}},
        provenance=provenance,
        info="15 epochs",
        lora_rank=8,
    )


def test_everything_written_comes_back(tmp_path: Path) -> None:
    source = tmp_path / "source.pth"
    source.write_bytes(b"abc")
    about = provenance_of([source], training={"epochs": 15}, created=MOMENT)
    write(tmp_path / "new" / "a.safetensors", tiny_gpt(), **about)
    file = read_weights(tmp_path / "new" / "a.safetensors")
    assert file.tensors.keys() == tiny_gpt().keys()
    assert all(torch.equal(value, tiny_gpt()[key]) for key, value in file.tensors.items())
    assert (file.kind, file.family, file.info, file.lora_rank) == ("gpt", "mini", "15 epochs", 8)
    assert file.config == {"gpt": {"width": 4, "名": None, "rates": [1, 2.5]}}
    assert file.provenance == about
    assert about["created"] == "2026-01-02T00:00:00+00:00"
    assert about["sources"][0]["name"] == "source.pth"
    assert about["sources"][0]["sha256"].startswith("ba7816bf")


@pytest.mark.parametrize("letters", range(0, 256, 8))
def test_every_length_of_the_header_is_read(tmp_path: Path, letters: int) -> None:
    write(tmp_path / "a", {"a": torch.ones(1)}, remark="a" * letters)
    assert read_weights(tmp_path / "a").provenance == {"remark": "a" * letters}


def test_equal_input_gives_equal_bytes(tmp_path: Path) -> None:
    write(tmp_path / "a", tiny_sovits(), b=1, a=2)
    write(tmp_path / "b", dict(reversed(tiny_sovits().items())), a=2, b=1)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_tied_and_sliced_tensors_are_written_each_by_itself(tmp_path: Path) -> None:
    whole = torch.arange(12.0).reshape(3, 4)
    tensors = {"a": whole, "b": whole, "c": whole.T, "d": whole[:, 1]}
    write(tmp_path / "a", tensors)
    file = read_weights(tmp_path / "a")
    assert all(torch.equal(file.tensors[key], value) for key, value in tensors.items())


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    write(tmp_path / "a", tiny_gpt())
    before = (tmp_path / "a").read_bytes()
    with pytest.raises(WeightsError, match="not JSON"):
        write(tmp_path / "a", tiny_gpt(), training=object())
    with pytest.raises(WeightsError, match="not JSON"):
        write(tmp_path / "a", tiny_gpt(), loss=float("nan"))
    assert (tmp_path / "a").read_bytes() == before
    assert list(tmp_path.iterdir()) == [tmp_path / "a"]


def test_a_folder_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    with pytest.raises(WeightsError, match="cannot be written"):
        write(tmp_path / "a", tiny_gpt())
