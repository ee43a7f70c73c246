import threading
import time
from pathlib import Path

import pytest
from filelock import FileLock

from gpt_sovits.errors import InputError
from subfix.notices import Outside
from tests.jobs.scripts import wait_for
from tests.subfix.lists import TEXTS, lines_of, make_list, opened, write


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    return make_list(tmp_path)


def replace_in(path: Path, old: str, new: str) -> None:
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")


def test_a_change_from_outside_is_noticed_before_it_is_overwritten(listed: Path) -> None:
    with opened(listed) as store:
        write(store, 1, "mine")
        store.save()
        replace_in(listed, TEXTS[3], "theirs")
        write(store, 2, "mine too")
        store.save()
        assert store.outside == Outside(1, 0, 0)
        assert lines_of(listed)[3].endswith("theirs"), "not overwritten"
        store.take_outside()
        store.save()
        assert [line.split("|")[3] for line in lines_of(listed)] == [
            "mine",
            "mine too",
            TEXTS[2],
            "theirs",
        ]
        assert store.outside is None
        store.undo()
        assert store.clips[4].text == TEXTS[3], "taking it is an operation like any other"


def test_ours_is_kept_and_theirs_set_aside(listed: Path) -> None:
    with opened(listed) as store:
        write(store, 1, "mine")
        store.save()
        replace_in(listed, "mine", "theirs")
        theirs = listed.read_bytes()
        assert store.look_outside() == Outside(1, 0, 0)
        store.keep_mine()
        store.save()
        assert lines_of(listed)[0].endswith("mine")
        (aside,) = (store.folder / "outside").iterdir()
        assert aside.read_bytes() == theirs


def test_lines_that_came_and_went(listed: Path) -> None:
    lines = lines_of(listed)
    with opened(listed) as store:
        write(store, 2, "changed by us")
        store.save()
        listed.write_text(
            "\n".join([lines[3], "new.wav|bob|en|new", lines[2]]) + "\n", encoding="utf-8"
        )
        assert store.look_outside() == Outside(0, 1, 2)
        store.take_outside()
        by_text = {clip.text: clip for clip in store.clips.values()}
        assert by_text[TEXTS[0]].deleted
        assert by_text["changed by us"].deleted
        assert not by_text["new"].deleted
        store.save()
        assert sorted(lines_of(listed)) == sorted([lines[3], "new.wav|bob|en|new", lines[2]])


def test_what_we_changed_since_is_not_deleted_by_them(listed: Path) -> None:
    lines = lines_of(listed)
    with opened(listed) as store:
        store.edit({1: {"done": True}}, {})
        store.save()
        listed.write_text("\n".join(lines[1:]) + "\n", encoding="utf-8")
        store.look_outside()
        write(store, 1, "changed by us since")
        store.take_outside()
        assert not store.clips[1].deleted


def test_a_change_between_two_runs_is_noticed(listed: Path) -> None:
    with opened(listed) as store:
        write(store, 1, "mine")
    replace_in(listed, TEXTS[3], "theirs")
    with opened(listed) as store:
        assert store.outside == Outside(1, 0, 0)
        store.take_outside()
        assert [store.clips[each].text for each in (1, 4)] == ["mine", "theirs"]


def test_an_older_version_put_back_is_noticed(listed: Path) -> None:
    with opened(listed) as store:
        for text in ("one", "two", "three"):
            write(store, 1, text)
            store.save()
            if text == "one":
                old = listed.read_bytes()
        listed.write_bytes(old)
        assert store.look_outside() == Outside(1, 0, 0)
    listed.write_bytes(old)
    with opened(listed) as store:
        assert store.outside == Outside(1, 0, 0)


def test_a_list_that_nobody_edited_begins_anew(listed: Path) -> None:
    with opened(listed) as store:
        (store.folder / "keep").write_text("so that the folder stays", encoding="utf-8")
    replace_in(listed, TEXTS[3], "theirs")
    with opened(listed) as store:
        assert (store.outside, store.clips[4].text) == (None, "theirs")


@pytest.mark.parametrize("content", [b"", b"\0\0\xff\xff\0", None])
def test_a_version_that_is_no_list_is_told_and_never_taken(
    listed: Path, content: bytes | None
) -> None:
    with opened(listed) as store:
        write(store, 1, "mine")
        store.save()
        listed.unlink() if content is None else listed.write_bytes(content)
        outside = store.look_outside()
        assert outside is not None
        assert "voice.list" in outside.problem
        with pytest.raises(InputError):
            store.take_outside()
        store.keep_mine()
        store.save()
        assert lines_of(listed)[0].endswith("mine")


def test_the_same_change_as_ours_is_none(listed: Path) -> None:
    with opened(listed) as store:
        write(store, 1, "same")
        store.save()
        listed.write_bytes(listed.read_bytes())
        assert store.look_outside() is None
        with pytest.raises(InputError, match="no other program"):
            store.take_outside()


def test_what_another_run_wrote_while_we_waited_for_it_is_not_overwritten(listed: Path) -> None:
    other = FileLock(listed.with_name(f".{listed.name}.lock"))
    with opened(listed) as store:
        with other:
            write(store, 1, "mine")
            saving = threading.Thread(target=store.save)
            saving.start()
            wait_for(lambda: store._saving._writing.locked())
            time.sleep(0.3)
            replace_in(listed, TEXTS[3], "theirs")
        saving.join()
        assert lines_of(listed)[3].endswith("theirs")
        assert store.look_outside() == Outside(1, 0, 0)
        assert not store.is_saved


def test_a_list_that_could_not_be_written_for_long_is_still_known_as_ours(
    listed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("subfix.listed_file.PATIENCE_S", 0.01)
    with FileLock(listed.with_name(f".{listed.name}.lock")) as other:
        other.release()
        with opened(listed) as store:
            write(store, 1, "written")
            store.save()
            other.acquire()
            for text in ("one", "two", "three"):
                write(store, 1, text)
                store.save()
                assert "another run" in store.problem
            journal = (store.folder / "journal.jsonl").read_bytes()
            store.save()
            assert (store.folder / "journal.jsonl").read_bytes() == journal, "it does not grow"
    assert lines_of(listed)[0].endswith("written")
    with opened(listed) as store:
        assert store.outside is None
        assert lines_of(listed)[0].endswith("three")


def test_clips_that_came_from_outside_are_heard_after_a_restart(tmp_path: Path) -> None:
    listed = make_list(tmp_path / "here")
    other = make_list(tmp_path / "there").parent / "wavs" / "0.wav"
    with opened(listed) as store:
        write(store, 1, "mine")
        store.save()
        listed.write_text(
            f"{listed.read_text(encoding='utf-8')}{other}|bob|en|theirs\n", encoding="utf-8"
        )
        store.look_outside()
        store.take_outside()
        assert store.find_sound(store.clips[5]).path == other
    with opened(listed) as store:
        assert store.find_sound(store.clips[5]).path == other


def test_what_a_kill_kept_us_from_writing_is_written(listed: Path) -> None:
    with opened(listed) as store:
        for text in ("one", "two"):
            write(store, 1, text)
            store.save()
            if text == "one":
                before = listed.read_bytes()
    listed.write_bytes(before)  # killed when the journal knew of "two"
    with opened(listed) as store:
        assert store.outside is None
        assert lines_of(listed)[0].endswith("two")


def test_only_what_differs_in_the_file_is_told_as_changed(listed: Path) -> None:
    with opened(listed) as store:
        store.edit({1: {"text": " two\nlines "}, 2: {"language": "JP"}}, {})
        store.save()
        replace_in(listed, TEXTS[3], "theirs")
        assert store.look_outside() == Outside(1, 0, 0)


def test_a_list_that_cannot_be_written_as_it_is_says_so(
    listed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> bytes:
        raise InputError("no line can be written")

    with opened(listed) as store:
        with monkeypatch.context() as patched:
            patched.setattr("subfix.saving.render", refuse)
            write(store, 1, "mine")
            store.save()
            assert store.problem == "no line can be written"
        store.save()
        assert (store.problem, store.is_saved) == ("", True)


@pytest.mark.parametrize("gone", [True, False])
def test_a_version_that_was_taken_back_is_told_no_more(listed: Path, gone: bool) -> None:
    with opened(listed) as store:
        write(store, 1, "mine")
        store.save()
        ours = listed.read_bytes()
        listed.unlink() if gone else replace_in(listed, TEXTS[3], "theirs")
        assert store.look_outside() is not None
        write(store, 2, "mine too")
        listed.write_bytes(ours)
        assert store.look_outside() is None
        store.save()
        assert store.is_saved
        assert lines_of(listed)[1].endswith("mine too")
