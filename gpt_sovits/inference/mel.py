"""Speak with the embedded base: pointer and tokens, mel spectrogram, vocoder."""

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from gpt_sovits.audio.griffin_lim import griffin_lim
from gpt_sovits.config import MelFamilyConfig
from gpt_sovits.errors import InputError
from gpt_sovits.features.content import Content, TimedPhone, content_path, load_content
from gpt_sovits.features.mini import framed_phones, mini_features
from gpt_sovits.inference.options import SpeakingOptions
from gpt_sovits.inference.plan import PlannedSentence
from gpt_sovits.inference.reference import (
    MORE_SECONDS,
    ReferenceClip,
    read_reference,
    read_reference_text,
)
from gpt_sovits.inference.speaker import Utterance
from gpt_sovits.models.gpt.pointer import PointerText2Semantic
from gpt_sovits.models.gpt.pointer_decoding import PointedSentence, PointerDecoder
from gpt_sovits.models.mel.melody import voice_pitch
from gpt_sovits.models.mel.pointer import frames_of, pointer_of
from gpt_sovits.models.mel.synthesizer import MelSynthesizer
from gpt_sovits.models.mel.vocoder import Vocoder
from gpt_sovits.models.sampling_options import SamplingOptions
from gpt_sovits.paths import ProjectPaths
from gpt_sovits.text.dictionary import Dictionary
from gpt_sovits.text.symbols import phone_ids
from gpt_sovits.weights.load import load_into
from gpt_sovits.weights.networks import LoadedGPT, LoadedSynthesizer, base_weights
from gpt_sovits.weights.read import read_weights

REFERENCE_SECONDS = (1.0, 15.0)
"""Shortest and longest reference."""

SAMPLING = SamplingOptions(top_k=15, top_p=1.0, temperature=0.7, repetition_penalty=1.0)
"""How tokens are drawn where the user does not say. The pointer cannot loop, so a token that was
said before needs no penalty."""

EDGE_S = 0.05
"""What is kept of the silence before the first and behind the last phone, seconds."""

FADE_S = 0.005
"""Where the silence is cut the sound fades, so that nothing clicks."""

Vocode = Callable[[Tensor, torch.Generator], Tensor]
"""Log-mel spectrogram [1, F, T] and a source of chance to a waveform [1, T * hop_length]."""


@dataclass(frozen=True)
class MelReference:
    """What the networks keep of the reference."""

    ge: Tensor
    """Style [1, G, 1]."""
    pitch: Tensor
    """How high the voice is, octaves, [1, 1, 1]."""
    phone_ids: Tensor
    """Its phones [N]; none where its text is not known."""
    prompt: Tensor | None = None
    """Its semantic tokens [T], 25/s."""
    pointer: Tensor | None = None
    """Index of the phone that sounds at each of them, [T]."""


class MelSpeaker:
    """A mel family's networks with one reference.

    Args:
        family: sizes and symbols.
        gpt: text to tokens and pointer, in eval mode.
        synthesizer: tokens and phones to spectrogram, in eval mode, on the same device.
        reference: from `listen_to_reference`.
        vocode: spectrogram to waveform.
    """

    def __init__(
        self,
        family: MelFamilyConfig,
        gpt: PointerText2Semantic,
        synthesizer: MelSynthesizer,
        reference: MelReference,
        vocode: Vocode,
    ) -> None:
        self.family = family
        self.decoder = PointerDecoder(gpt)
        self.synthesizer = synthesizer
        self.reference = reference
        self.vocode = vocode

    def speak(
        self, sentences: Sequence[PlannedSentence], options: SpeakingOptions, seed: int
    ) -> Iterator[Utterance]:
        """Speak sentences one after the other, as `Speaker` describes it."""
        for sentence in sentences:
            with one_thread:
                utterance = self._speak(sentence, options, sentence.seed(seed))
            yield utterance

    def _speak(self, sentence: PlannedSentence, options: SpeakingOptions, seed: int) -> Utterance:
        device = self.decoder.device
        phones = framed_phones(sentence.report.phones)
        ids = torch.tensor(phone_ids(phones, self.family.symbols))
        told = PointedSentence(
            phone_ids=torch.cat([self.reference.phone_ids, ids]),
            n_prompt_phones=len(self.reference.phone_ids),
            prompt=self.reference.prompt,
            prompt_pointer=self.reference.pointer,
        )
        generator = torch.Generator(device).manual_seed(seed)
        spoken = self.decoder.decode(told, options.sampling(SAMPLING), generator)
        codes = spoken.tokens.view(1, 1, -1).to(device) if self.family.uses_tokens else None
        mel = self.synthesizer.decode(
            codes,
            spoken.pointer.unsqueeze(0).to(device),
            ids.unsqueeze(0).to(device),
            self.reference.ge,
            self.reference.pitch,
            speed=options.speed,
        )
        audio = self.vocode(mel, torch.Generator().manual_seed(seed))[0].cpu().numpy()
        ends_s = phone_ends(spoken.pointer, len(phones), mel.shape[2] / 100)
        return cut_edges(audio, phones, ends_s, self.family.spectrogram.sample_rate)


class OneThread:
    """Compute on one core inside a `with` block.

    The products of one sentence are too small to be shared out: on two busy cores the threads wait
    for each other ten times longer than one alone takes. It also frees the sound from the number of
    cores.
    Blocks of several speakers may overlap; all leave the number that the first one found.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._before = 1

    def __enter__(self) -> None:
        with self._lock:
            if not self._inside:
                self._before = torch.get_num_threads()
            self._inside += 1
            torch.set_num_threads(1)

    def __exit__(self, *error: object) -> None:
        with self._lock:
            self._inside -= 1
            torch.set_num_threads(self._before)


one_thread = OneThread()


def phone_ends(pointer: Tensor, n_phones: int, seconds: float) -> np.ndarray:
    """When each phone ends.

    Args:
        pointer: index of a phone for each token, [T].
        n_phones: phones of the sentence, N.
        seconds: length of all, after a change of tempo.

    Returns:
        Seconds [N]; a phone that is not reached ends where it begins.
    """
    frames = torch.bincount(frames_of(pointer.unsqueeze(0))[0], minlength=n_phones)
    return frames.cumsum(0).numpy() * (seconds / int(frames.sum()))


def cut_edges(
    audio: np.ndarray, phones: Sequence[str], ends_s: np.ndarray, sample_rate: int
) -> Utterance:
    """Take away the pauses with which a text begins and ends, so that the pauses asked for hold.

    Args:
        audio: waveform [L].
        phones: `framed_phones`, N.
        ends_s: when each phone ends, [N].
        sample_rate: Hz.

    Returns:
        The utterance, with the times of the phones between the two pauses.
    """
    start = max(0, round((ends_s[0] - EDGE_S) * sample_rate))
    end = min(len(audio), round((ends_s[-2] + EDGE_S) * sample_rate))
    kept = audio[start:end].astype(np.float32)
    ramp = np.linspace(0, 1, min(round(FADE_S * sample_rate), len(kept)), dtype=np.float32)
    kept[: len(ramp)] *= ramp
    kept[len(kept) - len(ramp) :] *= ramp[::-1]
    moved = ends_s - start / sample_rate
    times = tuple(
        TimedPhone(phone, float(begins), float(ends))
        for phone, begins, ends in zip(phones[1:-1], moved[:-2], moved[1:-1], strict=True)
    )
    return Utterance(kept, times)


def load_mel_speakers(
    gpt: LoadedGPT,
    synthesizer: LoadedSynthesizer,
    dictionary: Dictionary | None,
    paths: ProjectPaths,
) -> Callable[[ReferenceClip], MelSpeaker]:
    """Join two networks of a mel family, on one device, with any number of references.

    Returns:
        Makes a speaker of a reference; raises `InputError` as `listen_to_reference` does.

    Raises:
        MissingModelError: the family's content network or vocoder is not there.
    """
    family, model = synthesizer.family, synthesizer.model
    assert isinstance(family, MelFamilyConfig)
    assert isinstance(model, MelSynthesizer)
    assert isinstance(gpt.model, PointerText2Semantic)
    network: PointerText2Semantic = gpt.model
    device = model.no_token.device
    content = load_content(content_path(paths.pretrained_models), device=device)
    vocode = load_vocode(family, device, paths)

    def speaker_of(reference: ReferenceClip) -> MelSpeaker:
        heard = listen_to_reference(reference, content, model, family, dictionary)
        return MelSpeaker(family, network, model, heard, vocode)

    return speaker_of


def load_vocode(family: MelFamilyConfig, device: torch.device, paths: ProjectPaths) -> Vocode:
    """What turns the family's spectrograms into waveforms.

    Raises:
        MissingModelError: the vocoder is not there.
        WeightsError: its file is damaged or holds another network.
    """
    if family.speaks_with == "griffin_lim":
        return lambda mel, generator: griffin_lim(mel, family.spectrogram, generator)
    vocoder = Vocoder(family.vocoder, family.spectrogram).eval()
    path = base_weights(family, "vocoder", paths=paths)
    load_into(vocoder, read_weights(path, dtype=torch.float32).tensors)
    vocoder.to(device).requires_grad_(False)
    return lambda mel, generator: vocoder(mel)


@torch.no_grad()
def listen_to_reference(
    reference: ReferenceClip,
    content: Content,
    synthesizer: MelSynthesizer,
    family: MelFamilyConfig,
    dictionary: Dictionary | None = None,
) -> MelReference:
    """Find out what the networks need to know of a reference.

    Raises:
        AudioError: a clip cannot be read, is too short, too long or silent.
        TextError: its text cannot be read.
        InputError: its text is too long for the clip.
    """
    report = read_reference_text(reference, family.symbols, dictionary)
    phones = [] if report is None else framed_phones(report.phones)
    device = synthesizer.no_token.device
    rate = family.spectrogram.sample_rate
    audio = torch.from_numpy(read_reference(reference.audio, rate, REFERENCE_SECONDS)).to(device)
    try:
        heard = mini_features(content, audio, phones or None)
    except InputError as error:
        raise InputError(f"{reference.audio}: {error}") from error
    clips = [heard]
    for path in reference.more:
        more = torch.from_numpy(read_reference(path, rate, MORE_SECONDS)).to(device)
        clips.append(mini_features(content, more))
    ge = synthesizer.mean_style([clip.mel.unsqueeze(0) for clip in clips])
    pitch = voice_pitch(torch.cat([clip.ssl for clip in clips], dim=1).unsqueeze(0))
    ids = torch.tensor(phone_ids(phones, family.symbols), dtype=torch.long)
    if heard.durations is None:
        return MelReference(ge, pitch, ids)
    prompt = synthesizer.extract_codes(heard.ssl.unsqueeze(0))[0, 0].cpu()
    return MelReference(ge, pitch, ids, prompt, pointer_of(heard.durations.cpu()))
