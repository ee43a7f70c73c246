"""What every request must pass before anything of the page answers, Gradio and label editor alike.

Pages of other sites may call any address that the user's browser reaches. So a request must name
us (a site whose own name is made to point here does not), come from our own page unless a person
follows a link, and, where the page has a password, belong to a session.
"""

import json
from collections.abc import Callable, Mapping
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gpt_sovits.workbench.front import Front
from gpt_sovits.workbench.login import SESSION_S, Logins, TooManyGuessesError
from gpt_sovits.workbench.login_page import login_page
from gpt_sovits.workbench.texts import read_language, text

LOGIN, LOGOUT = "/workbench-login", "/workbench-logout"

MAX_FORM = 8192
"""Bytes of what the log-in page sends."""

_MANIFEST = b'<link rel="manifest" href="/manifest.json" />'
"""In Gradio's page; nothing is there, and it would be asked for beside a proxy's path."""

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

HEADERS = {
    "Content-Security-Policy": (
        # Gradio's page has scripts in it, and its HTML component makes functions of text; nothing
        # is loaded from elsewhere, and sound and pictures may come from memory.
        "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:;"
        " style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:;"
        " media-src 'self' data: blob:; worker-src 'self' blob:; object-src 'none';"
        " base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
    ),
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


class Gate:
    """Refuse what does not come from our own page, or from nobody who is logged in.

    Args:
        app: what answers the rest.
        front: where the page is reached.
        logins: who is logged in; None where no password is asked for.
        language: the language that was chosen for all readers; empty takes each browser's.
    """

    def __init__(
        self,
        app: ASGIApp,
        front: Front,
        logins: Logins | None = None,
        language: Callable[[], str] = lambda: "",
    ) -> None:
        self.app = app
        self.front = front
        self.logins = logins
        self.language = language

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":  # nothing here is a websocket
            await send({"type": "websocket.close", "code": 1008})
            return
        host = Headers(scope=scope).get("host", "")
        seen = self._spoken(self.front.seen(scope))
        headers = Headers(scope=seen)
        path = seen["path"].removeprefix(self.front.path)
        answer = _Answer(send, headers)
        if self.logins is None and not self.front.knows(host):
            await answer.refuse(400, f"{host[:80]!r} is no name of this machine; see --root-path")
        elif foreign := _foreign(seen["method"], headers):
            await answer.refuse(403, foreign)
        elif self.logins is None:
            await self._pass(seen, receive, answer)
        elif path in (LOGIN, LOGOUT) and seen["method"] == "POST":
            await self._log(seen, self.logins, path, self.front.client(scope), receive, answer)
        elif self.logins.knows(_token(seen)):
            await self._pass(seen, receive, answer)
        elif seen["method"] == "GET" and "text/html" in headers.get("accept", ""):
            await answer.page(401, self._login_page(headers))
        else:
            await answer.refuse(401, text("en", "login.needed"))

    def _spoken(self, scope: Scope) -> Scope:
        """Have Python's texts follow the chosen language too."""
        if language := self.language():
            MutableHeaders(scope=scope)["accept-language"] = language
        return scope

    async def _pass(self, scope: Scope, receive: Receive, answer: "_Answer") -> None:
        if scope["path"] != f"{self.front.path}/" or scope["method"] != "GET":
            await self.app(scope, receive, answer.send)
            return
        del MutableHeaders(scope=scope)["accept-encoding"]  # what is packed cannot be added to
        await self.app(scope, receive, answer.adding(self._head()))

    def _head(self) -> str:
        """What stands first in the page: where its addresses begin, and its language."""
        language = self.language()
        chosen = (
            "<script>for (const [name, value] of [['language', L], ['languages', [L]]])"
            " Object.defineProperty(navigator, name, { get: () => value });</script>"
        ).replace("L", json.dumps(language))
        return f'<base href="{self.front.path}/">' + (chosen if language else "")

    async def _log(
        self,
        scope: Scope,
        logins: Logins,
        path: str,
        client: str,
        receive: Receive,
        answer: "_Answer",
    ) -> None:
        """Let somebody in or out."""
        headers = Headers(scope=scope)
        if path == LOGOUT:
            logins.leave(_token(scope))
            await self._go_home(scope, "", answer)
            return
        try:
            token = logins.enter(await _password(receive), client)
        except TooManyGuessesError as error:
            minutes = int(error.wait_s // 60) + 1
            page = self._login_page(headers, "login.wait", minutes=minutes)
            await answer.page(429, page, {"Retry-After": f"{error.wait_s:.0f}"})
            return
        if token is None:
            await answer.page(401, self._login_page(headers, "login.wrong"))
        else:
            await self._go_home(scope, token, answer)

    async def _go_home(self, scope: Scope, token: str, answer: "_Answer") -> None:
        """Show the page, with a session or without one."""
        home = f"{self.front.path}/"
        cookie = (
            f"{_cookie_of(scope)}={token}; Path={self.front.path or '/'}; HttpOnly; SameSite=Lax"
        )
        cookie += f"; Max-Age={SESSION_S if token else 0}"
        cookie += "; Secure" if scope["scheme"] == "https" else ""
        await answer.page(303, "", {"Location": home, "Set-Cookie": cookie})

    def _login_page(self, headers: Headers, problem: str = "", **values: object) -> str:
        language = read_language(headers.get("accept-language", ""))
        sentence = text(language, problem, **values) if problem else ""
        return login_page(language, f"{self.front.path}{LOGIN}", sentence)


def _foreign(method: str, headers: Headers) -> str:
    """Why a request is refused that a page of another site caused; empty where it is not."""
    navigates = (headers.get("sec-fetch-mode"), headers.get("sec-fetch-dest")) == (
        "navigate",
        "document",
    )
    link = method == "GET" and navigates
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none") and not link:
        return "a page of another site may ask for nothing here; use the workbench's own page"
    origin = headers.get("origin")
    if method in _SAFE or origin is None:
        return ""
    scheme, _, place = origin.partition("://")
    if scheme in ("http", "https") and place.lower() == headers.get("host", "").lower():
        return ""
    return (
        f"a page of {origin[:80]!r} may change nothing here; behind a proxy, name its address:"
        " --root-path https://HOST/PATH"
    )


def _cookie_of(scope: Scope) -> str:
    """Name of the cookie; all ports of a machine share theirs."""
    _, port = scope.get("server") or ("", 0)
    return f"workbench-{port}"


def _token(scope: Scope) -> str:
    """The session that a request says it belongs to; empty where it says none."""
    cookies = cookie_parser(Headers(scope=scope).get("cookie", ""))
    return cookies.get(_cookie_of(scope), "")


async def _password(receive: Receive) -> str:
    """What the log-in form sent; empty where that is no form."""
    body = b""
    while len(body) <= MAX_FORM:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    fields = parse_qs(body[:MAX_FORM].decode(errors="replace"), keep_blank_values=True)
    return fields.get("password", [""])[0]


class _Answer:
    """What goes back, with the headers that every answer carries."""

    def __init__(self, send: Send, headers: Headers) -> None:
        self._send = send
        self._wants_page = "text/html" in headers.get("accept", "")

    async def send(self, message: Message) -> None:
        """Pass on a message; an application's own headers stay."""
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await self._send(message)

    def adding(self, head: str) -> Send:
        """Pass on a page, with more at the beginning of its head."""
        start: Message = {}
        body = b""

        async def send(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start":
                start = message
                return
            if message["type"] != "http.response.body":
                await self.send(message)
                return
            body += message.get("body", b"")
            if message.get("more_body"):
                return
            headers = MutableHeaders(scope=start)
            if headers.get("content-type", "").startswith("text/html"):
                body = body.replace(b"<head>", b"<head>" + head.encode(), 1)
                body = body.replace(_MANIFEST, b"", 1)
                headers["content-length"] = str(len(body))
                headers["cache-control"] = "no-store"
            await self.send(start)
            await self.send({"type": "http.response.body", "body": body})

        return send

    async def page(self, status: int, html: str, more: Mapping[str, str] | None = None) -> None:
        """Answer with a page of ours."""
        await self._whole(status, html.encode(), "text/html; charset=utf-8", more or {})

    async def refuse(self, status: int, sentence: str) -> None:
        """Answer with one sentence."""
        body = json.dumps({"error": sentence}).encode()
        kind = "application/json"
        if self._wants_page:
            body, kind = sentence.encode(), "text/plain; charset=utf-8"
        await self._whole(status, body, kind, {})

    async def _whole(self, status: int, body: bytes, kind: str, more: Mapping[str, str]) -> None:
        headers = MutableHeaders({"Content-Type": kind, "Content-Length": str(len(body))})
        headers.update({"Cache-Control": "no-store", **more})
        await self.send({"type": "http.response.start", "status": status, "headers": headers.raw})
        await self.send({"type": "http.response.body", "body": body})
