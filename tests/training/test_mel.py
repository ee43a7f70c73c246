from dataclasses import replace

import pytest
import torch

from gpt_sovits.data.batches import MelBatch, collate_mel
from gpt_sovits.models.mel.synthesizer import MelSynthesizer
from gpt_sovits.training.mel import (
    REFER_FRAMES,
    MelModule,
    code_perplexity,
    crop_references,
    masked_mel_loss,
    masked_shape_loss,
)
from gpt_sovits.training.options import SoVITSOptions
from gpt_sovits.training.replay import Slices
from tests.tiny_mini import tiny_family
from tests.training.tiny import tiny_clip


def module(
    *, freeze_quantizer: bool = True, dropout: float = 0.0, replay: Slices | None = None
) -> MelModule:
    torch.manual_seed(0)
    sizes = tiny_family().synthesizer.model_copy(update={"dropout": dropout, "token_dropout": 0.0})
    network = MelSynthesizer(sizes, tiny_family().spectrogram, freeze_quantizer=freeze_quantizer)
    if freeze_quantizer:
        network.quantizer.codebook.embed.normal_()
    return MelModule(network, SoVITSOptions(learning_rate=3e-3), replay=replay).train()


def batch(*n_tokens: int) -> MelBatch:
    clips = [tiny_clip(str(seed), n, seed=seed) for seed, n in enumerate(n_tokens)]
    return collate_mel(clips, tiny_family())


def seeded() -> torch.Generator:
    return torch.Generator().manual_seed(3)


def learn(trained: MelModule, clips: MelBatch, n_steps: int) -> list[dict[str, float]]:
    """Steps as `fit` takes them; the figures of each."""
    (optimizer,) = trained.configure_optimizers()
    history = []
    for _ in range(n_steps):
        (objective,) = trained.objectives(clips, seeded())
        objective.loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
        optimizer.step()
        optimizer.zero_grad()
        trained.after_step()
        history.append({name: float(value.detach()) for name, value in objective.figures.items()})
    return history


def test_padding_does_not_change_a_clips_loss() -> None:
    trained = module()
    lengths = (20, 32, 27)  # short enough to be their own references
    (together,) = trained.objectives(batch(*lengths), seeded())
    alone = []
    for seed, n in enumerate(lengths):
        clips = collate_mel([tiny_clip(str(seed), n, seed=seed)], tiny_family())
        (one,) = trained.objectives(clips, seeded())
        alone.append(one.loss * n)
    torch.testing.assert_close(together.loss, torch.stack(alone).sum() / sum(lengths))


def test_what_stands_behind_a_spectrogram_has_no_influence() -> None:
    trained, clean = module(), batch(20, 32)
    junk = replace(clean, mel=clean.mel.clone())
    junk.mel[0, :, 80:] = 9
    (expected,) = trained.objectives(clean, seeded())
    (found,) = trained.objectives(junk, seeded())
    torch.testing.assert_close(found.loss, expected.loss)


def test_it_learns_a_batch_and_keeps_the_quantizer() -> None:
    trained = module(dropout=0.1)
    kept = {
        name: value.clone()
        for name, value in trained.synthesizer.state_dict().items()
        if name.startswith("quantizer")
    }
    history = learn(trained, batch(20, 32), 30)
    assert history[-1]["mel"] < 0.8 * history[0]["mel"]
    assert set(history[0]) == {"mel", "shape"}
    for name, value in kept.items():
        torch.testing.assert_close(trained.exported_weights()[name], value)


def test_a_live_quantizer_learns_and_tells_how_much_of_it_is_used() -> None:
    trained = module(freeze_quantizer=False)
    before = trained.synthesizer.quantizer.codebook.embed.clone()
    history = learn(trained, batch(30, 35), 3)
    assert set(history[0]) == {"mel", "shape", "commitment", "perplexity"}
    assert 1 < history[0]["perplexity"] <= trained.synthesizer.config.n_codes
    assert not trained.synthesizer.quantizer.codebook.embed.equal(before)


def test_the_average_follows_the_weights_and_is_what_is_exported() -> None:
    trained, clips = module(), batch(20)
    learn(trained, clips, 1)
    first = trained.synthesizer.out.weight.detach().clone()
    torch.testing.assert_close(trained.exported_weights()["out.weight"], first)
    learn(trained, clips, 1)
    last = trained.synthesizer.out.weight.detach()
    expected = torch.lerp(first, last, 1 - 2 / 11)  # the second step keeps (1 + 1) / (10 + 1)
    torch.testing.assert_close(trained.exported_weights()["out.weight"], expected)
    assert trained.exported_weights().keys() == trained.synthesizer.state_dict().keys()


def test_without_an_average_the_weights_themselves_are_exported() -> None:
    network = module().synthesizer
    plain = MelModule(network, SoVITSOptions(), average_decay=0)
    plain.after_step()
    assert plain.exported_weights()["out.weight"] is not None
    torch.testing.assert_close(plain.exported_weights()["out.weight"], network.out.weight.detach())


def test_references_are_real_frames_of_their_own_clip() -> None:
    lengths = torch.tensor([1000, 150, 300])
    rows = torch.arange(1000.0) + 1 + 1000 * torch.arange(3)[:, None]  # tells frame and clip
    mel = torch.where(torch.arange(1000) < lengths[:, None], rows, 0.0).unsqueeze(1)
    for seed in range(20):
        refer, mask = crop_references(mel, lengths, torch.Generator().manual_seed(seed))
        shortest, longest = REFER_FRAMES
        assert shortest <= refer.shape[2] <= longest
        assert mask.sum(dim=2).flatten().tolist() == [
            min(int(length), refer.shape[2]) for length in lengths
        ]
        for index in range(3):
            frames = refer[index, 0][mask[index, 0] > 0]
            assert bool((frames > 1000 * index).all())
            assert bool((frames.diff() == 1).all())


def test_references_differ_from_step_to_step() -> None:
    mel = torch.arange(1000.0).view(1, 1, -1)
    firsts = {
        float(
            crop_references(mel, torch.tensor([1000]), torch.Generator().manual_seed(seed))[0].min()
        )
        for seed in range(5)
    }
    assert len(firsts) == 5


def test_the_loss_is_the_mean_over_real_frames() -> None:
    real, mask = torch.zeros(1, 3, 4), torch.tensor([[[1.0, 1.0, 0.0, 0.0]]])
    fake = torch.tensor([1.0, 3.0, 100.0, 100.0]).expand(1, 3, 4)
    assert float(masked_mel_loss(real, fake, mask)) == pytest.approx(2.0)
    assert float(masked_mel_loss(real, fake, torch.zeros_like(mask))) == 0.0


def test_perplexity_counts_tokens_in_use() -> None:
    assert float(code_perplexity(torch.tensor([5, 5, 5]), 8)) == pytest.approx(1.0)
    assert float(code_perplexity(torch.arange(8), 8)) == pytest.approx(8.0)


def test_a_shift_of_level_leaves_the_shape_and_a_flat_spectrum_loses_it() -> None:
    real = torch.linspace(-8, 0, 20).view(1, 20, 1).expand(1, 20, 6)
    mask = torch.ones(1, 1, 6)
    assert float(masked_shape_loss(real, real + 1.5, mask)) == pytest.approx(0.0, abs=1e-5)
    flat = real.mean(dim=1, keepdim=True).expand_as(real)
    slope = 8 / 19
    assert float(masked_shape_loss(real, flat, mask)) == pytest.approx(slope * (2 + 8), rel=1e-4)


def test_padding_has_no_shape() -> None:
    real = torch.randn(1, 20, 6)
    fake = real.clone()
    fake[:, :, 4:] = 0
    mask = torch.tensor([[[1.0, 1, 1, 1, 0, 0]]])
    assert float(masked_shape_loss(real, fake, mask)) == 0.0


def other_texts() -> Slices:
    """What the batches' clips do not say."""
    generator = torch.Generator().manual_seed(5)
    return Slices(
        codes=torch.randint(tiny_family().synthesizer.n_codes, (4, 20), generator=generator),
        pointer=torch.arange(20).expand(4, -1) // 4,
        token_lengths=torch.tensor([20, 16, 12, 20]),
        phone_ids=torch.randint(100, 200, (4, 5), generator=generator),
        phone_lengths=torch.tensor([5, 4, 3, 5]),
    )


def test_what_the_clips_do_not_say_is_forgotten_less_with_a_replay() -> None:
    clips, heard = batch(20, 32), {}
    for replay in (None, other_texts()):
        trained = module(replay=replay)
        learn(trained, clips, 60)
        judge = module(replay=other_texts())  # knows the weights before the training
        judge.synthesizer.load_state_dict(trained.synthesizer.state_dict())
        (objective,) = judge.objectives(clips, seeded())
        heard[replay is not None] = float(objective.figures["forgotten"].detach())
    assert heard[True] < 0.7 * heard[False]


def test_a_replay_leaves_the_mean_spectrum_to_the_speaker() -> None:
    trained = module(replay=other_texts())
    with torch.no_grad():
        bias = trained.synthesizer.out.bias
        bias.add_(torch.linspace(-1, 1, len(bias)))
    (objective,) = trained.objectives(batch(20, 32), seeded())
    assert float(objective.figures["forgotten"].detach()) < 1e-4
