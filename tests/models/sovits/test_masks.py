import pytest
import torch
import torch.nn.functional as F

from gpt_sovits.models.sovits.masks import draw_starts, length_mask, slice_frames, stretch


def test_length_mask_marks_the_real_frames() -> None:
    mask = length_mask(torch.tensor([3, 0, 4]), 4)
    assert mask.tolist() == [[[1, 1, 1, 0]], [[0, 0, 0, 0]], [[1, 1, 1, 1]]]


def test_slices_stay_inside_their_rows_and_reach_every_place() -> None:
    chance = torch.Generator().manual_seed(0)
    lengths = torch.tensor([10, 7, 3])
    starts = torch.stack([draw_starts(lengths, 5, chance) for _ in range(200)])
    assert starts.amax(dim=0).tolist() == [5, 2, 0]
    assert starts.amin(dim=0).tolist() == [0, 0, 0]


def test_slice_frames_cuts_at_the_starts() -> None:
    x = torch.arange(20.0).view(2, 1, 10)
    assert slice_frames(x, torch.tensor([2, 7]), 3)[:, 0].tolist() == [[2, 3, 4], [17, 18, 19]]


def test_slice_frames_fills_a_batch_shorter_than_the_slice_with_zeros() -> None:
    x = torch.ones(1, 2, 3)
    assert slice_frames(x, torch.tensor([0]), 5)[0, 0].tolist() == [1, 1, 1, 0, 0]


@pytest.mark.parametrize("speed", [0.6, 0.9, 1.25, 1.65])
@pytest.mark.parametrize("length", [1, 2, 59, 60])
def test_stretch_agrees_with_torch_on_one_row(speed: float, length: int) -> None:
    x = torch.randn(1, 3, length, generator=torch.Generator().manual_seed(0))
    ours, lengths = stretch(x, torch.tensor([length]), speed)
    expected = F.interpolate(x, size=int(length / speed) + 1, mode="linear")
    assert lengths.tolist() == [expected.shape[2]]
    torch.testing.assert_close(ours, expected)


def test_stretch_gives_a_padded_row_what_it_gets_alone() -> None:
    x = torch.randn(2, 3, 20, generator=torch.Generator().manual_seed(0))
    batch, lengths = stretch(x, torch.tensor([20, 13]), 1.3)
    alone, _ = stretch(x[1:, :, :13], torch.tensor([13]), 1.3)
    torch.testing.assert_close(batch[1:, :, : lengths[1]], alone)
