import threading
from pathlib import Path

import pytest
from filelock import FileLock

from gpt_sovits.errors import InputError
from subfix.history import Event
from subfix.notices import ConflictError, Notice, Saved
from subfix.store import Store
from tests.subfix.lists import TEXTS, lines_of, make_list, opened, write


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
