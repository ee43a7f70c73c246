"""What each part reads and how it is measured, without the trainer."""

import random
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import nn

from gpt_sovits.base.batches import Drawn
from gpt_sovits.base.cache import MelCache, build_cache, level
from gpt_sovits.base.content import (
    REPEATS,
    ContentModule,
    content_batches,
    content_figures,
    is_list,
)
from gpt_sovits.base.corpus import read_corpora
from gpt_sovits.base.features import FeatureCache, build_features
from gpt_sovits.base.mel import WARPED, mel_batches, mel_figures, other_speaker
from gpt_sovits.base.pointer import (
    PROMPTED,
    TokenClip,
    begin_with_codebook,
    pointer_batches,
    token_clip,
)
from gpt_sovits.base.replay import leave_replay
from gpt_sovits.base.slices import LONGEST, cut_slice
from gpt_sovits.base.vocoder import (
    VocoderModule,
    beats_griffin_lim,
    spectral_loss,
    vocoder_batches,
    vocoder_figures,
)
from gpt_sovits.features.content import Content, load_content
from gpt_sovits.features.mini import framed_phones, mini_features
from gpt_sovits.models.content import ContentEncoder
from gpt_sovits.models.gpt.pointer import PointerText2Semantic, move_targets
from gpt_sovits.models.mel.pointer import pointer_of
from gpt_sovits.models.mel.synthesizer import MelSynthesizer
from gpt_sovits.models.mel.vocoder import Vocoder
from gpt_sovits.training.module import TrainingModule
from gpt_sovits.training.options import TrainingOptions
from gpt_sovits.training.replay import read_replay
from tests.base.tiny import write_corpus
from tests.tiny_mini import make_tiny_project, tiny_family

FAMILY = tiny_family()


@pytest.fixture(scope="module")
def mels(tmp_path_factory: pytest.TempPathFactory) -> MelCache:
    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp("corpus")
    return build_cache(read_corpora([write_corpus(folder)]), FAMILY, folder / "cache")


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> Content:
    paths = make_tiny_project(tmp_path_factory.mktemp("project") / "root")
    return load_content(paths.pretrained_models / "mini" / "content.safetensors")


@pytest.fixture(scope="module")
def features(
    mels: MelCache, content: Content, tmp_path_factory: pytest.TempPathFactory
) -> FeatureCache:
    return build_features(mels, content, tmp_path_factory.mktemp("features"))


def losses_while_learning(
    module: TrainingModule, network: nn.Module, batch: object, n_steps: int
) -> list[float]:
    optimizer = torch.optim.Adam(network.parameters(), lr=3e-3)
    losses = []
    for step in range(n_steps):
        [objective] = module.objectives(batch, torch.Generator().manual_seed(step))
        optimizer.zero_grad()
        objective.loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
        optimizer.step()
        losses.append(float(objective.loss.detach()))
    return losses


def test_sentences_are_heard_more_often_than_lists_of_words(mels: MelCache) -> None:
    listed = replace(mels.training[0], phones=["AH0", ",", "B", ",", "K"])
    assert is_list(listed.phones)
    assert not is_list(mels.training[0].phones)
    mixed = replace(mels, clips=[mels.clips[0], listed, *mels.clips[2:]])
    source = content_batches(mixed, FAMILY.symbols, seed=0, most=1000)
    heard = [clip for batch in source.epoch(1) for clip in batch.clips]
    assert heard.count(listed) == 1
    assert heard.count(mixed.training[1]) == REPEATS


def test_the_content_network_learns_a_batch(mels: MelCache) -> None:
    torch.manual_seed(0)
    encoder = ContentEncoder(FAMILY.content)
    source = content_batches(mels, FAMILY.symbols, seed=0, most=1000)
    batch = source.load(source.epoch(1)[0])
    module = ContentModule(encoder, TrainingOptions())
    losses = losses_while_learning(module, encoder, batch, 40)
    assert losses[-1] < 0.5 * losses[0]


def test_an_untrained_network_hears_nothing_right(mels: MelCache, content: Content) -> None:
    figures = content_figures(content.model, mels, FAMILY.symbols)
    assert list(figures) == ["per_en"]
    assert figures["per_en"] > 0.9


def test_cached_features_are_those_of_speaking(features: FeatureCache, content: Content) -> None:
    from gpt_sovits.audio.read import read_audio

    heard = features.training[0]
    audio, _ = read_audio(heard.clip.audio, sample_rate=FAMILY.spectrogram.sample_rate)
    levelled = level(torch.from_numpy(audio.copy()))
    spoken = mini_features(content, levelled, framed_phones(heard.clip.phones))
    torch.testing.assert_close(features.mel(heard), spoken.mel, atol=0.01, rtol=0)
    torch.testing.assert_close(features.melody(heard), spoken.ssl, atol=0.01, rtol=0)
    assert spoken.ssl[1].mean() > 0.2
    assert spoken.durations is not None
    assert heard.pointer.equal(pointer_of(spoken.durations))


def test_another_speaker_says_it_at_another_pitch(features: FeatureCache) -> None:
    heard = features.training[0]
    mel, melody = features.mel(heard), features.melody(heard)
    changed = [other_speaker(mel, melody, random.Random(seed)) for seed in range(40)]
    moved = [one for one in changed if not one[0].equal(mel)]
    assert len(moved) / len(changed) == pytest.approx(WARPED, abs=0.2)
    for warped, sung in moved:
        voiced = melody[1] > 0
        up = (sung[0] - melody[0])[voiced]
        torch.testing.assert_close(up, up[:1].expand_as(up))
        assert sung[1:].equal(melody[1:])
        # Where the pitch goes up, so does the centre of the low bands.
        assert (float(centre(warped)) > float(centre(mel))) == (float(up[0]) > 0)


def centre(mel: torch.Tensor) -> torch.Tensor:
    """Mean band of a mel [F, T], by magnitude."""
    weights = mel.exp().mean(dim=1)
    return (weights * torch.arange(len(mel))).sum() / weights.sum()


def test_a_second_build_reads_and_does_not_listen(
    features: FeatureCache, mels: MelCache, content: Content
) -> None:
    written = {path: path.stat().st_mtime_ns for path in features.folder.iterdir()}
    again = build_features(mels, content, features.folder)
    assert [heard.clip for heard in again.training] == [h.clip for h in features.training]
    assert {path: path.stat().st_mtime_ns for path in features.folder.iterdir()} == written


def test_a_slice_keeps_phones_tokens_and_frames_together(
    features: FeatureCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gpt_sovits.base.slices.LONGEST", 10)
    assert LONGEST > 10
    heard = features.training[0]
    whole = features.mel(heard)
    for seed in range(10):
        ids, pointer, mel, ssl = cut_slice(features, heard, random.Random(seed))
        assert (len(pointer), mel.shape[1], ssl.shape[1]) == (10, 40, 20)
        place = next(at for at in range(whole.shape[1]) if whole[:, at : at + 40].equal(mel))
        wanted = heard.phone_ids[heard.pointer[place // 4 : place // 4 + 10]]
        assert ids[pointer].tolist() == wanted.tolist()


def test_mel_batches_hold_what_the_synthesizer_reads(features: FeatureCache) -> None:
    source = mel_batches(features, FAMILY, seed=0, most=600)
    drawn = source.epoch(1)[0]
    batch, same = source.load(drawn), source.load(drawn)
    torch.testing.assert_close(batch.mel, same.mel)
    synthesizer = MelSynthesizer(FAMILY.synthesizer, FAMILY.spectrogram, freeze_quantizer=False)
    made = synthesizer(
        batch.ssl,
        batch.pointer,
        batch.token_lengths,
        batch.phone_ids,
        batch.phone_lengths,
        batch.mel,
        torch.ones_like(batch.mel[:, :1]),
    )
    assert made.mel.shape == batch.mel.shape


def test_slices_go_with_the_weights_by_language(features: FeatureCache, tmp_path: Path) -> None:
    synthesizer = MelSynthesizer(FAMILY.synthesizer, FAMILY.spectrogram).eval()
    leave_replay(synthesizer, features, FAMILY, tmp_path, seed=0)
    written = (tmp_path / "replay.safetensors").read_bytes()
    leave_replay(synthesizer, features, FAMILY, tmp_path, seed=0)
    assert (tmp_path / "replay.safetensors").read_bytes()[-1000:] == written[-1000:]
    spoken = {heard.clip.language for heard in features.training}
    slices = read_replay(tmp_path / "replay.safetensors", ())
    assert slices is not None
    assert read_replay(tmp_path / "replay.safetensors", spoken) is None
    assert len(slices.codes) == len(features.training), "there are fewer than go with the weights"
    known = {tuple(heard.phone_ids.tolist()) for heard in features.training}
    for ids, length in zip(slices.phone_ids, slices.phone_lengths, strict=True):
        assert tuple(ids[:length].tolist()) in known


def test_mel_figures_count_the_codebook(features: FeatureCache) -> None:
    torch.manual_seed(0)
    synthesizer = MelSynthesizer(FAMILY.synthesizer, FAMILY.spectrogram).eval()
    figures = mel_figures(synthesizer, features, FAMILY)
    # All entries of a fresh codebook are equal, so the first one stands for everything.
    assert figures["perplexity"] == pytest.approx(1)
    assert figures["dead_codes"] == FAMILY.synthesizer.n_codes - 1
    assert figures["mel_l1_en"] > 0


def test_a_prompt_stands_before_a_clip_of_its_speaker(features: FeatureCache) -> None:
    torch.manual_seed(0)
    synthesizer = MelSynthesizer(FAMILY.synthesizer, FAMILY.spectrogram).eval()
    clips = [token_clip(heard, features, synthesizer) for heard in features.training]
    source = pointer_batches(clips, FAMILY.gpt, seed=0, most=10_000)
    prompted = 0
    for number in range(1, 21):
        batch = source.load(source.epoch(number)[0])
        moves = move_targets(batch.pointer, batch.semantic_lengths, batch.phone_lengths)
        assert int(moves.max()) <= FAMILY.gpt.max_advance
        for name, length in zip(batch.names, batch.semantic_lengths.tolist(), strict=True):
            own = next(clip for clip in clips if clip.name == name)
            prompted += length > len(own.semantic)
    assert prompted / (20 * len(clips)) == pytest.approx(PROMPTED, abs=0.15)


def test_like_melodies_begin_as_like_tokens() -> None:
    gpt = PointerText2Semantic(FAMILY.gpt)
    codebook = torch.arange(32.0)[:, None].expand(32, 6) + 0.01 * torch.randn(32, 6)
    begin_with_codebook(gpt, codebook, seed=0)
    for table in (gpt.token_embedding.weight[:32], gpt.token_head.weight):
        near = (table[1:] - table[:-1]).norm(dim=1).mean()
        far = (table[16:] - table[:16]).norm(dim=1).mean()
        assert near < 0.5 * far


def test_no_prompt_where_the_pointer_could_not_go_on() -> None:
    def clip(first: int) -> TokenClip:
        pointer = torch.tensor([first, first + 1])
        return TokenClip("a", "en", "s", torch.arange(4), pointer, torch.tensor([1, 2]))

    source = pointer_batches([clip(2), clip(2)], FAMILY.gpt, seed=0, most=10)
    lengths = [source.load(source.epoch(number)[0]).semantic.shape[1] for number in range(1, 9)]
    assert set(lengths) == {2}


def test_a_clip_is_never_its_own_prompt() -> None:
    pointer = torch.tensor([0, 1])
    clip = TokenClip("a", "en", "s", torch.arange(4), pointer, torch.tensor([1, 2]))
    source = pointer_batches([clip], FAMILY.gpt, seed=0, most=10)
    lengths = [source.load(source.epoch(number)[0]).semantic.shape[1] for number in range(1, 9)]
    assert set(lengths) == {2}


def test_the_vocoder_learns_a_slice(mels: MelCache) -> None:
    torch.manual_seed(0)
    vocoder = Vocoder(FAMILY.vocoder, FAMILY.spectrogram)
    source = vocoder_batches(mels, FAMILY, seed=0, batch_clips=4)
    batch = source.load(source.epoch(1)[0])
    module = VocoderModule(vocoder, TrainingOptions())
    losses = losses_while_learning(module, vocoder, batch, 25)
    assert losses[-1] < 0.7 * losses[0]


def test_equal_waveforms_have_no_spectral_distance() -> None:
    audio = torch.randn(2, 8000, generator=torch.Generator().manual_seed(0)) * 0.1
    assert float(spectral_loss(audio, audio, FAMILY.spectrogram)) < 1e-4
    assert float(spectral_loss(audio * 0.5, audio, FAMILY.spectrogram)) > 0.5


def test_an_untrained_vocoder_does_not_speak(mels: MelCache, content: Content) -> None:
    torch.manual_seed(0)
    vocoder = Vocoder(FAMILY.vocoder, FAMILY.spectrogram)
    clips = [(mels.mel(clip), clip.phones) for clip in mels.held_out]
    figures = vocoder_figures(vocoder, content.model, clips, FAMILY)
    assert figures["mel_l1_griffin_lim"] < figures["mel_l1_vocoder"]
    assert not beats_griffin_lim(figures)


def test_a_batch_depends_on_its_seed_alone(mels: MelCache) -> None:
    source = content_batches(mels, FAMILY.symbols, seed=0, most=1000)
    clips = source.epoch(1)[0].clips
    one, same, other = (source.load(Drawn(clips, seed)).mel for seed in ("1", "1", "2"))
    torch.testing.assert_close(one, same)
    assert one.shape != other.shape or not one.equal(other)
