"""Losses of the synthesizer and of its discriminators. All are scalars in full precision."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor


def discriminator_loss(real_scores: Sequence[Tensor], fake_scores: Sequence[Tensor]) -> Tensor:
    """How far recordings are from 1 and synthesized speech from 0, summed over discriminators.

    Source: Mao et al. 2017, "Least Squares Generative Adversarial Networks".

    Args:
        real_scores: one tensor a discriminator, any shape, for recordings.
        fake_scores: the same for synthesized speech.
    """
    losses = [
        (1 - real.float()).square().mean() + fake.float().square().mean()
        for real, fake in zip(real_scores, fake_scores, strict=True)
    ]
    return torch.stack(losses).sum()


def generator_loss(fake_scores: Sequence[Tensor]) -> Tensor:
    """How far synthesized speech is from being taken for a recording (score 1), summed."""
    return torch.stack([(1 - fake.float()).square().mean() for fake in fake_scores]).sum()


def feature_loss(
    real_features: Sequence[Sequence[Tensor]], fake_features: Sequence[Sequence[Tensor]]
) -> Tensor:
    """Twice the mean absolute difference of every layer's features, summed over layers.

    Source: Kumar et al. 2019, "MelGAN"; the factor 2 is HiFi-GAN's.

    Args:
        real_features: for each discriminator its layers' features, for recordings; no gradient
            flows into them.
        fake_features: the same for synthesized speech.
    """
    losses = [
        F.l1_loss(fake.float(), real.detach().float())
        for real_layers, fake_layers in zip(real_features, fake_features, strict=True)
        for real, fake in zip(real_layers, fake_layers, strict=True)
    ]
    return 2 * torch.stack(losses).sum()


def kl_loss(z_p: Tensor, logs_q: Tensor, m_p: Tensor, logs_p: Tensor, mask: Tensor) -> Tensor:
    """How far the recording's latent is from the text's, per real frame.

    One draw stands for the expectation over the recording's latent.

    Source: Kim et al. 2021 (VITS), equation 4.

    Args:
        z_p: the recording's latent, mapped by the flow, [B, Z, T].
        logs_q: log standard deviation of the recording's latent, [B, Z, T].
        m_p: mean of the text's latent, [B, Z, T].
        logs_p: log standard deviation of the text's latent, [B, Z, T].
        mask: 1.0 where a frame is real, [B, 1, T].
    """
    z_p, logs_q, m_p, logs_p = z_p.float(), logs_q.float(), m_p.float(), logs_p.float()
    distance = (z_p - m_p).square() * torch.exp(-2 * logs_p)
    divergence = logs_p - logs_q - 0.5 + 0.5 * distance
    return (divergence * mask).sum() / mask.float().sum().clamp_min(1)


def mel_loss(real: Tensor, fake: Tensor) -> Tensor:
    """Mean absolute difference of two log-mel spectrograms [B, n_mels, T]."""
    return F.l1_loss(fake.float(), real.float())
