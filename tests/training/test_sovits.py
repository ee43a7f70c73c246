from collections.abc import Iterator

import pytest
import torch
from torch import Tensor

from gpt_sovits.config import (
    DiscriminatorConfig,
    GPTConfig,
    SpectrogramConfig,
    VitsFamilyConfig,
)
from gpt_sovits.data.batches import VitsBatch
from gpt_sovits.models.sovits import synthesizer as synthesizer_module
from gpt_sovits.models.sovits.discriminators import Discriminators
from gpt_sovits.training.module import Objective
from gpt_sovits.training.options import SoVITSOptions
from gpt_sovits.training.sovits import SoVITSModule
from tests.models.sovits.tiny import HOP_LENGTH, tiny_batch, tiny_config, tiny_synthesizer

START = 3


def module(*, speaker: bool = False, dropout: float = 0.0) -> SoVITSModule:
    config = tiny_config(speaker=speaker, dropout=dropout)
    family = VitsFamilyConfig(
        name="tiny",
        symbols="v1",
        spectrogram=SpectrogramConfig(
            sample_rate=50 * HOP_LENGTH, n_fft=64, hop_length=HOP_LENGTH, win_length=64, n_mels=8
        ),
        gpt=GPTConfig(
            n_phones=20, n_tokens=17, width=8, n_heads=2, n_layers=1, ff_width=8, bert_width=0
        ),
        synthesizer=config,
        discriminator=DiscriminatorConfig(periods=(2, 3), channels=16),
    )
    synthesizer = tiny_synthesizer(speaker=speaker, dropout=dropout)
    return SoVITSModule(
        synthesizer, Discriminators(family.discriminator), family, SoVITSOptions()
    ).train()


def batch(lengths: tuple[int, ...] = (24, 16), *, speaker: bool = False) -> VitsBatch:
    parts = tiny_batch(lengths, speaker=speaker)
    noise = torch.Generator().manual_seed(2)
    audio = torch.randn(len(lengths), 1, max(lengths) * HOP_LENGTH, generator=noise)
    return VitsBatch(names=[""] * len(lengths), audio=0.1 * audio, **parts._asdict())


def row(of: VitsBatch, index: int) -> VitsBatch:
    """One clip without its padding."""
    n_frames, n_phones = int(of.spec_lengths[index]), int(of.phone_lengths[index])
    one = slice(index, index + 1)
    return VitsBatch(
        names=[""],
        phone_ids=of.phone_ids[one, :n_phones],
        phone_lengths=of.phone_lengths[one],
        ssl=of.ssl[one, :, :n_frames],
        spec=of.spec[one, :, :n_frames],
        spec_lengths=of.spec_lengths[one],
        audio=of.audio[one, :, : n_frames * HOP_LENGTH],
        speaker=None,
    )


def seeded() -> torch.Generator:
    return torch.Generator().manual_seed(3)


def figures(of: SoVITSModule, clips: VitsBatch) -> dict[str, Tensor]:
    objectives = of.objectives(clips, seeded())
    return {name: value for one in objectives for name, value in one.figures.items()}


def learn(
    of: SoVITSModule, clips: VitsBatch, n_steps: int, faster: float
) -> list[dict[str, float]]:
    """Steps as `fit` takes them, at a multiple of the rates; the figures of each."""
    optimizers = of.configure_optimizers()
    for optimizer in optimizers:
        for group in optimizer.param_groups:
            group["lr"] *= faster
    history = []
    for _ in range(n_steps):
        losses: dict[str, float] = {}
        for optimizer, objective in zip(optimizers, of.objectives(clips, seeded()), strict=True):
            objective.loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
            optimizer.step()
            optimizer.zero_grad()
            losses |= {name: float(value.detach()) for name, value in objective.figures.items()}
        history.append(losses)
    return history


@pytest.fixture
def no_chance(monkeypatch: pytest.MonkeyPatch) -> None:
    """Slices begin at START and the latent is its mean."""
    monkeypatch.setattr(
        synthesizer_module, "draw_starts", lambda lengths, *_: torch.full_like(lengths, START)
    )
    monkeypatch.setattr(synthesizer_module, "_noise_like", lambda x, _: torch.zeros_like(x))


@pytest.mark.usefixtures("no_chance")
def test_padding_does_not_change_a_clips_losses() -> None:
    trained, clips = module(), batch((24, 16, 20))
    together = figures(trained, clips)
    alone = [figures(trained, row(clips, index)) for index in range(3)]
    for name, value in together.items():
        # The KL loss is a mean over frames, the others over slices of equal length.
        weights = clips.spec_lengths.float() if name == "kl" else torch.ones(3)
        means = torch.stack([losses[name] for losses in alone])
        torch.testing.assert_close(value, (means * weights).sum() / weights.sum())


@pytest.mark.usefixtures("no_chance")
def test_the_discriminators_hear_the_same_slice_of_both() -> None:
    trained, clips = module(), batch((24,))
    heard: list[Tensor] = []
    trained.discriminators.register_forward_pre_hook(lambda _, inputs: heard.append(inputs[0]))
    figures(trained, clips)
    begin, length = START * HOP_LENGTH, trained.family.synthesizer.segment_length
    real = clips.audio[:, :, begin : begin + length]
    both, again, fake = heard
    torch.testing.assert_close(both[:1], real)
    torch.testing.assert_close(again, real)
    torch.testing.assert_close(both[1:], fake)


def gradients(of: SoVITSModule, objectives: Iterator[Objective]) -> dict[str, bool]:
    """Which weights the next objective reaches."""
    of.zero_grad()
    next(objectives).loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
    return {
        name: weight.grad is not None and bool(weight.grad.any())
        for name, weight in of.named_parameters()
    }


def test_each_objective_reaches_its_own_networks_only() -> None:
    trained = module()
    objectives = trained.objectives(batch(), seeded())
    judged, spoken = gradients(trained, objectives), gradients(trained, objectives)
    for name in judged:
        ours = name.startswith("discriminators.")
        frozen = name.startswith("synthesizer.ssl_proj.")
        assert judged[name] == ours, name
        # Biases of the keys have no influence on what attention reads.
        assert spoken[name] == (not ours and not frozen) or name.endswith("conv_k.bias"), name
    assert all(weight.requires_grad for weight in trained.discriminators.parameters())


def test_the_text_side_learns_slower_and_every_weight_once() -> None:
    trained = module()
    _, optimizer = trained.configure_optimizers()
    rates = {
        id(weight): group["lr"] for group in optimizer.param_groups for weight in group["params"]
    }
    assert len(rates) == sum(len(group["params"]) for group in optimizer.param_groups)
    for name, weight in trained.synthesizer.named_parameters():
        slower = name.startswith(("enc_p.text_embedding", "enc_p.encoder_text", "enc_p.mrte"))
        expected = None if name.startswith("ssl_proj") else 4e-5 if slower else 1e-4
        assert rates.get(id(weight)) == pytest.approx(expected), name


@pytest.mark.parametrize("speaker", [False, True])
def test_it_learns_a_batch_and_keeps_the_quantizer(speaker: bool) -> None:
    trained, clips = module(speaker=speaker), batch(speaker=speaker)
    state = trained.exported_weights()
    kept = {name: value.clone() for name, value in state.items() if "quantizer" in name}
    history = learn(trained, clips, 15, faster=30)
    assert history[-1]["mel"] < 0.8 * history[0]["mel"]
    assert history[-1]["discriminator"] < history[0]["discriminator"]
    for name, value in kept.items():
        torch.testing.assert_close(trained.exported_weights()[name], value)


def test_a_clip_shorter_than_a_slice_trains() -> None:
    losses = figures(module(), batch((6,)))
    assert all(bool(value.isfinite()) for value in losses.values())


def test_losses_stay_in_full_precision_under_autocast() -> None:
    trained, clips = module(), batch()
    exact = figures(trained, clips)
    with torch.autocast("cpu", torch.bfloat16):
        rough = figures(trained, clips)
    for name, value in rough.items():
        assert value.dtype == torch.float32
        torch.testing.assert_close(value, exact[name], rtol=0.1, atol=0.02)
