"""Training of the mel synthesizer together with its quantizer, which fine-tuning keeps frozen."""

import math
import random
from collections import defaultdict

import torch
from torch import Tensor

from gpt_sovits.base.augment import SPEAKER_AUGMENTS, augment, warp_bands
from gpt_sovits.base.batches import Drawn, FrameBatches, lengths_of, pad, sources_of
from gpt_sovits.base.features import FeatureCache, HeardClip
from gpt_sovits.base.plan import Materials, PartPlan
from gpt_sovits.base.replay import leave_replay
from gpt_sovits.base.slices import LONGEST, Row, cut_slice
from gpt_sovits.config import MelFamilyConfig
from gpt_sovits.data.batches import MelBatch
from gpt_sovits.models.mel.melody import voice_pitch
from gpt_sovits.models.mel.synthesizer import MelSynthesizer
from gpt_sovits.training.mel import MelModule, code_perplexity
from gpt_sovits.training.options import sovits_options

MOST_FRAMES = 6000
"""Mel frames of a batch, padding included: 60 s."""

WARPED = 0.5
"""Share of slices that another speaker says."""

WARP = 0.12
"""How far pitch and resonances move, as the logarithm of the factor."""

LEARNING_RATE = 1e-3


def plan_mel(materials: Materials) -> PartPlan:
    """The mel synthesizer's training. A codebook that is there stays: gpt knows its tokens."""
    family, features = materials.family, materials.features
    synthesizer = MelSynthesizer(
        family.synthesizer, family.spectrogram, freeze_quantizer=materials.has("mel")
    )
    return PartPlan(
        network=synthesizer,
        inner=MelModule(synthesizer, sovits_options(family), average_decay=0),
        source=mel_batches(features, family, seed=materials.seed, most=materials.size(MOST_FRAMES)),
        figures=lambda network: mel_figures(network, features, family),
        learning_rate=LEARNING_RATE,
        upstream=(materials.weights("content"),),
        leave=lambda network, folder: leave_replay(
            network, features, family, folder, seed=materials.seed
        ),
    )


def mel_batches(
    cache: FeatureCache, family: MelFamilyConfig, *, seed: int, most: int
) -> FrameBatches[HeardClip]:
    """Batches of slices of the training clips, as other speakers."""

    def load(drawn: Drawn[HeardClip]) -> MelBatch:
        rng, generator = sources_of(drawn.seed)
        rows = []
        for heard in drawn.clips:
            phone_ids, pointer, mel, melody = cut_slice(cache, heard, rng)
            mel, melody = other_speaker(mel, melody, rng)
            mel = augment(mel, SPEAKER_AUGMENTS, rng, generator)
            rows.append((phone_ids, pointer, mel, melody))
        return _batch(rows, [heard.clip.audio for heard in drawn.clips])

    lengths = [4 * min(LONGEST, len(heard.pointer)) for heard in cache.training]
    return FrameBatches(cache.training, lengths, most, load, seed)


def other_speaker(mel: Tensor, melody: Tensor, rng: random.Random) -> tuple[Tensor, Tensor]:
    """Move pitch and resonances of a slice, mel [F, 4 T] and melody [3, 2 T], on half of all."""
    if rng.random() >= WARPED:
        return mel, melody
    factor = math.exp(rng.uniform(-WARP, WARP))
    octaves, voiced, loudness = melody
    # Mel bands below 1 kHz, where the pitch is, are evenly spaced: the pitch moves by the factor.
    return warp_bands(mel, factor), torch.stack(
        [octaves - math.log2(factor) * voiced, voiced, loudness]
    )


def _batch(rows: list[Row], names: list[str]) -> MelBatch:
    """Put rows into a batch; its tokens are zero, the live quantizer finds its own."""
    ids, pointers, mels, melodies = map(list, zip(*rows, strict=True))
    return MelBatch(
        names=names,
        phone_ids=pad(ids),
        phone_lengths=lengths_of(ids),
        ssl=pad(melodies),
        pointer=pad(pointers),
        semantic=torch.zeros_like(pad(pointers)),
        token_lengths=lengths_of(pointers),
        mel=pad(mels),
        mel_lengths=lengths_of(mels),
    )


@torch.inference_mode()
def mel_figures(
    synthesizer: MelSynthesizer, cache: FeatureCache, family: MelFamilyConfig
) -> dict[str, float]:
    """Figures of the held-out clips, each its own reference.

    Returns:
        Mean absolute error of the log-mel by language, as `mel_l1_en`; perplexity of the tokens,
        and how many entries of the codebook no token names.
    """
    device = synthesizer.no_token.device
    errors: dict[str, list[float]] = defaultdict(list)
    codes_of_clips = []
    for heard in cache.held_out:
        mel = cache.mel(heard)
        melody = cache.melody(heard)[None].to(device)
        refer = mel[None].to(device)
        ge = synthesizer.encode_style(refer, torch.ones_like(refer[:, :1]))
        codes = synthesizer.extract_codes(melody)
        pointer, ids = heard.pointer[None].to(device), heard.phone_ids[None].to(device)
        spoken = synthesizer.decode(codes, pointer, ids, ge, voice_pitch(melody))
        error = (spoken[0].cpu() - mel).abs().mean()
        errors[f"mel_l1_{heard.clip.language}"].append(float(error))
        codes_of_clips.append(codes.flatten().cpu())
    figures = {name: sum(each) / len(each) for name, each in sorted(errors.items())}
    all_codes, n_codes = torch.cat(codes_of_clips), family.synthesizer.n_codes
    figures["perplexity"] = float(code_perplexity(all_codes, n_codes))
    figures["dead_codes"] = float(n_codes - len(set(all_codes.tolist())))
    return figures
