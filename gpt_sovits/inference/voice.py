"""A voice: weights and a reference clip, ready to read texts."""

import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from gpt_sovits.config import FamilyConfig
from gpt_sovits.errors import ConfigError, WeightsError
from gpt_sovits.features.content import TimedPhone
from gpt_sovits.inference import mel, vits
from gpt_sovits.inference.options import SpeakingOptions
from gpt_sovits.inference.plan import Plan, PlannedSentence, pause_samples, plan_text
from gpt_sovits.inference.reference import ReferenceClip
from gpt_sovits.inference.speaker import Speaker, Utterance
from gpt_sovits.inference.speech import Speech, SpokenSentence, join_speech
from gpt_sovits.inference.voice_file import load_voice_file
from gpt_sovits.paths import PROJECT, ProjectPaths
from gpt_sovits.report import Progress, no_progress
from gpt_sovits.text.dictionary import Dictionary, load_dictionary
from gpt_sovits.weights.networks import LoadedGPT, LoadedSynthesizer, load_gpt, load_synthesizer


class Voice:
    """Reads texts aloud. Several threads may speak with one voice.

    Args:
        speaker: a family's networks with a reference.
        dictionary: the user's own readings.
    """

    def __init__(self, speaker: Speaker, dictionary: Dictionary | None = None) -> None:
        self.speaker = speaker
        self.dictionary = dictionary or Dictionary()

    @property
    def family(self) -> FamilyConfig:
        """The family of the networks."""
        return self.speaker.family

    @property
    def sample_rate(self) -> int:
        """Rate of the audio, Hz."""
        return self.family.spectrogram.sample_rate

    def say(
        self, text: str, options: SpeakingOptions, *, progress: Progress = no_progress
    ) -> Speech:
        """Speak a whole text.

        Raises:
            TextError: the language is unknown, or nothing in the text can be read.
        """
        plan = self._plan(text, options)
        pieces = []
        for piece in self._speak(plan, options):
            pieces.append(piece)
            progress(len(pieces), len(plan.sentences), piece.sentences[-1].text)
        return join_speech(pieces)

    def stream(self, text: str, options: SpeakingOptions) -> Iterator[Speech]:
        """Speak a text and hand out each sentence as it comes.

        The pieces joined (`join_speech`) are what `say` gives: a piece begins with the pause before
        its sentence, and its times count from the start of the first.

        Raises:
            TextError: the language is unknown, or nothing in the text can be read; raised at once.
        """
        return self._speak(self._plan(text, options), options)

    def utter(
        self, sentences: Sequence[PlannedSentence], options: SpeakingOptions, seed: int
    ) -> Iterator[Utterance]:
        """Speak sentences alone, without the pauses between them.

        Args:
            sentences: of a plan.
            options: how; its own seed is not looked at.
            seed: where chance comes from.
        """
        for said in self.speaker.speak(sentences, options, seed):
            yield replace(said, audio=within_full_scale(said.audio))

    def _plan(self, text: str, options: SpeakingOptions) -> Plan:
        return plan_text(text, options, symbols=self.family.symbols, dictionary=self.dictionary)

    def _speak(self, plan: Plan, options: SpeakingOptions) -> Iterator[Speech]:
        seed = options.seed if options.seed >= 0 else secrets.randbelow(2**31)
        rate = self.sample_rate
        pause = pause_samples(options.pause_s, rate)
        position = 0
        utterances = self.utter(plan.sentences, options, seed)
        for index, (sentence, said) in enumerate(zip(plan.sentences, utterances, strict=True)):
            silence = np.zeros(pause if index else 0, dtype=np.float32)
            start = position + len(silence)
            position = start + len(said.audio)
            spoken = SpokenSentence(
                text=sentence.text,
                phones=sentence.report.phones,
                start_s=start / rate,
                end_s=position / rate,
                phone_times=_moved(said, start / rate),
            )
            skipped = [] if index else plan.skipped
            if said.remark:
                skipped = [*skipped, (sentence.text, said.remark)]
            audio = np.concatenate([silence, said.audio])
            yield Speech(audio, rate, [spoken], skipped, seed)


def _moved(said: Utterance, start_s: float) -> tuple[TimedPhone, ...] | None:
    """The times of an utterance's phones in a whole that it begins at `start_s` of."""
    if said.phone_times is None:
        return None
    return tuple(
        replace(each, start_s=each.start_s + start_s, end_s=each.end_s + start_s)
        for each in said.phone_times
    )


def within_full_scale(audio: np.ndarray) -> np.ndarray:
    """Scale a waveform [L] down where it goes beyond 1.0."""
    peak = float(np.abs(audio).max(initial=0.0))
    return (audio / peak if peak > 1 else audio).astype(np.float32)


def open_voice(
    name: str | Path,
    *,
    reference: ReferenceClip | None = None,
    device: str = "cpu",
    paths: ProjectPaths = PROJECT,
) -> Voice:
    """Load a voice of the project.

    Args:
        name: its name, or a voice file.
        reference: another reference than the voice's own.
        device: where it speaks, "auto" takes a graphics card where there is one.
        paths: the project.

    Raises:
        ConfigError: no such voice, or its file has a mistake.
        InputError: as `load_voice`.
    """
    parts = load_voice_file(name, paths).parts(paths)
    return load_voice(
        parts.gpt, parts.sovits, reference or parts.reference, device=device, paths=paths
    )


def load_voice(
    gpt: Path,
    sovits: Path,
    reference: ReferenceClip,
    *,
    device: str = "cpu",
    paths: ProjectPaths = PROJECT,
) -> Voice:
    """Load weights of any family and listen to the reference; arguments as for `load_voices`.

    Raises:
        WeightsError: a file is damaged or hostile, or the two do not belong together.
        AudioError: a reference cannot be read, is too short, too long or silent.
        TextError: the reference's text cannot be read.
        MissingModelError: a frozen network that the family needs is not on this machine.
        ConfigError: no such device.
    """
    return load_voices(gpt, sovits, device=device, paths=paths)(reference)


def load_voices(
    gpt: Path, sovits: Path, *, device: str = "cpu", paths: ProjectPaths = PROJECT
) -> Callable[[ReferenceClip], Voice]:
    """Load weights of any family once, for voices that differ in their reference.

    Args:
        gpt: text-to-semantic weights, ours or published (`.ckpt`).
        sovits: weights of the synthesizer, ours or published (`.pth`).
        device: where they speak, "auto" takes a graphics card where there is one.
        paths: the project.

    Returns:
        Makes a voice that sounds like a reference; it raises the errors of the reference that
        `load_voice` names.

    Raises:
        WeightsError: a file is damaged or hostile, or the two do not belong together.
        MissingModelError: a frozen network that the family needs is not on this machine.
        ConfigError: no such device.
    """
    place = pick_device(device)
    semantic = load_gpt(gpt, device=place, paths=paths)
    synthesizer = load_synthesizer(sovits, device=place, paths=paths)
    check_pair(semantic, synthesizer)
    dictionary = load_dictionary(paths.dictionary)
    is_mel = synthesizer.family.kind == "mel"
    load = mel.load_mel_speakers if is_mel else vits.load_vits_speakers
    speaker_of = load(semantic, synthesizer, dictionary, paths)
    return lambda reference: Voice(speaker_of(reference), dictionary)


def check_pair(gpt: LoadedGPT, synthesizer: LoadedSynthesizer) -> None:
    """Refuse two networks that do not speak the same tokens and phones.

    Raises:
        WeightsError: they are of different families.
    """
    one, other = gpt.family, synthesizer.family
    # All published families from v2 on share one text-to-semantic network.
    if (one.kind, one.symbols, one.gpt.n_tokens) != (other.kind, other.symbols, other.gpt.n_tokens):
        raise WeightsError(
            f"{gpt.file.path} ({one.name}) and {synthesizer.file.path} ({other.name}) do not belong"
            " together; give two files of one family"
        )


def reference_seconds(family: FamilyConfig) -> tuple[float, float]:
    """Shortest and longest reference that a family can use."""
    return mel.REFERENCE_SECONDS if family.kind == "mel" else vits.REFERENCE_SECONDS


def pick_device(name: str) -> torch.device:
    """Understand the name of a device; "auto" is a graphics card where there is one.

    Raises:
        ConfigError: the name is unknown, or the device is not there.
    """
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    try:
        device = torch.device(name)
        torch.zeros(1, device=device)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        raise ConfigError(f"device {name!r} is not there; use cpu or auto") from error
    return device
