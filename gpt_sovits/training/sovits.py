"""Training of the published families' synthesizer against its discriminators."""

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from gpt_sovits.audio.spectrogram import mel_from_linear, mel_spectrogram
from gpt_sovits.config import VitsFamilyConfig
from gpt_sovits.data.batches import VitsBatch
from gpt_sovits.models.losses import (
    discriminator_loss,
    feature_loss,
    generator_loss,
    kl_loss,
    mel_loss,
)
from gpt_sovits.models.sovits.discriminators import Discriminators
from gpt_sovits.models.sovits.masks import slice_frames
from gpt_sovits.models.sovits.synthesizer import Synthesizer, SynthesizerOutput
from gpt_sovits.training.module import Objective, Place, TrainingModule
from gpt_sovits.training.options import SoVITSOptions

MEL_WEIGHT = 45.0
"""How much the mel loss counts beside the others."""

DECAY = 0.999875
"""Share of the learning rate that an epoch keeps."""

_TEXT_PARTS = ("enc_p.text_embedding.", "enc_p.encoder_text.", "enc_p.mrte.")


class SoVITSModule(TrainingModule):
    """Teach `Synthesizer` to speak like the clips.

    Source: VITS (Kim et al. 2021) with the least-squares objectives, weights and rates of the
    published GPT-SoVITS recipe. The quantizer stays as it is.

    Args:
        synthesizer: the network; its quantizer is frozen.
        discriminators: the family's, in training too.
        family: how waveforms become spectrograms, and how long the slices are.
        options: of the training.
    """

    def __init__(
        self,
        synthesizer: Synthesizer,
        discriminators: Discriminators,
        family: VitsFamilyConfig,
        options: SoVITSOptions,
    ) -> None:
        super().__init__(options)
        self.synthesizer = synthesizer
        self.discriminators = discriminators
        self.family = family
        self.sovits_options = options

    def configure_optimizers(self) -> list[torch.optim.Optimizer]:
        """One for the discriminators, then one for the synthesizer; its text side learns slower."""
        rate = self.sovits_options.learning_rate
        text: list[nn.Parameter] = []
        rest: list[nn.Parameter] = []
        for name, weight in self.synthesizer.named_parameters():
            if weight.requires_grad:
                (text if name.startswith(_TEXT_PARTS) else rest).append(weight)
        text_rate = rate * self.sovits_options.text_rate
        return [
            _adamw([{"params": list(self.discriminators.parameters())}], rate),
            _adamw([{"params": rest}, {"params": text, "lr": text_rate}], rate),
        ]

    def rate(self, place: Place) -> float:
        """A little less every epoch."""
        return float(DECAY**place.epoch)

    def exported_weights(self) -> dict[str, Tensor]:
        """The synthesizer's state."""
        return self.synthesizer.state_dict()

    def objectives(self, batch: VitsBatch, generator: torch.Generator) -> Iterator[Objective]:
        """The discriminators', then the synthesizer's, judged by what they have just learned."""
        made = self.synthesizer(
            batch.ssl,
            batch.spec,
            batch.spec_lengths,
            batch.phone_ids,
            batch.phone_lengths,
            batch.speaker,
            generator=generator,
        )
        spectrogram = self.family.spectrogram
        starts = spectrogram.hop_length * made.slice_starts
        real = slice_frames(batch.audio, starts, made.audio.shape[2])
        yield self._judge(real, made.audio.detach())

        n_frames = real.shape[2] // spectrogram.hop_length
        real_mel = mel_from_linear(
            slice_frames(batch.spec, made.slice_starts, n_frames), spectrogram
        )
        yield self._speak(made, real, real_mel)

    def _judge(self, real: Tensor, fake: Tensor) -> Objective:
        """What the discriminators learn from slices [B, 1, L]."""
        scores = [score.chunk(2) for score, _ in self.discriminators(torch.cat([real, fake]))]
        real_scores, fake_scores = zip(*scores, strict=True)
        loss = discriminator_loss(real_scores, fake_scores)
        return Objective(loss, {"discriminator": loss})

    def _speak(self, made: SynthesizerOutput, real: Tensor, real_mel: Tensor) -> Objective:
        """What the synthesizer learns from slices [B, 1, L] and their spectrogram [B, M, T]."""
        self.discriminators.requires_grad_(False)
        with torch.no_grad():
            real_features = [features for _, features in self.discriminators(real)]
        fake_scores, fake_features = zip(*self.discriminators(made.audio), strict=True)
        self.discriminators.requires_grad_(True)
        losses = {
            "adversarial": generator_loss(fake_scores),
            "features": feature_loss(real_features, fake_features),
            "mel": mel_loss(real_mel, mel_spectrogram(made.audio[:, 0], self.family.spectrogram)),
            "kl": kl_loss(made.z_p, made.logs_q, made.m_p, made.logs_p, made.mask),
        }
        total = losses["adversarial"] + losses["features"] + losses["kl"]
        return Objective(total + MEL_WEIGHT * losses["mel"], losses)


def _adamw(groups: list[dict[str, object]], learning_rate: float) -> torch.optim.AdamW:
    return torch.optim.AdamW(groups, learning_rate, betas=(0.8, 0.99), eps=1e-9, fused=True)
