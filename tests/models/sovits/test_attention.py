import math

import pytest
import torch
from torch import Tensor

from gpt_sovits.models.sovits.attention import CrossAttention, RelativeAttention
from gpt_sovits.models.sovits.masks import length_mask


def plain_relative_attention(layer: RelativeAttention, x: Tensor) -> Tensor:
    """Shaw's equations, one pair of frames at a time, for one row without padding."""
    width, n_frames = x.shape[1:]
    size = width // layer.n_heads
    query, key, value = (conv(x)[0] for conv in (layer.conv_q, layer.conv_k, layer.conv_v))
    mixed = torch.zeros(width, n_frames)
    for head in range(layer.n_heads):
        rows = slice(head * size, (head + 1) * size)
        for here in range(n_frames):
            scores, values = [], []
            for there in range(n_frames):
                near = abs(there - here) <= layer.window
                place = there - here + layer.window
                rel_key = layer.emb_rel_k[0, place] if near else torch.zeros(size)
                rel_value = layer.emb_rel_v[0, place] if near else torch.zeros(size)
                scores.append(query[rows, here] @ (key[rows, there] + rel_key) / math.sqrt(size))
                values.append(value[rows, there] + rel_value)
            weights = torch.stack(scores).softmax(dim=0)
            mixed[rows, here] = (weights[:, None] * torch.stack(values)).sum(dim=0)
    return layer.conv_o(mixed[None])


@pytest.mark.parametrize("n_frames", [1, 3, 11])
def test_relative_attention_agrees_with_the_plain_equations(n_frames: int) -> None:
    torch.manual_seed(0)
    layer = RelativeAttention(width=8, n_heads=2, window=4, dropout=0.0)
    x = torch.randn(1, 8, n_frames)
    ours = layer(x, torch.ones(1, 1, n_frames))
    torch.testing.assert_close(ours, plain_relative_attention(layer, x))


def test_relative_attention_does_not_read_padding() -> None:
    torch.manual_seed(0)
    layer = RelativeAttention(width=8, n_heads=2, window=4, dropout=0.0)
    x = torch.randn(2, 8, 10)
    batch = layer(x, length_mask(torch.tensor([10, 6]), 10))
    alone = layer(x[1:, :, :6], torch.ones(1, 1, 6))
    torch.testing.assert_close(batch[1:, :, :6], alone)


def test_relative_attention_notices_where_things_are() -> None:
    torch.manual_seed(0)
    layer = RelativeAttention(width=8, n_heads=2, window=2, dropout=0.0)
    same = torch.randn(1, 8, 1).expand(-1, -1, 9)
    out = layer(same, torch.ones(1, 1, 9))
    torch.testing.assert_close(out[..., 3], out[..., 5])  # both see two frames to each side
    assert not torch.allclose(out[..., 0], out[..., 4])


def test_cross_attention_does_not_read_padding() -> None:
    torch.manual_seed(0)
    layer = CrossAttention(width=8, n_heads=2)
    x, source = torch.randn(2, 8, 5), torch.randn(2, 8, 7)
    batch = layer(x, source, length_mask(torch.tensor([7, 4]), 7))
    alone = layer(x[1:], source[1:, :, :4], torch.ones(1, 1, 4))
    torch.testing.assert_close(batch[1:], alone)


def test_a_row_without_anything_to_read_stays_finite() -> None:
    x = torch.randn(1, 8, 5)
    nothing = torch.zeros(1, 1, 5)
    assert RelativeAttention(8, 2, 4, 0.0)(x, nothing).isfinite().all()
    assert CrossAttention(8, 2)(x, x, nothing).isfinite().all()
