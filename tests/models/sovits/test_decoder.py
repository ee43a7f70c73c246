import pytest
import torch

from gpt_sovits.config import DecoderConfig
from gpt_sovits.models.sovits.decoder import Generator
from gpt_sovits.models.sovits.masks import length_mask


def generator(rates: tuple[int, ...] = (4, 2), kernels: tuple[int, ...] = (8, 4)) -> Generator:
    torch.manual_seed(0)
    config = DecoderConfig(
        channels=16,
        upsample_rates=rates,
        upsample_kernels=kernels,
        resblock_kernels=(3, 5),
        resblock_dilations=((1, 3), (1, 2)),
    )
    return Generator(config, latent_width=6, n_style=5)


@pytest.mark.parametrize(
    ("rates", "kernels"), [((4, 2), (8, 4)), ((5, 3), (11, 6)), ((10, 2, 2), (20, 2, 3))]
)
def test_every_frame_becomes_the_product_of_the_rates(
    rates: tuple[int, ...], kernels: tuple[int, ...]
) -> None:
    audio = generator(rates, kernels)(torch.randn(2, 6, 7), torch.randn(2, 5, 1))
    assert audio.shape == (2, 1, 7 * torch.tensor(rates).prod())
    assert audio.abs().max() <= 1


def test_with_a_mask_a_row_ends_as_it_would_alone() -> None:
    model = generator()
    z, style = torch.randn(2, 6, 12), torch.randn(2, 5, 1)
    mask = length_mask(torch.tensor([12, 7]), 12)
    batch = model(z * mask, style, mask)
    alone = model(z[1:, :, :7], style[1:])
    torch.testing.assert_close(batch[1:, :, : 7 * 8], alone)
    assert (batch[1:, :, 7 * 8 :] == 0).all()


def test_style_changes_the_sound() -> None:
    model = generator()
    z = torch.randn(1, 6, 7)
    assert not torch.allclose(model(z, torch.zeros(1, 5, 1)), model(z, torch.ones(1, 5, 1)))
