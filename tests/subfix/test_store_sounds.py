"""Clips that are split, trimmed and merged, and which sounds a list may have heard."""

import random
from pathlib import Path

import numpy as np
import pytest

from gpt_sovits.audio.read import read_audio
from gpt_sovits.audio.write import write_audio
from gpt_sovits.errors import InputError
from subfix.sounds import Sound, read_sound
from subfix.store import Store
from tests.subfix.lists import TEXTS, lines_of, make_list, opened, samples, write


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    return make_list(tmp_path)


# --- sound ------------------------------------------------------------------------------------


def sound_of(store: Store, number: int) -> np.ndarray:
    return read_sound(store.find_sound(store.clips[number]))[0][0]


def test_a_split_is_exact_and_divides_the_text(listed: Path) -> None:
    with opened(listed) as store:
        event = store.split(1, 1234, ("Hello", "there."))
        first, second = store.order[:2]
        assert event.placed == [(second, first)]
        np.testing.assert_array_equal(sound_of(store, first), samples(0)[:1234])
        np.testing.assert_array_equal(sound_of(store, second), samples(0)[1234:])
        assert [store.clips[each].text for each in (first, second)] == ["Hello", "there."]
    np.testing.assert_array_equal(read_audio(listed.parent / "wavs/0.wav")[0], samples(0))
    assert [line.split("|", 1)[1] for line in lines_of(listed)[:2]] == [
        "ann|en|Hello",
        "ann|en|there.",
    ]


def test_split_and_merge_give_back_the_same_samples(listed: Path) -> None:
    with opened(listed) as store:
        rng = np.random.default_rng(1)
        for at in rng.integers(1, len(samples(0)), 10):
            store.split(1, int(at), ("Hello", "there."))
            store.merge(store.order[:2])
            np.testing.assert_array_equal(sound_of(store, 1), samples(0))
            assert store.clips[1].text == "Hello there."
        assert len(store.order) == 4


@pytest.mark.parametrize("seed", [1, 4])
def test_parts_of_parts_merged_give_back_the_same_samples(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    whole = samples(seed, 3.0)
    write_audio(tmp_path / "a.wav", whole, 48000)
    (tmp_path / "a.list").write_text("a.wav|ann|en|t\n", encoding="utf-8")
    with opened(tmp_path / "a.list") as store:
        for _ in range(20):
            number = rng.choice(store.order)
            part, _ = read_sound(store.find_sound(store.clips[number]))
            store.split(number, rng.randrange(1, part.shape[1]), ("x", "y"))
        store.merge(store.order)
        joined, _ = read_sound(store.find_sound(store.clips[1]))
        assert np.array_equal(joined[0], whole)


def test_a_cut_decodes_the_clip_once(listed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[Sound] = []

    def counted(sound: Sound) -> tuple[np.ndarray, int]:
        read.append(sound)
        return read_sound(sound)

    monkeypatch.setattr("subfix.operations.read_sound", counted)
    monkeypatch.setattr("subfix.sounds.read_sound", counted)
    with opened(listed) as store:
        store.split(1, 4000, ("a", "b"))
        store.trim(2, 0, 100)
    assert len(read) == 2


def test_a_trim_is_exact_and_undone(listed: Path) -> None:
    with opened(listed) as store:
        store.trim(2, 100, 4321)
        np.testing.assert_array_equal(sound_of(store, 2), samples(1)[100:4321])
        store.undo()
        np.testing.assert_array_equal(sound_of(store, 2), samples(1))
        assert store.trim(2, 0, len(samples(1))).changes == [], "nothing is cut off"


def test_undo_forgets_sounds_once_nothing_leads_back(listed: Path) -> None:
    with opened(listed) as store:
        store.split(1, 4000, ("a", "b"))
        store.undo()
        made = list((store.folder / "audio").iterdir())
        assert len(made) == 2, "redo needs them"
        store.redo()
        np.testing.assert_array_equal(sound_of(store, 1), samples(0)[:4000])
        store.undo()
        write(store, 2, "x")
        assert list((store.folder / "audio").iterdir()) == []


def test_only_neighbours_are_merged(listed: Path) -> None:
    with opened(listed) as store:
        for ids in ([1, 3], [2], [1, 99], []):
            with pytest.raises(InputError):
                store.merge(ids)
        store.delete([2])
        store.merge([3, 1])
        assert [store.clips[each].text for each in store.order] == [
            "Hello there. こんにちは。",
            *TEXTS[1::2],
        ]
        store.undo()
        store.undo()
        assert [store.clips[each].text for each in store.order] == list(TEXTS)


@pytest.mark.parametrize("at", [0, -1, 8000, 10**12])
def test_a_cut_outside_of_the_clip_is_refused(listed: Path, at: int) -> None:
    with opened(listed) as store:
        with pytest.raises(InputError, match="not inside the clip"):
            store.split(1, at, ("a", "b"))
        assert not (store.folder / "audio").exists()


def test_a_clip_with_a_whole_path_keeps_having_one(tmp_path: Path) -> None:
    listed = make_list(tmp_path)
    text = listed.read_text(encoding="utf-8").replace("wavs/", f"{tmp_path}/wavs/")
    listed.write_text(text, encoding="utf-8")
    with opened(listed) as store:
        store.split(1, 4000, ("a", "b"))
    assert all(Path(line.split("|")[0]).is_absolute() for line in lines_of(listed))


@pytest.mark.parametrize("name", ["journal.jsonl", "first"])
def test_a_folder_that_cannot_be_written_is_told(listed: Path, name: str) -> None:
    folder = listed.with_name("voice.list.subfix")
    folder.mkdir()
    path = folder / name
    path.mkdir() if name == "journal.jsonl" else path.touch()
    for _ in range(2):  # and its lock is given back
        with pytest.raises(InputError, match=r"voice\.list\.subfix: cannot be made or written"):
            Store.open(listed)


def test_where_a_list_is_open_is_no_matter_of_life(listed: Path) -> None:
    with opened(listed) as store:
        (store.folder / "address.txt").mkdir()
        store.tell_address("http://127.0.0.1:9871/")
    with opened(listed):
        pass


def test_clips_cut_twice_at_one_place_know_their_pause(listed: Path) -> None:
    with opened(listed) as store:
        for _ in range(2):
            store.split(1, 4000, ("a", "b"))
            store.trim(1, 0, 3000)
            store.merge(store.order[:2])
            whole, _ = read_sound(store.find_sound(store.clips[1]))
            assert whole.shape[1] == 8000, "the pause is where the trim took it from"
            for _ in range(3):
                store.undo()


# --- which sounds may be heard ----------------------------------------------------------------


def test_a_mended_line_names_no_sound_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    secret = make_list(tmp_path / "secret", ["x"]).parent / "wavs" / "0.wav"
    listed = make_list(tmp_path / "a")
    (tmp_path / "a" / "link.wav").symlink_to(secret)
    listed.write_text("broken\nbroken too\n" + listed.read_text(encoding="utf-8"), encoding="utf-8")
    with opened(listed) as store:
        for name in (str(secret), "../secret/wavs/0.wav", "link.wav"):
            store.repair(1, f"{name}|x|en|text")
            with pytest.raises(InputError, match="outside of the list's folders"):
                store.find_sound(store.clips[1])
            store.undo()
        store.repair(1, "wavs/0.wav|x|en|text")
        assert store.find_sound(store.clips[1]).path.name == "0.wav"


def test_sounds_outside_of_a_project_are_refused_where_that_is_asked_for(tmp_path: Path) -> None:
    other = make_list(tmp_path / "elsewhere").parent / "wavs" / "0.wav"
    listed = make_list(tmp_path / "project")
    with listed.open("a", encoding="utf-8") as file:
        file.write(f"{other}|x|en|t\n")
    store = Store.open(listed, inside=lambda path: path.is_relative_to(tmp_path / "project"))
    assert store.find_sound(store.clips[1]).path.name == "0.wav"
    with pytest.raises(InputError, match="lies outside of"):
        store.find_sound(store.clips[5])
    store.close()


def test_sounds_that_the_list_named_are_heard_wherever_they_are(tmp_path: Path) -> None:
    other = make_list(tmp_path / "elsewhere").parent / "wavs" / "0.wav"
    listed = tmp_path / "a.list"
    listed.write_text(f"{other}|x|en|t\nbroken\n", encoding="utf-8")
    with opened(listed) as store:
        assert store.find_sound(store.clips[1]).path == other
        store.repair(2, f"{other.with_name('1.wav')}|x|en|its neighbour")
        assert store.find_sound(store.clips[2]).path.name == "1.wav"
