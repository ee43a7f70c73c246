import torch

from gpt_sovits.config import DiscriminatorConfig
from gpt_sovits.models.losses import discriminator_loss, feature_loss, generator_loss
from gpt_sovits.models.sovits.discriminators import Discriminators


def tiny_discriminators() -> Discriminators:
    torch.manual_seed(0)
    return Discriminators(DiscriminatorConfig(periods=(2, 3, 7), channels=32))


def test_one_judgement_a_discriminator_with_all_its_layers() -> None:
    judgements = tiny_discriminators()(torch.randn(2, 1, 500))
    assert [len(judgement.features) for judgement in judgements] == [7, 6, 6, 6]
    for score, features in judgements:
        assert score.shape[0] == 2
        torch.testing.assert_close(features[-1].flatten(1), score)


def test_rows_of_a_batch_do_not_meet() -> None:
    model = tiny_discriminators()
    real, fake = torch.randn(1, 1, 500), torch.randn(1, 1, 500)
    together = model(torch.cat((real, fake)))
    for joint, alone in zip(together, model(fake), strict=True):
        torch.testing.assert_close(joint.score[1:], alone.score)


def test_gradients_reach_every_parameter_and_the_audio() -> None:
    model = tiny_discriminators()
    real, fake = torch.randn(1, 1, 500), torch.randn(1, 1, 500, requires_grad=True)
    real_scores, real_features = zip(*model(real), strict=True)
    fake_scores, fake_features = zip(*model(fake), strict=True)
    loss = discriminator_loss(real_scores, fake_scores) + generator_loss(fake_scores)
    torch.autograd.backward(loss + feature_loss(real_features, fake_features))
    assert fake.grad is not None
    assert fake.grad.abs().sum() > 0
    assert all(
        part.grad is not None and bool(part.grad.abs().sum() > 0) for part in model.parameters()
    )
