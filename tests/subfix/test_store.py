import random
import threading
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock

from gpt_sovits.audio.read import read_audio
from gpt_sovits.audio.write import write_audio
from gpt_sovits.errors import InputError
from subfix.history import Event
from subfix.notices import ConflictError, Notice, Saved
from subfix.sounds import Sound, read_sound
from subfix.store import Store
from tests.subfix.lists import TEXTS, lines_of, make_list, opened, samples, write


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    return make_list(tmp_path)


# --- editing and the list ---------------------------------------------------------------------


def test_an_edit_is_in_the_list_and_only_its_line_is_new(listed: Path) -> None:
    before = lines_of(listed)
    with opened(listed) as store:
        write(store, 2, "世界，你好。")
        store.save()
        assert lines_of(listed)[1] == "wavs/1.wav|ann|ZH|世界，你好。"
    assert [line for line in lines_of(listed) if line in before] == [before[0], *before[2:]]


def test_the_list_is_written_by_itself(listed: Path) -> None:
    with opened(listed) as store:
        told: list[Notice] = []
        saved = threading.Event()

        def listen(notice: Notice) -> None:
            told.append(notice)
            if isinstance(notice, Saved):
                saved.set()

        store.subscribe(listen)
        write(store, 1, "Goodbye.")
        assert not store.is_saved
        assert saved.wait(10)
        assert store.is_saved
        assert lines_of(listed)[0].endswith("|Goodbye.")
        assert [type(notice) for notice in told] == [Event, Saved]


def test_opening_alone_changes_nothing(listed: Path) -> None:
    content, mark = listed.read_bytes(), listed.stat().st_mtime_ns
    with opened(listed):
        pass
    assert (listed.read_bytes(), listed.stat().st_mtime_ns) == (content, mark)
    assert not listed.with_name("voice.list.subfix").exists()


def test_the_first_version_is_kept(listed: Path) -> None:
    content = listed.read_bytes()
    for text in ("one", "two"):
        with opened(listed) as store:
            write(store, 1, text)
    assert (listed.parent / "voice.list.subfix" / "first" / "voice.list").read_bytes() == content


def test_everything_undone_gives_the_very_bytes(listed: Path) -> None:
    listed.write_bytes(
        b"\xef\xbb\xbf" + listed.read_bytes().replace(b"\n", b"\r\n") + b"broken\r\n\r\n"
    )
    content = listed.read_bytes()
    with opened(listed) as store:
        write(store, 1, "x")
        store.delete([2, 3])
        store.repair(5, "wavs/0.wav|bob|en|mended")
        store.split(4, 4000, ("One,", "two, three."))
    assert listed.read_bytes() != content
    with opened(listed) as store:
        while store.undo():
            pass
    assert listed.read_bytes() == content


def test_undo_and_redo_reach_across_restarts(listed: Path) -> None:
    texts = [f"text {number}" for number in range(25)]
    for text in texts:
        with opened(listed) as store:
            write(store, 1, text)
    with opened(listed) as store:
        for text in reversed([TEXTS[0], *texts[:-1]]):
            assert store.undo() is not None
            assert store.clips[1].text == text
        assert store.undo() is None
    with opened(listed) as store:
        for _ in range(20):
            store.redo()
        assert store.clips[1].text == texts[19]
        assert store.history() == {"undo": "edit", "redo": "edit"}


def test_a_batch_is_one_step(listed: Path) -> None:
    with opened(listed) as store:
        values = {each: {"speaker": "bob"} for each in store.order}
        store.edit(values, {each: {"speaker": "ann"} for each in store.order}, label="speaker")
        store.save()
        assert all("|bob|" in line for line in lines_of(listed))
        assert store.history()["undo"] == "speaker"
        store.undo()
        assert {clip.speaker for clip in store.clips.values()} == {"ann"}


def test_a_field_changed_elsewhere_is_a_conflict_and_nothing_is_done(listed: Path) -> None:
    with opened(listed) as store:
        write(store, 1, "theirs")
        values = {2: {"text": "mine too"}, 1: {"text": "mine"}}
        with pytest.raises(ConflictError) as raised:
            store.edit(values, {1: {"text": TEXTS[0]}, 2: {"text": TEXTS[1]}})
        assert [clip.text for clip in raised.value.clips] == ["theirs"]
        assert (store.clips[2].text, store.n) == (TEXTS[1], 1)
        store.edit({1: {"speaker": "bob"}}, {1: {"speaker": "ann"}})
        assert store.clips[1].text == "theirs", "another field is no conflict"


def test_what_is_asked_twice_is_done_once_also_after_a_restart(listed: Path) -> None:
    with opened(listed) as store:
        store.split(1, 4000, ("a", "b"), key="k1")
        assert store.split(1, 4000, ("a", "b"), key="k1").changes == []
        store.undo(key="k2")
    with opened(listed) as store:
        store.undo(key="k2")
        store.redo(key="k3")
        assert store.split(1, 4000, ("a", "b"), key="k1").n == 1
        assert len(store.order) == 5


def test_done_and_flag_are_kept_beside_the_list(listed: Path) -> None:
    content = listed.read_bytes()
    with opened(listed) as store:
        store.edit({1: {"done": True, "flag": "noise"}}, {})
    assert listed.read_bytes() == content
    with opened(listed) as store:
        assert (store.clips[1].done, store.clips[1].flag) == (True, "noise")


# --- broken lines -----------------------------------------------------------------------------


def test_a_broken_line_stays_and_can_be_mended(listed: Path) -> None:
    listed.write_text("nothing\n" + listed.read_text(encoding="utf-8"), encoding="utf-8")
    with opened(listed) as store:
        assert store.clips[1].problem
        with pytest.raises(InputError, match="mend"):
            store.edit({1: {"text": "x"}}, {})
        write(store, 2, "edited")
        store.save()
        assert lines_of(listed)[0] == "nothing"
        store.repair(1, "wavs/1.wav | still broken")
        assert store.clips[1].problem
        store.repair(1, "wavs/0.wav|ann|en|mended")
        assert (store.clips[1].problem, store.clips[1].text) == ("", "mended")
        with pytest.raises(InputError, match="can be used as it is"):
            store.repair(2, "x|y|en|z")
        store.save()
        assert lines_of(listed)[0] == "wavs/0.wav|ann|en|mended"


def test_a_line_whose_language_is_unknown_is_mended_by_choosing_one(listed: Path) -> None:
    listed.write_text("wavs/0.wav|ann|klingon|nuqneH\n", encoding="utf-8")
    with opened(listed) as store:
        assert "klingon" in store.clips[1].problem
        store.edit({1: {"language": "en"}}, {1: {"language": "klingon"}})
        assert store.clips[1].problem == ""
    assert lines_of(listed) == ["wavs/0.wav|ann|en|nuqneH"]


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


# --- what cannot be ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"speaker": "a|b"}, "cannot stand in"),
        ({"speaker": "a\nb"}, "cannot stand in"),
        ({"language": "klingon"}, "klingon"),
        ({"audio": "/etc/passwd"}, "cannot be edited"),
        ({"raw": "x"}, "cannot be edited"),
        ({"done": "yes"}, "true or false"),
        ({"text": 5}, "no text"),
        ({"text": "x" * 200_000}, "no text"),
        ({"text": "\ud800"}, "half a character"),
    ],
)
def test_a_value_that_cannot_be_is_refused(
    listed: Path, values: dict[str, object], told: str
) -> None:
    with opened(listed) as store:
        with pytest.raises(InputError, match=told):
            store.edit({1: values}, {})
        with pytest.raises(InputError, match="no clip 99"):
            store.edit({99: {"text": "x"}}, {})
        assert store.n == 0


def test_a_text_stays_in_its_line(listed: Path) -> None:
    with opened(listed) as store:
        write(store, 1, "two\nlines | and\0 more ")
        store.save()
        assert lines_of(listed)[0] == "wavs/0.wav|ann|en|two lines | and  more"
        assert len(lines_of(listed)) == 4


def test_an_edit_that_cannot_be_kept_is_not_done(
    listed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(listed) as store:

        def full(line: object) -> None:
            raise InputError("the disk is full")

        with monkeypatch.context() as patched:
            patched.setattr(store._place.journal, "append", full)
            with pytest.raises(InputError, match="disk is full"):
                store.split(1, 4000, ("a", "b"))
        assert (store.n, len(store.order)) == (0, 4)
        assert list((store.folder / "audio").iterdir()) == []


def test_a_list_is_open_once(listed: Path) -> None:
    with opened(listed) as store:
        store.tell_address("http://127.0.0.1:9871/")
        with pytest.raises(InputError, match=r"is open already at http://127\.0\.0\.1:9871/"):
            Store.open(listed)
    with opened(listed):
        pass


@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe\0\0\0", b"\n\n"])
def test_what_is_no_list_leaves_nothing_behind(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "a.list"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=r"a\.list"):
        Store.open(path)
    assert [each.name for each in tmp_path.iterdir()] == ([] if content is None else ["a.list"])


def test_a_folder_that_cannot_be_made_is_told(listed: Path) -> None:
    listed.with_name("voice.list.subfix").write_text("in the way", encoding="utf-8")
    with pytest.raises(InputError, match="cannot be made or written"):
        Store.open(listed)


def test_a_first_version_that_is_gone_is_told(listed: Path) -> None:
    with opened(listed) as store:
        write(store, 1, "x")
        first = store.folder / "first" / "voice.list"
    content = first.read_bytes()
    first.write_bytes(content + b"more")
    with pytest.raises(InputError, match="was changed, and the journal builds on it"):
        Store.open(listed)
    first.write_bytes(content)
    with opened(listed) as store:
        assert store.clips[1].text == "x"


def test_a_link_to_a_list_stays_one(listed: Path) -> None:
    link = listed.with_name("link.list")
    link.symlink_to(listed)
    with opened(link) as store:
        write(store, 1, "x")
    assert link.is_symlink()
    assert lines_of(listed)[0].endswith("|x")


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
    store = Store.open(listed, inside=tmp_path / "project")
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


# --- what must not undo an edit ---------------------------------------------------------------


def test_whoever_is_told_cannot_undo_what_is_durable(listed: Path) -> None:
    def fail(notice: Notice) -> None:
        raise InputError("no page can be told")

    with opened(listed) as store:
        store.subscribe(fail)
        assert store.split(1, 4000, ("a", "b")).n == 1
        assert store.find_sound(store.clips[5]).path.is_file()


def test_a_sound_that_cannot_be_removed_stays(listed: Path) -> None:
    with opened(listed) as store:
        store.split(1, 4000, ("a", "b"))
        path = store.find_sound(store.clips[1]).path
        store.undo()
        path.unlink()
        path.mkdir()  # as one that a player on Windows has open: it cannot be removed
        write(store, 2, "x")
        assert store.n == 3


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


def test_a_list_that_is_closed_unwritten_is_told(
    listed: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("subfix.listed_file.PATIENCE_S", 0.01)
    with opened(listed), FileLock(listed.with_name(f".{listed.name}.lock")):
        pass
    assert not caplog.records
    with FileLock(listed.with_name(f".{listed.name}.lock")), opened(listed) as store:
        write(store, 1, "x")
    assert "voice.list: does not have the last edits" in caplog.text
