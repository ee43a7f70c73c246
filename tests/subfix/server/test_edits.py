import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gpt_sovits.audio.read import read_audio
from tests.jobs.scripts import wait_for
from tests.subfix.lists import RATE, TEXTS, lines_of, make_list, samples
from tests.subfix.server.serving import JSON, Served, served


def change(number: int, text: str, expected: str) -> dict[str, Any]:
    return {"id": number, "expected": {"text": expected}, "values": {"text": text}}


def edit(page: Served, number: int, text: str, expected: str, **more: Any) -> Any:
    return page.post("api/edit", {"changes": [change(number, text, expected)]}, **more)


def test_an_edit_is_answered_with_what_became_of_it_and_reaches_the_file(tmp_path: Path) -> None:
    path = make_list(tmp_path)
    with served(path) as page:
        answer = edit(page, 1, "Good day.", TEXTS[0], label="type", by="me", group="g", key="k")
        assert answer.status == 200
        told = answer.json
        assert told["n"] == 1
        assert (told["kind"], told["label"], told["by"]) == ("do", "type", "me")
        assert told["clips"][0]["text"] == "Good day."
        assert told["clips"][0]["edited"] is True
        assert told["history"] == {"undo": "type", "redo": None}
        wait_for(lambda: lines_of(path)[0] == "wavs/0.wav|ann|en|Good day.")
        assert page.state()["clips"][0]["text"] == "Good day."


def test_the_later_of_two_pages_sees_what_the_first_wrote(tmp_path: Path) -> None:
    with served(make_list(tmp_path)) as page:
        edit(page, 1, "First.", TEXTS[0])
        late = edit(page, 1, "Second.", TEXTS[0])
        assert late.status == 409
        assert [clip["text"] for clip in late.json["clips"]] == ["First."]
        assert "changed elsewhere" in late.error
        assert page.store.clips[1].text == "First."


def test_of_a_batch_with_one_conflict_nothing_is_done(tmp_path: Path) -> None:
    with served(make_list(tmp_path)) as page:
        changes = [change(1, "A.", TEXTS[0]), change(2, "B.", "not what it is")]
        late = page.post("api/edit", {"changes": changes})
        assert late.status == 409
        assert [clip["id"] for clip in late.json["clips"]] == [2]
        assert page.store.n == 0


def test_what_is_sent_again_after_a_lost_answer_is_done_once(tmp_path: Path) -> None:
    with served(make_list(tmp_path)) as page:
        first = edit(page, 1, "New.", TEXTS[0], key="once")
        again = edit(page, 1, "New.", TEXTS[0], key="once")
        assert (first.status, again.status) == (200, 200)
        assert again.json["n"] == first.json["n"] == page.store.n == 1
        merged = page.post("api/merge", ids=[1, 2], key="two")
        again = page.post("api/merge", ids=[1, 2], key="two")
        assert merged.status == again.status == 200
        assert again.json["n"] == merged.json["n"] == page.store.n == 2
        body = {"id": 3, "at": 10, "texts": ["a", "b"], "expected": {"text": TEXTS[2]}, "key": "3"}
        assert page.post("api/split", body).status == page.post("api/split", body).status == 200
        assert page.store.n == 3


def test_delete_restore_undo_and_redo(tmp_path: Path) -> None:
    with served(make_list(tmp_path)) as page:
        assert page.post("api/delete", ids=[1, 2]).json["clips"][0]["deleted"] is True
        assert page.post("api/restore", ids=[1]).json["clips"][0]["deleted"] is False
        assert page.post("api/undo").json["kind"] == "undo"
        assert page.post("api/undo").json["history"] == {"undo": None, "redo": "delete"}
        assert page.post("api/undo").status == 204
        assert page.post("api/redo").json["kind"] == "redo"


def test_split_trim_and_merge_are_exact_to_the_sample(tmp_path: Path) -> None:
    with served(make_list(tmp_path)) as page:
        told = page.post("api/split", id=1, at=3001, texts=["Hello", "there."]).json
        first, second = (clip["id"] for clip in told["clips"])
        assert told["placed"] == [[second, first]]
        parts = [
            read_audio(page.store.find_sound(page.store.clips[each]).path)[0]
            for each in (1, second)
        ]
        assert [len(part) for part in parts] == [3001, RATE // 2 - 3001]
        assert np.array_equal(np.concatenate(parts), samples(0))
        told = page.post("api/merge", ids=[first, second], mode="keep").json
        assert told["removed"] == [second]
        joined, _ = read_audio(page.store.find_sound(page.store.clips[1]).path)
        assert np.array_equal(joined, samples(0))
        assert page.post("api/trim", id=1, start=10, end=20).status == 200
        assert (
            page.get("api/audio/1.wav").content[44:]
            == (samples(0)[10:20] * 32768).astype("<i2").tobytes()
        )


def test_a_split_of_a_text_that_was_changed_meanwhile_is_a_conflict(tmp_path: Path) -> None:
    with served(make_list(tmp_path)) as page:
        edit(page, 1, "Changed.", TEXTS[0])
        body = {"id": 1, "at": 100, "texts": ["a", "b"], "expected": {"text": TEXTS[0]}}
        late = page.post("api/split", body)
        assert late.status == 409
        assert late.json["clips"][0]["text"] == "Changed."


def test_a_merge_of_a_text_that_was_changed_meanwhile_is_a_conflict(tmp_path: Path) -> None:
    with served(make_list(tmp_path)) as page:
        seen = {"1": {"text": TEXTS[0]}, "2": {"text": TEXTS[1]}}
        edit(page, 2, "Written elsewhere.", TEXTS[1])
        late = page.post("api/merge", ids=[1, 2], text=TEXTS[0] + TEXTS[1], expected=seen)
        assert late.status == 409
        assert [clip["text"] for clip in late.json["clips"]] == ["Written elsewhere."]
        seen["2"]["text"] = "Written elsewhere."
        assert page.post("api/merge", ids=[1, 2], text="both", expected=seen).status == 200


def test_two_changes_of_one_clip_in_one_request_are_both_done(tmp_path: Path) -> None:
    with served(make_list(tmp_path)) as page:
        speaker = {"id": 1, "expected": {"speaker": "ann"}, "values": {"speaker": "bob"}}
        page.post("api/edit", changes=[change(1, "New.", TEXTS[0]), speaker])
        clip = page.state()["clips"][0]
        assert (clip["text"], clip["speaker"]) == ("New.", "bob")


def test_a_broken_line_is_shown_and_mended(tmp_path: Path) -> None:
    path = make_list(tmp_path)
    path.write_text(path.read_text(encoding="utf-8") + "wavs/0.wav;no fields\n", encoding="utf-8")
    with served(path) as page:
        broken = page.state()["clips"][4]
        assert broken["problem"]
        assert "no fields" in broken["raw"]
        told = page.post("api/repair", id=5, line="wavs/3.wav|ann|en|Mended.").json
        assert told["clips"][0]["problem"] == ""
        assert "raw" not in told["clips"][0]
        assert page.post("api/repair", id=1, line="x|y|en|z").status == 422


def test_another_program_is_noticed_and_taken_or_not(tmp_path: Path) -> None:
    path = make_list(tmp_path)
    with served(path) as page:
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("Hello there.", "By hand."), encoding="utf-8")
        page.store.look_outside()
        outside = page.state()["outside"]
        assert (outside["changed"], outside["added"], outside["removed"]) == (1, 0, 0)
        told = page.post("api/outside", take=True).json
        assert told["clips"][0]["text"] == "By hand."
        assert page.state()["outside"] is None
        path.write_text(text, encoding="utf-8")
        page.store.look_outside()
        assert page.post("api/outside", take=False).status == 204
        wait_for(lambda: "By hand." in path.read_text(encoding="utf-8"))


BAD: list[tuple[str, Any, int, str]] = [
    ("api/edit", {}, 422, "changes"),
    ("api/edit", {"changes": []}, 422, "changes"),
    ("api/edit", {"changes": [{"id": 1, "values": {"audio": "/etc/passwd"}}]}, 422, "audio"),
    ("api/edit", {"changes": [{"id": 1, "values": {"raw": "x"}}]}, 422, "raw"),
    ("api/edit", {"changes": [{"id": 1, "values": {"text": 5}}]}, 422, "text"),
    ("api/edit", {"changes": [{"id": 1, "values": {"done": "yes"}}]}, 422, "done"),
    ("api/edit", {"changes": [{"id": 1, "values": {"text": "x" * 100_001}}]}, 422, "text"),
    ("api/edit", {"changes": [{"id": 1, "values": {"text": "\ud800"}}]}, 422, "text"),
    ("api/edit", {"changes": [{"id": 1, "values": {"speaker": "a|b"}}]}, 422, "a|b"),
    ("api/edit", {"changes": [{"id": 1, "values": {"language": "qq"}}]}, 422, "qq"),
    ("api/edit", {"changes": [{"id": 99, "values": {"text": "x"}}]}, 404, "99"),
    ("api/edit", {"changes": [{"id": -1, "values": {"text": "x"}}]}, 422, "id"),
    ("api/edit", {"changes": [{"id": 10**30, "values": {"text": "x"}}]}, 422, "id"),
    ("api/edit", {"changes": [{"id": "1", "values": {"text": "x"}}]}, 422, "id"),
    ("api/edit", {"changes": [{"id": True, "values": {"text": "x"}}]}, 422, "id"),
    ("api/edit", {"changes": [{"id": 1, "values": {}}], "unknown": 1}, 422, "unknown"),
    ("api/delete", {"ids": []}, 422, "ids"),
    ("api/delete", {"ids": [77]}, 404, "77"),
    ("api/restore", {"ids": [77]}, 404, "77"),
    ("api/split", {"id": 77, "at": 5, "texts": ["a", "b"]}, 404, "77"),
    ("api/split", {"id": 1, "at": 0, "texts": ["a", "b"]}, 422, "sample 0"),
    ("api/split", {"id": 1, "at": 8000, "texts": ["a", "b"]}, 422, "8000"),
    ("api/split", {"id": 1, "at": 5, "texts": ["a"]}, 422, "texts"),
    ("api/split", {"id": 1, "at": 5.5, "texts": ["a", "b"]}, 422, "at"),
    ("api/trim", {"id": 1, "start": 5, "end": 5}, 422, "5"),
    ("api/trim", {"id": 1, "start": 0, "end": 10**9}, 422, "1000000000"),
    ("api/merge", {"ids": [1]}, 422, "alone"),
    ("api/merge", {"ids": [1, 3]}, 422, "side by side"),
    ("api/merge", {"ids": [1, 2], "gap_s": -1}, 422, "gap_s"),
    ("api/merge", {"ids": [1, 2], "mode": "mix"}, 422, "mode"),
    ("api/merge", {"ids": [1, 77]}, 404, "77"),
    ("api/repair", {"id": 1, "line": "a|b|en|c"}, 422, "c"),
    ("api/undo", {"steps": 3}, 422, "steps"),
    ("api/outside", {"take": True}, 422, "no other program"),
    ("api/outside", {"take": "yes"}, 422, "take"),
    ("api/transcribe", {"ids": [1], "engine": "rm -rf"}, 422, "engine"),
    ("api/suggestions/forget", {"ids": ["1"]}, 422, "ids"),
    ("api/jobs/000001/cancel", {}, 404, "000001"),
    ("api/export", {"format": "list"}, 422, "target"),
    ("api/nothing", {}, 405, ""),
]


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with served(make_list(tmp_path_factory.mktemp("bad"))) as page:
        yield page


@pytest.mark.parametrize(("path", "body", "status", "said"), BAD, ids=str)
def test_what_cannot_be_done_is_said_in_a_sentence(
    page: Served, path: str, body: Any, status: int, said: str
) -> None:
    answer = page.post(path, body)
    assert answer.status == status, answer.content
    assert said in answer.content.decode()
    assert len(answer.error) > 10
    assert page.store.n == 0


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no json",
        b"[]",
        b"null",
        b'{"changes": ' * 1000,
        b"[" * 100_000,
        b'{"ids": [1e999]}',
        b'{"ids": [NaN]}',
        b'{"ids": [' + b"9" * 5000 + b"]}",
        b"\xff\xfe",
    ],
    ids=lambda body: repr(body[:12]),
)
def test_a_body_that_is_none_is_refused(page: Served, body: bytes) -> None:
    answer = page.ask("POST", "/voice/api/delete", body, JSON)
    assert answer.status in (400, 422)
    assert json.loads(answer.content)["error"]


def test_a_fault_of_ours_is_told_as_such(
    page: Served, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(**asked: str) -> None:
        raise ZeroDivisionError("odd")

    monkeypatch.setattr(page.store, "undo", fail)
    answer = page.post("api/undo")
    assert (answer.status, answer.error) == (
        500,
        "internal error, ZeroDivisionError: odd (the terminal says more)",
    )
    wait_for(lambda: "Traceback" in caplog.text)
