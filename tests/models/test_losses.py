import math

import pytest
import torch

from gpt_sovits.models.losses import (
    discriminator_loss,
    feature_loss,
    generator_loss,
    kl_loss,
    mel_loss,
)


@pytest.mark.parametrize(
    ("real", "fake", "expected"), [(1.0, 0.0, 0.0), (0.0, 1.0, 2.0), (0.5, 0.5, 0.5)]
)
def test_discriminator_loss_wants_recordings_at_one(
    real: float, fake: float, expected: float
) -> None:
    loss = discriminator_loss([torch.full((2, 7), real)], [torch.full((2, 5), fake)])
    assert float(loss) == pytest.approx(expected)


@pytest.mark.parametrize(("score", "expected"), [(1.0, 0.0), (0.0, 1.0), (3.0, 4.0)])
def test_generator_loss_wants_its_speech_at_one(score: float, expected: float) -> None:
    assert float(generator_loss([torch.full((2, 5), score)])) == pytest.approx(expected)


def test_adversarial_losses_add_over_discriminators() -> None:
    scores = [torch.zeros(2, 3), torch.zeros(2, 9)]
    assert float(generator_loss(scores)) == pytest.approx(2)
    assert float(discriminator_loss(scores, scores)) == pytest.approx(2)


def test_feature_loss_is_twice_the_mean_difference_of_each_layer() -> None:
    real = [[torch.zeros(1, 2, 4), torch.zeros(1, 8)], [torch.zeros(1, 3)]]
    fake = [[torch.full((1, 2, 4), 0.5), torch.full((1, 8), -1.0)], [torch.full((1, 3), 2.0)]]
    assert float(feature_loss(real, fake)) == pytest.approx(2 * (0.5 + 1 + 2))


def test_feature_loss_does_not_teach_through_recordings() -> None:
    real = torch.randn(1, 3, requires_grad=True)
    fake = torch.randn(1, 3, requires_grad=True)
    torch.autograd.backward(feature_loss([[real]], [[fake]]))
    assert real.grad is None
    assert fake.grad is not None


def test_kl_loss_of_one_draw_at_the_mean() -> None:
    # log(s_p / s_q) - 1/2 + (z - m)^2 / (2 s_p^2) with s_p = 2, s_q = 1, z - m = 2
    shape = (1, 1, 3)
    loss = kl_loss(
        torch.full(shape, 2.0),
        torch.zeros(shape),
        torch.zeros(shape),
        torch.full(shape, math.log(2)),
        torch.ones(shape),
    )
    assert float(loss) == pytest.approx(math.log(2) - 0.5 + 0.5)


def test_kl_loss_approaches_the_divergence_of_two_normals() -> None:
    torch.manual_seed(0)
    mean_q, std_q, mean_p, std_p = 0.3, 0.7, -0.5, 1.4
    draws = mean_q + std_q * torch.randn(1, 1, 200_000)
    shape = draws.shape
    loss = kl_loss(
        draws,
        torch.full(shape, math.log(std_q)),
        torch.full(shape, mean_p),
        torch.full(shape, math.log(std_p)),
        torch.ones(shape),
    )
    # kl_loss puts -1/2 in place of the expected value of the recording's own term, as VITS does
    normal = torch.distributions.Normal
    exact = torch.distributions.kl_divergence(normal(mean_q, std_q), normal(mean_p, std_p))
    assert float(loss) == pytest.approx(float(exact), abs=0.01)


def test_kl_loss_counts_real_frames_only() -> None:
    z = torch.tensor([[[1.0, 1.0, 99.0]]])
    zeros = torch.zeros(1, 1, 3)
    mask = torch.tensor([[[1.0, 1.0, 0.0]]])
    alone = kl_loss(z[..., :2], zeros[..., :2], zeros[..., :2], zeros[..., :2], mask[..., :2])
    assert float(kl_loss(z, zeros, zeros, zeros, mask)) == pytest.approx(float(alone))
    assert float(kl_loss(z, zeros, zeros, zeros, 0 * mask)) == 0


def test_mel_loss_is_the_mean_difference() -> None:
    assert float(mel_loss(torch.zeros(2, 4, 3), torch.full((2, 4, 3), -1.5))) == 1.5
