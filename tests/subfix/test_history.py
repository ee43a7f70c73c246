import json
import random
import time

import pytest

from subfix.clip import Change, Clip, arrival, change_of
from subfix.history import Entry, History, entry_from_json


def clips(count: int) -> list[Clip]:
    return [
        Clip(n, f"{n}.wav", "ann", "en", f"text {n}", raw=f"line {n}") for n in range(1, count + 1)
    ]


def write(history: History, number: int, text: str, group: str = "", label: str = "edit") -> None:
    change = change_of(history.clips[number], {"text": text})
    assert change is not None
    history.apply(Entry(history.n + 1, "do", label, group, changes=(change,)))


def turn(history: History, kind: str) -> None:
    history.apply(entry_from_json({"n": history.n + 1, "kind": kind}))


def test_an_edit_is_undone_and_done_again() -> None:
    history = History(clips(2))
    write(history, 1, "new")
    assert history.clips[1].text == "new"
    assert history.clips[1].raw is None
    turn(history, "undo")
    assert history.listed() == clips(2)
    turn(history, "redo")
    assert history.clips[1].text == "new"


def test_neighbours_of_one_group_are_one_step() -> None:
    history = History(clips(2))
    for text in ("a", "ab", "abc"):
        write(history, 1, text, group="visit 1")
    write(history, 2, "other", group="visit 2")
    turn(history, "undo")
    turn(history, "undo")
    assert history.listed() == clips(2)
    turn(history, "redo")
    assert (history.clips[1].text, history.clips[2].text) == ("abc", "text 2")


def test_a_group_is_called_by_its_weightiest_operation() -> None:
    history = History(clips(1))
    write(history, 1, "a", group="g")
    write(history, 1, "b", group="g", label="done")
    assert history.done[-1].label == "done"


def test_an_edit_after_an_undo_ends_what_could_be_done_again() -> None:
    history = History(clips(1))
    write(history, 1, "a")
    turn(history, "undo")
    write(history, 1, "b")
    assert history.undone == []


def test_what_comes_and_goes_finds_its_place_again() -> None:
    history = History(clips(3))
    new = Clip(4, "4.wav")
    event = history.apply(Entry(1, "do", "split", changes=(arrival(new, 1),)))
    assert history.order == [1, 4, 2, 3]
    assert event.placed == [(4, 1)]
    gone = tuple(
        arrival(history.clips[each], behind).reversed() for each, behind in ((2, 4), (4, 1))
    )
    event = history.apply(Entry(2, "do", "merge", changes=gone))
    assert (history.order, event.removed) == ([1, 3], [2, 4])
    event = history.apply(Entry(3, "undo"))
    assert history.order == [1, 4, 2, 3]
    assert event.placed == [(2, 4), (4, 1)] or event.placed == [(4, 1), (2, 4)]
    history.apply(Entry(4, "undo"))
    assert history.listed() == clips(3)


def test_numbers_are_never_given_again() -> None:
    history = History(clips(1))
    history.apply(Entry(1, "do", changes=(arrival(Clip(2), 1),)))
    history.apply(Entry(2, "undo"))
    assert history.next_id == 3


@pytest.mark.parametrize(
    "values",
    [{}, {"n": 1}, {"n": 1, "kind": "burn"}, {"n": 1, "kind": "do", "changes": [{"x": 1}]}],
)
def test_no_entry_is_refused(values: dict[str, object]) -> None:
    with pytest.raises((ValueError, TypeError, KeyError)):
        entry_from_json(values)


def test_the_journal_leads_to_the_same_list() -> None:
    """A thousand random operations, told by JSON alone, and all of them undone."""
    rng = random.Random(5)
    history, told = History(clips(6)), History(clips(6))
    for _ in range(1000):
        entry = random_entry(rng, history)
        history.apply(entry)
        told.apply(entry_from_json(json.loads(json.dumps(entry.to_json()))))
        assert told.listed() == history.listed()
    while history.done:
        turn(history, "undo")
    assert history.listed() == clips(6)


def random_entry(rng: random.Random, history: History) -> Entry:
    n, kind = history.n + 1, rng.choice(["edit"] * 4 + ["come", "go", "undo", "undo", "redo"])
    if kind == "undo" and history.done:
        return Entry(n, "undo")
    if kind == "redo" and history.undone:
        return Entry(n, "redo")
    changes: tuple[Change, ...] = ()
    places = [0, *history.order]
    at = rng.randrange(len(places))
    if kind == "come" or len(places) == 1:
        changes = (arrival(Clip(history.next_id, "new.wav"), places[at]),)
    elif kind == "go" and at:
        changes = (arrival(history.clips[places[at]], places[at - 1]).reversed(),)
    else:
        clip = history.clips[rng.choice(history.order)]
        change = change_of(clip, {"text": str(n)})
        assert change is not None
        changes = (change,)
    return Entry(n, "do", kind, rng.choice(["", "", "g"]), changes=changes)


def test_a_list_of_many_arrivals_takes_no_longer_than_its_length() -> None:
    """Ten times the clips in about ten times the time: no arrival goes through the whole list."""

    def seconds(count: int) -> float:
        history = History(clips(count))
        coming = [arrival(Clip(count + n), count + n - 1) for n in range(1, count + 1)]
        begun = time.process_time()
        history.apply(Entry(1, "do", "outside", changes=tuple(coming)))
        turn(history, "undo")
        turn(history, "redo")
        assert history.order == list(range(1, 2 * count + 1))
        return time.process_time() - begun

    assert min(seconds(10_000) for _ in range(2)) < 40 * min(seconds(1000) for _ in range(4))
