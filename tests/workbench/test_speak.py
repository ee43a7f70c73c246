import os
from dataclasses import replace
from pathlib import Path

import pytest

from gpt_sovits.errors import InputError
from gpt_sovits.inference.reference import ReferenceClip
from gpt_sovits.inference.voice_file import VoiceParts
from gpt_sovits.paths import ProjectPaths
from gpt_sovits.workbench.speak import BASE, VoiceKeeper, family_of, parts_of, speaking_voices
from tests.workbench.fakes import HummingVoice, add_voice, make_project, write_tone


@pytest.fixture
def paths(tmp_path: Path) -> ProjectPaths:
    return make_project(tmp_path)


def test_voices_come_first_and_then_the_bases_that_are_here(paths: ProjectPaths) -> None:
    add_voice(paths, "Berta")
    add_voice(paths, "Anna")
    assert speaking_voices(paths) == ["Anna", "Berta", BASE + "mini"]
    assert {family_of(name, paths).name for name in speaking_voices(paths)} == {"mini"}


def test_an_empty_project_offers_nothing(tmp_path: Path) -> None:
    assert speaking_voices(ProjectPaths(tmp_path)) == []


def test_choosing_nothing_or_a_base_without_a_clip_says_what_to_do(paths: ProjectPaths) -> None:
    with pytest.raises(InputError, match="Train"):
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
    write_tone(berta.reference.audio, seconds=5)
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
    write_tone(more, seconds=5)
    keeper.voice(anna)
    keeper.voice(anna)
    assert n_loaded == 3
    copy = write_tone(paths.output / "copy.wav", seconds=5)
    keeper.voice(replace(anna, reference=replace(anna.reference, more=(copy,))))
    assert n_loaded == 3, "a copy of a clip is the same clip"


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
