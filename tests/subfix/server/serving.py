"""A real server in a thread, and requests that no client has tidied up before."""

import http.client
import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gpt_sovits.address import find_port
from gpt_sovits.jobs.runner import PROGRAM
from gpt_sovits.paths import ProjectPaths
from subfix.command import make_server
from subfix.server.app import UI, create_app
from subfix.server.desk import Desk
from subfix.store import Store
from tests.jobs.scripts import wait_for

JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    """Names in small letters."""
    content: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.content)

    @property
    def error(self) -> str:
        """The sentence of a refusal."""
        return str(self.json["error"])


@dataclass(frozen=True)
class Served:
    """A server and the list that it shows."""

    port: int
    store: Store
    desk: Desk
    key: str = "voice"

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """One request, its path sent as it is."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            own_host = "Host" in (headers or {})
            connection.putrequest(method, path, skip_host=own_host, skip_accept_encoding=True)
            for name, value in (headers or {}).items():
                connection.putheader(name, value)
            if body is not None and "Transfer-Encoding" not in (headers or {}):
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            got = connection.getresponse()
            named = {name.lower(): value for name, value in got.getheaders()}
            return Answer(got.status, named, got.read())
        finally:
            connection.close()

    def get(self, path: str, **headers: str) -> Answer:
        """Ask below the list's address."""
        return self.ask("GET", f"/{self.key}/{path}", headers=headers)

    def post(self, path: str, values: Any = None, **more: Any) -> Answer:
        body = json.dumps({**(values or {}), **more}).encode()
        return self.ask("POST", f"/{self.key}/{path}", body, JSON)

    def state(self) -> Any:
        return self.get("api/state").json


class Stream:
    """A page that listens."""

    def __init__(self, served: Served, after: int | None = None, **headers: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=20)
        query = "" if after is None else f"?after={after}"
        path = f"/{served.key}/api/events{query}"
        self._connection.request("GET", path, headers=headers)
        self._answer = self._connection.getresponse()
        assert self._answer.status == 200
        assert self._answer.getheader("content-type", "").startswith("text/event-stream")

    def next(self) -> tuple[str, Any]:
        """Name and data of the next event; an empty name at the end of the stream."""
        name = ""
        while line := self._answer.readline().decode():
            if line.startswith("event: "):
                name = line.removeprefix("event: ").strip()
            elif line.startswith("data: "):
                return name, json.loads(line.removeprefix("data: "))
        return "", None

    def wait(self, name: str) -> Any:
        """Data of the next event of a name."""
        while (event := self.next())[0] != name:
            assert event[0], "the stream has ended"
        return event[1]

    def ends(self) -> bool:
        """Tell whether the stream comes to an end of its own."""
        while self.next()[0]:
            pass
        return True

    def close(self) -> None:
        self._answer.close()
        self._connection.close()


@contextmanager
def served(
    path: Path,
    *,
    program: Sequence[str] = PROGRAM,
    audio_folder: Path | None = None,
    ui: Path = UI,
) -> Iterator[Served]:
    """Show a list until the block ends."""
    paths = ProjectPaths(path.parent)
    store = Store.open(path, audio_folder, paths)
    try:
        app = create_app({"voice": store}, paths=paths, program=program, ui=ui)
        port = find_port("127.0.0.1", None, 23000)
        ready = threading.Event()
        server = make_server(app, "127.0.0.1", port, ready.set)
        thread = threading.Thread(target=server.run)
        desk = app.state.desks.by_key["voice"]
        thread.start()
        try:
            wait_for(lambda: ready.is_set() or not thread.is_alive())
            yield Served(port, store, desk)
        finally:
            server.should_exit = True
            thread.join()
    finally:
        store.close()
