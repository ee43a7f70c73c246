"""Training of the content network: it hears phones through other voices, rooms and recorders."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import torch
from torch import Tensor
from torch.nn import functional as F

from gpt_sovits.base.augment import CONTENT_AUGMENTS, augment, hide_stretches
from gpt_sovits.base.batches import Drawn, FrameBatches, lengths_of, pad, sources_of
from gpt_sovits.base.cache import CachedClip, MelCache
from gpt_sovits.base.plan import Materials, PartPlan
from gpt_sovits.features.content import PAUSE, phone_error_rate, spoken_phones
from gpt_sovits.models.content import BLANK, ContentEncoder
from gpt_sovits.text.reading import Symbols
from gpt_sovits.text.symbols import phone_ids, symbol_table
from gpt_sovits.training.module import Objective, TrainingModule
from gpt_sovits.training.options import TrainingOptions

MOST_FRAMES = 6000
"""Mel frames of a batch, padding included: 60 s."""

REPEATS = 4
"""How often a sentence is heard for every time that a list of words is: joined words are easy, and
most of what a voice says is not."""

PHONES_A_PAUSE = 8
"""A text with fewer phones to a pause is a list of words."""

LEARNING_RATE = 1.5e-3
WARMUP = 400


def plan_content(materials: Materials) -> PartPlan:
    """The content network's training."""
    symbols = materials.family.symbols
    encoder = ContentEncoder(materials.family.content)
    return PartPlan(
        network=encoder,
        inner=ContentModule(encoder, TrainingOptions()),
        source=content_batches(
            materials.mels, symbols, seed=materials.seed, most=materials.size(MOST_FRAMES)
        ),
        figures=lambda network: content_figures(network, materials.mels, symbols),
        learning_rate=LEARNING_RATE,
        warmup=WARMUP,
    )


@dataclass(frozen=True)
class ContentBatch:
    """What one step of the content network reads."""

    mel: Tensor
    """Log-mel spectrogram [B, F, T], 100/s."""
    lengths: Tensor
    """Real frames of each row, [B]."""
    targets: Tensor
    """Classes of all rows one behind the other."""
    target_lengths: Tensor
    """Classes of each row, [B]."""


class ContentModule(TrainingModule):
    """Teach `ContentEncoder` to hear phones.

    Args:
        encoder: the network.
        options: of the training.
    """

    def __init__(self, encoder: ContentEncoder, options: TrainingOptions) -> None:
        super().__init__(options)
        self.encoder = encoder

    def objectives(self, batch: ContentBatch, generator: torch.Generator) -> Iterator[Objective]:
        """CTC loss a phone, in nats."""
        content, lengths = self.encoder(batch.mel, batch.lengths)
        losses = F.ctc_loss(
            self.encoder.classify(content).transpose(0, 1),
            batch.targets,
            lengths,
            batch.target_lengths,
            blank=BLANK,
            reduction="sum",
            zero_infinity=True,
        )
        loss = losses / batch.target_lengths.sum()
        yield Objective(loss, {"ctc": loss})


def content_batches(
    cache: MelCache, symbols: Symbols, *, seed: int, most: int
) -> FrameBatches[CachedClip]:
    """Augmented batches of the training clips."""

    def load(drawn: Drawn[CachedClip]) -> ContentBatch:
        rng, generator = sources_of(drawn.seed)
        mels = [
            hide_stretches(augment(cache.mel(clip), CONTENT_AUGMENTS, rng, generator), rng)
            for clip in drawn.clips
        ]
        return content_batch(mels, [clip.phones for clip in drawn.clips], symbols)

    clips = [clip for clip in cache.training for _ in range(1 if is_list(clip.phones) else REPEATS)]
    return FrameBatches(clips, [clip.n_frames for clip in clips], most, load, seed)


def is_list(phones: Sequence[str]) -> bool:
    """Whether phones are those of a list of words, with a pause behind each."""
    spoken = spoken_phones(phones)
    return len(spoken) < (PHONES_A_PAUSE + 1) * spoken.count(PAUSE)


def content_batch(
    mels: Sequence[Tensor], phones: Sequence[Sequence[str]], symbols: Symbols
) -> ContentBatch:
    """Put mels [F, T] and the phones of their texts into a batch."""
    targets = [
        torch.tensor(phone_ids(spoken_phones(each), symbols), dtype=torch.long) + 1
        for each in phones
    ]
    return ContentBatch(pad(mels), lengths_of(mels), torch.cat(targets), lengths_of(targets))


@torch.inference_mode()
def content_figures(encoder: ContentEncoder, cache: MelCache, symbols: Symbols) -> dict[str, float]:
    """Phone error rate of the held-out clips, by language as `per_en`."""
    rates: dict[str, list[float]] = defaultdict(list)
    for clip in cache.held_out:
        heard = hear(encoder, cache.mel(clip), symbols)
        rates[f"per_{clip.language}"].append(phone_error_rate(heard, clip.phones))
    return {name: sum(each) / len(each) for name, each in sorted(rates.items())}


def hear(encoder: ContentEncoder, mel: Tensor, symbols: Symbols) -> list[str]:
    """The phones that a log-mel spectrogram [F, T] most likely says, pauses among them."""
    device = encoder.head.weight.device
    length = torch.tensor([mel.shape[1]], device=device)
    content, _ = encoder(mel[None].to(device), length)
    best = [index for index, _ in groupby(encoder.classify(content)[0].argmax(dim=1).tolist())]
    table = symbol_table(symbols)
    return [table[index - 1] for index in best if index != BLANK]
