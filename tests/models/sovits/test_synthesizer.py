import copy
import pickle

import pytest
import torch
from torch import Tensor

from gpt_sovits.errors import InputError
from gpt_sovits.models.losses import kl_loss
from gpt_sovits.models.sovits.synthesizer import Synthesizer
from gpt_sovits.models.sovits.weight_norm import fold_weight_norm
from tests.models.sovits.tiny import (
    HOP_LENGTH,
    N_BINS,
    SPEAKER_WIDTH,
    SSL_WIDTH,
    tiny_batch,
    tiny_synthesizer,
)

KEY_BIASES = ("conv_k.bias", "w_ks.bias")
"""Biases that move all scores of a query alike, which the softmax does not see."""


def speak(model: Synthesizer, ge: Tensor, seed: int = 0, speed: float = 1.0) -> Tensor:
    codes = torch.arange(10).view(1, 1, 10)
    phone_ids = torch.arange(6).view(1, 6)
    return model.decode(
        codes, phone_ids, ge, generator=torch.Generator().manual_seed(seed), speed=speed
    )


@pytest.mark.parametrize("speaker", [False, True])
def test_a_tiny_family_trains_extracts_and_speaks(speaker: bool) -> None:
    model = tiny_synthesizer(speaker=speaker, dropout=0.1).train()
    batch = tiny_batch(speaker=speaker)
    out = model(*batch)
    assert out.audio.shape == (2, 1, 8 * HOP_LENGTH)
    assert out.z_p.shape == (2, 8, 24)
    assert ((out.slice_starts + 8) <= batch.spec_lengths).all()
    model.eval()
    codes = model.extract_codes(batch.ssl)
    assert codes.shape == (1, 2, 12)
    ge = model.mean_style([batch.spec[:1]], None if batch.speaker is None else [batch.speaker[:1]])
    audio = model.decode(codes[:, :1], batch.phone_ids[:1], ge)
    assert audio.shape == (1, 1, 24 * HOP_LENGTH)
    assert audio.abs().max() <= 1


@pytest.mark.parametrize("speaker", [False, True])
@pytest.mark.parametrize("frozen", [False, True])
def test_gradients_reach_every_trainable_parameter(speaker: bool, frozen: bool) -> None:
    model = tiny_synthesizer(speaker=speaker, freeze_quantizer=frozen).train()
    out = model(*tiny_batch(speaker=speaker))
    kl = kl_loss(out.z_p, out.logs_q, out.m_p, out.logs_p, out.mask)
    (out.audio.square().mean() + kl + out.commitment).backward()
    untouched = {
        name
        for name, value in model.named_parameters()
        if value.requires_grad and (value.grad is None or not value.grad.abs().sum() > 0)
    }
    assert {name for name in untouched if not name.endswith(KEY_BIASES)} == set()
    assert {name for name, value in model.named_parameters() if not value.requires_grad} == (
        {"ssl_proj.weight", "ssl_proj.bias"} if frozen else set()
    )


def test_a_frozen_quantizer_stays_as_it_is_while_training() -> None:
    model = tiny_synthesizer().train()
    before = copy.deepcopy(model.quantizer.state_dict())
    commitment = model(*tiny_batch()).commitment
    after = model.quantizer.state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)
    assert commitment == 0


def test_a_free_quantizer_learns_while_training() -> None:
    model = tiny_synthesizer(freeze_quantizer=False).train()
    before = model.quantizer.codebook.embed.clone()
    assert model(*tiny_batch()).commitment > 0
    assert not torch.equal(model.quantizer.codebook.embed, before)


@pytest.mark.parametrize("speaker", [False, True])
@pytest.mark.parametrize("lengths", [(24, 16), (24, 15), (23, 10), (24, 2)])
def test_training_gives_each_row_what_it_gets_alone(
    speaker: bool, lengths: tuple[int, int]
) -> None:
    model = tiny_synthesizer(speaker=speaker).eval()  # eval: the rows share no dropout
    batch = tiny_batch(lengths, speaker=speaker)
    both = model(*batch)
    T, N = lengths[1], lengths[1] // 2
    alone = model(
        batch.ssl[1:, :, :T],
        batch.spec[1:, :, :T],
        batch.spec_lengths[1:],
        batch.phone_ids[1:, :N],
        batch.phone_lengths[1:],
        None if batch.speaker is None else batch.speaker[1:],
    )
    for name in ("m_p", "logs_p", "m_q", "logs_q", "mask"):
        rows, row = getattr(both, name)[1:], getattr(alone, name)
        torch.testing.assert_close(rows[:, :, : row.shape[2]], row, atol=1e-5, rtol=1e-5)
        assert (rows[:, :, row.shape[2] :] == 0).all()


@pytest.mark.parametrize("speed", [1.0, 0.8, 1.3])
def test_speaking_gives_each_row_what_it_gets_alone(speed: float) -> None:
    model = tiny_synthesizer().eval()
    chance = torch.Generator().manual_seed(2)
    codes = torch.randint(16, (1, 2, 12), generator=chance)
    phone_ids = torch.randint(20, (2, 7), generator=chance)
    ge = torch.randn(1, 24, 1, generator=chance)
    both = model.decode(
        codes,
        phone_ids,
        ge,
        code_lengths=torch.tensor([12, 5]),
        phone_lengths=torch.tensor([7, 3]),
        noise_scale=0,
        speed=speed,
    )
    alone = model.decode(codes[:, 1:, :5], phone_ids[1:, :3], ge, noise_scale=0, speed=speed)
    torch.testing.assert_close(both[1:, :, : alone.shape[2]], alone, atol=1e-5, rtol=1e-5)
    assert (both[1:, :, alone.shape[2] :] == 0).all()


@pytest.mark.parametrize("autocast", [False, True])
def test_an_empty_row_is_silent_and_stays_finite(autocast: bool) -> None:
    model = tiny_synthesizer().eval()
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=autocast):
        audio = model.decode(
            torch.zeros(1, 2, 6, dtype=torch.long),
            torch.zeros(2, 4, dtype=torch.long),
            torch.randn(1, 24, 1),
            code_lengths=torch.tensor([6, 0]),
            phone_lengths=torch.tensor([4, 0]),
        )
    assert audio.isfinite().all()
    assert (audio[1] == 0).all()


@pytest.mark.parametrize("speed", [0.6, 1.25, 1.65])
def test_speed_changes_the_number_of_frames(speed: float) -> None:
    audio = speak(tiny_synthesizer().eval(), torch.randn(1, 24, 1), speed=speed)
    assert audio.shape[2] == (int(20 / speed) + 1) * HOP_LENGTH


def test_one_seed_gives_one_audio_and_another_another() -> None:
    model, ge = tiny_synthesizer().eval(), torch.randn(1, 24, 1)
    assert torch.equal(speak(model, ge, seed=5), speak(model, ge, seed=5))
    assert not torch.equal(speak(model, ge, seed=5), speak(model, ge, seed=6))
    torch.manual_seed(0)
    before = torch.get_rng_state()
    speak(model, ge, seed=5)
    assert torch.equal(torch.get_rng_state(), before)


def test_training_draws_from_the_given_source_only() -> None:
    model = tiny_synthesizer(freeze_quantizer=False).eval()
    first, second = (
        model(*tiny_batch(), generator=torch.Generator().manual_seed(7)) for _ in range(2)
    )
    assert torch.equal(first.audio, second.audio)
    assert torch.equal(first.slice_starts, second.slice_starts)


@pytest.mark.parametrize("speaker", [False, True])
def test_several_references_mean_the_mean_of_their_styles(speaker: bool) -> None:
    model = tiny_synthesizer(speaker=speaker).eval()
    refers = [torch.rand(1, N_BINS, n_frames) for n_frames in (9, 14)]
    speakers = [torch.randn(1, SPEAKER_WIDTH) for _ in refers] if speaker else None
    singles = [
        model.mean_style([refer], None if speakers is None else [speakers[index]])
        for index, refer in enumerate(refers)
    ]
    torch.testing.assert_close(model.mean_style(refers, speakers), (singles[0] + singles[1]) / 2)


def test_a_silent_reference_speaks_finite_audio() -> None:
    model = tiny_synthesizer().eval()
    assert speak(model, model.mean_style([torch.zeros(1, N_BINS, 12)])).isfinite().all()


def test_a_clip_shorter_than_a_slice_still_trains() -> None:
    out = tiny_synthesizer().train()(*tiny_batch((4, 2)))
    assert out.audio.shape == (2, 1, 8 * HOP_LENGTH)
    assert out.slice_starts.tolist() == [0, 0]


def test_folding_keeps_the_audio() -> None:
    model, ge = tiny_synthesizer().eval(), torch.randn(1, 24, 1)
    before = speak(model, ge)
    fold_weight_norm(model)
    torch.testing.assert_close(speak(model, ge), before, atol=1e-5, rtol=1e-5)


def test_a_synthesizer_copies_and_pickles() -> None:
    model, ge = tiny_synthesizer(speaker=True).eval(), torch.randn(1, 32, 1)
    expected = speak(model, ge)
    for twin in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        torch.testing.assert_close(speak(twin, ge), expected)


def test_tokens_do_not_depend_on_autocast() -> None:
    model = tiny_synthesizer().eval()
    ssl = torch.randn(1, SSL_WIDTH, 60)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        codes = model.extract_codes(ssl)
    assert torch.equal(codes, model.extract_codes(ssl))


def test_training_under_autocast_stays_near_full_precision() -> None:
    model, batch = tiny_synthesizer().eval(), tiny_batch()
    exact = model(*batch, generator=torch.Generator().manual_seed(0))
    with torch.autocast("cpu", dtype=torch.bfloat16):
        rough = model(*batch, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(rough.m_p.float(), exact.m_p, atol=0.1, rtol=0.1)
    torch.testing.assert_close(rough.audio.float(), exact.audio, atol=0.05, rtol=0.1)


def test_a_model_in_half_precision_extracts_and_speaks() -> None:
    model = tiny_synthesizer(speaker=True).eval().bfloat16()
    codes = model.extract_codes(torch.randn(1, SSL_WIDTH, 24))
    refer, speaker = torch.rand(1, N_BINS, 12).bfloat16(), torch.randn(1, SPEAKER_WIDTH).bfloat16()
    ge = model.mean_style([refer], [speaker])
    audio = model.decode(codes, torch.arange(5).view(1, 5), ge, speed=1.1)
    assert audio.dtype == torch.bfloat16
    assert audio.isfinite().all()


def test_the_decoder_exports_without_looking_at_values() -> None:
    model = tiny_synthesizer().eval()
    z, ge = torch.randn(1, 8, 12), torch.randn(1, 24, 1)
    frames = torch.export.Dim("frames", min=2, max=4096)
    program = torch.export.export(
        model.dec, (z, ge), dynamic_shapes=({2: frames}, None), strict=False
    )
    longer = torch.randn(1, 8, 31)
    torch.testing.assert_close(program.module()(longer, ge), model.dec(longer, ge))


@pytest.mark.parametrize(
    ("speaker", "speakers", "words"),
    [
        (True, None, "needs a speaker vector"),
        (False, [torch.zeros(1, SPEAKER_WIDTH)], "has no place for a speaker vector"),
        (True, [torch.zeros(1, SPEAKER_WIDTH)] * 2, "1 references but 2 speaker vectors"),
    ],
)
def test_speaker_vectors_must_fit_the_family(
    speaker: bool, speakers: list[Tensor] | None, words: str
) -> None:
    model = tiny_synthesizer(speaker=speaker).eval()
    with pytest.raises(InputError, match=words):
        model.mean_style([torch.rand(1, N_BINS, 9)], speakers)


def test_a_voice_without_a_reference_is_refused() -> None:
    with pytest.raises(InputError, match="at least one reference"):
        tiny_synthesizer().mean_style([])


@pytest.mark.parametrize("speed", [0.0, -1.0, float("nan")])
def test_a_speed_that_goes_nowhere_is_refused(speed: float) -> None:
    with pytest.raises(InputError, match="speed must be above 0"):
        speak(tiny_synthesizer(), torch.randn(1, 24, 1), speed=speed)


@pytest.mark.parametrize(("n_codes", "n_phones"), [(0, 3), (3, 0)])
def test_nothing_to_say_is_refused(n_codes: int, n_phones: int) -> None:
    codes = torch.zeros(1, 1, n_codes, dtype=torch.long)
    phone_ids = torch.zeros(1, n_phones, dtype=torch.long)
    with pytest.raises(InputError, match="nothing to say"):
        tiny_synthesizer().decode(codes, phone_ids, torch.randn(1, 24, 1))
