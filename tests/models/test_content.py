import torch
from torch import Tensor

from gpt_sovits.config import ContentEncoderConfig
from gpt_sovits.models.content import BLANK, ContentEncoder

TINY = ContentEncoderConfig(
    n_mels=6,
    n_phones=5,
    width=16,
    ff_width=24,
    kernel_size=3,
    n_blocks=2,
    attention_after=(0, 1),
    n_heads=2,
)


def tiny_encoder() -> ContentEncoder:
    torch.manual_seed(0)
    return ContentEncoder(TINY).eval()


def encode_alone(model: ContentEncoder, mel: Tensor) -> Tensor:
    return model(mel.unsqueeze(0), torch.tensor([mel.shape[1]]))[0][0]


def test_two_mel_frames_make_one_content_frame() -> None:
    content, lengths = tiny_encoder()(torch.randn(2, 6, 21), torch.tensor([21, 10]))
    assert content.shape == (2, 16, 11)
    assert lengths.tolist() == [11, 5]


def test_each_row_of_a_batch_gets_what_it_gets_alone() -> None:
    model = tiny_encoder()
    clips = [torch.randn(6, n) for n in (30, 17, 1, 2)]
    mel = torch.full((4, 6, 30), 7.0)  # what stands in the padding must not matter
    for row, clip in zip(mel, clips, strict=True):
        row[:, : clip.shape[1]] = clip
    lengths = torch.tensor([clip.shape[1] for clip in clips])
    content, content_lengths = model(mel, lengths)
    for row, n, clip in zip(content, content_lengths.tolist(), clips, strict=True):
        torch.testing.assert_close(row[:, :n], encode_alone(model, clip), atol=1e-5, rtol=1e-4)
        assert not row[:, n:].any()


def test_the_level_of_a_recording_does_not_matter() -> None:
    model = tiny_encoder()
    mel = torch.randn(6, 40)
    torch.testing.assert_close(
        encode_alone(model, mel + 2.0), encode_alone(model, mel), atol=1e-5, rtol=1e-4
    )


def test_silence_stays_finite() -> None:
    content = encode_alone(tiny_encoder(), torch.full((6, 40), -11.5))
    assert content.isfinite().all()


def test_it_learns_to_tell_sounds_apart() -> None:
    """Two phones that sound differently are told apart by CTC after a few steps."""
    model = ContentEncoder(TINY).train()
    sounds = torch.randn(2, 6, 1, generator=torch.Generator().manual_seed(1)).expand(2, 6, 10)
    first, second = torch.cat(list(sounds), dim=1), torch.cat(list(sounds.flip(0)), dim=1)
    mel, lengths = torch.stack([first, second]), torch.tensor([20, 20])
    targets = torch.tensor([[1, 2], [2, 1]])
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    for _ in range(60):
        content, frames = model(mel, lengths)
        loss = torch.nn.functional.ctc_loss(
            model.classify(content).transpose(0, 1), targets, frames, torch.tensor([2, 2])
        )
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]  # torch types it not
        optimizer.step()
    best = model.eval().classify(model(mel, lengths)[0]).argmax(dim=2)
    said = [[k for k in row.unique_consecutive().tolist() if k != BLANK] for row in best]
    assert said == [[1, 2], [2, 1]]
