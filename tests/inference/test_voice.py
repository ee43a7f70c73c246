"""A voice as its users see it: order, pauses, seeds, streams; run on the tiny embedded base."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch

from gpt_sovits.config import load_family
from gpt_sovits.errors import AudioError, ConfigError, InputError, TextError, WeightsError
from gpt_sovits.inference.options import SpeakingOptions
from gpt_sovits.inference.reference import ReferenceClip
from gpt_sovits.inference.speech import join_speech
from gpt_sovits.inference.voice import (
    Voice,
    load_voice,
    open_voice,
    reference_seconds,
    within_full_scale,
)
from gpt_sovits.inference.voice_file import VoiceParts, make_voice_file, save_voice_file
from gpt_sovits.paths import ProjectPaths
from tests.tiny_mini import make_tiny_project, write_recording, write_tiny_gpt, write_tiny_sovits

TEXT = "Good morning. 你好，世界！ See you soon."
OPTIONS = SpeakingOptions(cut="cut5", pause_s=0.25)


def samples(voice: Voice, start_s: float, end_s: float, audio: np.ndarray) -> np.ndarray:
    return audio[round(start_s * voice.sample_rate) : round(end_s * voice.sample_rate)]


def test_sentences_follow_each_other_with_exactly_the_pause_asked_for(voice: Voice) -> None:
    speech = voice.say(TEXT, OPTIONS)
    assert [each.text for each in speech.sentences] == [
        "Good morning.",
        "你好，",
        "世界！",
        "See you soon.",
    ]
    assert speech.sentences[0].start_s == 0
    assert speech.sentences[-1].end_s == pytest.approx(speech.seconds)
    for one, other in pairwise(speech.sentences):
        silence = samples(voice, one.end_s, other.start_s, speech.audio)
        assert len(silence) == 0.25 * voice.sample_rate
        assert not silence.any()
        assert samples(voice, one.start_s, one.end_s, speech.audio).any()


def test_the_pause_changes_nothing_else(voice: Voice) -> None:
    short, long = (voice.say(TEXT, replace(OPTIONS, pause_s=pause)) for pause in (0.0, 1.0))
    assert len(long.audio) - len(short.audio) == 3 * voice.sample_rate
    for one, other in zip(short.sentences, long.sentences, strict=True):
        np.testing.assert_array_equal(
            samples(voice, one.start_s, one.end_s, short.audio),
            samples(voice, other.start_s, other.end_s, long.audio),
        )


def test_the_same_seed_gives_the_same_audio_in_a_voice_loaded_anew(
    voice: Voice, project: ProjectPaths, clip: Path
) -> None:
    base = project.pretrained_models / "mini"
    reference = ReferenceClip(clip, "Hello there, my friend.", "en")
    again = load_voice(
        base / "gpt.safetensors", base / "sovits.safetensors", reference, paths=project
    )
    first = voice.say(TEXT, OPTIONS)
    np.testing.assert_array_equal(first.audio, again.say(TEXT, OPTIONS).audio)
    other = voice.say(TEXT, replace(OPTIONS, seed=1))
    assert len(first.audio) != len(other.audio) or not np.array_equal(first.audio, other.audio)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_a_voice_with_a_reference_text_speaks_on_a_gpu(project: ProjectPaths, clip: Path) -> None:
    base = project.pretrained_models / "mini"
    parts = (base / "gpt.safetensors", base / "sovits.safetensors")
    reference = ReferenceClip(clip, "Hello there, my friend.", "en")
    on_gpu = load_voice(*parts, reference, device="cuda", paths=project)
    speech = on_gpu.say(TEXT, OPTIONS)
    assert len(speech.sentences) == 4
    assert np.isfinite(speech.audio).all()


def test_a_random_seed_is_told_and_can_be_used_again(voice: Voice) -> None:
    first, second = (voice.say("Good morning.", replace(OPTIONS, seed=-1)) for _ in range(2))
    assert first.seed != second.seed
    again = voice.say("Good morning.", replace(OPTIONS, seed=first.seed))
    np.testing.assert_array_equal(first.audio, again.audio)


def test_editing_a_sentence_leaves_the_others_alone(voice: Voice) -> None:
    before = voice.say("One fine day. It rains. We stay.", OPTIONS)
    after = voice.say("One fine day. Now it snows outside. It rains. We stay.", OPTIONS)
    for one, other in ((0, 0), (1, 2), (2, 3)):
        a, b = before.sentences[one], after.sentences[other]
        np.testing.assert_array_equal(
            samples(voice, a.start_s, a.end_s, before.audio),
            samples(voice, b.start_s, b.end_s, after.audio),
        )


def test_streamed_pieces_joined_are_the_whole(voice: Voice) -> None:
    pieces = list(voice.stream(TEXT + "😀", OPTIONS))
    whole = voice.say(TEXT + "😀", OPTIONS)
    assert len(pieces) == 4
    joined = join_speech(pieces)
    np.testing.assert_array_equal(joined.audio, whole.audio)
    assert joined.sentences == whole.sentences
    assert joined.skipped == whole.skipped != []


def test_a_stream_refuses_a_bad_text_at_once(voice: Voice) -> None:
    with pytest.raises(TextError):
        voice.stream("。。。", OPTIONS)


def test_phones_have_their_times_inside_their_sentence(voice: Voice) -> None:
    speech = voice.say("Good morning. It rains.", OPTIONS)
    for sentence in speech.sentences:
        assert sentence.phone_times is not None
        assert [each.phone for each in sentence.phone_times] == sentence.phones[:-1]
        assert sentence.phone_times[0].start_s >= sentence.start_s - 1e-6
        assert sentence.phone_times[-1].end_s <= sentence.end_s + 1e-6
        for one, other in pairwise(sentence.phone_times):
            assert one.end_s == other.start_s
            assert one.start_s < one.end_s


def test_speed_shortens_the_speech(voice: Voice) -> None:
    slow, fast = (
        voice.say("A long walk through the quiet wood.", replace(OPTIONS, speed=speed)).seconds
        for speed in (0.5, 2.0)
    )
    assert slow / fast == pytest.approx(4.0, rel=0.3)


def test_progress_tells_each_sentence(voice: Voice) -> None:
    told: list[tuple[int, int, str]] = []
    voice.say("One day. It rains.", OPTIONS, progress=lambda *call: told.append(call))
    assert told == [(1, 2, "One day."), (2, 2, "It rains.")]


def test_a_reference_may_lack_a_text_or_have_company(
    project: ProjectPaths, clip: Path, tmp_path: Path
) -> None:
    base = project.pretrained_models / "mini"
    gpt, sovits = base / "gpt.safetensors", base / "sovits.safetensors"
    more = write_recording(tmp_path / "more.wav", 2.0, seed=5)
    alone = load_voice(gpt, sovits, ReferenceClip(clip), paths=project)
    together = load_voice(gpt, sovits, ReferenceClip(clip, more=(more,)), paths=project)
    one, other = (voice.say("Good morning.", OPTIONS) for voice in (alone, together))
    assert one.audio.shape == other.audio.shape  # timbre says nothing of the time
    assert not np.array_equal(one.audio, other.audio)


def test_threads_can_share_one_voice(voice: Voice) -> None:
    def speak(seed: int) -> bytes:
        return voice.say("Good morning.", replace(OPTIONS, seed=seed)).audio.tobytes()

    one_by_one = [speak(seed) for seed in range(4)]
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(speak, range(4))) == one_by_one


def test_only_what_is_too_loud_is_scaled() -> None:
    loud, quiet = np.array([0.5, -2.0], np.float32), np.array([0.5, -0.9], np.float32)
    assert within_full_scale(loud).tolist() == [0.25, -1.0]
    np.testing.assert_array_equal(within_full_scale(quiet), quiet)


def test_the_users_dictionary_wins(tmp_path: Path, clip: Path) -> None:
    paths = make_tiny_project(tmp_path / "project")
    paths.dictionary.write_text(
        "- {word: 重庆, language: zh, reading: zhong4 qing4}\n", encoding="utf-8"
    )
    base = paths.pretrained_models / "mini"
    voice = load_voice(
        base / "gpt.safetensors", base / "sovits.safetensors", ReferenceClip(clip), paths=paths
    )
    (sentence,) = voice.say("重庆", replace(OPTIONS, language="zh")).sentences
    assert sentence.phones == ["zh", "ong4", "q", "ing4", "."]


def test_a_saved_voice_opens_by_name(project: ProjectPaths, clip: Path) -> None:
    base = project.pretrained_models / "mini"
    parts = VoiceParts(
        base / "gpt.safetensors", base / "sovits.safetensors", ReferenceClip(clip, "Hello.", "en")
    )
    save_voice_file(make_voice_file("anna", "mini", parts, paths=project), project)
    assert open_voice("anna", paths=project).say("Good morning.", OPTIONS).seconds > 0


Break = Callable[[ProjectPaths, VoiceParts], VoiceParts]


def no_weights(paths: ProjectPaths, parts: VoiceParts) -> VoiceParts:
    return replace(parts, gpt=paths.root / "gone.safetensors")


def swapped(paths: ProjectPaths, parts: VoiceParts) -> VoiceParts:
    return replace(parts, gpt=parts.sovits, sovits=parts.gpt)


def short_reference(paths: ProjectPaths, parts: VoiceParts) -> VoiceParts:
    clip = write_recording(paths.root / "short.wav", 0.4)
    return replace(parts, reference=ReferenceClip(clip))


def long_reference(paths: ProjectPaths, parts: VoiceParts) -> VoiceParts:
    clip = write_recording(paths.root / "long.wav", 20)
    return replace(parts, reference=ReferenceClip(clip))


def long_text(paths: ProjectPaths, parts: VoiceParts) -> VoiceParts:
    return replace(parts, reference=replace(parts.reference, text=100 * "good morning "))


def unreadable_text(paths: ProjectPaths, parts: VoiceParts) -> VoiceParts:
    return replace(parts, reference=replace(parts.reference, text="😀"))


@pytest.mark.parametrize(
    ("break_it", "error", "says"),
    [
        (no_weights, WeightsError, r"gone\.safetensors"),
        (swapped, WeightsError, "holds sovits weights, where gpt"),
        (short_reference, AudioError, r"short\.wav: 0\.4 s is too short"),
        (long_reference, AudioError, r"long\.wav: 20\.0 s is too long .* 1 to 15 s"),
        (long_text, InputError, r"clip\.wav: .* too short for its text"),
        (unreadable_text, TextError, "text of the reference"),
    ],
)
def test_what_makes_no_voice_is_one_sentence(
    tmp_path: Path, break_it: Break, error: type[InputError], says: str
) -> None:
    paths = ProjectPaths(tmp_path)
    whole = VoiceParts(
        write_tiny_gpt(tmp_path / "g.safetensors"),
        write_tiny_sovits(tmp_path / "s.safetensors"),
        ReferenceClip(write_recording(tmp_path / "clip.wav", 4.0), "Hello.", "en"),
    )
    base = make_tiny_project(tmp_path / "project")
    parts = break_it(paths, whole)
    with pytest.raises(error, match=says) as caught:
        load_voice(parts.gpt, parts.sovits, parts.reference, paths=base)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("device", ["toaster", "cuda:99", "meta:3x"])
def test_an_unknown_device_is_one_sentence(project: ProjectPaths, clip: Path, device: str) -> None:
    base = project.pretrained_models / "mini"
    with pytest.raises(ConfigError, match=f"device '{device}' is not there"):
        load_voice(
            base / "gpt.safetensors",
            base / "sovits.safetensors",
            ReferenceClip(clip),
            device=device,
            paths=project,
        )


def test_a_familys_references_have_their_own_limits() -> None:
    assert reference_seconds(load_family("v2")) == (3, 10)
    assert reference_seconds(load_family("mini")) == (1, 15)
