from collections.abc import Iterator
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from gpt_sovits.errors import InputError
from gpt_sovits.inference.options import SpeakingOptions
from gpt_sovits.inference.take import Take, load_take
from gpt_sovits.inference.take_history import delete_take, list_takes, make_take
from gpt_sovits.inference.voice_file import VoiceParts
from gpt_sovits.options import option_fields
from gpt_sovits.paths import ProjectPaths
from gpt_sovits.workbench.speak import VoiceKeeper
from gpt_sovits.workbench.speak_acts import do_act, read_words
from gpt_sovits.workbench.speak_options import SpeakingForm
from gpt_sovits.workbench.speak_service import SpeakingService
from gpt_sovits.workbench.speak_view import NO_TAKE, tell_history, tell_state, view_take
from gpt_sovits.workbench.texts import LANGUAGES
from tests.jobs.scripts import wait_for
from tests.workbench.fakes import HummingVoice, add_voice, make_project

TEXT = "One two.\nThree four.\nFive six."


class Desk:
    """A project with a service whose voice can be held before each sentence."""

    def __init__(self, root: Path) -> None:
        self.paths = make_project(root)
        self.parts = add_voice(self.paths, "Anna")
        self.go, self.arrived = Event(), Event()
        self.go.set()
        self.voice = HummingVoice(meanwhile=self._hold)
        self.service = SpeakingService(self.paths, VoiceKeeper(self.paths, self._load))
        self.load_error: Exception | None = None

    def _hold(self) -> None:
        self.arrived.set()
        assert self.go.wait(20)

    def _load(self, parts: VoiceParts, paths: ProjectPaths) -> HummingVoice:
        if self.load_error:
            raise self.load_error
        return self.voice

    def make(self, text: str = TEXT) -> Path:
        options = SpeakingOptions()
        return make_take("Anna", self.parts, text, options, symbols="v2", paths=self.paths)

    def hold(self) -> None:
        self.go.clear()
        self.arrived.clear()

    def _is_spoken(self, folder: Path) -> bool:
        return self.service.state(folder.name) is None

    def wait(self, *folders: Path) -> list[Take]:
        for folder in folders:
            wait_for(partial(self._is_spoken, folder))
        return [load_take(folder) for folder in folders]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    desk.go.set()


def test_takes_are_spoken_one_after_the_other_and_nobody_waits(desk: Desk) -> None:
    one, other = desk.make(), desk.make("Seven eight.")
    desk.hold()
    desk.service.speak(one.name)
    desk.service.speak(other.name)
    assert desk.arrived.wait(20)
    assert desk.service.current == one.name
    state = desk.service.state(other.name)
    assert state is not None
    assert state.waits_for == 1
    desk.go.set()
    for take in desk.wait(one, other):
        assert all(each.chosen == 0 for each in take.sentences)
    assert desk.service.current is None


def test_stopping_keeps_the_sentence_in_hand_and_going_on_speaks_the_rest(desk: Desk) -> None:
    folder = desk.make()
    desk.hold()
    desk.service.speak(folder.name)
    assert desk.arrived.wait(20)
    desk.service.stop(folder.name)
    state = desk.service.state(folder.name)
    assert state is not None
    assert state.stops
    desk.go.set()
    (take,) = desk.wait(folder)
    assert [each.missing for each in take.sentences] == [False, True, True]
    desk.service.speak(folder.name)
    (take,) = desk.wait(folder)
    assert desk.voice.spoken == [each.text for each in take.sentences]


def test_one_sentence_comes_before_the_rest_of_a_long_text(desk: Desk) -> None:
    one, long = desk.make("One."), desk.make()
    desk.service.speak(one.name)
    desk.wait(one)
    desk.hold()
    desk.service.speak(long.name)
    assert desk.arrived.wait(20)
    desk.service.speak_again(one.name, 0)
    states = [desk.service.state(folder.name) for folder in (one, long)]
    assert [state.waits_for for state in states if state] == [0, 1]
    desk.go.set()
    desk.wait(one, long)
    assert desk.voice.spoken == ["One.", "One two.", "One.", "Three four.", "Five six."]


def test_a_voice_that_cannot_be_loaded_is_told_and_tried_again(desk: Desk) -> None:
    folder = desk.make()
    desk.load_error = InputError("the weights are damaged")
    desk.service.speak(folder.name)
    desk.wait(folder)
    assert desk.service.problem(folder.name) == "the weights are damaged"
    desk.load_error = ValueError("odd")
    desk.service.speak(folder.name)
    desk.wait(folder)
    assert "Internal error, ValueError" in desk.service.problem(folder.name)
    desk.load_error = None
    desk.service.speak(folder.name)
    (take,) = desk.wait(folder)
    assert desk.service.problem(folder.name) == ""
    assert take.sentences[0].chosen == 0


def test_a_take_deleted_while_it_is_spoken_ends_nothing_else(desk: Desk) -> None:
    one, other = desk.make(), desk.make()
    desk.hold()
    desk.service.speak(one.name)
    desk.service.speak(other.name)
    assert desk.arrived.wait(20)
    desk.service.stop(one.name)
    delete_take(one.name, desk.paths)
    desk.go.set()
    (take,) = desk.wait(other)
    assert take.sentences[2].chosen == 0
    assert not one.exists()


def test_sentences_that_failed_are_spoken_when_it_is_asked_for_again(desk: Desk) -> None:
    folder = desk.make()
    desk.voice.fails_at = "Three four."
    desk.service.speak(folder.name)
    (take,) = desk.wait(folder)
    assert [bool(each.problem) for each in take.sentences] == [False, True, False]
    desk.voice.fails_at = ""
    desk.service.speak(folder.name)
    (take,) = desk.wait(folder)
    assert not any(each.problem or each.missing for each in take.sentences)


def test_nothing_is_asked_for_takes_that_are_not_there(desk: Desk) -> None:
    folder = desk.make()
    for name in ("none", "../x", ""):
        with pytest.raises(InputError):
            desk.service.speak(name)
    with pytest.raises(InputError, match="no sentence 4"):
        desk.service.speak_again(folder.name, 3)
    assert desk.service.current is None


# --- what the browser asks for ------------------------------------------------------------------


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"take": "none"},
        {"kind": "explode"},
        {"kind": "text"},
        {"kind": "text", "text": None},
        {"kind": "text", "text": "a" * 4000},
        {"kind": "text", "text": "x", "index": True},
        {"kind": "text", "text": "x", "index": "0"},
        {"kind": "text", "text": "x", "index": 99},
        {"kind": "text", "text": "x", "take": "../../etc"},
        {"kind": "text", "text": "x", "take": ["a"]},
        {"kind": "choose", "number": 5},
        {"kind": "choose", "number": -1},
        {"kind": "pause", "pause_s": "long"},
        {"kind": "pause", "pause_s": -1},
        {"kind": "pause", "pause_s": 10**400},
        {"kind": "pause", "pause_s": float("inf")},
        {"kind": "reading", "word": "two", "language": "tlh", "reading": "x"},
        {"kind": "reading", "word": "two", "language": "en", "reading": "x"},
        {"kind": "reading", "word": "two", "language": "en"},
    ],
)
def test_what_a_browser_may_not_ask_for_changes_nothing(desk: Desk, values: dict[str, Any]) -> None:
    folder = desk.make()
    before = load_take(folder)
    with pytest.raises(InputError):
        do_act({"take": folder.name, "index": 0, **values}, desk.service)
    assert load_take(folder) == before


def test_half_a_character_is_replaced_where_it_cannot_be_kept(desk: Desk) -> None:
    folder = desk.make("Hello \ud83d there.")
    values = {"take": folder.name, "index": 0, "kind": "text", "text": "Hi \ud83d you."}
    do_act(values, desk.service)
    assert load_take(folder).sentences[0].text == "Hi \ufffd you."
    with pytest.raises(InputError):
        do_act(["no values"], desk.service)  # type: ignore[arg-type]


def test_the_table_does_all_that_can_be_done_to_a_sentence(desk: Desk) -> None:
    folder = desk.make()
    desk.service.speak(folder.name)
    desk.wait(folder)

    def act(kind: str, **values: object) -> Take:
        do_act({"take": folder.name, "index": 1, "kind": kind, **values}, desk.service)
        return desk.wait(folder)[0]

    assert act("text", text="Nine.").sentences[1].missing
    assert act("again").sentences[1].chosen == 1
    assert act("choose", number=0).sentences[1].text == "Three four."
    assert act("pause", pause_s=2).sentences[1].pause_s == 2.0
    assert act("pause", pause_s=None).sentences[1].pause_s is None
    word = {"word": "four", "language": "en"}
    assert act("reading", reading="F AO1 R", **word).sentences[1].readings
    (word_read,) = [
        each
        for each in read_words({"take": folder.name, "index": 1}, desk.service)["words"]
        if each["word"] == "four"
    ]
    assert word_read["own"]
    assert not act("reading", reading="", **word).sentences[1].readings
    assert read_words({"take": "none", "index": 1}, desk.service)["problem"]


# --- what is shown ------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_take_is_shown_while_it_is_spoken(desk: Desk, language: str) -> None:
    folder = desk.make()
    desk.hold()
    desk.service.speak(folder.name)
    assert desk.arrived.wait(20)
    take, state = load_take(folder), desk.service.state(folder.name)
    view = view_take(folder.name, take, folder, state, language)
    assert [row["state"] for row in view["rows"]] == ["now", "waits", "waits"]
    assert view["texts"]["again"]
    assert view["files"].startswith("gradio_api/file=")
    assert "0" in tell_state(take, state, language)
    desk.go.set()
    (take,) = desk.wait(folder)
    rows = view_take(folder.name, take, folder, None, language)["rows"]
    assert [row["state"] for row in rows] == ["spoken"] * 3
    assert all((folder / row["file"]).is_file() for row in rows)
    assert NO_TAKE.keys() <= view.keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_history_leaves_out_is_told(desk: Desk, language: str) -> None:
    assert tell_history(list_takes(desk.paths), language) == ""
    damaged, *_ = [desk.make("One.") for _ in range(3)]
    (damaged / "take.json").write_text("{", encoding="utf-8")
    told = tell_history(list_takes(desk.paths, limit=3), language)
    assert damaged.name in told
    assert "2" in tell_history(list_takes(desk.paths, limit=1), language)


def test_every_option_of_speaking_has_a_field() -> None:
    form = SpeakingForm()
    assert set(form.names) == {field.name for field in option_fields(SpeakingOptions)}
    values: list[Any] = [None] * len(form.names)
    assert form.options(*values) == SpeakingOptions()
    values[form.names.index("top_k")] = 0
    with pytest.raises(InputError) as caught:
        form.options(*values)
    assert caught.value.field == "top_k"
