"""Training of the vocoder, and its comparison with Griffin-Lim, which it has to win to speak."""

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from gpt_sovits.audio.griffin_lim import griffin_lim
from gpt_sovits.audio.read import read_audio
from gpt_sovits.audio.spectrogram import linear_spectrogram, mel_spectrogram
from gpt_sovits.base.batches import Drawn, FrameBatches, sources_of
from gpt_sovits.base.cache import CachedClip, MelCache, level
from gpt_sovits.base.content import hear
from gpt_sovits.base.plan import Materials, PartPlan
from gpt_sovits.config import MelFamilyConfig, SpectrogramConfig
from gpt_sovits.features.content import phone_error_rate
from gpt_sovits.models.content import ContentEncoder
from gpt_sovits.models.mel.vocoder import Vocoder
from gpt_sovits.training.module import Objective, TrainingModule
from gpt_sovits.training.options import TrainingOptions

SLICE_FRAMES = 80
"""Mel frames of a training slice: 0.8 s."""

BATCH_CLIPS = 16

LEARNING_RATE = 5e-4

RESOLUTIONS = ((256, 64), (512, 128), (1024, 256), (2048, 512))
"""Windows and hops, in samples, of the spectra that are compared."""

MEL_WEIGHT = 2.0
"""Weight of the mel spectrogram's error beside one resolution's."""


def plan_vocoder(materials: Materials) -> PartPlan:
    """The vocoder's training."""
    family, mels = materials.family, materials.mels
    vocoder = Vocoder(family.vocoder, family.spectrogram)
    encoder = materials.content.model

    def held_out() -> Iterator[tuple[Tensor, list[str]]]:
        return ((mels.mel(clip), clip.phones) for clip in mels.held_out)

    return PartPlan(
        network=vocoder,
        inner=VocoderModule(vocoder, TrainingOptions()),
        source=vocoder_batches(
            mels, family, seed=materials.seed, batch_clips=materials.size(BATCH_CLIPS)
        ),
        figures=lambda network: vocoder_figures(network, encoder, held_out(), family),
        learning_rate=LEARNING_RATE,
    )


@dataclass(frozen=True)
class VocoderBatch:
    """Slices of recordings."""

    audio: Tensor
    """Waveforms [B, L]."""


class VocoderModule(TrainingModule):
    """Teach `Vocoder` to give back the spectra of a recording.

    Args:
        vocoder: the network.
        options: of the training.
    """

    def __init__(self, vocoder: Vocoder, options: TrainingOptions) -> None:
        super().__init__(options)
        self.vocoder = vocoder

    def objectives(self, batch: VocoderBatch, generator: torch.Generator) -> Iterator[Objective]:
        """Error of spectra in several resolutions and of the mel spectrogram."""
        config = self.vocoder.spectrogram
        mel = mel_spectrogram(batch.audio, config)
        spoken = self.vocoder(mel)
        mel_l1 = (mel_spectrogram(spoken, config) - mel).abs().mean()
        spectral = spectral_loss(spoken, batch.audio, config)
        figures = {"mel_l1": mel_l1, "spectral": spectral}
        yield Objective(spectral + MEL_WEIGHT * mel_l1, figures)


def spectral_loss(fake: Tensor, real: Tensor, config: SpectrogramConfig) -> Tensor:
    """Distance of the spectra of two waveforms [B, L], mean over `RESOLUTIONS`.

    Source: Yamamoto et al. 2020, "Parallel WaveGAN": spectral convergence and log magnitude.
    """
    losses = []
    for n_fft, hop in RESOLUTIONS:
        sizes = {"n_fft": n_fft, "win_length": n_fft, "hop_length": hop}
        resolution = config.model_copy(update=sizes)
        one, other = linear_spectrogram(fake, resolution), linear_spectrogram(real, resolution)
        convergence = (one - other).norm() / other.norm().clamp_min(1e-5)
        losses.append(convergence + (one.log() - other.log()).abs().mean())
    return torch.stack(losses).mean()


def vocoder_batches(
    cache: MelCache, family: MelFamilyConfig, *, seed: int, batch_clips: int
) -> FrameBatches[CachedClip]:
    """Slices of the training clips' recordings, levelled as the mels are."""
    sample_rate, hop = family.spectrogram.sample_rate, family.spectrogram.hop_length

    def load(drawn: Drawn[CachedClip]) -> VocoderBatch:
        rng, _ = sources_of(drawn.seed)
        slices = [
            _slice(_levelled(clip, sample_rate), SLICE_FRAMES * hop, rng) for clip in drawn.clips
        ]
        return VocoderBatch(torch.stack(slices))

    lengths = [1] * len(cache.training)  # slices are of one length
    return FrameBatches(cache.training, lengths, batch_clips, load, seed)


def _slice(audio: Tensor, length: int, rng: random.Random) -> Tensor:
    """A random stretch [length] of a waveform; silence follows one that is shorter."""
    start = rng.randrange(max(1, len(audio) - length + 1))
    return torch.nn.functional.pad(audio[start : start + length], (0, max(0, length - len(audio))))


def _levelled(clip: CachedClip, sample_rate: int) -> Tensor:
    samples, _ = read_audio(clip.audio, sample_rate=sample_rate)
    return level(torch.from_numpy(samples.copy()))


@torch.inference_mode()
def vocoder_figures(
    vocoder: Vocoder,
    encoder: ContentEncoder,
    clips: Iterable[tuple[Tensor, Sequence[str]]],
    family: MelFamilyConfig,
) -> dict[str, float]:
    """Let the vocoder and Griffin-Lim speak the true mels of clips.

    Args:
        vocoder: the network.
        encoder: listens to what they say.
        clips: log-mel spectrogram [F, T] and phones of each.
        family: settings of all of them.

    Returns:
        For `vocoder` and `griffin_lim` the mean absolute error of the mel of what they say, as
        `mel_l1_vocoder`, and its phone error rate, as `per_vocoder`; also `per_recording`.
    """
    config, symbols = family.spectrogram, family.symbols
    generator = torch.Generator().manual_seed(0)
    values: dict[str, list[float]] = defaultdict(list)
    for mel, phones in clips:
        mel = mel[None].to(vocoder.window.device)
        spoken = {"vocoder": vocoder(mel), "griffin_lim": griffin_lim(mel, config, generator)}
        heard = {name: mel_spectrogram(audio, config) for name, audio in spoken.items()}
        for name, again in heard.items():
            values[f"mel_l1_{name}"].append(float((again - mel).abs().mean()))
        for name, said in {**heard, "recording": mel}.items():
            rate = phone_error_rate(hear(encoder, said[0], symbols), phones)
            values[f"per_{name}"].append(rate)
    return {name: sum(each) / len(each) for name, each in sorted(values.items())}


def beats_griffin_lim(figures: dict[str, float]) -> bool:
    """Whether the vocoder may speak: nearer to the mel, and no harder to understand."""
    nearer = figures["mel_l1_vocoder"] < figures["mel_l1_griffin_lim"]
    return nearer and figures["per_vocoder"] <= figures["per_griffin_lim"]
