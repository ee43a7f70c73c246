"""The embedded base's synthesizer: shapes, padding, tempo, tokens and styles that matter."""

import pytest
import torch
from torch import Tensor

from gpt_sovits.errors import InputError
from gpt_sovits.models.mel.melody import voice_pitch
from gpt_sovits.models.mel.pointer import pointer_of
from gpt_sovits.models.mel.synthesizer import MelSynthesizer
from tests.tiny_mini import tiny_family

CONFIG = tiny_family().synthesizer
N_PHONES = 6


def tiny_synthesizer(*, freeze_quantizer: bool = True) -> MelSynthesizer:
    torch.manual_seed(0)
    model = MelSynthesizer(CONFIG, tiny_family().spectrogram, freeze_quantizer=freeze_quantizer)
    model.quantizer.codebook.embed.normal_()
    model.quantizer.codebook.inited.fill_(1)
    return model.eval()


def clip(seed: int, frames_a_phone: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Melody [1, 3, 2 T], pointer [1, T], phones [1, N] and a reference [1, F, T']."""
    noise = torch.Generator().manual_seed(seed)
    pointer = pointer_of(torch.full((N_PHONES,), frames_a_phone)).unsqueeze(0)
    T = 2 * pointer.shape[1]
    voiced = (torch.rand(1, 1, T, generator=noise) < 0.7).float()
    octaves = (1 + 0.3 * torch.randn(1, 1, T, generator=noise)) * voiced
    ssl = torch.cat([octaves, voiced, torch.randn(1, 1, T, generator=noise)], dim=1)
    phone_ids = torch.randint(CONFIG.n_phones, (1, N_PHONES), generator=noise)
    refer = torch.randn(1, CONFIG.n_mels, 30 + 10 * seed, generator=noise) - 5
    return ssl, pointer, phone_ids, refer


def run(model: MelSynthesizer, *clips: tuple[Tensor, ...]) -> Tensor:
    """Spectrograms of clips side by side, features padded with silence and the rest with junk."""

    def joined(parts: list[Tensor], junk: float) -> Tensor:
        longest = max(part.shape[-1] for part in parts)
        rows = [
            torch.nn.functional.pad(part, (0, longest - part.shape[-1]), value=junk)
            for part in parts
        ]
        return torch.cat(rows)

    ssl, pointer, phone_ids, refer = (list(parts) for parts in zip(*clips, strict=True))
    lengths = torch.tensor([part.shape[1] for part in pointer])
    refer_lengths = torch.tensor([part.shape[2] for part in refer])
    refer_mask = (torch.arange(int(refer_lengths.max())) < refer_lengths[:, None]).unsqueeze(1)
    return model(
        joined(ssl, 0.0),
        joined(pointer, 3),
        lengths,
        joined(phone_ids, 7),
        torch.tensor([part.shape[1] for part in phone_ids]),
        joined(refer, 9.0),
        refer_mask.float(),
    ).mel


def test_four_frames_a_token_and_the_reference_counts() -> None:
    model = tiny_synthesizer()
    ssl, pointer, phone_ids, refer = clip(0, 4)
    mel = run(model, (ssl, pointer, phone_ids, refer))
    assert mel.shape == (1, CONFIG.n_mels, 4 * pointer.shape[1])
    assert not torch.allclose(mel, run(model, (ssl, pointer, phone_ids, refer + 2)))


def test_speaking_tokens_gives_what_training_sees() -> None:
    model = tiny_synthesizer()
    ssl, pointer, phone_ids, refer = clip(0, 4)
    codes = model.extract_codes(ssl)
    assert codes.shape == (1, 1, pointer.shape[1])
    ge = model.mean_style([refer])
    spoken = model.decode(codes, pointer, phone_ids, ge, voice_pitch(ssl))
    torch.testing.assert_close(spoken, run(model, clip(0, 4)), atol=1e-5, rtol=1e-4)


@torch.no_grad()
def test_padding_has_no_influence_on_a_row() -> None:
    model = tiny_synthesizer()
    short, long = clip(1, 2), clip(2, 6)
    together = run(model, short, long)
    for row, one in enumerate((short, long)):
        alone = run(model, one)
        torch.testing.assert_close(
            together[row : row + 1, :, : alone.shape[2]], alone, atol=1e-5, rtol=1e-4
        )


@pytest.mark.parametrize("speed", [0.5, 1.3, 2.0])
def test_tempo_changes_the_length(speed: float) -> None:
    model = tiny_synthesizer()
    ssl, pointer, phone_ids, refer = clip(0, 4)
    codes, ge = model.extract_codes(ssl), model.mean_style([refer])
    mel = model.decode(codes, pointer, phone_ids, ge, voice_pitch(ssl), speed=speed)
    assert mel.shape[2] == 2 * (int(2 * pointer.shape[1] / speed) + 1)
    assert mel.isfinite().all()


def test_phones_alone_also_speak_but_not_the_same() -> None:
    model = tiny_synthesizer()
    ssl, pointer, phone_ids, refer = clip(0, 4)
    ge = model.mean_style([refer])
    pitch = voice_pitch(ssl)
    without = model.decode(None, pointer, phone_ids, ge, pitch)
    with_tokens = model.decode(model.extract_codes(ssl), pointer, phone_ids, ge, pitch)
    assert without.shape == with_tokens.shape
    assert not torch.allclose(without, with_tokens)


def test_the_style_of_several_references_is_their_mean() -> None:
    model = tiny_synthesizer()
    one, other = clip(0, 4)[3], clip(3, 4)[3]
    expected = (model.mean_style([one]) + model.mean_style([other])) / 2
    torch.testing.assert_close(model.mean_style([one, other]), expected)


@pytest.mark.parametrize("frozen", [True, False])
def test_only_a_live_quantizer_learns(frozen: bool) -> None:
    model = tiny_synthesizer(freeze_quantizer=frozen).train()
    before = model.quantizer.codebook.embed.clone()
    run(model, clip(0, 6)).sum().backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
    assert torch.equal(model.quantizer.codebook.embed, before) is frozen


def test_a_higher_voice_has_the_same_tokens_but_another_sound() -> None:
    model = tiny_synthesizer()
    ssl, pointer, phone_ids, refer = clip(0, 4)
    higher = ssl.clone()
    higher[:, 0] += 0.5 * ssl[:, 1]
    assert model.extract_codes(higher).equal(model.extract_codes(ssl))
    assert float(voice_pitch(higher) - voice_pitch(ssl)) == pytest.approx(0.5, abs=1e-4)
    ge, codes = model.mean_style([refer]), model.extract_codes(ssl)
    low, high = (
        model.decode(codes, pointer, phone_ids, ge, voice_pitch(each)) for each in (ssl, higher)
    )
    assert not torch.allclose(low, high)


def test_nothing_to_say_is_one_sentence() -> None:
    model = tiny_synthesizer()
    _, pointer, phone_ids, refer = clip(0, 4)
    ge, pitch = model.mean_style([refer]), torch.zeros(1, 1, 1)
    with pytest.raises(InputError, match="nothing to say"):
        model.decode(None, pointer[:, :0], phone_ids, ge, pitch)
    with pytest.raises(InputError, match="speed"):
        model.decode(None, pointer, phone_ids, ge, pitch, speed=0.0)
    with pytest.raises(InputError, match="at least one reference"):
        model.mean_style([])
