"""Takes: what a person may do to one, and what may be wrong with it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from gpt_sovits.audio.write import write_audio
from gpt_sovits.errors import InputError
from gpt_sovits.inference.options import SpeakingOptions
from gpt_sovits.inference.reference import ReferenceClip
from gpt_sovits.inference.speech import write_timings
from gpt_sovits.inference.take import FILE, load_take, take_folder
from gpt_sovits.inference.take_changes import choose_rendering, edit_text, set_pause
from gpt_sovits.inference.take_history import delete_take, list_takes, make_take
from gpt_sovits.inference.take_joining import join_take
from gpt_sovits.inference.take_speaking import (
    forget_problems,
    set_reading,
    speak_again,
    speak_next,
    words_of,
)
from gpt_sovits.inference.voice import Voice
from gpt_sovits.inference.voice_file import VoiceParts
from gpt_sovits.paths import ProjectPaths
from gpt_sovits.text.dictionary import load_dictionary
from gpt_sovits.text.reading import UserWord
from tests.inference.takes import TEXT, MakeTake, speak_all
from tests.workbench.fakes import HummingVoice, add_voice


def recordings(folder: Path) -> set[str]:
    return {path.name for path in folder.glob("0*.wav")}


# --- what cannot be used ------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", " \n ", "☃☃", "……", "\x00", "ไทย"])
def test_a_text_of_which_nothing_can_be_read_makes_no_take(
    make: MakeTake, paths: ProjectPaths, text: str
) -> None:
    with pytest.raises(InputError, match=r"\w+"):
        make(text)
    assert list_takes(paths).takes == []


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\xff",
        b"[]",
        b"{}",
        b"{" * 5000,
        b'{"version": 2}',
        b"null",
    ],
)
def test_a_damaged_take_is_told_and_does_not_hide_the_others(
    make: MakeTake, paths: ProjectPaths, content: bytes
) -> None:
    good, bad = make(), make()
    (bad / FILE).write_bytes(content)
    history = list_takes(paths)
    assert [name for name, _ in history.takes] == [good.name]
    ((name, reason),) = history.damaged
    assert name == bad.name
    assert str(bad / FILE) in reason
    for change in (lambda: edit_text(bad, 0, "x"), lambda: join_take(bad, "wav")):
        with pytest.raises(InputError, match=FILE):
            change()
    assert (bad / FILE).read_bytes() == content


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("file", "../../secret.wav"),
        ("file", "/etc/passwd"),
        ("file", ".hidden"),
        ("seconds", "long"),
        ("chosen", 7),
        ("chosen", -2),
        ("pause_s", -1),
        ("pause_s", 1e9),
        ("unknown", 1),
    ],
)
def test_a_take_that_names_what_is_not_its_own_is_refused(
    make: MakeTake, paths: ProjectPaths, key: str, value: object
) -> None:
    folder = make()
    speak_all(folder, HummingVoice(), paths)
    values = json.loads((folder / FILE).read_text(encoding="utf-8"))
    sentence = values["sentences"][0]
    (sentence["renderings"][0] if key in ("file", "seconds") else sentence)[key] = value
    (folder / FILE).write_text(json.dumps(values), encoding="utf-8")
    with pytest.raises(InputError, match=FILE):
        load_take(folder)


@pytest.mark.parametrize("name", ["", "..", ".", "a/b", "none", "x\x00", "a" * 4000, r"\\host\a"])
def test_a_take_that_is_not_there_is_named(paths: ProjectPaths, name: str) -> None:
    for ask in (take_folder, delete_take):
        with pytest.raises(InputError):
            ask(name, paths)


def test_mistakes_of_a_person_change_nothing(make: MakeTake, paths: ProjectPaths) -> None:
    folder = make()
    before = (folder / FILE).read_bytes()
    wrong: list[Callable[[], object]] = [
        lambda: edit_text(folder, 3, "no such sentence"),
        lambda: edit_text(folder, -1, "no such sentence"),
        lambda: edit_text(folder, 0, "a" * 5000),
        lambda: set_pause(folder, 0, -0.1),
        lambda: set_pause(folder, 0, 61),
        lambda: set_pause(folder, 0, float("nan")),
        lambda: choose_rendering(folder, 0, 0),
        lambda: join_take(folder, "wav"),
        lambda: join_take(folder, "exe"),
        lambda: set_reading(folder, 0, UserWord("two", "en", "no arpabet"), paths),
        lambda: set_reading(folder, 0, UserWord("absent", "en", "T UW1"), paths),
        lambda: set_reading(folder, 0, UserWord("", "en", "T UW1"), paths),
    ]
    for mistake in wrong:
        with pytest.raises(InputError):
            mistake()
    assert (folder / FILE).read_bytes() == before


def test_a_reference_that_is_gone_or_no_file_makes_no_take(paths: ProjectPaths) -> None:
    parts = add_voice(paths, "Anna")
    for clip in (paths.root / "none.wav", paths.root):
        wrong = VoiceParts(parts.gpt, parts.sovits, ReferenceClip(clip))
        with pytest.raises(InputError):
            make_take("Anna", wrong, TEXT, SpeakingOptions(), symbols="v2", paths=paths)
    assert list_takes(paths).takes == []


# --- speaking -----------------------------------------------------------------------------------


def test_a_take_joined_is_what_the_voice_says(
    voice: Voice, make: MakeTake, paths: ProjectPaths
) -> None:
    options = SpeakingOptions(cut="cut5", pause_s=0.25, seed=-1)
    folder = make(TEXT + "\n你好，世界。", options)
    speak_all(folder, voice, paths)
    take = load_take(folder)
    said = voice.say(take.text, take.options)
    write_audio(paths.root / "said.wav", said.audio, said.sample_rate)
    write_timings(paths.root / "said.srt", said.sentences)
    for ending in ("wav", "srt"):
        joined = join_take(folder, ending)
        assert joined.read_bytes() == (paths.root / f"said.{ending}").read_bytes()


def test_what_is_spoken_stays_when_speaking_goes_on_later(
    make: MakeTake, paths: ProjectPaths
) -> None:
    folder = make()
    voice = HummingVoice()
    assert speak_next(folder, voice, paths)
    first = recordings(folder)
    assert len(first) == 1
    speak_all(folder, voice, paths)
    assert first < recordings(folder)
    assert voice.spoken == ["One two three.", "Here we are.", "One two three."]
    speak_all(folder, voice, paths)
    assert len(voice.spoken) == 3


def test_a_sentence_that_fails_keeps_its_reason_and_ends_no_other(
    make: MakeTake, paths: ProjectPaths
) -> None:
    for batch_size in (1, 3):
        folder = make("Good.\nBad.\nBetter.", SpeakingOptions(batch_size=batch_size))
        speak_all(folder, HummingVoice(fails_at="Bad."), paths)
        problems = [each.problem for each in load_take(folder).sentences]
        assert problems == [
            "",
            "Internal error, RuntimeError: out of memory (the terminal says more)",
            "",
        ]
        assert len(recordings(folder)) == 2
        forget_problems(folder)
        speak_all(folder, HummingVoice(), paths)
        assert all(each.chosen == 0 and not each.problem for each in load_take(folder).sentences)


def test_a_disk_that_is_full_ends_the_speaking(
    make: MakeTake, paths: ProjectPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: object) -> None:
        raise InputError("no space left on device")

    monkeypatch.setattr("gpt_sovits.inference.take_speaking.write_audio", full)
    folder = make()
    with pytest.raises(InputError, match="no space left"):
        speak_next(folder, HummingVoice(), paths)
    assert all(each.missing and not each.problem for each in load_take(folder).sentences)


def test_a_sentence_is_spoken_again_and_the_earlier_one_stays(
    make: MakeTake, paths: ProjectPaths
) -> None:
    folder = make()
    speak_all(folder, HummingVoice(), paths)
    before = {name: (folder / name).read_bytes() for name in recordings(folder)}
    speak_again(folder, 1, HummingVoice(), paths)
    sentence = load_take(folder).sentences[1]
    assert sentence.chosen == 1
    assert len({each.seed for each in sentence.renderings}) == 2
    assert {name: (folder / name).read_bytes() for name in before} == before
    choose_rendering(folder, 1, 0)
    assert load_take(folder).sentences[1].chosen == 0


def test_an_edited_sentence_is_spoken_anew_and_an_edit_taken_back_is_not(
    make: MakeTake, paths: ProjectPaths
) -> None:
    folder = make()
    voice = HummingVoice()
    speak_all(folder, voice, paths)
    edit_text(folder, 0, " Four \n five. ")
    assert load_take(folder).sentences[0].text == "Four five."
    speak_all(folder, voice, paths)
    assert voice.spoken[3:] == ["Four five."]
    edit_text(folder, 0, "One two three.")
    assert load_take(folder).sentences[0].chosen == 0
    choose_rendering(folder, 0, 1)
    assert load_take(folder).sentences[0].text == "Four five."


def test_a_sentence_edited_while_it_is_spoken_does_not_take_the_old_words(
    make: MakeTake, paths: ProjectPaths
) -> None:
    folder = make("One.")
    voice = HummingVoice(meanwhile=lambda: edit_text(folder, 0, "Two."))
    speak_next(folder, voice, paths)
    sentence = load_take(folder).sentences[0]
    assert sentence.missing
    assert [each.text for each in sentence.renderings] == ["One."]


def test_a_sentence_taken_out_is_neither_spoken_nor_joined(
    make: MakeTake, paths: ProjectPaths
) -> None:
    folder = make("One two.\nThree.")
    edit_text(folder, 1, "")
    speak_all(folder, HummingVoice(), paths)
    assert len(recordings(folder)) == 1
    assert "Three" not in join_take(folder, "srt").read_text(encoding="utf-8")
    with pytest.raises(InputError, match="taken out"):
        speak_again(folder, 1, HummingVoice(), paths)


# --- readings -----------------------------------------------------------------------------------


def test_a_reading_counts_for_its_sentence_alone(make: MakeTake, paths: ProjectPaths) -> None:
    folder = make("重庆很大。\n我爱重庆。", SpeakingOptions(language="zh"))
    (word,) = [each for each in words_of(folder, 0, paths) if each.word == "重庆"]
    assert (word.reading, word.own, word.can_change) == ("chong2 qing4", False, True)
    set_reading(folder, 0, UserWord("重庆", "zh", "zhong4 qing4"), paths)
    speak_all(folder, HummingVoice(), paths)
    one, other = (each.rendering for each in load_take(folder).sentences)
    assert one is not None
    assert other is not None
    assert "zh" in one.phones
    assert "ch" in other.phones
    assert words_of(folder, 0, paths)[0].own
    set_reading(folder, 0, UserWord("重庆", "zh", ""), paths)
    assert load_take(folder).sentences[0].missing
    assert load_dictionary(paths.dictionary).words[0].word == "GPT-SoVITS"


def test_a_reading_for_every_text_goes_into_the_dictionary_below_its_comments(
    make: MakeTake, paths: ProjectPaths
) -> None:
    folder = make("重庆很大。", SpeakingOptions(language="zh"))
    comments = paths.dictionary.read_text(encoding="utf-8").splitlines()[:3]
    word = UserWord("重庆", "zh", "zhong4 qing4")
    set_reading(folder, 0, word, paths, everywhere=True)
    assert word in load_dictionary(paths.dictionary).words
    assert paths.dictionary.read_text(encoding="utf-8").splitlines()[:3] == comments


def test_the_words_of_a_number_cannot_be_given_a_reading(
    make: MakeTake, paths: ProjectPaths
) -> None:
    words = words_of(make("I have 25 cats."), 0, paths)
    assert {each.word: each.can_change for each in words}["cats"]
    assert not all(each.can_change for each in words)
