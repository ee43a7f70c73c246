"""What a voice must not forget goes in and out of a file, and is drawn by chance."""

from pathlib import Path

import pytest
import torch

from gpt_sovits.errors import WeightsError
from gpt_sovits.training.replay import Slices, read_replay, write_replay
from gpt_sovits.weights.write import provenance_of, write_safetensors


def slices(n_slices: int, n_tokens: int, n_phones: int, seed: int = 0) -> Slices:
    generator = torch.Generator().manual_seed(seed)

    def numbers(most: int, *shape: int) -> torch.Tensor:
        return torch.randint(1, most, shape, generator=generator)

    lengths = torch.arange(n_slices) % n_tokens + 1
    real = torch.arange(n_tokens) < lengths[:, None]
    return Slices(
        codes=numbers(500, n_slices, n_tokens) * real,
        pointer=numbers(n_phones, n_slices, n_tokens) * real,
        token_lengths=lengths,
        phone_ids=numbers(700, n_slices, n_phones),
        phone_lengths=torch.full((n_slices,), n_phones),
    )


def write(path: Path, **by_language: Slices) -> None:
    write_replay(path, by_language, family="mini", config={}, provenance=provenance_of())


def test_other_languages_come_back_and_the_spoken_one_does_not(tmp_path: Path) -> None:
    en, ja, zh = slices(3, 5, 4, 1), slices(2, 8, 2, 2), slices(4, 6, 6, 3)
    write(tmp_path / "replay.safetensors", en=en, ja=ja, zh=zh)
    both = read_replay(tmp_path / "replay.safetensors", ["en"])
    assert both is not None
    assert both.token_lengths.tolist() == [*ja.token_lengths, *zh.token_lengths]
    assert both.codes.shape == (6, 8)
    assert both.codes[:2].equal(ja.codes)
    assert both.codes[2:, :6].equal(zh.codes)
    assert not both.codes[2:, 6:].any()
    assert both.phone_ids[:2, :2].equal(ja.phone_ids)
    assert read_replay(tmp_path / "replay.safetensors", ["en", "ja", "zh"]) is None


def test_slices_are_drawn_once_each_and_not_padded_in_vain() -> None:
    rows = slices(6, 9, 4)
    drawn = rows.draw(3, torch.Generator().manual_seed(1))
    assert len(set(drawn.token_lengths.tolist())) == 3
    assert drawn.codes.shape == (3, int(drawn.token_lengths.max()))
    for codes, length in zip(drawn.codes, drawn.token_lengths, strict=True):
        (whole,) = rows.codes[rows.token_lengths == length]
        assert codes.equal(whole[: len(codes)])
    assert len(rows.draw(99, torch.Generator()).codes) == 6


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "replay.safetensors"
    write_safetensors(
        path, {"en.codes": torch.zeros(2, 2)}, kind="other", family="mini", config={}, provenance={}
    )
    with pytest.raises(WeightsError, match=r"has no .en\.pointer"):
        read_replay(path, [])
