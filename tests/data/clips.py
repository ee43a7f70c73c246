"""Small families and clips that the tests of this room share."""

import torch

from gpt_sovits.config import MelFamilyConfig, VitsFamilyConfig, load_vits_family
from gpt_sovits.data.clips import Clip, samples_per_frame, speaker_width, ssl_width


def tiny_vits(*, speaker: int | None = None) -> VitsFamilyConfig:
    """v2 with narrow features; no network is built of it."""
    family = load_vits_family("v2")
    narrow = family.synthesizer.model_copy(update={"ssl_width": 6, "speaker_width": speaker})
    gpt = family.gpt.model_copy(update={"bert_width": 4})
    return family.model_copy(update={"synthesizer": narrow, "gpt": gpt})


def make_clip(
    family: VitsFamilyConfig | MelFamilyConfig,
    *,
    name: str = "a.wav",
    n_tokens: int = 5,
    n_phones: int = 3,
    seed: int = 0,
) -> Clip:
    """A clip of noise whose parts fit together."""
    chance = torch.Generator().manual_seed(seed)
    T = 2 * n_tokens
    n_speaker = speaker_width(family)
    mel = isinstance(family, MelFamilyConfig)
    pointer = torch.linspace(0, n_phones - 1, n_tokens).round().long()
    return Clip(
        name=name,
        phone_ids=torch.randint(0, 300, (n_phones,), generator=chance),
        bert=None if mel else torch.randn(4, n_phones, generator=chance),
        ssl=torch.randn(ssl_width(family), T, generator=chance),
        semantic=torch.randint(0, 32, (n_tokens,), generator=chance),
        audio=0.1 * torch.randn(T * samples_per_frame(family), generator=chance),
        pointer=pointer if mel else None,
        speaker=None if n_speaker is None else torch.randn(n_speaker, generator=chance),
    )
