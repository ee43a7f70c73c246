import os
from dataclasses import replace
from pathlib import Path

import pytest

from gpt_sovits.audio.read import read_audio
from gpt_sovits.errors import InputError
from gpt_sovits.inference.options import SpeakingOptions
from gpt_sovits.inference.reference import ReferenceClip
from gpt_sovits.inference.speech import SpokenSentence
from gpt_sovits.inference.voice_file import VoiceParts
from gpt_sovits.paths import ProjectPaths
from gpt_sovits.workbench.speak import (
    BASE,
    Spoken,
    VoiceKeeper,
    parts_of,
    speak,
    voice_choices,
)
from gpt_sovits.workbench.speak_tab import sentence_table
from tests.workbench.fakes import HummingVoice, add_voice, make_project, write_tone


@pytest.fixture
def paths(tmp_path: Path) -> ProjectPaths:
    return make_project(tmp_path)


def test_voices_come_first_and_then_the_bases_that_are_here(paths: ProjectPaths) -> None:
    add_voice(paths, "Berta")
    add_voice(paths, "Anna")
    assert [value for _, value in voice_choices(paths)] == ["Anna", "Berta", BASE + "mini"]


def test_an_empty_project_offers_nothing(tmp_path: Path) -> None:
    assert voice_choices(ProjectPaths(tmp_path)) == []


def test_a_voice_speaks_into_a_file_sentence_by_sentence(paths: ProjectPaths) -> None:
    states = list(speak(HummingVoice(), "Anna", "One.\nTwo.", SpeakingOptions(), paths))
    assert [len(state.sentences) for state in states] == [1, 2, 2]
    assert [state.path is None for state in states] == [True, True, False]
    last = states[-1]
    assert last.path is not None
    assert last.path.parent == paths.output / "say"
    audio, rate = read_audio(last.path)
    assert len(audio) / rate == pytest.approx(last.seconds)


def test_speaking_twice_in_a_second_keeps_both(paths: ProjectPaths) -> None:
    for _ in range(3):
        list(speak(HummingVoice(), BASE + "mini", "One.", SpeakingOptions(), paths))
    assert len(list((paths.output / "say").iterdir())) == 3


@pytest.mark.parametrize("text", ["", " \n ", "☃☃", "……", "\x00"])
def test_a_text_without_readable_characters_gets_a_sentence(paths: ProjectPaths, text: str) -> None:
    with pytest.raises(InputError, match=r"\w+"):
        list(speak(HummingVoice(), "Anna", text, SpeakingOptions(), paths))
    assert not paths.output.exists()


def test_choosing_nothing_or_a_base_without_a_clip_says_what_to_do(paths: ProjectPaths) -> None:
    with pytest.raises(InputError, match="Fine-tune"):
        parts_of(None, None, paths)
    with pytest.raises(InputError, match="reference clip"):
        parts_of(BASE + "mini", None, paths)


def test_a_clip_takes_the_place_of_the_voices_own(paths: ProjectPaths) -> None:
    parts = add_voice(paths, "Anna")
    clip = ReferenceClip(write_tone(paths.root / "own.wav"), "Hello.", "en")
    assert parts_of("Anna", None, paths) == parts
    assert parts_of("Anna", clip, paths) == replace(parts, reference=clip)
    assert parts_of(BASE + "mini", clip, paths).reference == clip


def test_a_voice_that_was_deleted_meanwhile_gets_a_sentence(paths: ProjectPaths) -> None:
    parts = add_voice(paths, "Anna")
    keeper = VoiceKeeper(paths, lambda parts, paths: HummingVoice())
    parts.reference.audio.unlink()
    with pytest.raises(InputError, match=r"Anna\.wav"):
        keeper.voice(parts)
    with pytest.raises(InputError, match=r"Anna\.wav"):
        parts_of("Anna", None, paths)
    (paths.voices / "Anna.yaml").unlink()
    with pytest.raises(InputError, match="unknown voice 'Anna'"):
        parts_of("Anna", None, paths)


def test_a_voice_is_loaded_once_and_again_when_its_files_change(paths: ProjectPaths) -> None:
    loaded: list[VoiceParts] = []

    def load(parts: VoiceParts, paths: ProjectPaths) -> HummingVoice:
        loaded.append(parts)
        return HummingVoice()

    keeper = VoiceKeeper(paths, load)
    anna, berta = add_voice(paths, "Anna"), add_voice(paths, "Berta")
    assert keeper.voice(anna) is keeper.voice(anna)
    assert len(loaded) == 1
    os.utime(anna.gpt, ns=(0, 0))
    keeper.voice(anna)
    keeper.voice(berta)
    assert loaded == [anna, anna, berta]


def test_a_voice_is_loaded_again_when_the_dictionary_or_a_further_reference_changes(
    paths: ProjectPaths,
) -> None:
    n_loaded = 0

    def load(parts: VoiceParts, paths: ProjectPaths) -> HummingVoice:
        nonlocal n_loaded
        n_loaded += 1
        return HummingVoice()

    keeper = VoiceKeeper(paths, load)
    more = write_tone(paths.input / "more.wav")
    anna = add_voice(paths, "Anna")
    anna = replace(anna, reference=replace(anna.reference, more=(more,)))
    keeper.voice(anna)
    os.utime(paths.dictionary, ns=(0, 0))
    keeper.voice(anna)
    os.utime(more, ns=(0, 0))
    keeper.voice(anna)
    keeper.voice(anna)
    assert n_loaded == 3


def test_a_voice_that_failed_to_load_is_tried_again(paths: ProjectPaths) -> None:
    outcomes: list[bool] = [False, True]

    def load(parts: VoiceParts, paths: ProjectPaths) -> HummingVoice:
        if not outcomes.pop(0):
            raise InputError("damaged")
        return HummingVoice()

    keeper = VoiceKeeper(paths, load)
    parts = add_voice(paths, "Anna")
    with pytest.raises(InputError, match="damaged"):
        keeper.voice(parts)
    assert keeper.voice(parts) is keeper.voice(parts)


def test_texts_are_shown_as_they_are_and_never_as_html() -> None:
    sentence = SpokenSentence("<script>x</script>", [], 61.5, 62.25)
    html = sentence_table(Spoken([sentence], 62.25, [("<b>", "<i>")]))
    assert "<script>" not in html
    assert "<b>&lt;b&gt;</b>: &lt;i&gt;" in html
    assert "1:01.50" in html
