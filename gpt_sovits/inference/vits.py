"""Speak with the published families: tokens, VITS synthesizer."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import torch
from torch import Tensor

from gpt_sovits.audio.resample import resample
from gpt_sovits.audio.spectrogram import linear_spectrogram
from gpt_sovits.config import VitsFamilyConfig
from gpt_sovits.inference.options import SpeakingOptions
from gpt_sovits.inference.plan import PlannedSentence
from gpt_sovits.inference.reference import (
    MORE_SECONDS,
    ReferenceClip,
    read_reference,
    read_reference_text,
)
from gpt_sovits.inference.speaker import Utterance
from gpt_sovits.models.gpt.decoding import MAX_TOKENS, Sentence, TokenDecoder
from gpt_sovits.models.gpt.network import Text2Semantic
from gpt_sovits.models.gpt.precision import PLAIN
from gpt_sovits.models.sampling_options import SamplingOptions
from gpt_sovits.models.sovits.synthesizer import Synthesizer
from gpt_sovits.models.sovits.weight_norm import fold_weight_norm
from gpt_sovits.paths import ProjectPaths
from gpt_sovits.text.dictionary import Dictionary
from gpt_sovits.text.frontend import TextReport
from gpt_sovits.text.symbols import phone_ids
from gpt_sovits.weights.local import require_model
from gpt_sovits.weights.networks import LoadedGPT, LoadedSynthesizer

REFERENCE_SECONDS = (3.0, 10.0)
"""Shortest and longest reference that the published networks know."""

CONTENT_RATE = 16000
"""Rate at which CN-HuBERT and the speaker network listen, Hz."""

PROMPT_SILENCE_S = 0.3
"""Silence behind the reference, after which the new sentence begins."""

SAMPLING = SamplingOptions()
"""How tokens are drawn where the user does not say: the published defaults."""

NOISE_SCALE = 0.5

MIN_PHONES = 6
"""A sentence with fewer gets a "." in front, without which the published networks swallow it."""

ReadBert = Callable[[Sequence[TextReport]], list[Tensor]]
"""Text features [1024, N] of texts."""

Encode = Callable[[Tensor], Tensor]
"""Content features [C, T] at 50/s, or a speaker vector [S], of a waveform [L] at 16 kHz."""


@dataclass(frozen=True)
class VitsReference:
    """What the networks keep of the reference."""

    ge: Tensor
    """Style [1, G, 1]."""
    phone_ids: Tensor
    """Its phones [N]; none where its text is not known."""
    bert: Tensor
    """Their text features [1024, N]."""
    prompt: Tensor | None = None
    """Its semantic tokens [T], 25/s."""


@dataclass(frozen=True)
class Listeners:
    """The frozen networks that hear and read what the trained ones are given."""

    bert: ReadBert
    content: Callable[[], Encode]
    """Gives CN-HuBERT; called where a prompt is needed."""
    speaker: Callable[[], Encode]
    """Gives the speaker network; called for Pro families."""


class VitsSpeaker:
    """A published family's networks with one reference.

    Args:
        family: sizes and symbols.
        gpt: text to tokens, in eval mode.
        synthesizer: tokens and phones to audio, in eval mode, on the same device. Its
            weight-normed convolutions become plain ones: it cannot be trained on.
        reference: from `listen_to_reference`.
        bert: text features.
    """

    def __init__(
        self,
        family: VitsFamilyConfig,
        gpt: Text2Semantic,
        synthesizer: Synthesizer,
        reference: VitsReference,
        bert: ReadBert,
    ) -> None:
        fold_weight_norm(synthesizer)
        self.family = family
        # A route that a probe chooses could be another one at the next start.
        self.decoder = TokenDecoder(gpt, PLAIN)
        self.synthesizer = synthesizer
        self.reference = reference
        self.bert = bert

    def speak(
        self, sentences: Sequence[PlannedSentence], options: SpeakingOptions, seed: int
    ) -> Iterator[Utterance]:
        """Speak sentences, `options.batch_size` at a time, as `Speaker` describes it."""
        for first in range(0, len(sentences), options.batch_size):
            batch = sentences[first : first + options.batch_size]
            told = [self._read(sentence) for sentence in batch]
            generator = torch.Generator(self.decoder.device).manual_seed(batch[0].seed(seed))
            sampling = options.sampling(SAMPLING)
            rows = self.decoder.decode([self._prompted(one) for one in told], sampling, generator)
            for sentence, one, tokens in zip(batch, told, rows, strict=True):
                yield self._say(one, tokens, options.speed, sentence.seed(seed))

    def _read(self, sentence: PlannedSentence) -> "_Told":
        """Phones and text features of a sentence."""
        (bert,) = self.bert([sentence.report])
        ids = phone_ids(sentence.report.phones, self.family.symbols)
        if len(ids) < MIN_PHONES:
            ids = [*phone_ids(["."], self.family.symbols), *ids]
            bert = torch.nn.functional.pad(bert, (1, 0))
        return _Told(torch.tensor(ids), bert)

    def _prompted(self, told: "_Told") -> Sentence:
        """The sentence behind the reference."""
        reference = self.reference
        return Sentence(
            phone_ids=torch.cat([reference.phone_ids, told.phone_ids]),
            bert=torch.cat([reference.bert, told.bert], dim=1),
            prompt=reference.prompt,
        )

    def _say(self, told: "_Told", tokens: Tensor, speed: float, seed: int) -> Utterance:
        device = self.decoder.device
        audio = self.synthesizer.decode(
            tokens.view(1, 1, -1),
            told.phone_ids.unsqueeze(0).to(device),
            self.reference.ge,
            noise_scale=NOISE_SCALE,
            speed=speed,
            generator=torch.Generator().manual_seed(seed),
        )
        broken = len(tokens) >= MAX_TOKENS
        remark = "broken off after 60 s; cut the text into shorter sentences" if broken else ""
        return Utterance(audio[0, 0].cpu().numpy(), remark=remark)


@dataclass(frozen=True)
class _Told:
    """Phones of one sentence [N] and their text features [1024, N]."""

    phone_ids: Tensor
    bert: Tensor


def load_vits_speakers(
    gpt: LoadedGPT,
    synthesizer: LoadedSynthesizer,
    dictionary: Dictionary | None,
    paths: ProjectPaths,
) -> Callable[[ReferenceClip], VitsSpeaker]:
    """Join two networks of a published family, on one device, with any number of references.

    Returns:
        Makes a speaker of a reference; raises `InputError` as `listen_to_reference` does.
    """
    family, model = synthesizer.family, synthesizer.model
    assert isinstance(family, VitsFamilyConfig)
    assert isinstance(model, Synthesizer)
    assert isinstance(gpt.model, Text2Semantic)
    network: Text2Semantic = gpt.model
    listeners = load_listeners(str(model.ssl_proj.weight.device), paths)

    def speaker_of(reference: ReferenceClip) -> VitsSpeaker:
        heard = listen_to_reference(reference, model, family, listeners, dictionary)
        return VitsSpeaker(family, network, model, heard, listeners.bert)

    return speaker_of


def load_listeners(device: str, paths: ProjectPaths) -> Listeners:
    """The frozen networks of the published families; each is loaded once, when it is needed."""
    from gpt_sovits.features.bert import bert_features

    @cache
    def content() -> Encode:
        from gpt_sovits.features.hubert import load_hubert

        return load_hubert(paths.pretrained_models / "chinese-hubert-base", device).encode

    @cache
    def speaker() -> Encode:
        from gpt_sovits.features.speaker import load_speaker

        return load_speaker(require_model("speaker", paths=paths), device).encode

    return Listeners(
        bert=lambda reports: bert_features(reports, paths=paths, device=device),
        content=content,
        speaker=speaker,
    )


@torch.no_grad()
def listen_to_reference(
    reference: ReferenceClip,
    synthesizer: Synthesizer,
    family: VitsFamilyConfig,
    listeners: Listeners,
    dictionary: Dictionary | None = None,
) -> VitsReference:
    """Find out what the networks need to know of a reference.

    Raises:
        AudioError: a clip cannot be read, is too short, too long or silent.
        TextError: its text cannot be read.
        MissingModelError: a frozen network is not on this machine.
    """
    report = read_reference_text(reference, family.symbols, dictionary)
    device = synthesizer.ssl_proj.weight.device
    rate = family.spectrogram.sample_rate
    clips = [read_reference(reference.audio, rate, REFERENCE_SECONDS)]
    clips += [read_reference(path, rate, MORE_SECONDS) for path in reference.more]
    # The published networks were given samples within full scale.
    waves = [torch.from_numpy(clip / max(1.0, abs(clip).max())) for clip in clips]
    refers = [linear_spectrogram(wave.to(device), family.spectrogram) for wave in waves]
    heard = [torch.from_numpy(resample(wave.numpy(), rate, CONTENT_RATE)) for wave in waves]
    speakers = None
    if synthesizer.speaker_width is not None:
        encode = listeners.speaker()
        speakers = [encode(wave.to(device)).view(1, -1).to(device) for wave in heard]
    ge = synthesizer.mean_style(refers, speakers)
    if report is None:
        none = torch.zeros(0, dtype=torch.long)
        return VitsReference(ge, none, torch.zeros(family.gpt.bert_width, 0))
    silence = torch.zeros(round(PROMPT_SILENCE_S * CONTENT_RATE))
    ssl = listeners.content()(torch.cat([heard[0], silence]).to(device))
    prompt = synthesizer.extract_codes(ssl.unsqueeze(0).to(device))[0, 0].cpu()
    ids = torch.tensor(phone_ids(report.phones, family.symbols))
    (bert,) = listeners.bert([report])
    return VitsReference(ge, ids, bert, prompt)
