"""Training of the embedded base's synthesizer."""

from collections.abc import Iterator
from copy import deepcopy

import torch
from torch import Tensor

from gpt_sovits.data.batches import MelBatch
from gpt_sovits.models.mel.melody import voice_pitch
from gpt_sovits.models.mel.synthesizer import MelSynthesizer
from gpt_sovits.models.sovits.masks import draw_starts, length_mask, slice_frames
from gpt_sovits.training.module import Objective, TrainingModule
from gpt_sovits.training.optimizers import adamw, averaged
from gpt_sovits.training.options import SoVITSOptions
from gpt_sovits.training.replay import Slices

SHAPE_WEIGHT = 0.5
"""How much the shape of a spectrum counts beside its level."""

SHAPE_STEPS = (2, 8)
"""Distances over which a spectrum's slope is compared, mel bands: a harmonic's, a formant's."""

N_REPLAYED = 2
"""Slices beside each batch of what must not be forgotten, at most 5 s each."""

REFER_FRAMES = (200, 400)
"""Shortest and longest reference, frames: 2 to 4 s."""


class MelModule(TrainingModule):
    """Teach `MelSynthesizer` to make the clips' spectrograms, the voice of each from a part of it.

    Args:
        synthesizer: the network; with a live quantizer its codebook is learned too.
        options: of the training.
        average_decay: how slowly the exported weights follow those in training, see `averaged`;
            0 exports the latter.
        replay: what the network has to go on saying as it does now; None is nothing.
    """

    def __init__(
        self,
        synthesizer: MelSynthesizer,
        options: SoVITSOptions,
        *,
        average_decay: float = 0.99,
        replay: Slices | None = None,
    ) -> None:
        super().__init__(options)
        self.synthesizer = synthesizer
        self.sovits_options = options
        self.average = averaged(synthesizer, average_decay) if average_decay else None
        self.replay = replay
        self.before = None if replay is None else deepcopy(synthesizer).eval().requires_grad_(False)

    def configure_optimizers(self) -> list[torch.optim.Optimizer]:
        """One, for all weights that are not frozen."""
        return [adamw(self.synthesizer, self.sovits_options.learning_rate)]

    def after_step(self) -> None:
        """Let the average follow."""
        if self.average is not None:
            self.average.update_parameters(self.synthesizer)

    def exported_weights(self) -> dict[str, Tensor]:
        """The averaged network's state."""
        network = self.synthesizer if self.average is None else self.average.module
        return network.state_dict()

    def objectives(self, batch: MelBatch, generator: torch.Generator) -> Iterator[Objective]:
        """Difference of the log-mel spectrograms in level and shape; the codebook learns beside."""
        refer, refer_mask = crop_references(batch.mel, batch.mel_lengths, generator)
        made = self.synthesizer(
            batch.ssl,
            batch.pointer,
            batch.token_lengths,
            batch.phone_ids,
            batch.phone_lengths,
            refer,
            refer_mask,
            generator=generator,
        )
        mel = masked_mel_loss(batch.mel, made.mel, made.mask)
        shape = masked_shape_loss(batch.mel, made.mel, made.mask)
        figures = {"mel": mel, "shape": shape}
        if not self.synthesizer.quantizer_frozen:
            real = length_mask(batch.token_lengths, batch.pointer.shape[1])[:, 0] > 0
            perplexity = code_perplexity(made.codes[0][real], self.synthesizer.config.n_codes)
            figures |= {"commitment": made.commitment, "perplexity": perplexity}
        loss = mel + SHAPE_WEIGHT * shape
        if self.replay is not None:
            rows = self.replay.draw(N_REPLAYED, generator).to(refer.device)
            row = torch.arange(len(rows.codes)) % len(refer)
            pitch = voice_pitch(batch.ssl)[row]
            figures["forgotten"] = self._forgotten(rows, refer[row], refer_mask[row], pitch)
            loss = loss + figures["forgotten"]
        yield Objective(loss, figures)

    def _forgotten(self, rows: Slices, refer: Tensor, refer_mask: Tensor, pitch: Tensor) -> Tensor:
        """How far the network says slices otherwise than before the training.

        The mean spectrum of a slice is left out: it is the speaker's, which is to be learned. What
        changes about it makes the phones.
        """
        assert self.before is not None
        said = []
        for network in (self.before, self.synthesizer):
            ge = network.encode_style(refer, refer_mask)
            mel, mask = network.render(
                rows.codes,
                rows.pointer,
                rows.token_lengths,
                rows.phone_ids,
                rows.phone_lengths,
                ge,
                pitch,
            )
            mean = (mel.float() * mask).sum(dim=2, keepdim=True) / mask.sum(dim=2, keepdim=True)
            said.append(mel.float() - mean)
        return masked_mel_loss(said[0], said[1], mask)


def crop_references(
    mel: Tensor, lengths: Tensor, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Cut a reference from each clip, all of one random length; a shorter clip is taken whole.

    Args:
        mel: spectrograms [B, F, T], 100/s.
        lengths: real frames of each, [B].
        generator: source of chance.

    Returns:
        Spectrograms [B, F, S], and their mask [B, 1, S].
    """
    shortest, longest = REFER_FRAMES
    size = int(torch.randint(shortest, longest + 1, (), generator=generator))
    size = min(size, mel.shape[2])
    starts = draw_starts(lengths, size, generator)
    return slice_frames(mel, starts, size), length_mask(lengths.clamp_max(size), size)


def masked_mel_loss(real: Tensor, fake: Tensor, mask: Tensor) -> Tensor:
    """Mean absolute difference of two log-mel spectrograms [B, F, T]; `mask` is [B, 1, T]."""
    differences = (fake.float() - real.float()).abs() * mask
    return differences.sum() / (mask.sum() * real.shape[1]).clamp_min(1)


def masked_shape_loss(real: Tensor, fake: Tensor, mask: Tensor) -> Tensor:
    """Mean absolute difference of the slopes along frequency, as `masked_mel_loss`.

    A spectrogram that is too smooth is right on average and still lacks its formants: its level
    costs little there, its slopes much.
    """
    errors = fake.float() - real.float()
    slopes = [errors[:, step:] - errors[:, :-step] for step in SHAPE_STEPS]
    losses = [masked_mel_loss(torch.zeros_like(slope), slope, mask) for slope in slopes]
    return torch.stack(losses).sum()


def code_perplexity(codes: Tensor, n_codes: int) -> Tensor:
    """How many tokens are in use, weighed by how often: exp of the entropy of ids [M]."""
    shares = torch.bincount(codes, minlength=n_codes) / len(codes)
    return torch.exp(torch.special.entr(shares).sum())
