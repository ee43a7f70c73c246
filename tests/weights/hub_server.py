"""A small hub on 127.0.0.1 that behaves as the real ones do, and badly when asked to."""

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

REPOSITORY, REVISION = "lj1995/GPT-SoVITS", "336b2ec4e8d4ac74740798dd40af44e74659ecaf"


@dataclass
class FakeHub:
    """Files by path, and how the next answers go wrong."""

    files: dict[str, bytes] = field(default_factory=dict)
    listed: bool = True
    """Whether the listing knows the hashes."""
    cut_after: list[int] = field(default_factory=list)
    """For each of the next answers: bytes before the connection is cut."""
    statuses: list[int] = field(default_factory=list)
    """For each of the next answers: a status in place of the content."""
    ranges: bool = True
    redirect: str | None = None
    etag: str | None = None
    """In place of the mark that follows from the content."""
    requests: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    address: str = ""

    def asked(self, what: str) -> list[dict[str, str]]:
        """Headers of the requests whose address holds `what`."""
        return [headers for path, headers in self.requests if what in path]


@contextmanager
def serving(hub: FakeHub) -> Iterator[FakeHub]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *args: object) -> None:
            pass

        def do_GET(self) -> None:
            hub.requests.append((self.path, {k.title(): v for k, v in self.headers.items()}))
            url = urlsplit(self.path)
            listing = self._listing(url.path)
            if listing is not None:
                self._answer(200, json.dumps(listing).encode(), {})
            elif hub.statuses:
                self._answer(hub.statuses.pop(0), b"no", {})
            elif hub.redirect and "moved" not in url.query:
                self._answer(302, b"", {"Location": hub.redirect + self.path + "?moved"})
            else:
                self._content(url.path, parse_qs(url.query))

        def _listing(self, path: str) -> object:
            if path == f"/api/models/{REPOSITORY}/revision/{REVISION}":
                return {
                    "sha": REVISION,
                    "siblings": [
                        {
                            "rfilename": name,
                            "size": len(content),
                            "lfs": {"sha256": hashlib.sha256(content).hexdigest()}
                            if hub.listed
                            else None,
                        }
                        for name, content in hub.files.items()
                    ],
                }
            if path == f"/api/v1/models/{REPOSITORY}/repo/files":
                return {
                    "Data": {
                        "Files": [
                            {"Path": name, "Size": len(content)}
                            for name, content in hub.files.items()
                        ]
                    }
                }
            return None

        def _content(self, path: str, query: dict[str, list[str]]) -> None:
            name = query.get("FilePath", [unquote(path).partition(f"{REVISION}/")[2]])[0]
            content = hub.files.get(name)
            if content is None:
                self._answer(404, b"Entry not found", {})
                return
            etag = hub.etag or f'"{hashlib.sha256(content).hexdigest()[:16]}"'
            headers = {"ETag": etag}
            asked = self.headers.get("Range", "")
            fresh = self.headers.get("If-Range") in (None, etag)
            if not (asked and hub.ranges and fresh):
                self._answer(200, content, headers)
                return
            begin = int(asked.removeprefix("bytes=").rstrip("-"))
            if begin >= len(content):
                self._answer(416, b"", {"Content-Range": f"bytes */{len(content)}"})
                return
            headers["Content-Range"] = f"bytes {begin}-{len(content) - 1}/{len(content)}"
            self._answer(206, content[begin:], headers)

        def _answer(self, status: int, content: bytes, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in (headers | {"Content-Length": str(len(content))}).items():
                self.send_header(name, value)
            self.end_headers()
            if "ETag" in headers and hub.cut_after:
                content = content[: hub.cut_after.pop(0)]
                self.close_connection = True
            self.wfile.write(content)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    hub.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
