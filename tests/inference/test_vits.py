"""The published families' backend, with fakes for the frozen networks."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from gpt_sovits.errors import AudioError, MissingModelError, WeightsError
from gpt_sovits.inference.options import SpeakingOptions
from gpt_sovits.inference.reference import ReferenceClip
from gpt_sovits.inference.vits import (
    CONTENT_RATE,
    Listeners,
    VitsSpeaker,
    listen_to_reference,
)
from gpt_sovits.inference.voice import Voice, load_voice
from gpt_sovits.models.gpt.decoding import Sentence, TokenDecoder
from gpt_sovits.models.gpt.network import Text2Semantic
from gpt_sovits.models.sampling_options import SamplingOptions
from gpt_sovits.models.sovits.synthesizer import Synthesizer
from gpt_sovits.paths import ProjectPaths
from gpt_sovits.text.frontend import TextReport
from gpt_sovits.text.symbols import phone_ids
from gpt_sovits.weights.networks import load_gpt, load_synthesizer
from tests.inference.tiny_vits import tiny_family, write_tiny_vits
from tests.models.sovits.tiny import SPEAKER_WIDTH
from tests.tiny_mini import make_tiny_project, write_recording

OPTIONS = SpeakingOptions(cut="cut5", language="en", pause_s=0.1)
TEXT = "Good morning to you all. It rains outside. We stay at home."


@dataclass
class Fakes:
    """Frozen networks that remember what they heard."""

    heard: list[int] = field(default_factory=list)
    """Samples that the content network was given."""

    def listeners(self) -> Listeners:
        return Listeners(self.bert, lambda: self.content, lambda: self.speaker)

    def bert(self, reports: Sequence[TextReport]) -> list[Tensor]:
        return [torch.ones(1024, len(report.phones)) for report in reports]

    def content(self, audio: Tensor) -> Tensor:
        self.heard.append(len(audio))
        noise = torch.Generator().manual_seed(len(audio))
        return torch.randn(768, len(audio) // 320, generator=noise)

    def speaker(self, audio: Tensor) -> Tensor:
        return audio[:SPEAKER_WIDTH] + audio.std()


def make_speaker(
    folder: Path, reference: ReferenceClip, fakes: Fakes, *, speaker: bool = False
) -> VitsSpeaker:
    gpt, sovits = write_tiny_vits(folder, speaker=speaker)
    semantic, synthesizer = load_gpt(gpt).model, load_synthesizer(sovits).model
    assert isinstance(semantic, Text2Semantic)
    assert isinstance(synthesizer, Synthesizer)
    family = tiny_family(speaker=speaker)
    listeners = fakes.listeners()
    heard = listen_to_reference(reference, synthesizer, family, listeners)
    return VitsSpeaker(family, semantic, synthesizer, heard, listeners.bert)


@pytest.fixture
def reference(tmp_path: Path) -> ReferenceClip:
    clip = write_recording(tmp_path / "clip.wav", 4.0)
    return ReferenceClip(clip, "Hello there, my friend.", "en")


def test_sentences_are_spoken_with_the_pauses_asked_for(
    tmp_path: Path, reference: ReferenceClip
) -> None:
    voice = Voice(make_speaker(tmp_path, reference, Fakes()))
    speech = voice.say(TEXT, OPTIONS)
    assert speech.sample_rate == 4000
    assert len(speech.sentences) == 3
    for one, other in zip(speech.sentences, speech.sentences[1:], strict=False):
        assert other.start_s - one.end_s == pytest.approx(0.1)
    assert np.abs(speech.audio).max() <= 1
    np.testing.assert_array_equal(speech.audio, voice.say(TEXT, OPTIONS).audio)


def test_the_prompt_hears_the_clip_and_three_tenths_of_silence(
    tmp_path: Path, reference: ReferenceClip
) -> None:
    fakes = Fakes()
    speaker = make_speaker(tmp_path, reference, fakes)
    assert fakes.heard == [round(4.3 * CONTENT_RATE)]
    assert speaker.reference.prompt is not None
    assert speaker.reference.prompt.shape == (215 // 2,)
    assert speaker.reference.bert.shape == (1024, len(speaker.reference.phone_ids))


def test_the_network_reads_the_reference_before_the_sentence(
    tmp_path: Path, reference: ReferenceClip, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Sentence] = []
    decode = TokenDecoder.decode

    def remember(
        self: TokenDecoder,
        sentences: Sequence[Sentence],
        options: SamplingOptions,
        generator: torch.Generator,
    ) -> list[Tensor]:
        told.extend(sentences)
        return decode(self, sentences, options, generator, max_tokens=20)

    monkeypatch.setattr(TokenDecoder, "decode", remember)
    speaker = make_speaker(tmp_path, reference, Fakes())
    (sentence,) = Voice(speaker).say("No.", OPTIONS).sentences
    assert len(sentence.phones) < 6
    expected = [*speaker.reference.phone_ids, *phone_ids([".", *sentence.phones], "v2")]
    assert told[0].phone_ids.tolist() == [int(each) for each in expected]
    assert told[0].bert is not None
    # The mark in front has no text features of its own.
    assert told[0].bert[0].tolist() == [1.0] * len(speaker.reference.phone_ids) + [0.0] + [
        1.0
    ] * len(sentence.phones)


def test_editing_a_sentence_leaves_the_others_alone(
    tmp_path: Path, reference: ReferenceClip
) -> None:
    voice = Voice(make_speaker(tmp_path, reference, Fakes()))
    before = [piece.audio for piece in voice.stream(TEXT, OPTIONS)]
    after = [piece.audio for piece in voice.stream("Oh dear me! " + TEXT, OPTIONS)]
    np.testing.assert_array_equal(before[1], after[2])
    np.testing.assert_array_equal(before[2], after[3])


def test_a_batch_speaks_every_sentence(tmp_path: Path, reference: ReferenceClip) -> None:
    voice = Voice(make_speaker(tmp_path, reference, Fakes()))
    speech = voice.say(TEXT, replace(OPTIONS, batch_size=2))
    assert [each.text for each in speech.sentences] == [
        each.text for each in voice.say(TEXT, OPTIONS).sentences
    ]
    again = voice.say(TEXT, replace(OPTIONS, batch_size=2))
    np.testing.assert_array_equal(speech.audio, again.audio)


def test_a_sentence_that_never_ends_is_broken_off_and_named(
    tmp_path: Path, reference: ReferenceClip
) -> None:
    speaker = make_speaker(tmp_path, reference, Fakes())
    with torch.no_grad():
        speaker.decoder.model.ar_predict_layer.weight[-1] = 0
    speech = Voice(speaker).say("It goes on and on.", replace(OPTIONS, top_k=1))
    assert len(speech.audio) == 60 * 4000
    assert speech.skipped == [
        ("It goes on and on.", "broken off after 60 s; cut the text into shorter sentences")
    ]


def test_pro_families_ask_for_a_speaker_vector(tmp_path: Path, reference: ReferenceClip) -> None:
    more = write_recording(tmp_path / "more.wav", 2.0, seed=1)
    one = make_speaker(tmp_path, reference, Fakes(), speaker=True)
    two = make_speaker(tmp_path, replace(reference, more=(more,)), Fakes(), speaker=True)
    assert not torch.allclose(one.reference.ge, two.reference.ge)
    assert Voice(one).say("Good morning.", OPTIONS).seconds > 0


def test_without_a_text_no_frozen_network_is_needed(
    tmp_path: Path, reference: ReferenceClip
) -> None:
    paths = ProjectPaths(tmp_path / "empty")
    gpt, sovits = write_tiny_vits(tmp_path)
    voice = load_voice(gpt, sovits, replace(reference, text=None), paths=paths)
    assert voice.say("Good morning.", OPTIONS).seconds > 0


def test_a_missing_content_network_tells_the_command(
    tmp_path: Path, reference: ReferenceClip
) -> None:
    gpt, sovits = write_tiny_vits(tmp_path)
    with pytest.raises(MissingModelError, match="models download chinese-hubert-base"):
        load_voice(gpt, sovits, reference, paths=ProjectPaths(tmp_path / "empty"))


@pytest.mark.parametrize(("seconds", "says"), [(2.5, "too short"), (11.0, "too long")])
def test_a_reference_has_three_to_ten_seconds(tmp_path: Path, seconds: float, says: str) -> None:
    clip = write_recording(tmp_path / "clip.wav", seconds)
    with pytest.raises(AudioError, match=rf"{says} .* 3 to 10 s"):
        make_speaker(tmp_path, ReferenceClip(clip), Fakes())


def test_networks_of_two_families_do_not_make_a_voice(
    tmp_path: Path, reference: ReferenceClip
) -> None:
    mini = make_tiny_project(tmp_path / "mini")
    gpt, _ = write_tiny_vits(tmp_path)
    sovits = mini.pretrained_models / "mini" / "sovits.safetensors"
    with pytest.raises(WeightsError, match=r"\(v2\) .*\(mini\) do not belong together"):
        load_voice(gpt, sovits, reference, paths=mini)
