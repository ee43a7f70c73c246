"""Where the page is reached: this machine alone, or through a proxy at an address of its own."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import Scope

from gpt_sovits.address import is_local
from gpt_sovits.errors import InputError

_PATH = re.compile(r"(/[\w.~@:+-]+)+", re.ASCII)
_FORWARDED = ("x-forwarded-host", "x-forwarded-port", "x-forwarded-proto", "x-forwarded-for")
_NEVER = ("forwarded", "x-forwarded-prefix", "x-gradio-server")
"""Headers that would make Gradio call itself by another name."""


@dataclass(frozen=True)
class Front:
    """The address that browsers see."""

    local: bool
    """Only this machine reaches the server itself."""
    proxied: bool = False
    """A proxy stands before it, and its headers are believed."""
    path: str = ""
    """What the proxy puts before every path, such as /voice."""
    scheme: str = ""
    """http or https, where the whole address is known."""
    place: str = ""
    """Host and port, where the whole address is known."""

    @property
    def private(self) -> bool:
        """Tell whether nobody but the users of this machine can reach the page."""
        return self.local and not self.proxied

    def seen(self, scope: Scope) -> Scope:
        """A request as the browser sent it, with what a proxy has changed made good."""
        headers = MutableHeaders(raw=list(scope["headers"]))
        told = {name: headers.get(name, "").split(",")[0].strip() for name in _FORWARDED}
        for name in (*_FORWARDED, *_NEVER):
            del headers[name]
        seen = {**scope, "root_path": self.path, "path": self._whole(scope["path"])}
        seen["raw_path"] = None  # it would hold the path as the proxy sent it
        if self.proxied:
            place = self.place or told["x-forwarded-host"]
            if place and not self.place and ":" not in place and told["x-forwarded-port"]:
                usual = {"https": "443", "http": "80"}.get(told["x-forwarded-proto"])
                place += "" if told["x-forwarded-port"] == usual else f":{told['x-forwarded-port']}"
            if place:
                headers["host"] = place
            if (scheme := self.scheme or told["x-forwarded-proto"]) in ("http", "https"):
                seen["scheme"] = scheme
        seen["headers"] = headers.raw
        return seen

    def client(self, scope: Scope) -> str:
        """The address that a request comes from; of several, the one that our proxy saw."""
        # Of several lines the proxy wrote the last: the others may come from the client.
        told = Headers(scope=scope).getlist("x-forwarded-for") if self.proxied else []
        host, *_ = scope.get("client") or ("",)
        return ",".join(told).rpartition(",")[2].strip() or str(host)

    def knows(self, host: str) -> bool:
        """Tell whether `Host`, as it reached this server, is one of its names."""
        try:
            parts = urlsplit(f"//{host}")
            _ = parts.port  # a wrong one raises
        except ValueError:
            return False
        name = parts.hostname or ""
        return parts.username is None and (is_local(name) or name == self._name)

    @property
    def _name(self) -> str | None:
        return urlsplit(f"//{self.place}").hostname if self.place else None

    def _whole(self, path: str) -> str:
        """A path below ours, whether the proxy has cut that off or not."""
        if not self.path:
            return path
        if path == self.path or path.startswith(f"{self.path}/"):
            return path if path != self.path else f"{path}/"
        return self.path + (path if path.startswith("/") else f"/{path}")


def read_front(host: str, root_path: str) -> Front:
    """Where the page is reached.

    Args:
        host: address that the server listens on.
        root_path: path such as /voice, or address such as https://voice.example.com/voice, at
            which a proxy shows the page; empty where there is no proxy.

    Raises:
        InputError: `root_path` is neither.
    """
    if not root_path:
        return Front(is_local(host))
    try:
        parts = urlsplit(root_path)
        _ = parts.port
    except ValueError as error:
        raise _no_root(root_path) from error
    path = parts.path.rstrip("/")
    whole = parts.scheme in ("http", "https") and parts.hostname and parts.username is None
    odd = (
        not root_path.isprintable()
        or parts.query
        or parts.fragment
        or (path and not _PATH.fullmatch(path))
    )
    if odd or {".", ".."} & set(path.split("/")) or not (whole or root_path.startswith("/")):
        raise _no_root(root_path)
    if not whole and (parts.scheme or parts.netloc or not path):
        raise _no_root(root_path)
    return Front(is_local(host), True, path, parts.scheme, parts.netloc)


def _no_root(root_path: str) -> InputError:
    return InputError(
        f"--root-path {root_path[:80]!r}: give the path at which the proxy shows the page, such as"
        " /voice, or its whole address, such as https://voice.example.com/voice"
    )
