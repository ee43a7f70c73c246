"""Training of the text-to-semantic network on the tokens of the finished synthesizer."""

from collections import defaultdict
from dataclasses import dataclass

import torch
from torch import Tensor

from gpt_sovits.base.batches import Drawn, FrameBatches, lengths_of, pad, sources_of
from gpt_sovits.base.features import FeatureCache, HeardClip
from gpt_sovits.base.plan import Materials, PartPlan, load_part
from gpt_sovits.config import PointerConfig
from gpt_sovits.data.batches import PointerBatch
from gpt_sovits.models.gpt.pointer import PointerText2Semantic, move_targets, pointer_loss
from gpt_sovits.models.mel.synthesizer import MelSynthesizer
from gpt_sovits.training.options import gpt_options
from gpt_sovits.training.pointer import PointerModule

MOST_TOKENS = 2000
"""Tokens of a batch, padding and prompts not counted."""

PROMPTED = 0.6
"""Share of clips that follow another one of the same speaker, as a text follows its reference."""

LONGEST = 500
"""Tokens of both together."""

LEARNING_RATE = 8e-4


def plan_pointer(materials: Materials) -> PartPlan:
    """The text-to-semantic network's training."""
    family, features = materials.family, materials.features
    synthesizer = MelSynthesizer(family.synthesizer, family.spectrogram).eval()
    load_part(synthesizer, materials.weights("mel"))
    synthesizer.to(materials.device)
    training, held_out = (
        [token_clip(heard, features, synthesizer) for heard in part]
        for part in (features.training, features.held_out)
    )
    gpt = PointerText2Semantic(family.gpt)
    begin_with_codebook(gpt, synthesizer.quantizer.codebook.embed, materials.seed)
    return PartPlan(
        network=gpt,
        inner=PointerModule(gpt, gpt_options(family)),
        source=pointer_batches(
            training, family.gpt, seed=materials.seed, most=materials.size(MOST_TOKENS)
        ),
        figures=lambda network: pointer_figures(network, held_out),
        learning_rate=LEARNING_RATE,
        upstream=(materials.weights("content"), materials.weights("mel")),
    )


@torch.no_grad()
def begin_with_codebook(gpt: PointerText2Semantic, codebook: Tensor, seed: int) -> None:
    """Let tokens that name like melodies begin alike, in and out: it saves hours of learning it.

    Args:
        gpt: with fresh weights; those that it is trained on from replace them.
        codebook: entry of each token, [n_codes, C].
        seed: source of chance.
    """
    chance = torch.Generator().manual_seed(seed)
    entries = standardized(codebook.cpu())
    # With the square, a linear layer can say how far an entry lies from any melody.
    both = torch.cat([entries, standardized(entries.square().sum(dim=1, keepdim=True))], dim=1)
    for table, known, size in (
        (gpt.token_embedding.weight[: len(entries)], entries, 1.0),
        (gpt.token_head.weight, both, 0.15),
    ):
        spread = torch.randn(known.shape[1], table.shape[1], generator=chance)
        own = torch.randn(table.shape, generator=chance)
        table.copy_(size * (known @ spread / known.shape[1] ** 0.5 + 0.1 * own))


def standardized(rows: Tensor) -> Tensor:
    """Columns of [M, C] with mean 0 and deviation 1."""
    return (rows - rows.mean(dim=0)) / rows.std(dim=0).clamp_min(1e-3)


@dataclass(frozen=True)
class TokenClip:
    """A clip as the network sees it. N phones, T tokens."""

    name: str
    language: str
    speaker: str
    phone_ids: Tensor
    """[N]."""
    pointer: Tensor
    """Index of the phone that sounds at each token, [T], 25/s."""
    semantic: Tensor
    """Tokens, [T]."""

    def after(self, prompt: "TokenClip") -> "TokenClip":
        """This clip with another one before it."""
        shifted = self.pointer + len(prompt.phone_ids)
        return TokenClip(
            self.name,
            self.language,
            self.speaker,
            torch.cat([prompt.phone_ids, self.phone_ids]),
            torch.cat([prompt.pointer, shifted]),
            torch.cat([prompt.semantic, self.semantic]),
        )


@torch.inference_mode()
def token_clip(heard: HeardClip, cache: FeatureCache, synthesizer: MelSynthesizer) -> TokenClip:
    """Let the synthesizer's quantizer name the tokens of a clip."""
    melody = cache.melody(heard)
    codes = synthesizer.extract_codes(melody[None].to(synthesizer.no_token.device))
    clip = heard.clip
    return TokenClip(
        clip.audio,
        clip.language,
        clip.speaker,
        heard.phone_ids,
        heard.pointer,
        codes[0, 0].cpu().clone(),
    )


def pointer_batches(
    clips: list[TokenClip], config: PointerConfig, *, seed: int, most: int
) -> FrameBatches[TokenClip]:
    """Batches of training clips, many of them with a prompt of the same speaker."""
    by_speaker: dict[str, list[TokenClip]] = defaultdict(list)
    for clip in clips:
        by_speaker[clip.speaker].append(clip)

    def load(drawn: Drawn[TokenClip]) -> PointerBatch:
        rng, _ = sources_of(drawn.seed)
        rows = []
        for clip in drawn.clips:
            others = [each for each in by_speaker[clip.speaker] if each is not clip]
            # The pointer steps from the prompt's last phone to the one where the clip begins.
            fits = bool(others) and int(clip.pointer[0]) + 1 <= config.max_advance
            if fits and rng.random() < PROMPTED:
                prompt = rng.choice(others)
                fits = len(prompt.semantic) + len(clip.semantic) <= LONGEST
                clip = clip.after(prompt) if fits else clip
            rows.append(clip)
        return _batch(rows)

    return FrameBatches(clips, [len(clip.semantic) for clip in clips], most, load, seed)


def _batch(clips: list[TokenClip]) -> PointerBatch:
    ids = [clip.phone_ids for clip in clips]
    semantic = [clip.semantic for clip in clips]
    return PointerBatch(
        names=[clip.name for clip in clips],
        phone_ids=pad(ids),
        phone_lengths=lengths_of(ids),
        semantic=pad(semantic),
        pointer=pad([clip.pointer for clip in clips]),
        semantic_lengths=lengths_of(semantic),
    )


@torch.inference_mode()
def pointer_figures(gpt: PointerText2Semantic, clips: list[TokenClip]) -> dict[str, float]:
    """Losses of held-out clips, nats a token, by language as `tokens_en` and `moves_en`."""
    device = gpt.token_head.weight.device
    sums: dict[str, float] = defaultdict(float)
    n_tokens: dict[str, int] = defaultdict(int)
    for clip in clips:
        batch = _batch([clip])
        ids, semantic, pointer = (
            each.to(device) for each in (batch.phone_ids, batch.semantic, batch.pointer)
        )
        n_phones, length = batch.phone_lengths.to(device), batch.semantic_lengths.to(device)
        logits = gpt(ids, n_phones, semantic, pointer, length)
        moves = move_targets(pointer, length, n_phones)
        for name, loss in zip(
            ("tokens", "moves"), pointer_loss(logits, semantic, moves), strict=True
        ):
            sums[f"{name}_{clip.language}"] += float(loss)
        n_tokens[clip.language] += len(clip.semantic)
    return {name: total / n_tokens[name.rpartition("_")[2]] for name, total in sorted(sums.items())}
