"""What every request must pass, whatever it asks for.

A page in the user's browser may call any address of this machine. So a request must name us in
`Host` (a site whose own name is made to point here does not), one that changes something must come
from our page (`Origin`) and be JSON, which a foreign form cannot send, and no answer may load
anything from elsewhere.
"""

import json
from collections.abc import Collection
from contextlib import suppress
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY = 32 << 20
"""Bytes of a request; a batch change of 20,000 clips needs about ten million."""

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

_HEADERS = {
    "Content-Security-Policy": (
        # The waveform library writes style elements; sound and pictures may come from memory.
        "default-src 'self'; style-src 'self' 'unsafe-inline'; media-src 'self' blob:;"
        " img-src 'self' blob: data:; worker-src 'self' blob:; object-src 'none';"
        " base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
    ),
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class _TooLongError(Exception):
    """A body is longer than `MAX_BODY`."""


class Guard:
    """Refuse what does not come from our own page.

    Args:
        app: what answers the rest.
        hosts: names that this machine is called by; None for any, where the user serves others.
    """

    def __init__(self, app: ASGIApp, hosts: Collection[str] | None) -> None:
        self.app = app
        self.hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":  # there is nothing behind a websocket
            await send({"type": "websocket.close", "code": 1008})
            return
        headers = Headers(scope=scope)
        refused = self._refuse(scope["method"], headers)
        if refused:
            await _answer(send, *refused)
            return
        body = _Body(receive)
        started = False

        async def send_safely(message: Message) -> None:
            nonlocal started
            if body.too_long and not started:
                return  # whatever it is, it is about half a body
            started = True
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_HEADERS)
            await send(message)

        with suppress(_TooLongError):
            await self.app(scope, body.receive, send_safely)
        if body.too_long and not started:
            await _answer(send, 413, _TOO_LONG)

    def _refuse(self, method: str, headers: Headers) -> tuple[int, str] | None:
        """Status and sentence for a request that is not answered."""
        host = headers.get("host", "")
        if self.hosts is not None and _name_of(f"//{host}") not in self.hosts:
            names = ", ".join(sorted(self.hosts))
            return 400, f"{host!r} is not where the label editor is; open it by {names}"
        if method in _SAFE:
            return None
        origin = headers.get("origin")
        if origin is not None and not _is_same(origin, host):
            return 403, f"a page of {origin} may change nothing here; use the editor's own page"
        if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return 403, "a page of another site may change nothing here; use the editor's own page"
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json":
            return 415, f"the body is {kind or 'of no kind'}; send application/json"
        length = headers.get("content-length", "0")
        if not length.isascii() or not length.isdecimal() or int(length[:12]) > MAX_BODY:
            return 413, _TOO_LONG
        return None


_TOO_LONG = f"the request has more than {MAX_BODY >> 20} MB; send fewer clips at a time"


def _name_of(address: str) -> str | None:
    """Host name of an address, without the port; None where it is none."""
    try:
        parts = urlsplit(address)
        _ = parts.port  # a wrong one raises
    except ValueError:
        return None
    return parts.hostname if parts.username is None else None


def _is_same(origin: str, host: str) -> bool:
    scheme, _, place = origin.partition("://")
    return scheme in ("http", "https") and place.lower() == host.lower()


class _Body:
    """A body as it arrives, until it is too long; one sent in chunks states no length."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._size = 0
        self.too_long = False

    async def receive(self) -> Message:
        """The next part."""
        message = await self._receive()
        self._size += len(message.get("body", b""))
        if self._size > MAX_BODY:
            self.too_long = True
            raise _TooLongError
        return message


async def _answer(send: Send, status: int, sentence: str) -> None:
    body = json.dumps({"error": sentence}).encode()
    headers = MutableHeaders(_HEADERS)
    headers.update({"Content-Type": "application/json", "Content-Length": str(len(body))})
    await send({"type": "http.response.start", "status": status, "headers": headers.raw})
    await send({"type": "http.response.body", "body": body})
