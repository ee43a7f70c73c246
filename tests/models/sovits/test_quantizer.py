import torch
from torch import Tensor

from gpt_sovits.models.sovits.quantizer import Codebook, Quantizer


def clusters(per_cluster: int = 20) -> tuple[Tensor, Tensor]:
    """Frames around four far corners, [M, 2], and the corners."""
    corners = torch.tensor([[10.0, 10.0], [10.0, -10.0], [-10.0, 10.0], [-10.0, -10.0]])
    chance = torch.Generator().manual_seed(0)
    noise = torch.randn(4 * per_cluster, 2, generator=chance)
    return corners.repeat_interleave(per_cluster, dim=0) + 0.1 * noise, corners


def as_features(frames: Tensor) -> Tensor:
    return frames.t().unsqueeze(0)  # [1, C, M]


def test_a_token_stands_for_its_nearest_entry() -> None:
    quantizer = Quantizer(4, 2).eval()
    _, corners = clusters()
    quantizer.codebook.embed.copy_(corners)
    features = as_features(corners[[2, 0, 3]] + 1)
    codes = quantizer.encode(features)
    assert codes.tolist() == [[[2, 0, 3]]]
    torch.testing.assert_close(quantizer.decode(codes)[0].t(), corners[[2, 0, 3]])


def test_the_first_batch_starts_the_codebook_where_the_data_is() -> None:
    frames, _ = clusters()
    codebook = Codebook(4, 2)
    codebook.start(frames[::7], torch.Generator().manual_seed(3))
    distance = torch.cdist(frames[::7], codebook.embed).amin(dim=1)
    assert codebook.inited == 1
    assert codebook.cluster_size.sum() == len(frames[::7])
    # Four entries drawn among the frames and settled: at worst two corners share one entry.
    assert distance.median() < 1
    assert distance.max() < 11


def test_the_start_copes_with_fewer_frames_than_entries() -> None:
    codebook = Codebook(8, 2)
    codebook.start(torch.randn(3, 2), torch.Generator().manual_seed(0))
    assert codebook.embed.isfinite().all()


def test_entries_follow_the_mean_of_their_frames() -> None:
    frames, corners = clusters()
    quantizer = Quantizer(4, 2).train()
    codebook = quantizer.codebook
    codebook.inited.fill_(1)
    codebook.cluster_size.fill_(20)
    codebook.embed.copy_(corners + 3)
    codebook.embed_avg.copy_(20 * codebook.embed)
    before = (codebook.embed - corners).norm(dim=1)
    for _ in range(300):
        quantizer(as_features(frames), torch.ones(1, 1, len(frames)))
    assert ((codebook.embed - corners).norm(dim=1) < 0.1 * before).all()


def test_a_dead_entry_is_put_where_the_data_is() -> None:
    frames, corners = clusters()
    quantizer = Quantizer(5, 2).train()
    codebook = quantizer.codebook
    codebook.inited.fill_(1)
    codebook.cluster_size.copy_(torch.tensor([20.0, 20, 20, 20, 0]))
    codebook.embed.copy_(torch.cat((corners, torch.full((1, 2), 1000.0))))
    codebook.embed_avg.copy_(codebook.cluster_size[:, None] * codebook.embed)
    quantizer(as_features(frames), torch.ones(1, 1, len(frames)), torch.Generator().manual_seed(0))
    assert torch.cdist(codebook.embed[4:], frames).min() < 1e-4


def test_padding_does_not_teach_the_codebook() -> None:
    frames, _ = clusters()
    features = torch.cat((as_features(frames), torch.full((1, 2, 50), 500.0)), dim=2)
    mask = (torch.arange(features.shape[2]) < len(frames)).float().view(1, 1, -1)
    quantizer = Quantizer(4, 2).train()
    quantized = quantizer(features, mask, torch.Generator().manual_seed(0))
    assert quantizer.codebook.embed.abs().max() < 20
    assert quantized.commitment < 200


def test_gradients_pass_straight_through_and_commitment_pulls_to_the_entry() -> None:
    quantizer = Quantizer(2, 1).train()
    codebook = quantizer.codebook
    codebook.inited.fill_(1)
    codebook.cluster_size.fill_(100)
    codebook.embed.copy_(torch.tensor([[0.0], [10.0]]))
    codebook.embed_avg.copy_(100 * codebook.embed)
    features = torch.tensor([[[1.0, 7.0]]], requires_grad=True)
    quantized = quantizer(features, torch.ones(1, 1, 2))
    assert quantized.content.tolist() == [[[0.0, 10.0]]]
    assert float(quantized.commitment.detach()) == (1 + 9) / 2
    weights = torch.tensor([[[2.0, 3.0]]])
    (quantized.content * weights).sum().backward(retain_graph=True)
    torch.testing.assert_close(features.grad, weights)
    features.grad = None
    quantized.commitment.backward()
    torch.testing.assert_close(features.grad, torch.tensor([[[1.0, -3.0]]]))


def test_outside_training_nothing_moves_and_nothing_is_lost() -> None:
    quantizer = Quantizer(4, 2).eval()
    before = quantizer.codebook.embed.clone()
    quantized = quantizer(torch.randn(1, 2, 6), torch.ones(1, 1, 6))
    assert quantized.commitment == 0
    assert torch.equal(quantizer.codebook.embed, before)
    assert quantizer.codebook.inited == 0
