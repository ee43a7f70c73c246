import torch

from gpt_sovits.models.sovits.masks import length_mask
from gpt_sovits.models.sovits.style import StyleEncoder
from tests.models.sovits.tiny import tiny_config


def tiny_style() -> StyleEncoder:
    torch.manual_seed(0)
    return StyleEncoder(tiny_config().style).eval()


def test_padding_does_not_change_a_style() -> None:
    model = tiny_style()
    refer = torch.rand(2, 20, 12)
    batch = model(refer, length_mask(torch.tensor([12, 7]), 12))
    alone = model(refer[1:, :, :7], torch.ones(1, 1, 7))
    torch.testing.assert_close(batch[1:], alone)


def test_a_silent_reference_stays_finite() -> None:
    assert tiny_style()(torch.zeros(1, 20, 9), torch.ones(1, 1, 9)).isfinite().all()


def test_an_empty_reference_has_the_zero_style() -> None:
    style = tiny_style()(torch.rand(1, 20, 9), torch.zeros(1, 1, 9))
    assert style.shape == (1, 24, 1)
    assert (style == 0).all()
