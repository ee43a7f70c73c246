"""What of the corpus goes with the weights, for fine-tuning to hold on to: `training.replay`."""

import random
from collections import defaultdict
from pathlib import Path

from gpt_sovits.base.batches import lengths_of, pad
from gpt_sovits.base.features import FeatureCache, HeardClip
from gpt_sovits.base.slices import cut_slice
from gpt_sovits.config import MelFamilyConfig
from gpt_sovits.models.mel.synthesizer import MelSynthesizer
from gpt_sovits.training.replay import FILE, Slices, write_replay
from gpt_sovits.weights.write import provenance_of

MOST_SLICES = 150
"""Of each language: 12 minutes, 0.1 MB."""


def leave_replay(
    synthesizer: MelSynthesizer,
    cache: FeatureCache,
    family: MelFamilyConfig,
    folder: Path,
    *,
    seed: int,
) -> None:
    """Write random slices of the training clips, `MOST_SLICES` of each language, into a folder."""
    by_language: dict[str, list[HeardClip]] = defaultdict(list)
    for heard in cache.training:
        by_language[heard.clip.language].append(heard)
    rng = random.Random(f"replay/{seed}")
    slices = {
        language: _slices(rng.sample(clips, min(MOST_SLICES, len(clips))), synthesizer, cache, rng)
        for language, clips in sorted(by_language.items())
    }
    write_replay(
        folder / FILE,
        slices,
        family=family.name,
        config=family.model_dump(mode="json"),
        provenance=provenance_of(),
    )


def _slices(
    clips: list[HeardClip], synthesizer: MelSynthesizer, cache: FeatureCache, rng: random.Random
) -> Slices:
    ids, pointers, codes = [], [], []
    device = synthesizer.no_token.device
    for heard in clips:
        phone_ids, pointer, _, melody = cut_slice(cache, heard, rng)
        ids.append(phone_ids)
        pointers.append(pointer)
        codes.append(synthesizer.extract_codes(melody[None].to(device))[0, 0].cpu())
    return Slices(pad(codes), pad(pointers), lengths_of(codes), pad(ids), lengths_of(ids))
