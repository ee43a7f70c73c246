import asyncio
import json
import time
from collections.abc import AsyncIterator, Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from subfix.server import stream
from subfix.server.stream import Hub
from tests.jobs.scripts import wait_for
from tests.subfix.lists import TEXTS, make_list, write
from tests.subfix.server.serving import Stream, served


def run_alone(work: Coroutine[Any, Any, None]) -> None:
    """Run in a thread: the tests of pages leave their event loop in this one."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, work).result()


async def take(frames: AsyncIterator[str], count: int) -> list[str]:
    return [await asyncio.wait_for(anext(frames), 5) for _ in range(count)]


def names(frames: list[str]) -> list[str]:
    return [frame.split("event: ")[1].split("\n")[0] for frame in frames]


def test_a_page_that_was_away_gets_what_it_missed() -> None:
    async def run() -> None:
        hub = Hub(10)
        for n in (11, 12, 13):
            hub.publish("change", {"n": n})
        frames = await take(hub.listen(11), 3)
        assert names(frames) == ["hello", "change", "change"]
        assert '"n": 13' in frames[0]
        assert frames[2].startswith("id: 13\n")
        assert names(await take(hub.listen(13), 1)) == ["hello"]

    run_alone(run())


@pytest.mark.parametrize("after", [3, 9, 14, 99])
def test_a_page_that_missed_too_much_loads_anew(after: int) -> None:
    async def run() -> None:
        hub = Hub(10)
        hub.publish("change", {"n": 11})
        assert names(await take(hub.listen(after), 2)) == ["hello", "reload"]

    run_alone(run())


def test_old_changes_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "RING", 3)

    async def run() -> None:
        hub = Hub(0)
        for n in range(1, 7):
            hub.publish("change", {"n": n})
        assert names(await take(hub.listen(3), 4)) == ["hello", "change", "change", "change"]
        assert names(await take(hub.listen(2), 2)) == ["hello", "reload"]

    run_alone(run())


def test_large_changes_are_forgotten_sooner(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "RING_LETTERS", 10_000)

    async def run() -> None:
        hub = Hub(0)
        for n in range(1, 7):
            hub.publish("change", {"n": n, "text": "x" * 4000})
        assert names(await take(hub.listen(4), 3)) == ["hello", "change", "change"]
        assert names(await take(hub.listen(3), 2)) == ["hello", "reload"]

    run_alone(run())


def test_a_page_is_told_what_was_found_before_it_listened() -> None:
    """Lengths come in pieces: those between its first look and its listening, too."""

    async def run() -> None:
        hub = Hub(0)
        hub.publish("facts", {1: [1.0, 2, 2]})
        hub.publish("change", {"n": 1})
        hub.publish("facts", {2: [3.0, 2, 6]})
        hub.publish("facts", {2: [4.0, 2, 8], 3: [5.0, 2, 10]})
        hub.publish("job", {"name": "a", "done": 1})
        hub.publish("job", {"name": "a", "done": 2})
        hub.publish("outside", None)
        hub.publish("saved", {"n": 1})
        frames = await take(hub.listen(1), 5)
        assert names(frames) == ["hello", "facts", "job", "outside", "saved"]
        assert json.loads(frames[1].split("data: ")[1]) == {"2": [4.0, 2, 8], "3": [5.0, 2, 10]}
        assert '"done": 2' in frames[2]
        everything = await take(hub.listen(0), 6)
        assert names(everything) == ["hello", "change", "facts", "job", "outside", "saved"]
        assert '"1": [1.0' in everything[2]

    run_alone(run())


def test_a_slow_page_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "WAITING", 5)

    async def run() -> None:
        hub = Hub(0)
        slow, quick = hub.listen(0), hub.listen(0)
        await take(slow, 1)
        await take(quick, 1)
        for n in range(1, 9):
            hub.publish("change", {"n": n})
            assert names(await take(quick, 1)) == ["change"]
        assert names(await take(slow, 3)) == ["reload", "change", "change"]

    run_alone(run())


def test_a_silent_stream_shows_that_it_lives(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "HEARTBEAT_S", 0.01)

    async def run() -> None:
        assert (await take(Hub(0).listen(0), 2))[1].startswith(":")

    run_alone(run())


def test_streams_end_when_the_hub_does() -> None:
    async def run() -> None:
        hub = Hub(0)
        frames = hub.listen(0)
        await take(frames, 1)
        hub.close()
        with pytest.raises(StopAsyncIteration):
            await take(frames, 1)
        with pytest.raises(StopAsyncIteration):
            await take(hub.listen(0), 1)

    run_alone(run())


def test_two_pages_see_each_others_edits_and_when_they_are_saved(tmp_path: Path) -> None:
    with served(make_list(tmp_path)) as page:
        pages = [Stream(page, 0), Stream(page)]
        for one in pages:
            assert one.next() == ("hello", {"n": 0})
        page.post("api/delete", ids=[2], by="first")
        for one in pages:
            told = one.wait("change")
            assert (told["n"], told["by"], told["clips"][0]["deleted"]) == (1, "first", True)
            assert one.wait("saved") == {"n": 1, "saved": True, "error": None}
            one.close()


@pytest.mark.parametrize("header", [True, False])
def test_a_page_goes_on_where_it_was(tmp_path: Path, header: bool) -> None:
    with served(make_list(tmp_path)) as page:
        for text in ("one", "two", "three"):
            write(page.store, 1, text)
        page_again = Stream(page, 0, **{"Last-Event-ID": "1"}) if header else Stream(page, 1)
        assert page_again.next()[1] == {"n": 3}
        assert [page_again.next()[1]["clips"][0]["text"] for _ in range(2)] == ["two", "three"]
        page_again.close()
        for last in ("²", "9" * 5000, f"{'1' * 16}x"):
            nonsense = Stream(page, None, **{"Last-Event-ID": last})
            assert nonsense.next()[0] == "hello"
            nonsense.close()


def test_another_programs_change_is_told(tmp_path: Path) -> None:
    path = make_list(tmp_path)
    with served(path) as page:
        one = Stream(page, 0)
        path.write_text(path.read_text(encoding="utf-8").replace(TEXTS[0], "By hand."))
        told = one.wait("outside")
        assert (told["changed"], told["added"], told["removed"]) == (1, 0, 0)
        page.post("api/outside", take=True)
        assert one.wait("change")["clips"][0]["text"] == "By hand."
        assert one.wait("outside") is None
        one.close()


def test_a_listening_page_does_not_keep_the_server_alive(tmp_path: Path) -> None:
    with served(make_list(tmp_path)) as page:
        one = Stream(page, 0)
        one.next()
    assert one.ends()


def test_pages_that_go_are_forgotten(tmp_path: Path) -> None:
    with served(make_list(tmp_path)) as page:
        one = Stream(page, 0)
        one.next()
        listeners = page.desk.hub._listeners
        assert len(listeners) == 1
        one.close()
        page.post("api/delete", ids=[1])
        wait_for(lambda: not listeners)


def test_a_page_that_reads_nothing_does_not_keep_the_server_alive(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with served(make_list(tmp_path)) as page:
        one = Stream(page, 0)
        one.next()
        for _ in range(stream.WAITING - 1):
            page.desk.hub.publish("job", {"text": "x" * 20_000})
        started = time.monotonic()
    assert time.monotonic() - started < 10
    assert not caplog.records
    one.close()
